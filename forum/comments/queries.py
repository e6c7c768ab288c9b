"""Reads of comments that other rooms ask for. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from forum.comments import tree
from forum.comments.models import Comment
from forum.comments.thread import Node, nodes_of
from forum.posts.models import Post


def placed(comment_id: int) -> Comment | None:
    """The comment and its place in the tree, without its body."""
    return Comment.objects.filter(pk=comment_id).first()


def branch(root: Comment) -> QuerySet[Comment]:
    """``root`` and what stands below it, whatever was written since ``root`` was read."""
    return tree.branch_of(root)


def around(comment: Comment) -> tuple[list[Node], list[Node]]:
    """What stands above ``comment``, from the top down, and its branch, itself included. Two queries.

    The cost is that of the branch and not of the thread.
    """
    return nodes_of(tree.ancestors_of(comment)), nodes_of(tree.branch_of(comment).order_by())


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
