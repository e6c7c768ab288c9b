"""Posts whose html is not the renderer's newest. ``manage.py rerender`` is the caller."""

from django.db.models import F, QuerySet

from forum.markup import RENDER_VERSION, Rendered
from forum.markup.renewal import Stored
from forum.posts.models import Post, text_key


def wanting(*, every: bool) -> QuerySet[Post]:
    """Those of another version, or every one; drafts and what is withdrawn too, which may come back."""
    posts = Post.objects.only("uid", "source", "source_format", "html")
    return posts if every else posts.exclude(render_version=RENDER_VERSION)


def stored(post: Post) -> Stored:
    return Stored(
        pk=post.pk,
        name=f"post {post.pk}",
        key=text_key(post.uid),
        source=post.source,
        source_format=post.source_format,
        html=post.html,
    )


def store(text: Stored, rendered: Rendered) -> bool:
    """Write the new html. False, and nothing written, when the post was edited or discarded meanwhile."""
    changed = {"thread_version": F("thread_version") + 1} if rendered.html != text.html else {}
    written = Post.objects.filter(pk=text.pk, source=text.source, source_format=text.source_format).update(
        html=rendered.html, render_version=rendered.version, **changed
    )
    return written == 1
