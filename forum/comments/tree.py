"""The one door to the comment tree. Nothing else writes parent, tree_id, lft, rght or level.

django-mptt makes room in one statement and writes the child in another, and takes a new tree's number from a MAX() over
the whole table: two writers at once corrupt it (its documentation leaves mutual exclusion to the caller; measured with
eight processes: 53 tree ids used twice in about 190 inserts). So here

* each top-level comment is a tree of its own and ``tree_id`` is its id, known before the insert: no lock, no MAX();
* whoever changes a tree holds the row of its top-level comment first. Other trees, of the same post too, go on;
* locks are taken in one order, top-level rows by rising id, then single comments and their bodies, then posts by rising
  id, so that two acts never wait for each other. An act that has counted a post (``recount``) takes no more comments.

All functions need an open transaction unless they say otherwise.
"""

from collections.abc import Iterable, Mapping
from itertools import batched
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from forum.comments.models import Comment
from forum.comments.numbering import Position, number
from forum.kit.ids import reserve_ids
from forum.posts.models import Post

MAX_DEPTH = 200  # comments above each other, counted from a top-level one; no argument measured so far went past 24
ATTEMPTS = 20  # at locking a tree before it counts as broken; each failure means that a move was faster


class TooDeep(Exception):  # noqa: N818 - the services turn it into a refusal
    """The comment, or the deepest one of a moved branch, would stand deeper than MAX_DEPTH."""


class MovedIntoItself(Exception):  # noqa: N818 - the services turn it into a refusal
    """The new parent of a branch is one of its own comments."""


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
    """The comment, read after its tree is ours until the end of the transaction. Raises Comment.DoesNotExist."""
    return locked_all([comment_id])[comment_id]


def locked_all(comment_ids: Iterable[int]) -> dict[int, Comment]:
    """The same for several comments at once, by id: an act that writes to several trees takes all its locks here.

    A move may take a comment to another tree while we wait. The locks are given back then, by going back to a
    savepoint, before the right ones are taken.
    """
    wanted = set(comment_ids)
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _lock_trees_of(wanted)
        except _MovedMeanwhile:
            continue
    raise RuntimeError(f"The trees of the comments {sorted(wanted)} stay out of reach. Run check_trees --fix.")


class _MovedMeanwhile(Exception):  # noqa: N818 - it never leaves this module
    """A comment stands in another tree than the one that was locked for it."""


def _lock_trees_of(wanted: set[int]) -> dict[int, Comment]:
    tree_ids = set(Comment.objects.filter(pk__in=wanted).order_by().values_list("tree_id", flat=True))
    for tree_id in sorted(tree_ids):
        # One by one, each looked at before the next is asked for: one that has become a reply is no lock but a row that
        # the holder of its new tree may want to write, who would wait for us as we for them.
        # NO KEY, since FOR UPDATE would stop every insert that refers to the row. On SQLite the transaction is the
        # lock.
        top = Comment.objects.select_for_update(no_key=True).filter(pk=tree_id).values_list("parent_id", flat=True)
        if any(parent_id is not None for parent_id in top):
            raise _MovedMeanwhile
    found = Comment.objects.in_bulk(wanted)
    if missing := wanted - found.keys():
        raise Comment.DoesNotExist(f"no comment {min(missing)}")
    if not {comment.tree_id for comment in found.values()} <= tree_ids:
        raise _MovedMeanwhile
    return found


def branch_of(comment: Comment) -> QuerySet[Comment]:
    """``comment`` and its descendants, as far as they belong to its post. Needs no transaction.

    The bounds are read by the query itself: those of an instance are out of date as soon as somebody replies.
    """
    top = Comment.objects.filter(pk=comment.pk)
    return Comment.objects.filter(
        post_id=comment.post_id,
        tree_id=top.values("tree_id")[:1],
        lft__gte=top.values("lft")[:1],
        lft__lt=top.values("rght")[:1],
    ).order_by("lft")


def ancestors_of(comment: Comment) -> QuerySet[Comment]:
    """From the top-level comment down to the parent. Needs no transaction."""
    bottom = Comment.objects.filter(pk=comment.pk)
    return Comment.objects.filter(
        tree_id=bottom.values("tree_id")[:1],
        lft__lt=bottom.values("lft")[:1],
        rght__gt=bottom.values("rght")[:1],
    ).order_by("lft")


def move(comment: Comment, *, parent: Comment | None, post_id: int) -> Comment:
    """Put a branch under ``parent``, as its last child, or make it top-level in ``post_id`` (None).

    ``locked_all`` gave both comments. Raises TooDeep, and MovedIntoItself when the parent stands inside the branch.
    """
    if parent is not None:
        if parent.tree_id == comment.tree_id and comment.lft <= parent.lft < comment.rght:
            raise MovedIntoItself
        deepest = branch_of(comment).aggregate(level=Max("level"))["level"]
        if parent.level + 1 + deepest - comment.level >= MAX_DEPTH:
            raise TooDeep
    branch_of(comment).update(post_id=post_id)
    # Bounds are a cache of the parents: writing the parent and numbering the touched trees anew is as good as
    # django-mptt's own move, whose steps in between the constraints refuse, and needs none of its private functions.
    trees = Comment.objects.filter(tree_id__in={comment.tree_id, parent.tree_id if parent else comment.tree_id})
    stored = stored_rows(trees)
    stored[comment.pk] = stored.pop(comment.pk)  # siblings are numbered in this order
    renumber(stored, new_parents={comment.pk: parent.pk if parent else None})
    return Comment.objects.get(pk=comment.pk)


class Stored(NamedTuple):
    """A row of the tree without the price of a model instance."""

    pk: int
    parent_id: int | None
    post_id: int
    tree_id: int
    lft: int
    rght: int
    level: int

    @property
    def position(self) -> Position:
        return Position(self.tree_id, self.lft, self.rght, self.level)


def stored_rows(comments: QuerySet[Comment]) -> dict[int, Stored]:
    """In the order in which siblings stand, by id."""
    rows = comments.order_by("tree_id", "lft", "pk").values_list(*Stored._fields)
    return {row[0]: Stored(*row) for row in rows}


def renumber(stored: Mapping[int, Stored], *, new_parents: Mapping[int, int | None]) -> int:
    """Number whole trees by their parents, ``new_parents`` before the stored ones; gives the number of rows written.

    Writes only rows that differ. The constraint wants a top-level comment to be its own tree at every moment, so a row
    gets a parent before its new position, and loses it after.
    """
    edges = {pk: new_parents.get(pk, row.parent_id) for pk, row in stored.items()}
    positions = number(edges)
    reparented = {pk: parent_id for pk, parent_id in new_parents.items() if stored[pk].parent_id != parent_id}
    for pk, parent_id in reparented.items():
        if parent_id is not None:
            Comment.objects.filter(pk=pk).update(parent_id=parent_id)
    misplaced = {pk: position for pk, position in positions.items() if position != stored[pk].position}
    _write(misplaced)
    Comment.objects.filter(pk__in=[pk for pk, parent_id in reparented.items() if parent_id is None]).update(parent=None)
    return len(misplaced.keys() | reparented.keys())


def _write(positions: Mapping[int, Position]) -> None:
    """Raw: bulk_update, with a CASE of hundreds of branches for each column, takes 80 times as long (1 s for 1,738)."""
    table = connection.ops.quote_name(Comment._meta.db_table)
    for batch in batched(positions.items(), 500):
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(batch))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET tree_id = place.column2, lft = place.column3, rght = place.column4, "  # noqa: S608
                f"level = place.column5 FROM (VALUES {rows}) AS place WHERE {table}.id = place.column1",
                [value for pk, place in batch for value in (pk, place.tree_id, place.lft, place.rght, place.level)],
            )


class Reserved(NamedTuple):
    """The place of a comment that is about to be written."""

    pk: int
    parent_id: int | None
    position: Position


def reserve_many(parents: list[int | None]) -> list[Reserved]:
    """Places of whole new branches: for whoever writes the rows at once.

    ``parents[i]`` is the index in ``parents`` of the parent of the i-th comment, or None for a top-level one; a parent
    comes before its children. Raises TooDeep.
    """
    ids = reserve_ids(Comment, len(parents)) if parents else []
    edges = {pk: None if parent is None else ids[parent] for pk, parent in zip(ids, parents, strict=True)}
    positions = number(edges)
    if len(positions) != len(parents):
        raise ValueError("a comment's parent is not among those inserted before it")
    if any(place.level >= MAX_DEPTH for place in positions.values()):
        raise TooDeep
    return [Reserved(pk, edges[pk], positions[pk]) for pk in ids]


def insert_many(comments: list[Comment], *, parents: list[int | None]) -> list[Comment]:
    """Insert whole new branches at once; ``parents`` as for ``reserve_many``.

    Sets ids, parents and positions. Raises TooDeep and writes nothing then.
    """
    for comment, (pk, parent_id, place) in zip(comments, reserve_many(parents), strict=True):
        comment.pk, comment.parent_id = pk, parent_id
        comment.tree_id, comment.lft, comment.rght, comment.level = place.tree_id, place.lft, place.rght, place.level
    return Comment.objects.bulk_create(comments, batch_size=2000)


def lock_post(post_id: int) -> None:
    """Hold the post's row, so that its comments can be counted. After any tree, by the order of locks."""
    list(Post.objects.select_for_update(no_key=True).filter(pk=post_id).values_list("pk", flat=True))
