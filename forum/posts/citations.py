"""Texts that refer to a post show what it is called now.

The act that changes a title, or whether it may be shown, marks its own post in its own transaction; no other row is
touched there, so no lock is taken out of order. After the commit the texts are rendered anew, one a transaction, and
the mark goes. A request does that itself, or leaves it to a worker where there is one. The mark is the truth: what was
left undone, by a request or by a crash, ``manage.py work`` and ``manage.py rerender`` find by it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.tasks import TaskResult, TaskResultStatus, task
from django.utils import timezone

from forum import events
from forum.markup import Rendered
from forum.markup.renewal import Stored, anew
from forum.posts.models import Post

logger = logging.getLogger(__name__)

IN_A_REQUEST = 50  # texts of each room
SECONDS = 5.0  # and no more time for them: whoever renames a post waits for it
BATCH = 100  # texts in memory at once
LATER = timedelta(seconds=30)  # after which a task that failed is tried again


def follow(*, post_id: int, at: datetime) -> None:
    """Let the texts that refer to the post follow after the commit. The act has written ``at`` as its mark."""
    if catch_up.get_backend().supports_defer:
        catch_up.enqueue(post_id)  # a row of the act's own transaction: it is there if the act is
    else:
        transaction.on_commit(partial(_follow, post_id, at), robust=True)


def _follow(post_id: int, at: datetime) -> None:
    if not _show_the_title(post_id, at, in_a_request=True):
        logger.warning("Some texts that refer to post %d still show its old title: run manage.py rerender.", post_id)


@task
def catch_up(post_id: int) -> None:
    """Render all texts that refer to the post. Done a second time it finds no mark, and does nothing."""
    for at in Post.objects.cited_wrongly().filter(pk=post_id).values_list("citations_stale_at", flat=True):
        if at is not None:
            _show_the_title(post_id, at, in_a_request=False)


def try_again(*, task_result: TaskResult[Any, Any], **_: object) -> None:
    """A task fails for a lock that did not come or a database that was away, and the worker may outlive that: then no
    other begins with a sweep. Should this fail too, the worker ends."""
    if task_result.status == TaskResultStatus.FAILED:
        later = task_result.task.using(run_after=timezone.now() + LATER)
        later.enqueue(*task_result.args, **task_result.kwargs)


def sweep() -> int:
    """Have done again what was begun and not finished: the queue keeps a task of a killed worker as running for ever.

    Gives the number of posts whose texts have not all followed.
    """
    posts = due()
    for post_id, _ in posts:
        catch_up.enqueue(post_id)
    return len(posts)


def _show_the_title(post_id: int, at: datetime, *, in_a_request: bool) -> bool:
    answers = events.title_changed.send(sender=Post, post_id=post_id, in_a_request=in_a_request)
    done = all(followed for _, followed in answers)
    if done:
        settle([(post_id, at)])
    return done


def renew[Row: Model](
    rows: QuerySet[Row],
    *,
    stored: Callable[[Row], Stored],
    store: Callable[[Stored, Rendered], bool],
    in_a_request: bool,
) -> bool:
    """Render these texts anew; False when some are left, as they may be in a request."""
    begun = time.monotonic()
    for number, row in enumerate(_one_by_one(rows)):
        if in_a_request and (number == IN_A_REQUEST or time.monotonic() - begun > SECONDS):
            return False
        text = stored(row)
        store(text, anew(text))
    return True


def _one_by_one[Row: Model](rows: QuerySet[Row]) -> Iterator[Row]:
    ordered = rows.order_by("pk")
    batch = list(ordered[:BATCH])
    while batch:
        yield from batch
        batch = list(ordered.filter(pk__gt=batch[-1].pk)[:BATCH])


def due() -> list[tuple[int, datetime]]:
    """The posts whose texts have not all followed, and since when."""
    marked = Post.objects.cited_wrongly().order_by("pk").values_list("pk", "citations_stale_at")
    return [(pk, at) for pk, at in marked if at is not None]


def settle(followed: Iterable[tuple[int, datetime]]) -> None:
    """Take the marks away, but for posts that have changed once more."""
    for pk, at in followed:
        Post.objects.filter(pk=pk, citations_stale_at=at).update(citations_stale_at=None)
