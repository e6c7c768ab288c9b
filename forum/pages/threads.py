"""The thread page and the branch page: what people come for."""

import re
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.models import Viewer
from forum import markup
from forum.comments import listing, queries, thread
from forum.comments.permissions import refusal_to_discuss
from forum.comments.thread import Order, Row
from forum.kit.http import render_around
from forum.pages.versions import etag_for
from forum.posts.models import Post
from forum.posts.permissions import refusal_to_edit

HEADING = re.compile(r'<h([1-6]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)  # as markup writes them
FEWEST_HEADINGS = 2  # fewer make no contents
BAR_STEP = 7  # units from one bar to the next
MOST_IN_MAP = 240  # bars; more would be thinner than a pixel


@dataclass(frozen=True, slots=True)
class Bar:
    """One comment in the map of the thread: a bar whose indent is its depth and whose length its text's."""

    x: int
    y: int
    width: int


@require_safe
def show(request: HttpRequest, post_id: int, slug: str) -> HttpResponse:
    post = _post(request.user, post_id)
    order = _order(request)
    if slug != post.shown_slug:
        return _elsewhere(request, post.get_absolute_url())
    etag = etag_for(request, post)
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    rows = thread.arrange(thread.load(post), order, cap=listing.DEPTH_CAP)
    context = _context(post, rows, viewer=request.user) | {
        "order": order,
        "orders": list(Order),
        "contents": _contents(post),
        "bars": _bars(rows),
        "map_height": len(rows) * BAR_STEP,
    }
    comments = listing.pieces(rows, post=post, viewer=request.user, thread="")
    return _marked(render_around(request, "pages/thread.html", context, pieces=comments), etag)


@require_safe
def branch(request: HttpRequest, post_id: int, slug: str, comment_id: int) -> HttpResponse:
    """One comment with all below it, and what it answers above it. A moved comment leads to where it is now."""
    comment = queries.placed(comment_id)
    if comment is None:
        raise Http404("There is no such comment.")
    post = _post(request.user, comment.post_id)
    order = _order(request)
    comment.post = post
    if (post_id, slug) != (post.pk, post.shown_slug):
        return _elsewhere(request, comment.get_branch_url())
    etag = etag_for(request, post)
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    above, below = queries.around(comment)
    if not below:  # it was moved to another post while we read
        raise Http404("The comment has just been moved.")
    rows = thread.arrange(below, order, cap=listing.DEPTH_CAP)
    context = _context(post, rows, viewer=request.user) | {
        "order": order,
        "orders": list(Order),
        "comment": comment,
        "ancestors": above,
        "start": rows[0].node,
    }
    comments = listing.pieces(rows, post=post, viewer=request.user, thread="../../")
    return _marked(render_around(request, "pages/branch.html", context, pieces=comments), etag)


def _marked(response: HttpResponse, etag: str | None) -> HttpResponse:
    if etag:
        response["ETag"] = etag
    return response


def _post(viewer: Viewer, post_id: int) -> Post:
    posts = Post.objects.visible_to(viewer).select_related("author").defer("source")
    return get_object_or_404(posts, pk=post_id)


def _order(request: HttpRequest) -> Order:
    try:
        return Order(request.GET.get("sort", Order.OLD))
    except ValueError:
        raise Http404("There is no such order.") from None


def _elsewhere(request: HttpRequest, address: str) -> HttpResponse:
    """The id decides; a wrong or an old slug leads to the right one, with the question as it was."""
    question = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{question}" if question else address)


@require_safe
def bare(request: HttpRequest, post_id: int) -> HttpResponse:
    """``/posts/<id>/`` without the slug leads to the thread."""
    return redirect(_post(request.user, post_id), permanent=True)


def _context(post: Post, rows: list[Row], *, viewer: Viewer) -> dict[str, Any]:
    now = timezone.now()
    refusal = refusal_to_discuss(viewer, post, now=now)
    return {
        "post": post,
        "tags": sorted(post.tags.all(), key=attrgetter("name")),
        "size": len(rows),
        "shown": sum(not row.node.is_tombstone for row in rows),
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


def _bars(rows: list[Row]) -> list[Bar]:
    if len(rows) > MOST_IN_MAP:
        return []
    return [
        Bar(row.depth * 10, number * BAR_STEP, 8 + min(len(row.node.html) // 60, 32)) for number, row in enumerate(rows)
    ]
