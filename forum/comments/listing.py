"""The comments of a page as HTML: their markup stands in ``comments/comment.html`` and is joined here.

One flat walk over the rows. The template is rendered once for each variant (visible or not, editable or not, …) and
filled for each comment, see ``forum.kit.stencil``.
"""

import html
import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import Viewer
from accounts.permissions import is_moderator
from forum import markup
from forum.comments.permissions import refusal_to_discuss
from forum.comments.thread import Node, Row
from forum.kit.stencil import Stencil
from forum.posts.models import Post

DEPTH_CAP = (
    8  # levels drawn; deeper replies stand beside their parents and say so. At 390 pixels a ninth leaves no measure
)
FOLD_WORDS = 70  # characters of the line that a folded branch shows

MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
VALUES = (
    "id", "author", "author_url", "iso", "day", "exact", "html", "reason", "replies", "first_words", "revision",
    "post_revision", "reply_url", "branch_url", "comment_url", "parent_anchor", "parent_author", "report_url",
    "post_history_url",
)  # fmt: skip


def as_html(rows: Iterable[Row], *, post: Post, viewer: Viewer) -> SafeString:
    """The list items of ``rows``, for ``viewer``, to stand inside an ``<ol class="thread">``. No query."""
    return markup.assemble(_pieces(rows, post=post, viewer=viewer))


def _pieces(rows: Iterable[Row], *, post: Post, viewer: Viewer) -> Iterable[str]:
    now = timezone.now()
    refusal = refusal_to_discuss(viewer, post, now=now)
    open_to_replies = refusal is None or refusal.code == "anonymous"  # who is not logged in is asked to
    moderates = is_moderator(viewer)
    urls = _urls(post)
    for row in rows:
        node = row.node
        own = node.author_id is not None and node.author_id == viewer.pk
        stencil = _stencil(
            hidden=node.hidden_at is not None,
            retracted=node.retracted_at is not None,
            answers=open_to_replies and node.hidden_at is None,
            own=own,
            moderates=moderates,
            logged_in=viewer.is_authenticated,
            edited=node.revision > 1,
            older_post=node.post_revision < post.revision and not post.is_tombstone,
            by_post_author=node.author_id is not None and node.author_id == post.author_id and not post.is_tombstone,
            placeholder=node.placeholder,
            anonymous=node.author_id is None,
            flattened=row.is_flattened,
            top=row.parent is None,
            folds=_folds(row),
        )
        yield stencil.fill(_values(row, urls))
        yield '<ol class="replies">' if row.opens else "</details></li>"
        yield "</ol></details></li>" * row.closes


def _folds(row: Row) -> str:
    """How the folded line counts what it hides: nothing, one reply, or several."""
    if row.is_flattened or not row.opens or row.descendants == 0:
        return "none"
    return "one" if row.descendants == 1 else "many"


def _urls(post: Post) -> dict[str, str]:
    thread = post.get_absolute_url()
    return {
        "reply_url": reverse("comments:reply", args=[post.pk]),
        "branch_url": f"{thread}c/",
        "post_history_url": reverse("posts:history", args=[post.pk]),
        "comment_url": "/comments/",
        "report_url": "/moderation/report/comment/",
    }


def _values(row: Row, urls: dict[str, str]) -> dict[str, str]:
    node = row.node
    author = html.escape(node.author_name)
    return urls | {
        "id": str(node.pk),
        "author": author,
        "author_url": f"/u/{node.username}/",
        "iso": node.published_at.isoformat(timespec="seconds"),
        "day": _day(node.published_at),
        "exact": _exact(node.published_at),
        "html": node.html,
        "reason": html.escape(node.hidden_reason.rstrip(".")),
        "replies": str(row.descendants),
        "first_words": _first_words(node),
        "revision": str(node.revision),
        "post_revision": str(node.post_revision),
        "parent_anchor": f"c{row.parent.pk}" if row.parent else "post",
        "parent_author": _called(row.parent) if row.parent else "",
    }


def _called(parent: Node) -> str:
    """Whom a reply answers; who wrote what was withdrawn is withdrawn with it."""
    return "a withdrawn comment" if parent.is_tombstone else html.escape(parent.author_name or "somebody")


def _day(at: datetime) -> str:
    return f"{at.day} {MONTHS[at.month]} {at.year}"


def _exact(at: datetime) -> str:
    return f"{_day(at)}, {at.hour:02}:{at.minute:02} UTC"


def _first_words(node: Node) -> str:
    """How the text begins, without its markup, escaped; from its first 600 characters, for pages have thousands."""
    words = html.unescape(re.sub(r"<[^>]*>?", " ", node.html[:600]))
    words = " ".join(words.split())
    if len(words) > FOLD_WORDS:
        words = words[:FOLD_WORDS].rsplit(" ", 1)[0] + "…"
    return html.escape(words)


def _stencil(**variant: bool | str) -> Stencil:
    return _cut(tuple(variant.items())) if not settings.DEBUG else Stencil(TEMPLATE, VALUES, variant)


TEMPLATE = "comments/comment.html"


@lru_cache(maxsize=512)
def _cut(variant: tuple[tuple[str, bool | str], ...]) -> Stencil:
    return Stencil(TEMPLATE, VALUES, dict(variant))
