"""Texts that refer to a post show what it is called now.

The act that changes a title, or whether it may be shown, marks its own post in its own transaction; no other row is
touched there, so no lock is taken out of order. After the commit the texts are rendered anew, one a transaction, and
the mark goes. What a request leaves undone, or a crash, ``manage.py rerender`` finds by the mark.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Model, QuerySet

from forum import events
from forum.markup import Rendered
from forum.markup.renewal import Stored, anew
from forum.posts.models import Post

logger = logging.getLogger(__name__)

IN_A_REQUEST = 50  # texts of each room
SECONDS = 5.0  # and no more time for them: whoever renames a post waits for it


def follow(*, post_id: int, at: datetime) -> None:
    """Let the texts that refer to the post follow after the commit. The act has written ``at`` as its mark."""
    transaction.on_commit(partial(_follow, post_id, at), robust=True)


def _follow(post_id: int, at: datetime) -> None:
    answers = events.title_changed.send(sender=Post, post_id=post_id)
    if all(done for _, done in answers):
        settle([(post_id, at)])
    else:
        logger.warning("Some texts that refer to post %d still show its old title: run manage.py rerender.", post_id)


def renew[Row: Model](
    rows: QuerySet[Row], *, stored: Callable[[Row], Stored], store: Callable[[Stored, Rendered], bool]
) -> bool:
    """Render these texts anew; False when some are left."""
    begun = time.monotonic()
    for number, row in enumerate(rows.order_by("pk")[: IN_A_REQUEST + 1]):
        if number == IN_A_REQUEST or time.monotonic() - begun > SECONDS:
            return False
        text = stored(row)
        store(text, anew(text))
    return True


def due() -> list[tuple[int, datetime]]:
    """The posts whose texts have not all followed, and since when."""
    marked = Post.objects.cited_wrongly().order_by("pk").values_list("pk", "citations_stale_at")
    return [(pk, at) for pk, at in marked if at is not None]


def settle(followed: Iterable[tuple[int, datetime]]) -> None:
    """Take the marks away, but for posts that have changed once more."""
    for pk, at in followed:
        Post.objects.filter(pk=pk, citations_stale_at=at).update(citations_stale_at=None)
