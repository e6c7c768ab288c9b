"""Trees compared with what their parents say, and made anew where they differ: ``manage.py check_trees``.

What is written goes through the one door, ``tree.renumber``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import batched, groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F

from forum.comments.models import Comment
from forum.comments.numbering import in_loop, number
from forum.comments.tree import Stored, renumber, stored_rows

AT_ONCE = 500  # ids in a query; databases take only so many parameters


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


class Rebuilt(NamedTuple):
    """What ``rebuild`` did."""

    comments: int  # rows written
    posts: set[int]  # of all comments it read: what is told of them may have changed


@transaction.atomic
def rebuild(tree_ids: Iterable[int]) -> Rebuilt:
    """Number broken trees by their parents.

    What hangs on their comments comes to them, and their comments go to the trees and posts in which their parents
    stand. All other trees stay unread, since a thread may have a million comments. A loop of parents is cut at its
    oldest comment, which becomes top-level, as does a comment whose parent does not exist.
    """
    _lock_all_trees()
    stored = _read_around(set(tree_ids))
    edges = {pk: row.parent_id for pk, row in stored.items()}
    nowhere = _nowhere({parent for parent in edges.values() if parent is not None} - stored.keys())
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
        for some in batched(pks, AT_ONCE):
            written += Comment.objects.filter(pk__in=some).update(post_id=right_post)
    return Rebuilt(written, {row.post_id for row in stored.values()})


def _read_around(tree_ids: set[int]) -> dict[int, Stored]:
    """These trees, those in which parents of their comments stand, and what hangs on the comments of all of them.

    To be asked under the lock: a move may have taken a parent to another tree since the faults were found.
    """
    above: set[int] = set()
    for some in batched(sorted(tree_ids), AT_ONCE):
        parents = Comment.objects.filter(children__tree_id__in=some)
        above.update(parents.order_by().values_list("tree_id", flat=True).distinct())
    stored: dict[int, Stored] = {}
    below: dict[int, Stored] = {}  # what answers these comments from other trees, level by level
    for some in batched(sorted(tree_ids | above), AT_ONCE):
        stored |= stored_rows(Comment.objects.filter(tree_id__in=some))
        answers = Comment.objects.filter(parent__tree_id__in=some)
        below |= stored_rows(answers.exclude(tree_id=F("parent__tree_id")))
    while fresh := below.keys() - stored.keys():
        stored |= {pk: row for pk, row in below.items() if pk in fresh}
        below = {}
        for some in batched(sorted(fresh), AT_ONCE):
            below |= stored_rows(Comment.objects.filter(parent_id__in=some))
    return stored


def _nowhere(pks: set[int]) -> set[int]:
    """Those of ``pks`` that no comment has."""
    found: set[int] = set()
    for some in batched(pks, AT_ONCE):
        found.update(Comment.objects.filter(pk__in=some).values_list("pk", flat=True))
    return pks - found


def _lock_all_trees() -> None:
    """Let nobody write comments until the commit: in a broken tree the ``tree_id`` that names its lock may be wrong.

    On SQLite the transaction does it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # EXCLUSIVE and nothing less: only it also waits for those who have locked a tree and not written yet.
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(Comment._meta.db_table)} IN EXCLUSIVE MODE")
