"""A thread as it is read: one flat query, one sort, one walk. Nothing recurses over depth."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from math import inf
from typing import Any

from forum.comments.models import Comment
from forum.posts.models import Post


class Order(StrEnum):
    """How siblings stand, at every level alike."""

    OLD = "old"
    NEW = "new"
    ACTIVE = "active"  # the branch with the newest visible comment first; tombstones alone come last


@dataclass(slots=True)
class Node:
    """One comment as a page needs it; ``slots`` because there are thousands."""

    pk: int
    parent_id: int | None
    published_at: datetime
    edited_at: datetime | None
    hidden_at: datetime | None
    retracted_at: datetime | None
    revision: int
    post_revision: int
    author_id: int | None
    username: str
    display_name: str
    placeholder: bool
    html: str
    hidden_reason: str

    @property
    def is_tombstone(self) -> bool:
        return self.hidden_at is not None or self.retracted_at is not None

    @property
    def author_name(self) -> str:
        return self.display_name or self.username

    @property
    def shown_name(self) -> str:
        """Whose words they are, where the comment is only mentioned; a tombstone keeps its author to itself."""
        return "Withdrawn comment" if self.is_tombstone else self.author_name or "Somebody"


@dataclass(slots=True)
class Row:
    """A node in its place."""

    node: Node
    parent: Node | None  # None when the parent is not on the page
    level: int  # true depth below the first level of the page, from 0
    depth: int  # depth as displayed, at most the cap
    descendants: int = 0  # visible ones below it
    opens: bool = False  # the next row stands one list deeper
    closes: int = 0  # lists that end after this row, its own item aside

    @property
    def is_flattened(self) -> bool:
        """Whether it stands beside its parent instead of below it, so that the page must say what it answers."""
        return self.level > self.depth


FIELDS = (
    "pk", "parent_id", "body__published_at", "body__edited_at", "hidden_at", "retracted_at", "body__revision",
    "body__post_revision", "body__author_id", "body__author__username", "body__author__display_name",
    "body__author__placeholder", "body__html", "body__hidden_reason",
)  # fmt: skip


def load(post: Post) -> list[Node]:
    """All comments of a post, in reading order by age. One query, whatever their number."""
    return nodes_of(Comment.objects.filter(post=post).order_by())


def nodes_of(comments: Any) -> list[Node]:
    """The nodes of a queryset of comments. One query; the text of a tombstone is left where it is."""
    nodes = [Node(*values) for values in comments.values_list(*FIELDS)]
    for node in nodes:
        node.username, node.display_name = node.username or "", node.display_name or ""
        if node.is_tombstone:
            node.html = ""
    return nodes


def arrange(nodes: Sequence[Node], order: Order = Order.OLD, *, cap: int | None = None) -> list[Row]:
    """Put ``nodes`` (any order) in display order, siblings sorted by ``order``. No database.

    A node whose parent is not among ``nodes`` starts the page, so that the same function arranges a branch. Below
    ``cap`` levels the display goes no deeper: replies stand beside their parents there. The data never flattens.
    """
    by_pk = {node.pk: node for node in nodes}
    replies: dict[int | None, list[Node]] = defaultdict(list)
    for node in sorted(nodes, key=sort_key(order, nodes, by_pk)):
        replies[node.parent_id if node.parent_id in by_pk else None].append(node)

    rows: list[Row] = []
    pending = [(node, 0) for node in reversed(replies[None])]
    while pending:
        node, level = pending.pop()
        pending += [(child, level + 1) for child in reversed(replies.get(node.pk, ()))]
        parent = by_pk.get(node.parent_id) if node.parent_id else None
        rows.append(Row(node, parent, level, level if cap is None else min(level, cap)))
    _count_descendants(rows)
    for row, following in pairwise(rows):
        row.opens = following.depth > row.depth
        row.closes = max(row.depth - following.depth, 0)
    if rows:
        rows[-1].closes = rows[-1].depth
    return rows


def _count_descendants(rows: Iterable[Row]) -> None:
    """Fill in how many visible comments stand below each row: one pass over rows in display order.

    A row's count is complete when a row no deeper follows, and is handed to its parent then: every row is counted once,
    however deep it stands.
    """
    above: list[Row] = []

    def end(level: int) -> None:
        while len(above) > level:
            row = above.pop()
            if above:
                above[-1].descendants += row.descendants + (not row.node.is_tombstone)

    for row in rows:
        end(row.level)
        above.append(row)
    end(0)


def sort_key(order: Order, nodes: Sequence[Node], by_pk: dict[int, Node]) -> Callable[[Node], tuple[Any, ...]]:
    match order:
        case Order.OLD:
            return lambda node: (node.published_at, node.pk)
        case Order.NEW:
            return lambda node: (-node.published_at.timestamp(), -node.pk)
        case Order.ACTIVE:
            newest = _newest_below(nodes, by_pk)
            return lambda node: (-newest[node.pk].timestamp() if node.pk in newest else inf, -node.pk)


def _newest_below(nodes: Sequence[Node], by_pk: dict[int, Node]) -> dict[int, datetime]:
    """For each node the time of the newest visible comment in its branch, itself included; without one it has none.

    From the newest on, each climbs until it meets an ancestor that a newer one has reached: every edge is climbed once.
    """
    newest: dict[int, datetime] = {}
    visible = [node for node in nodes if not node.is_tombstone]
    for node in sorted(visible, key=lambda node: node.published_at, reverse=True):
        place: Node | None = node
        while place is not None and place.pk not in newest:
            newest[place.pk] = node.published_at
            place = by_pk.get(place.parent_id) if place.parent_id else None
    return newest
