"""Bringing comments in from elsewhere. No rules of writing apply here, and nobody is notified."""

from dataclasses import dataclass, field

from django.db import transaction

from forum.comments import tree
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.comments.references import LEDGER
from forum.comments.renewing import look_again
from forum.comments.services import recount
from forum.markup import NOBODY, Known, Rendered

MAX_DEPTH = tree.MAX_DEPTH


@dataclass(slots=True)
class Incoming:
    """A comment without a row. ``parent`` is the index of one that stands before it in the same list; ``under`` the
    id of a comment that is here already; neither when it answers the post. ``known`` is what ``rendered``, its text,
    was made with."""

    comment: Comment
    body: CommentBody
    rendered: Rendered
    known: Known = NOBODY
    revisions: list[CommentRevision] = field(default_factory=list)
    parent: int | None = None
    under: int | None = None


@transaction.atomic
def add_comments(incoming: list[Incoming], *, post_id: int) -> None:
    """Write comments with their texts and histories, in the order given. Raises tree.TooDeep, and writes nothing then.

    Whole new branches are numbered here and written in bulk; what goes under a comment that is here already is
    inserted one by one, as a reply is.
    """
    grafted: list[bool] = []
    for each in incoming:
        grafted.append(each.under is not None or (each.parent is not None and grafted[each.parent]))
    fresh = [number for number, is_grafted in enumerate(grafted) if not is_grafted]
    index = {number: position for position, number in enumerate(fresh)}
    parents = [incoming[number].parent for number in fresh]
    tree.insert_many(
        [incoming[number].comment for number in fresh],
        parents=[None if parent is None else index[parent] for parent in parents],
    )
    tree.locked_all({each.under for each in incoming if each.under is not None})  # all at once, in the order of locks
    for each, is_grafted in zip(incoming, grafted, strict=True):
        if is_grafted:
            above = incoming[each.parent].comment.pk if each.parent is not None else each.under
            if above is None:
                raise AssertionError("what is grafted has something above it")
            tree.insert_reply(each.comment, parent=tree.locked(above))
    for each in incoming:
        each.body.comment = each.comment
        for revision in each.revisions:
            revision.comment = each.comment
    CommentBody.objects.bulk_create([each.body for each in incoming], batch_size=500)
    CommentRevision.objects.bulk_create([revision for each in incoming for revision in each.revisions], batch_size=500)
    for each in incoming:
        LEDGER.keep(each.comment.pk, each.rendered, each.known, author_id=each.body.author_id, is_new=True)
        look_again(comment_id=each.comment.pk, known=each.known)
    recount(post_id=post_id)
