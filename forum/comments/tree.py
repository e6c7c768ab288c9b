"""The one door to the comment tree. Nothing else writes parent, tree_id, lft, rght or level.

django-mptt makes room in one statement and writes the child in another, and takes a new tree's number from a MAX() over
the whole table: two writers at once corrupt it (its documentation leaves mutual exclusion to the caller; measured with
eight processes: 53 tree ids used twice in about 190 inserts). So here

* each top-level comment is a tree of its own and ``tree_id`` is its id, known before the insert: no lock, no MAX();
* whoever changes a tree holds the row of its top-level comment first. Other trees, of the same post too, go on;
* locks are taken in one order, top-level rows by rising id and then posts, so that two acts never wait for each other.

All functions need an open transaction unless they say otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from forum.comments.models import Comment
from forum.kit.ids import reserve_ids
from forum.posts.models import Post

MAX_DEPTH = 200  # comments above each other, counted from a top-level one; no argument measured so far went past 24


class TooDeep(Exception):  # noqa: N818 - the services turn it into a refusal
    """The comment, or the deepest one of a moved branch, would stand deeper than MAX_DEPTH."""


@dataclass(frozen=True, slots=True)
class Position:
    """What the tree stores of a comment beside its parent."""

    tree_id: int
    lft: int
    rght: int
    level: int


def insert_top_level(comment: Comment) -> Comment:
    """Insert ``comment`` as a tree of its own."""
    comment.pk = comment.tree_id = reserve_ids(Comment, 1)[0]
    comment.lft, comment.rght, comment.level = 1, 2, 0
    comment.save(force_insert=True)
    return comment


def insert_reply(comment: Comment, *, parent: Comment) -> Comment:
    """Insert ``comment`` as the last child of ``parent``, which ``locked`` gave."""
    if parent.level + 1 >= MAX_DEPTH:
        raise TooDeep
    comment.parent = parent
    comment.save(force_insert=True)
    return comment


def locked(comment_id: int) -> Comment:
    """The comment, read after its tree is ours until the end of the transaction. Raises Comment.DoesNotExist.

    A move may take the comment to another tree while we wait for the lock, hence the second look.
    """
    while True:
        tree_id = _tree_id(comment_id)
        _lock_trees(tree_id)
        comment = Comment.objects.get(pk=comment_id)
        if comment.tree_id == tree_id:
            return comment


def _tree_id(comment_id: int) -> int:
    return Comment.objects.values_list("tree_id", flat=True).get(pk=comment_id)


def _lock_trees(*tree_ids: int) -> None:
    # NO KEY: a plain FOR UPDATE would stop every insert that refers to the row. On SQLite the transaction is the lock.
    rows = Comment.objects.select_for_update(no_key=True).filter(pk__in=tree_ids).order_by("pk")
    list(rows.values_list("pk", flat=True))


def branch_of(comment: Comment) -> QuerySet[Comment]:
    """``comment`` and its descendants, in reading order. Needs no transaction."""
    return Comment.objects.filter(
        tree_id=comment.tree_id, lft__gte=comment.lft, rght__lte=comment.rght, post_id=comment.post_id
    )


def ancestors_of(comment: Comment) -> QuerySet[Comment]:
    """From the top-level comment down to the parent. Needs no transaction."""
    return Comment.objects.filter(tree_id=comment.tree_id, lft__lt=comment.lft, rght__gt=comment.rght).order_by("lft")


def move(comment_id: int, *, parent_id: int | None, post_id: int) -> tuple[Comment, int]:
    """Put a branch under ``parent_id`` (a comment of ``post_id``), or make it top-level in ``post_id`` (None).

    Gives the comment in its new place, and the post it stood in until now: the caller may have read that before
    another move.

    Raises TooDeep, and ValueError when the new parent stands inside the branch itself or in another post.
    """
    while True:
        tree_ids = {_tree_id(pk) for pk in (comment_id, parent_id) if pk is not None}
        _lock_trees(*tree_ids)
        comment = Comment.objects.get(pk=comment_id)
        parent = Comment.objects.get(pk=parent_id) if parent_id is not None else None
        if {place.tree_id for place in (comment, parent) if place is not None} == tree_ids:
            break
    if parent is not None:
        if parent.post_id != post_id:
            raise ValueError(f"comment {parent.pk} is not in post {post_id}")
        if parent.tree_id == comment.tree_id and comment.lft <= parent.lft < comment.rght:
            raise ValueError(f"comment {parent.pk} stands inside the branch of {comment.pk}")
        deepest = max(branch_of(comment).values_list("level", flat=True)) - comment.level
        if parent.level + 1 + deepest >= MAX_DEPTH:
            raise TooDeep
    before = comment.post_id
    branch_ids = list(branch_of(comment).values_list("pk", flat=True))
    trees = {comment.tree_id, parent.tree_id if parent else comment.pk}
    Comment.objects.filter(pk__in=branch_ids).update(post_id=post_id)
    # Bounds are a cache of the parents: writing the parent and numbering the touched trees anew is as good as
    # django-mptt's own move, whose steps in between the constraints refuse, and needs none of its private functions.
    _renumber(tree_ids=trees - {comment.pk}, extra=branch_ids, parents={comment.pk: parent_id})
    return Comment.objects.get(pk=comment_id), before


def _renumber(*, tree_ids: Iterable[int], extra: Iterable[int] = (), parents: Mapping[int, int | None] = {}) -> int:
    """Number the given trees, and the comments ``extra``, by their parents; ``parents`` overrides what is stored.

    Writes only rows that differ and gives their number.
    """
    rows = Comment.objects.filter(tree_id__in=tree_ids) | Comment.objects.filter(pk__in=extra)
    stored = {row.pk: row for row in rows.order_by("tree_id", "lft", "pk")}
    edges = {pk: parents.get(pk, row.parent_id) for pk, row in stored.items()}
    changed = []
    for pk, position in number(edges).items():
        row = stored[pk]
        if row.parent_id != edges[pk] or position != position_of(row):
            row.parent_id = edges[pk]
            row.tree_id, row.lft, row.rght, row.level = position.tree_id, position.lft, position.rght, position.level
            changed.append(row)
    Comment.objects.bulk_update(changed, ["parent", "tree_id", "lft", "rght", "level"], batch_size=500)
    return len(changed)


def position_of(comment: Comment) -> Position:
    return Position(comment.tree_id, comment.lft, comment.rght, comment.level)


def number(edges: Mapping[int, int | None]) -> dict[int, Position]:
    """Positions of a forest given as child -> parent; siblings stand in the order of ``edges``. No recursion.

    A parent that is not itself a key, and a loop, leave their nodes out: the caller decides what that means.
    """
    children: dict[int | None, list[int]] = defaultdict(list)
    for child, parent in edges.items():
        children[parent].append(child)
    positions: dict[int, Position] = {}
    for root in children[None]:
        opened: dict[int, tuple[int, int]] = {}  # id -> (lft, level)
        bound = 0
        pending: list[tuple[int, int, bool]] = [(root, 0, False)]
        while pending:
            node, level, done = pending.pop()
            bound += 1
            if done:
                lft, level = opened[node]
                positions[node] = Position(root, lft, bound, level)
                continue
            opened[node] = (bound, level)
            pending.append((node, level, True))
            pending += [(child, level + 1, False) for child in reversed(children.get(node, ()))]
    return positions


def insert_many(comments: list[Comment], *, parents: list[int | None]) -> list[Comment]:
    """Insert whole new branches at once: for imports and synthetic data.

    ``parents[i]`` is the index in ``comments`` of the parent of ``comments[i]``, or None for a top-level one; a parent
    comes before its children. Sets ids, parents and positions. Raises TooDeep and writes nothing then.
    """
    ids = reserve_ids(Comment, len(comments)) if comments else []
    edges = {pk: None if parent is None else ids[parent] for pk, parent in zip(ids, parents, strict=True)}
    positions = number(edges)
    if len(positions) != len(comments):
        raise ValueError("a comment's parent is not among those inserted before it")
    for comment, pk in zip(comments, ids, strict=True):
        place = positions[pk]
        if place.level >= MAX_DEPTH:
            raise TooDeep
        comment.pk, comment.parent_id = pk, edges[pk]
        comment.tree_id, comment.lft, comment.rght, comment.level = place.tree_id, place.lft, place.rght, place.level
    return Comment.objects.bulk_create(comments, batch_size=2000)


@dataclass(frozen=True, slots=True)
class Fault:
    """A tree that is not as its parents say."""

    post_id: int
    tree_id: int
    reason: str


def find_broken() -> list[Fault]:
    """Compare every stored position with the one its parents give. Needs no transaction; holds one tree at a time."""
    faults = []
    rows = Comment.objects.order_by("tree_id", "lft", "pk").iterator(chunk_size=5000)
    tree: list[Comment] = []
    for row in rows:
        if tree and tree[0].tree_id != row.tree_id:
            faults += _faults_of(tree)
            tree = []
        tree.append(row)
    return faults + (_faults_of(tree) if tree else [])


def _faults_of(tree: list[Comment]) -> list[Fault]:
    edges = {row.pk: row.parent_id for row in tree}
    positions = number(edges)
    reasons = set()
    if len({row.post_id for row in tree}) > 1:
        reasons.add("comments of several posts")
    for row in tree:
        if row.parent_id is not None and row.parent_id not in edges:
            reasons.add("a comment whose parent is in another tree")
        elif row.pk not in positions:
            reasons.add("a comment that its parents never lead to")
        elif positions[row.pk] != position_of(row):
            reasons.add("bounds or levels that differ from what the parents say")
    return [Fault(tree[0].post_id, tree[0].tree_id, reason) for reason in sorted(reasons)]


def posts_to_rebuild(faults: Iterable[Fault]) -> set[int]:
    """The posts whose rebuilding mends ``faults``: their own, and those of parents that stand elsewhere."""
    trees = {fault.tree_id for fault in faults}
    above = Comment.objects.filter(children__tree_id__in=trees).order_by().values_list("post_id", flat=True)
    return {fault.post_id for fault in faults} | set(above.distinct())


@transaction.atomic
def rebuild(post_id: int) -> int:
    """Number all trees of a post by their parents; gives the number of rows written.

    A loop of parents is cut at its oldest comment, which becomes top-level; a comment whose parent is in another post
    follows its parent there.
    """
    ids = set(Comment.objects.filter(post_id=post_id).values_list("pk", flat=True))
    fresh = ids
    while fresh:  # what hangs on these comments, wherever it is stored, level by level
        fresh = set(Comment.objects.filter(parent_id__in=fresh).values_list("pk", flat=True)) - ids
        ids |= fresh
    rows = list(Comment.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    edges = {row.pk: row.parent_id for row in rows}
    outside = {row.pk for row in rows if row.parent_id is not None and row.parent_id not in edges}
    heads: dict[int, int | None] = {}
    for pk in sorted(edges):
        if pk not in outside and _in_loop(pk, edges):
            edges[pk] = heads[pk] = None
    for pk in outside:  # they hang on a comment of another post, whose own rebuild takes them in
        del edges[pk]
    reached = number(edges)
    written = _renumber(tree_ids=(), extra=reached, parents=heads)
    roots = {pk: place.tree_id for pk, place in reached.items()}
    post_of = {row.pk: row.post_id for row in rows}
    for root in set(roots.values()):
        strays = [pk for pk, tree_id in roots.items() if tree_id == root and post_of[pk] != post_of[root]]
        written += Comment.objects.filter(pk__in=strays).update(post_id=post_of[root])
    return written


def _in_loop(pk: int, edges: Mapping[int, int | None]) -> bool:
    """Whether following the parents from ``pk`` leads back to it."""
    seen = set()
    node: int | None = pk
    while node is not None and node not in seen:
        seen.add(node)
        node = edges.get(node)
        if node == pk:
            return True
    return False


def lock_post(post_id: int) -> None:
    """Hold the post's row, so that its comments can be counted. After any tree, by the order of locks."""
    list(Post.objects.select_for_update(no_key=True).filter(pk=post_id).values_list("pk", flat=True))
