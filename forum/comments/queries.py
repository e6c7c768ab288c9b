"""Reads of comments that other rooms ask for. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from forum.comments import budget, tree
from forum.comments.models import Comment
from forum.comments.opening import Opening, choose
from forum.comments.thread import Node, Order, nodes_of, nodes_of_both, outline, outline_of
from forum.posts.models import Post


def placed(comment_id: int) -> Comment | None:
    """The comment and its place in the tree, without its body."""
    return Comment.objects.filter(pk=comment_id).first()


def branch(root: Comment) -> QuerySet[Comment]:
    """``root`` and what stands below it, whatever was written since ``root`` was read."""
    return tree.branch_of(root)


def around(comment: Comment) -> tuple[list[Node], list[Node]]:
    """What stands above ``comment``, from the top down, and its branch, itself included. Three queries.

    The cost is that of the branch and not of the thread.
    """
    return nodes_of_both(tree.ancestors_of(comment), tree.branch_of(comment).order_by())


def size_of_branch(comment: Comment) -> int:
    """By its bounds as ``comment`` was read, without a query. Tombstones count."""
    return (comment.rght - comment.lft + 1) // 2


def opening_of(post: Post, order: Order) -> tuple[Opening, list[Node]]:
    """The best comments of a post for one page. Three queries: all comments' places, those shown, their authors."""
    chosen = choose(outline(post), order, budget=budget.WHOLE)
    return chosen, nodes_of(_shown(chosen))


def opening_around(comment: Comment, order: Order) -> tuple[Opening, list[Node], list[Node]]:
    """The best of a branch, what stands above it, and what is shown of it. Four queries."""
    chosen = choose(outline_of(tree.branch_of(comment)), order, budget=budget.WHOLE, root=comment.pk)
    return chosen, *nodes_of_both(tree.ancestors_of(comment), _shown(chosen))


def rest_of(post: Post, comment: Comment | None, order: Order, *, after: int) -> tuple[Opening, list[Node], list[Node]]:
    """What a stub stands for: the best of what follows ``after`` among the comments that answer ``comment``, or the
    post; what they answer, from the top down; and those shown. Four queries. Raises ValueError when ``after`` is not
    among them (any more)."""
    if comment is None:
        chosen = choose(outline(post), order, budget=budget.PART, after=after)
        return chosen, [], nodes_of(_shown(chosen))
    chosen = choose(outline_of(tree.branch_of(comment)), order, budget=budget.PART, root=comment.pk, after=after)
    above, found = nodes_of_both(tree.ancestors_of(comment), _shown(chosen, comment.pk))
    return chosen, [*above, *(node for node in found if node.pk == comment.pk)], found


def _shown(chosen: Opening, *others: int) -> QuerySet[Comment]:
    """By id alone: with the post's, SQLite would look through all of its comments."""
    return Comment.objects.filter(pk__in={*chosen.shown, *others}).order_by()


class Counters(NamedTuple):
    comment_count: int
    active_at: datetime | None


@dataclass(frozen=True, slots=True)
class Miscount:
    """A post whose stored counters are not what is counted."""

    post_id: int
    stored: Counters
    counted: Counters


def miscounted() -> Iterator[Miscount]:
    """Compare the counters of all posts with their visible comments. One query."""
    visible = Comment.objects.filter(post=OuterRef("pk"), hidden_at=None, retracted_at=None).order_by().values("post")
    posts = Post.objects.order_by("pk").values_list(
        "pk",
        "comment_count",
        "active_at",
        "published_at",
        Subquery(visible.annotate(number=Count("pk")).values("number")),
        Subquery(visible.annotate(newest=Max("body__published_at")).values("newest")),
    )
    for pk, count, active_at, published_at, number, newest in posts.iterator(chunk_size=500):
        active = max(published_at, newest) if published_at and newest else published_at
        stored, counted = Counters(count, active_at), Counters(number or 0, active)
        if stored != counted:
            yield Miscount(pk, stored, counted)
