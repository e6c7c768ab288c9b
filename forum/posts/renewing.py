"""Posts whose html is not what the renderer makes now. ``manage.py rerender`` and ``citations`` are the callers."""

from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet

from forum.markup import NOBODY, RENDER_VERSION, Known, Rendered
from forum.markup.renewal import Stored, anew
from forum.posts.models import Post, text_key
from forum.posts.references import LEDGER

_TEXT = ("uid", "source", "source_format", "html")


def wanting(*, every: bool) -> QuerySet[Post]:
    """Those of another version or with another post's old title in them, or every one; drafts and what is withdrawn
    too, which may come back."""
    posts = Post.objects.only(*_TEXT)
    stale = ~Q(render_version=RENDER_VERSION) | Q(pk__in=LEDGER.citing(Post.objects.cited_wrongly()))
    return posts if every else posts.filter(stale)


def citing(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Those that refer to ``posts``, or would."""
    return Post.objects.only(*_TEXT).filter(pk__in=LEDGER.citing(posts))


def stored(post: Post) -> Stored:
    """With what it refers to as that is now: up to three queries, none when it names nothing."""
    return Stored(
        pk=post.pk,
        name=f"post {post.pk}",
        key=text_key(post.uid),
        source=post.source,
        source_format=post.source_format,
        html=post.html,
        known=LEDGER.known_for(post.source, source_format=post.source_format, text_id=post.pk),
    )


@transaction.atomic
def store(text: Stored, rendered: Rendered) -> bool:
    """Write the new html. False, and nothing written, when the post was edited or discarded meanwhile."""
    changed = {"thread_version": F("thread_version") + 1} if rendered.html != text.html else {}
    posts = Post.objects.filter(pk=text.pk, source=text.source, source_format=text.source_format)
    if not posts.update(html=rendered.html, render_version=rendered.version, **changed):
        return False
    author_id = posts.values_list("author", flat=True).get()
    LEDGER.keep(text.pk, rendered, text.known, author_id=author_id)
    look_again(post_id=text.pk, known=text.known)
    return True


def look_again(*, post_id: int, known: Known) -> None:
    """After the commit: what the text refers to may have changed since it was looked up. Whoever stores a text must, or
    the older of two renderings at once could stand last."""
    if known is not NOBODY:  # it names something
        transaction.on_commit(partial(_renew_if_other, post_id, known), robust=True)


def _renew_if_other(post_id: int, known: Known) -> None:
    for post in Post.objects.only(*_TEXT).filter(pk=post_id):
        if (text := stored(post)).known != known:
            store(text, anew(text))
