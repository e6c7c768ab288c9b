"""What an inbox shows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from forum.kit.paging import Page, page_of
from forum.markup.excerpt import excerpt
from forum.notifications.models import Notice

ON_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One notice as its reader sees it. ``words`` are the first of a comment, and empty of a post."""

    notice: Notice
    author: User | None
    title: str
    url: str
    words: str

    @property
    def is_new(self) -> bool:
        return self.notice.seen_at is None


def miscounted() -> QuerySet[User]:
    """Whose number beside the inbox is not what is counted, which is ``counted``. One query.

    That number follows an act by a moment: a crash in between leaves it behind.
    """
    unseen = Notice.objects.visible().unseen().filter(reader=OuterRef("pk")).order_by().values("reader")
    counted = Coalesce(Subquery(unseen.annotate(number=Count("pk")).values("number")), 0)
    return User.objects.annotate(counted=counted).exclude(unseen=F("counted")).order_by("pk")


def inbox_of(reader: User, *, key: str = "") -> Page[Entry]:
    """Newest first. One query."""
    rows = (
        Notice.objects.visible()
        .filter(reader=reader)
        .select_related("post__author", "comment__post", "comment__body__author")
        .defer("post__source", "post__html", "comment__post__source", "comment__post__html", "comment__body__source")
    )
    page = page_of(rows, by={"told_at": datetime, "pk": int}, size=ON_A_PAGE, key=key)
    return Page([_entry(notice) for notice in page.items], page.next_key)


def _entry(notice: Notice) -> Entry:
    if notice.comment is not None:
        body, post = notice.comment.body, notice.comment.post
        return Entry(notice, body.author, post.title, notice.comment.get_absolute_url(), excerpt(body.html))
    if notice.post is None:
        raise AssertionError("a notice is of one text")
    return Entry(notice, notice.post.author, notice.post.title, notice.post.get_absolute_url(), "")
