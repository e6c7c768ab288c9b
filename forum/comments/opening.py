"""What a page shows of more comments than it should hold: the best of them, and stubs that count the others.

No database: ``thread.outline`` gives what is chosen from, and the chosen comments are loaded afterwards. Nothing
recurses over depth.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from forum.comments.thread import Line, Node, Order, Place, Row, Stub, join

STEPS = 8  # in which the first list alone would take up the budget


@dataclass(slots=True)
class Opening:
    """Which comments are shown, and what is left out. All counts are of comments that can be read."""

    lists: dict[int | None, list[int]]  # siblings in display order, by what they answer; None: the page's first list
    rest: dict[int | None, tuple[int, int]]  # by the same: after which comment others are left out, and how many
    below: dict[int, int]  # how many stand below a comment, shown or not
    shown: set[int]
    total: int  # of all that the page is about

    @property
    def left_out(self) -> int:
        return sum(count for _, count in self.rest.values())


def choose(
    places: Sequence[Place], order: Order, *, budget: int, root: int | None = None, after: int | None = None
) -> Opening:
    """Choose at most ``budget`` of ``places``, best first, and always a parent before its replies.

    One budget for the whole page, spent from a heap on the best candidate there is, as Reddit's tree builder does it.
    Without votes, the best are the first in ``order``. Attention falls as one over the place in a list (Zipf's law),
    and nobody reaches a reply but by what it answers: so the n-th reply, from 1, costs n + 1 times what its parent
    does. Of the first list an eighth of the budget costs 1 each, the next eighth 2, and so on: every branch is begun
    before one is followed far, and a long one gets no more than its best replies. Of two that cost the same the earlier
    in display order is taken. So lists end early and branches are cut at their depth, but nothing is missing between.

    The first list is what answers the post, or the replies to ``root``, which then stands above them. With ``after``
    it is what follows that comment there, and all replies when it is ``root``, which is not shown itself. Raises
    ValueError when ``after`` is not in that list.
    """
    known = {place[1] for place in places}
    replies: dict[int | None, list[Place]] = defaultdict(list)
    for place in places:
        replies[place[2] if place[2] in known else None].append(place)
    walk = _walk(replies)
    below = _below(walk)
    in_order = _sorter(order, walk)
    first, before = in_order(replies[root]), root or 0
    if after is not None and after != root:
        first, before = first[[place[1] for place in first].index(after) + 1 :], after
    opening = Opening(defaultdict(list), {}, below, set(), sum(_readable(place, below) for place in first))
    top = root if after is None else None
    if top in known:
        opening.lists[None].append(top)
        opening.shown.add(top)
        opening.total += sum(place[3] is None for place in places if place[1] == top)

    step = max(budget // STEPS, 1)
    siblings_of: dict[int | None, list[Place]] = {top: first}
    # Cost, way (the number in its list of each comment down to it; no two are the same), parent, cost of the parent.
    heap: list[tuple[int, tuple[int, ...], int | None, int]] = [(1, (0,), top, 0)] if first else []
    while heap and len(opening.shown) < budget:
        cost, way, parent, unit = heappop(heap)
        siblings, number = siblings_of[parent], way[-1] + 1
        pk = siblings[number - 1][1]
        opening.shown.add(pk)
        opening.lists[parent].append(pk)
        if number < len(siblings):
            next_cost = unit * (number + 2) if unit else 1 + number // step
            heappush(heap, (next_cost, (*way[:-1], number), parent, unit))
        if pk in replies:
            siblings_of[pk] = in_order(replies[pk])
            heappush(heap, (2 * cost, (*way, 0), pk, cost))
    for parent, siblings in siblings_of.items():
        shown = opening.lists.get(parent, [])
        if count := sum(_readable(place, below) for place in siblings[len(shown) :]):
            opening.rest[parent] = (shown[-1] if shown else parent or before, count)
    return opening


def unfold(
    opening: Opening, nodes: Iterable[Node], *, cap: int, level: int = 0, parent: Node | None = None
) -> list[Line]:
    """The chosen ``nodes`` (any order) in display order, as ``thread.arrange`` puts them, with stubs in their places.

    The first list stands ``level`` deep and answers ``parent``. A comment that is not among ``nodes`` was moved away
    after it had been chosen, and its branch with it.
    """
    by_pk = {node.pk: node for node in nodes}
    lines: list[Line] = []
    pending: list[tuple[int | None, int | None, Node | None, int]] = []  # the comment, or None for a stub; its list

    def push(owner: int | None, parent: Node | None, level: int) -> None:
        if owner in opening.rest:
            pending.append((None, owner, parent, level))
        pending.extend((pk, owner, parent, level) for pk in reversed(opening.lists.get(owner, ())))

    push(None, parent, level)
    while pending:
        pk, owner, parent, level = pending.pop()
        if pk is None:
            after, count = opening.rest[owner]
            lines.append(Stub(parent, after, count, level, min(level, cap)))
        elif node := by_pk.get(pk):
            lines.append(Row(node, parent, level, min(level, cap), opening.below[pk]))
            push(pk, node, level + 1)
    join(lines)
    return lines


def _readable(place: Place, below: dict[int, int]) -> int:
    return below[place[1]] + (place[3] is None)


def _walk(replies: dict[int | None, list[Place]]) -> list[Place]:
    """All of them, and each before the replies to it."""
    walk = list(replies[None])
    for place in walk:  # which grows meanwhile
        if place[1] in replies:
            walk += replies[place[1]]
    return walk


def _below(walk: list[Place]) -> dict[int, int]:
    """How many can be read below each."""
    below = dict.fromkeys((place[1] for place in walk), 0)
    for _, pk, parent, withdrawn in reversed(walk):
        if parent in below:
            below[parent] += below[pk] + (withdrawn is None)
    return below


def _newest(walk: list[Place]) -> dict[int, str]:
    """The newest time of what can be read of each branch, empty where nothing can."""
    newest = {pk: at if withdrawn is None else "" for at, pk, _, withdrawn in walk}
    for _, pk, parent, _ in reversed(walk):
        if parent in newest and newest[pk] > newest[parent]:
            newest[parent] = newest[pk]
    return newest


def _sorter(order: Order, walk: list[Place]) -> Callable[[list[Place]], list[Place]]:
    """Puts siblings in ``order``, as ``thread.arrange`` does."""
    if order is Order.ACTIVE:
        newest = _newest(walk)
        return lambda places: sorted(places, key=lambda place: (newest[place[1]], place[1]), reverse=True)
    return lambda places: sorted(places, reverse=order is Order.NEW)  # by time, then id
