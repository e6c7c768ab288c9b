"""Trees compared with what their parents say, and made anew where they differ: ``manage.py check_trees``.

What is written goes through the one door, ``tree.renumber``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched, groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from forum.comments.models import Comment
from forum.comments.numbering import in_loop, number
from forum.comments.tree import Stored, renumber, stored_rows


@dataclass(frozen=True, slots=True)
class Fault:
    """A tree that is not as its parents say."""

    post_id: int
    tree_id: int
    reason: str


def find_broken() -> list[Fault]:
    """Compare every stored position with the one its parents give. Needs no transaction.

    The rows stream by, and of those that are well only the path down to the present one is held. What differs is read
    once more by itself: a tree that somebody changed meanwhile is found well then.
    """
    rows = Comment.objects.order_by("tree_id", "lft", "pk").values_list(*Stored._fields).iterator(chunk_size=5000)
    broken = [tree_id for tree_id, tree in groupby(rows, key=itemgetter(3)) if not _is_whole(tree)]
    return [fault for tree_id in broken for fault in _faults(stored_rows(Comment.objects.filter(tree_id=tree_id)))]


def _is_whole(rows: Iterable[tuple[Any, ...]]) -> bool:
    """Whether the rows of one tree, by ``lft``, are as ``number`` would make them. Plain tuples: a million pass."""
    opened: list[tuple[int, int]] = []  # (id, rght) from the top-level comment down
    bound, post = 0, None
    for pk, parent_id, post_id, tree_id, lft, rght, level in rows:
        while opened and opened[-1][1] < lft:
            bound += 1
            if opened.pop()[1] != bound:
                return False
        bound += 1
        post = post_id if post is None else post
        above = opened[-1][0] if opened else None
        if (lft, level, parent_id, post_id) != (bound, len(opened), above, post) or (not opened and pk != tree_id):
            return False
        opened.append((pk, rght))
    return [rght for _, rght in reversed(opened)] == list(range(bound + 1, bound + 1 + len(opened)))


def _faults(tree: Mapping[int, Stored]) -> list[Fault]:
    positions = number({pk: row.parent_id for pk, row in tree.items()})
    reasons = set()
    for row in tree.values():
        if row.parent_id is not None and row.parent_id not in tree:
            reasons.add("a comment whose parent is in another tree, or nowhere")
        elif row.pk not in positions:
            reasons.add("a comment that its parents never lead to")
        elif positions[row.pk] != row.position:
            reasons.add("bounds or levels that differ from what the parents say")
    posts = {row.post_id for row in tree.values()}
    if len(posts) > 1:
        reasons.add("comments of several posts")
    return [Fault(min(posts), row.tree_id, reason) for reason in sorted(reasons)]


def trees_to_rebuild(faults: Iterable[Fault]) -> dict[int, set[int]]:
    """By post: the trees whose rebuilding there mends ``faults``.

    They are the broken ones, and those in which the parents of their comments stand: a branch may come back there.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for trees in _some_trees({fault.tree_id for fault in faults}):
        places = trees.order_by().values_list("tree_id", "post_id", "parent__tree_id", "parent__post_id").distinct()
        rows = list(places)
        above: dict[int, set[int]] = defaultdict(set)
        for tree_id, _, other, _ in rows:
            above[tree_id] |= {tree_id} | ({other} if other is not None else set())
        for tree_id, post_id, _, other_post in rows:
            for post in {post_id, other_post} - {None}:
                found[post] |= above[tree_id]
    return found


def _some_trees(tree_ids: Iterable[int]) -> Iterator[QuerySet[Comment]]:
    """By rising number, some hundreds at once: databases take only so many parameters."""
    for some in batched(sorted(tree_ids), 500):
        yield Comment.objects.filter(tree_id__in=some)


@transaction.atomic
def rebuild(post_id: int, *, tree_ids: set[int]) -> int:
    """Number these trees of a post by their parents; gives the number of rows written.

    Its other trees stay unread, since a thread may have a million comments. A loop of parents is cut at its oldest
    comment, which becomes top-level, as does a comment whose parent does not exist. A comment whose parent is in
    another post follows its parent there, when that post is rebuilt.
    """
    _lock_all_trees()
    stored: dict[int, Stored] = {}
    for trees in _some_trees(tree_ids):
        stored |= stored_rows(trees.filter(post_id=post_id))
    fresh = set(stored)
    while fresh:  # what hangs on these comments, wherever it is stored, level by level
        below: dict[int, Stored] = {}
        for some in batched(sorted(fresh), 500):
            below |= stored_rows(Comment.objects.filter(parent_id__in=some))
        fresh = below.keys() - stored.keys()
        stored |= {pk: below[pk] for pk in fresh}
    edges = {pk: row.parent_id for pk, row in stored.items()}
    elsewhere = {parent for parent in edges.values() if parent is not None} - stored.keys()
    nowhere = elsewhere - set(Comment.objects.filter(pk__in=elsewhere).values_list("pk", flat=True))
    new_parents: dict[int, int | None] = {}
    for pk in sorted(edges):
        if edges[pk] in nowhere or in_loop(pk, edges):
            edges[pk] = new_parents[pk] = None
    reached = {pk: place.tree_id for pk, place in number(edges).items()}
    written = renumber({pk: row for pk, row in stored.items() if pk in reached}, new_parents=new_parents)
    strays: dict[int, list[int]] = defaultdict(list)
    for pk, root in reached.items():
        if stored[pk].post_id != stored[root].post_id:
            strays[stored[root].post_id].append(pk)
    for right_post, pks in strays.items():
        written += Comment.objects.filter(pk__in=pks).update(post_id=right_post)
    return written


def _lock_all_trees() -> None:
    """Let nobody write comments until the commit: in a broken tree the ``tree_id`` that names its lock may be wrong.

    On SQLite the transaction does it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # EXCLUSIVE and nothing less: only it also waits for those who have locked a tree and not written yet.
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(Comment._meta.db_table)} IN EXCLUSIVE MODE")
