"""Reads of comments that other rooms ask for. Nothing here writes."""

from forum.comments import tree
from forum.comments.models import Comment
from forum.comments.thread import Node, nodes_of


def placed(comment_id: int) -> Comment | None:
    """The comment and its place in the tree, without its body."""
    return Comment.objects.filter(pk=comment_id).first()


def around(comment: Comment) -> tuple[list[Node], list[Node]]:
    """What stands above ``comment``, from the top down, and its branch, itself included. Two queries.

    The cost is that of the branch and not of the thread.
    """
    return nodes_of(tree.ancestors_of(comment)), nodes_of(tree.branch_of(comment).order_by())
