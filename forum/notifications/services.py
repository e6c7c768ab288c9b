"""Telling people, and what they have seen of it."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from forum.comments.models import Comment
from forum.notifications.models import Notice
from forum.posts.models import Post


def tell(*, people: Iterable[int], text: Post | Comment) -> None:
    """Put a notice of ``text`` into the inboxes of ``people`` (ids). Who has been told of it before is not told again.

    In the act's transaction. The numbers beside "Inbox" follow after the commit: whoever renames a person holds the
    person's row and waits for posts, so an act that holds a post must not wait for people.
    """
    target = {"post": text} if isinstance(text, Post) else {"comment": text}
    told = sorted(set(people))
    now = timezone.now()
    Notice.objects.bulk_create(
        [Notice(reader_id=pk, told_at=now, **target) for pk in told],
        ignore_conflicts=True,
    )
    transaction.on_commit(partial(count_unseen, told), robust=True)


def count_anew(*, post_id: int) -> None:
    """After the commit: count for everybody who has something unseen in this discussion, of which texts were withdrawn
    or restored."""
    transaction.on_commit(partial(_count_in, post_id), robust=True)


def _count_in(post_id: int) -> None:
    notices = Notice.objects.unseen().filter(Q(post=post_id) | Q(comment__post=post_id))
    count_unseen(notices.order_by().values_list("reader", flat=True).distinct())


def count_unseen(people: Iterable[int]) -> None:
    """One person a transaction, so that two acts never wait for each other's people.

    Each is locked before anything is counted. Else who has counted first may write last, and what the other told would
    be missing from the number.
    """
    for pk in people:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk").first()
            accounts.set_unseen(person_id=pk, unseen=Notice.objects.visible().unseen().filter(reader=pk).count())


def mark_seen(*, reader: User, notices: Iterable[Notice]) -> None:
    """Of one's own notices those that a page shows."""
    unseen = [notice.pk for notice in notices if notice.seen_at is None]
    if unseen:
        Notice.objects.filter(pk__in=unseen, reader=reader).update(seen_at=timezone.now())
    if unseen or reader.unseen:
        count_unseen([reader.pk])
        reader.refresh_from_db(fields=["unseen"])
