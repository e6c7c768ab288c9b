"""Taking a thread, or a branch, away as a file."""

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from forum.comments.models import Comment
from forum.exports.formats import FORMATS, as_bytes
from forum.exports.load import load_thread
from forum.posts.models import Post


@require_safe
def export_thread(request: HttpRequest, post_id: int, name: str) -> HttpResponseBase:
    return _export(request, post_id, name)


@require_safe
def export_branch(request: HttpRequest, post_id: int, comment_id: int, name: str) -> HttpResponseBase:
    return _export(request, post_id, name, comment_id)


def _export(request: HttpRequest, post_id: int, name: str, comment_id: int | None = None) -> HttpResponseBase:
    if name not in FORMATS:
        raise Http404("There is no such format.")
    posts = Post.objects.visible_to(request.user).select_related("author")
    post = get_object_or_404(posts, pk=post_id)
    branch = get_object_or_404(Comment, pk=comment_id, post=post) if comment_id is not None else None
    thread = load_thread(post, viewer=request.user, branch=branch)
    chosen = FORMATS[name]
    response = StreamingHttpResponse(as_bytes(chosen.write(thread)), content_type=chosen.media_type)
    response["Content-Disposition"] = f'attachment; filename="{filename(post, branch)}{chosen.suffix}"'
    # It holds what this viewer may see, and is nothing for a search engine.
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


def filename(post: Post, branch: Comment | None) -> str:
    """Such as ``what-would-count-12`` or ``what-would-count-12-c99``: in ASCII, which every system can store."""
    slug = "" if post.is_tombstone else post.slug.encode("ascii", "ignore").decode("ascii").strip("-_")[:60].strip("-_")
    stem = f"{slug or 'thread'}-{post.pk}"
    return stem if branch is None else f"{stem}-{branch.key}"
