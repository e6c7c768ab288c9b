"""The thread page and the branch page: what people come for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.models import Viewer
from forum import markup
from forum.comments import budget, listing, queries
from forum.comments.models import Comment
from forum.comments.permissions import refusal_to_discuss
from forum.comments.thread import Line, Order, Row
from forum.kit.compiled import Compiled
from forum.kit.http import render_around
from forum.pages import readings
from forum.pages.readings import Asked, Reading
from forum.pages.versions import etag_for, still_holds
from forum.posts.models import Post, Tag
from forum.posts.permissions import refusal_to_edit

HEADING = re.compile(r'<h([1-6]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)  # as markup writes them
FEWEST_HEADINGS = 2  # fewer make no contents
BAR_STEP = 7  # units from one bar to the next
MOST_IN_MAP = 240  # bars; more would be thinner than a pixel
TAGS = Compiled(lambda post_id: Tag.objects.filter(posts=post_id).order_by("name").values_list("name", "slug"))


@dataclass(frozen=True, slots=True)
class Bar:
    """One comment in the map of the thread: a bar whose indent is its depth and whose length its text's."""

    x: int
    y: int
    width: int


@require_safe
def show(request: HttpRequest, post_id: int, slug: str) -> HttpResponse:
    """A thread; with ``?after=`` those of its first comments that a stub of it stands for."""
    post = _post(request.user, post_id)
    asked = readings.asked(request)
    if slug != post.shown_slug:
        return _elsewhere(request, post.get_absolute_url())
    etag = etag_for(request, post)
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    if asked.after:
        return _marked(_rest(request, post, None, asked), etag, post)
    reading = readings.of_thread(post, asked)
    context = _context(post, reading, asked, viewer=request.user) | {
        "tags": [Tag(name=name, slug=slug) for name, slug in TAGS.rows(post.pk)],
        "contents": _contents(post),
        "bars": _bars(reading.lines),
        "map_height": len(reading.lines) * BAR_STEP,
    }
    return _marked(_page(request, "pages/thread.html", context, reading, thread=""), etag, post)


@require_safe
def branch(request: HttpRequest, post_id: int, slug: str, comment_id: int) -> HttpResponse:
    """One comment with all below it, and what it answers above it. A moved comment leads to where it is now.

    With ``?after=`` those replies to it that a stub stands for.
    """
    comment = queries.placed(comment_id)
    if comment is None:
        raise Http404("There is no such comment.")
    post = _post(request.user, comment.post_id)
    asked = readings.asked(request)
    comment.post = post
    if (post_id, slug) != (post.pk, post.shown_slug):
        return _elsewhere(request, comment.get_branch_url())
    etag = etag_for(request, post)
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    if asked.after:
        return _marked(_rest(request, post, comment, asked), etag, post)
    reading = readings.of_branch(comment, asked)
    start = next(iter(reading.lines), None)
    if not isinstance(start, Row):  # it was moved to another post while we read
        raise Http404("The comment has just been moved.")
    context = _context(post, reading, asked, viewer=request.user) | {
        "comment": comment,
        "ancestors": reading.above,
        "start": start.node,
        "thread_fits": budget.fits(post.comment_count, wanted=True),
    }
    return _marked(_page(request, "pages/branch.html", context, reading, thread="../../"), etag, post)


def _rest(request: HttpRequest, post: Post, comment: Comment | None, asked: Asked) -> HttpResponse:
    """What a stub stands for; all there is when the comment that it followed is gone, since nothing may be missed."""
    try:
        reading = readings.of_rest(post, comment, asked)
    except ValueError:
        return redirect(comment.get_branch_url() if comment else post)
    context = _context(post, reading, asked, viewer=request.user) | {"comment": comment, "ancestors": reading.above}
    # Its comments may become part of another page, so that they cannot be addressed from where it stands itself.
    return _page(request, "pages/rest.html", context, reading, thread=post.get_absolute_url())


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], reading: Reading, *, thread: str
) -> HttpResponse:
    question = context["asked"].question
    pieces = listing.pieces(reading.lines, post=context["post"], viewer=request.user, thread=thread, question=question)
    return render_around(request, template, context, pieces=pieces)


def _marked(response: HttpResponse, etag: str | None, post: Post) -> HttpResponse:
    """With its ETag, once all is read: a page of two versions bears the name of neither."""
    if etag and still_holds(post):
        response["ETag"] = etag
    return response


def _post(viewer: Viewer, post_id: int) -> Post:
    posts = Post.objects.visible_to(viewer).select_related("author").defer("source")
    return get_object_or_404(posts, pk=post_id)


def _elsewhere(request: HttpRequest, address: str) -> HttpResponse:
    """The id decides; a wrong or an old slug leads to the right one, with the question as it was."""
    question = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{question}" if question else address)


@require_safe
def bare(request: HttpRequest, post_id: int) -> HttpResponse:
    """``/posts/<id>/`` without the slug leads to the thread."""
    return redirect(_post(request.user, post_id), permanent=True)


def _context(post: Post, reading: Reading, asked: Asked, *, viewer: Viewer) -> dict[str, Any]:
    now = timezone.now()
    refusal = refusal_to_discuss(viewer, post, now=now)
    return {
        "post": post,
        "asked": asked,
        "order": asked.order,
        "orders": list(Order),
        "size": len(reading.lines),
        "shown": reading.total,
        "left_out": reading.left_out,
        "opened": reading.total - reading.left_out,
        "is_big": budget.is_big(max(reading.total, len(reading.lines))),  # tombstones are lines
        "fits": reading.fits,
        "may_comment": refusal is None or refusal.code == "anonymous",
        "closed": refusal.message if refusal and refusal.code != "anonymous" else "",
        "may_edit": viewer.is_authenticated and refusal_to_edit(viewer, post, now=now) is None,
    }


def _contents(post: Post) -> list[tuple[int, str, SafeString]]:
    """Level, id and words, with formulas, of the headings of the post; none when there are too few to need contents."""
    if post.is_tombstone:
        return []
    found: list[tuple[int, str, SafeString]] = [
        (int(level), anchor, markup.line_of(words)) for level, anchor, words in HEADING.findall(post.html)
    ]
    return found if len(found) >= FEWEST_HEADINGS else []


def _bars(lines: Sequence[Line]) -> list[Bar]:
    rows = [line for line in lines if isinstance(line, Row)]
    if len(rows) > MOST_IN_MAP or len(rows) < len(lines):
        return []
    return [
        Bar(row.depth * 10, number * BAR_STEP, 8 + min(len(row.node.html) // 60, 32)) for number, row in enumerate(rows)
    ]
