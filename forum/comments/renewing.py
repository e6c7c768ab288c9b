"""Comments whose html is not what the renderer makes now. ``manage.py rerender`` and the followers are the callers."""

from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from forum.comments.models import Comment, CommentBody
from forum.comments.references import LEDGER
from forum.markup import NOBODY, RENDER_VERSION, Known, Rendered
from forum.markup.renewal import Stored, anew
from forum.posts import services as posts
from forum.posts.models import Post, text_key

_TEXT = ("uid", "source", "source_format", "html")


def wanting(*, every: bool) -> QuerySet[CommentBody]:
    """Those of another version or with a post's old title in them, or every one; what is withdrawn too, which may come
    back."""
    bodies = CommentBody.objects.only(*_TEXT)
    stale = ~Q(render_version=RENDER_VERSION) | Q(pk__in=LEDGER.citing(Post.objects.cited_wrongly()))
    return bodies if every else bodies.filter(stale)


def citing(cited: QuerySet[Post]) -> QuerySet[CommentBody]:
    """Those that refer to ``cited``, or would."""
    return CommentBody.objects.only(*_TEXT).filter(pk__in=LEDGER.citing(cited))


def stored(body: CommentBody) -> Stored:
    """With what it refers to as that is now: up to three queries, none when it names nothing."""
    return Stored(
        pk=body.pk,
        name=f"comment {body.pk}",
        key=text_key(body.uid),
        source=body.source,
        source_format=body.source_format,
        html=body.html,
        known=LEDGER.known_for(body.source, source_format=body.source_format, text_id=body.pk),
    )


@transaction.atomic
def store(text: Stored, rendered: Rendered) -> bool:
    """Write the new html. False, and nothing written, when the comment was edited meanwhile.

    One comment a transaction, with the locks of an edit in their order: so neither waits for the other in a circle.
    """
    comment = Comment.objects.select_for_update(no_key=True).filter(pk=text.pk).first()
    bodies = CommentBody.objects.filter(pk=text.pk, source=text.source, source_format=text.source_format)
    if comment is None or not bodies.update(html=rendered.html, render_version=rendered.version):
        return False
    author_id = bodies.values_list("author", flat=True).get()
    LEDGER.keep(text.pk, rendered, text.known, author_id=author_id)
    look_again(comment_id=text.pk, known=text.known)
    if rendered.html != text.html:
        posts.touch_thread(post_id=comment.post_id)
    return True


def look_again(*, comment_id: int, known: Known) -> None:
    """After the commit: what the text refers to may have changed since it was looked up. Whoever stores a text must, or
    the older of two renderings at once could stand last."""
    if known is not NOBODY:  # it names something
        transaction.on_commit(partial(_renew_if_other, comment_id, known), robust=True)


def _renew_if_other(comment_id: int, known: Known) -> None:
    for body in CommentBody.objects.only(*_TEXT).filter(pk=comment_id):
        if (text := stored(body)).known != known:
            store(text, anew(text))
