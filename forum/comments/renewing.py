"""Comments whose html is not the renderer's newest. ``manage.py rerender`` is the caller."""

from django.db import transaction
from django.db.models import QuerySet

from forum.comments.models import Comment, CommentBody
from forum.markup import RENDER_VERSION, Rendered
from forum.markup.renewal import Stored
from forum.posts import services as posts
from forum.posts.models import text_key


def wanting(*, every: bool) -> QuerySet[CommentBody]:
    """Those of another version, or every one; what is withdrawn too, which may come back."""
    bodies = CommentBody.objects.only("uid", "source", "source_format", "html")
    return bodies if every else bodies.exclude(render_version=RENDER_VERSION)


def stored(body: CommentBody) -> Stored:
    return Stored(
        pk=body.pk,
        name=f"comment {body.pk}",
        key=text_key(body.uid),
        source=body.source,
        source_format=body.source_format,
        html=body.html,
    )


@transaction.atomic
def store(text: Stored, rendered: Rendered) -> bool:
    """Write the new html. False, and nothing written, when the comment was edited meanwhile.

    One comment a transaction, with the locks of an edit in their order: so neither waits for the other in a circle.
    """
    comment = Comment.objects.select_for_update(no_key=True).filter(pk=text.pk).first()
    written = CommentBody.objects.filter(pk=text.pk, source=text.source, source_format=text.source_format).update(
        html=rendered.html, render_version=rendered.version
    )
    if comment and written and rendered.html != text.html:
        posts.touch_thread(post_id=comment.post_id)
    return written == 1
