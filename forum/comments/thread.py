"""A thread as it is read: one flat query, one sort, one walk. Nothing recurses over depth."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
from typing import Any

from django.db.models import Case, QuerySet, When
from django.db.models.functions import Coalesce

from accounts.models import User
from forum.comments.models import Comment
from forum.kit.compiled import Compiled
from forum.kit.moments import Written
from forum.posts.models import Post


class Order(StrEnum):
    """How siblings stand, at every level alike."""

    OLD = "old"
    NEW = "new"
    ACTIVE = "active"  # the branch with the newest visible comment first; tombstones alone come last


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote comments of a page; one object for all of them."""

    pk: int
    username: str
    display_name: str
    placeholder: bool

    @property
    def name(self) -> str:
        return self.display_name or self.username


@dataclass(slots=True)
class Node:
    """One comment as a page needs it; ``slots`` because there are thousands. Times are ``kit.moments.Written``."""

    pk: int
    parent_id: int | None
    published_at: str
    hidden_at: str | None
    retracted_at: str | None
    author: Author | None
    revision: int
    post_revision: int
    said: str  # its html; of a tombstone why it was hidden, "" if its author retracted it

    @property
    def html(self) -> str:
        return "" if self.is_tombstone else self.said

    @property
    def is_tombstone(self) -> bool:
        return self.hidden_at is not None or self.retracted_at is not None

    @property
    def author_name(self) -> str:
        return self.author.name if self.author else ""

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


@dataclass(slots=True)
class Stub:
    """Stands at the end of a list of siblings for those that the page leaves out, with all below them."""

    parent: Node | None  # what they answer; None: the post
    after: int  # the sibling they follow, or the parent when none of them is shown
    count: int  # those that can be read, all below them included
    level: int  # as a row's
    depth: int
    opens: bool = False
    closes: int = 0

    @property
    def is_flattened(self) -> bool:
        return self.level > self.depth


type Line = Row | Stub
type Place = tuple[str, int, int | None, str | None]  # published at, pk, parent, withdrawn at

PLACE = (Written("body__published_at"), "pk", "parent_id", Written(Coalesce("hidden_at", "retracted_at")))
# The text of a tombstone is not even read: in its place stands why it was hidden, "" if its author retracted it.
SAID = Case(When(hidden_at=None, retracted_at=None, then="body__html"), default="body__hidden_reason")
FIELDS = (
    "pk", "parent_id", Written("body__published_at"), Written("hidden_at"), Written("retracted_at"), "body__author_id",
    "body__revision", "body__post_revision", SAID,
)  # fmt: skip


IN_POST = Compiled(lambda post_id: Comment.objects.filter(post=post_id).order_by().values_list(*FIELDS))


def load(post: Post) -> list[Node]:
    """All comments of a post, in no order. Two queries, whatever their number."""
    return _nodes(IN_POST.rows(post.pk))


PLACES_IN_POST = Compiled(lambda post_id: Comment.objects.filter(post=post_id).order_by().values_list(*PLACE))


def outline(post: Post) -> list[Place]:
    """Where and when all comments of a post stand, in no order, without what they say. One query."""
    return PLACES_IN_POST.rows(post.pk)


def outline_of(comments: QuerySet[Comment]) -> list[Place]:
    """The same of ``comments``."""
    return list(comments.order_by().values_list(*PLACE))


def nodes_of(comments: QuerySet[Comment]) -> list[Node]:
    """The nodes of ``comments``, as they are ordered. Two queries, theirs and their authors'."""
    return _nodes(comments.values_list(*FIELDS))


def nodes_of_both(first: QuerySet[Comment], second: QuerySet[Comment]) -> tuple[list[Node], list[Node]]:
    """The same of two sets of comments, in three queries."""
    rows = list(first.values_list(*FIELDS))
    nodes = _nodes([*rows, *second.values_list(*FIELDS)])
    return nodes[: len(rows)], nodes[len(rows) :]


def _nodes(rows: Collection[tuple[Any, ...]]) -> list[Node]:
    """Instances of models would be five times as dear."""
    find = _authors({row[5] for row in rows} - {None}).get
    return [
        Node(pk, parent, published, hidden, retracted, find(author), revision, of_post, said)
        for pk, parent, published, hidden, retracted, author, revision, of_post, said in rows
    ]


def _authors(ids: set[int]) -> dict[int, Author]:
    people = User.objects.filter(pk__in=ids).values_list("pk", "username", "display_name", "placeholder")
    return {person[0]: Author(*person) for person in people} if ids else {}


def arrange(nodes: Sequence[Node], order: Order = Order.OLD, *, cap: int | None = None) -> list[Row]:
    """Put ``nodes`` (any order) in display order, siblings sorted by ``order``. No database.

    A node whose parent is not among ``nodes`` starts the page, so that the same function arranges a branch. Below
    ``cap`` levels the display goes no deeper: replies stand beside their parents there. The data never flattens.
    """
    by_pk = {node.pk: node for node in nodes}
    replies: dict[int | None, list[Node]] = defaultdict(list)
    # From the last to the first: what is taken from the end of a list is the first of it.
    for node in sorted(nodes, key=_sort_key(order, nodes, by_pk), reverse=order is Order.OLD):
        replies[node.parent_id if node.parent_id in by_pk else None].append(node)

    rows: list[Row] = []
    deepest = len(nodes) if cap is None else cap
    pending = [Row(node, None, 0, 0) for node in replies[None]]
    while pending:
        row = pending.pop()
        rows.append(row)
        if below := replies.get(row.node.pk):
            level = row.level + 1
            depth = min(level, deepest)
            pending += [Row(reply, row.node, level, depth) for reply in below]
    _count_descendants(rows)
    join(rows)
    return rows


def join(lines: Sequence[Row] | Sequence[Line]) -> None:
    """Fill in which lists open and close between ``lines``, given in display order."""
    for line, following in pairwise(lines):
        line.opens = following.depth > line.depth
        line.closes = max(line.depth - following.depth, 0)
    if lines:
        lines[-1].closes = lines[-1].depth - lines[0].depth


def _count_descendants(rows: Sequence[Row]) -> None:
    """Fill in how many visible comments stand below each row, given in display order.

    From the end: what was seen since the last row of a level stands below the next row a level higher.
    """
    below: dict[int, int] = defaultdict(int)  # by level
    for row in reversed(rows):
        row.descendants = below.pop(row.level + 1, 0)
        below[row.level] += row.descendants + (not row.node.is_tombstone)


def _sort_key(order: Order, nodes: Sequence[Node], by_pk: dict[int, Node]) -> Callable[[Node], Any]:
    """Gives what rises from the first sibling to the last (old), or from the last to the first (the others)."""
    if order is not Order.ACTIVE:
        return attrgetter("published_at", "pk")
    newest = _newest_below(nodes, by_pk)
    return lambda node: (newest.get(node.pk, ""), node.pk)


def _newest_below(nodes: Sequence[Node], by_pk: dict[int, Node]) -> dict[int, str]:
    """For each node the time of the newest visible comment in its branch, itself included; without one it has none.

    From the newest on, each climbs until it meets an ancestor that a newer one has reached: every edge is climbed once.
    """
    newest: dict[int, str] = {}
    visible = [node for node in nodes if not node.is_tombstone]
    for node in sorted(visible, key=attrgetter("published_at"), reverse=True):
        place: Node | None = node
        while place is not None and place.pk not in newest:
            newest[place.pk] = node.published_at
            place = by_pk.get(place.parent_id) if place.parent_id else None
    return newest
