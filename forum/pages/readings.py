"""What one page shows of a discussion: all of it, the best of a big one, or what a stub stands for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest

from forum.comments import budget, listing, queries, thread
from forum.comments.models import Comment
from forum.comments.opening import Opening, unfold
from forum.comments.thread import Line, Node, Order, Row
from forum.kit.converters import id_in
from forum.posts.models import Post


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for after its ``?``."""

    order: Order
    all: bool  # on one page, if it can hold them
    after: int | None  # what a stub stands for: the comments that follow this one
    level: int  # how deep that stub stands on the page that it will be part of

    @property
    def question(self) -> str:
        """What every address on the page asks for besides, to be followed by the rest of it."""
        return "" if self.order is Order.OLD else f"sort={self.order}&"


def asked(request: HttpRequest) -> Asked:
    """Raises Http404 for what no page of ours asks."""
    after = id_in(request.GET["after"]) if "after" in request.GET else None
    level = request.GET.get("level", "0")
    if ("after" in request.GET and not after) or level not in {str(number) for number in range(listing.DEPTH_CAP + 2)}:
        raise Http404("There is no such place in a discussion.")
    try:
        order = Order(request.GET.get("sort", Order.OLD))
    except ValueError:
        raise Http404("There is no such order.") from None
    return Asked(order, "all" in request.GET, after, int(level))


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines of a page; how many comments that can be read it is about, and how many of them stubs stand for."""

    lines: Sequence[Line]
    total: int
    left_out: int = 0
    fits: bool = True  # whether one page can hold all of it
    above: Sequence[Node] = ()  # what the first of them answer, from the top down


def of_thread(post: Post, asked: Asked) -> Reading:
    if budget.fits(post.comment_count, wanted=asked.all):
        return _whole(thread.arrange(thread.load(post), asked.order, cap=listing.DEPTH_CAP))
    chosen, nodes = queries.opening_of(post, asked.order)
    return _opened(chosen, nodes, size=post.comment_count)


def of_branch(comment: Comment, asked: Asked) -> Reading:
    """Has no lines if ``comment`` was moved to another post while we read."""
    size = queries.size_of_branch(comment)
    if budget.fits(size, wanted=asked.all):
        above, below = queries.around(comment)
        return _whole(thread.arrange(below, asked.order, cap=listing.DEPTH_CAP), above)
    chosen, above, nodes = queries.opening_around(comment, asked.order)
    return _opened(chosen, nodes, above, size=size)


def of_rest(post: Post, comment: Comment | None, asked: Asked) -> Reading:
    """What a stub in the list of what answers ``comment``, or the post, stands for. Raises ValueError when the comment
    that it follows is no longer there."""
    chosen, above, nodes = queries.rest_of(post, comment, asked.order, after=asked.after or 0)
    parent = above[-1] if above else None
    lines = unfold(chosen, nodes, cap=listing.DEPTH_CAP, level=asked.level, parent=parent)
    return Reading(lines, chosen.total, chosen.left_out, above=above)


def _whole(rows: list[Row], above: Sequence[Node] = ()) -> Reading:
    return Reading(rows, sum(not row.node.is_tombstone for row in rows), above=above)


def _opened(chosen: Opening, nodes: list[Node], above: Sequence[Node] = (), *, size: int) -> Reading:
    """``size`` is by what ``?all`` is decided: of a branch it counts tombstones, which ``chosen.total`` does not."""
    lines, fits = unfold(chosen, nodes, cap=listing.DEPTH_CAP), budget.fits(size, wanted=True)
    return Reading(lines, chosen.total, chosen.left_out, fits, above)
