from django.db import transaction

from accounts.models import User
from forum.comments import services as comments
from forum.comments.models import Comment
from forum.kit.refusal import Refusal
from forum.moderation.models import Decision, DecisionKind, Report
from forum.moderation.queries import branch_hidden_at
from forum.moderation.services.log import accept, already, close, record
from forum.posts import services as posts
from forum.posts.models import Post

HIDING = (DecisionKind.HIDE, DecisionKind.HIDE_BRANCH)
RESTORING = (DecisionKind.RESTORE, DecisionKind.RESTORE_BRANCH)


@transaction.atomic
def hide(*, target: Post | Comment, moderator: User, reason: str) -> Decision:
    """Take a post or one comment from view and close the reports about it; what stands below it stays.

    Raises Refusal, ``already`` when it is hidden.
    """
    reason, now = accept(moderator=moderator, reason=reason)
    if isinstance(target, Post):
        _refuse_draft(target)
        changed = posts.set_hidden(post=target, at=now, reason=reason)
    else:
        changed = comments.set_hidden(comment=target, at=now, reason=reason)
    if not changed:
        raise already(target, "It is hidden already.", kinds=HIDING)
    decision = record(kind=DecisionKind.HIDE, target=target, moderator=moderator, reason=reason, at=now)
    close(Report.objects.about(target), decision=decision)
    return decision


@transaction.atomic
def restore(*, target: Post | Comment, moderator: User, reason: str) -> Decision:
    """Show a hidden post or comment again. What its author retracted stays a tombstone all the same.

    Raises Refusal, ``already`` when it is not hidden.
    """
    reason, now = accept(moderator=moderator, reason=reason)
    if isinstance(target, Post):
        changed = posts.set_hidden(post=target, at=None, reason="")
    else:
        changed = comments.set_hidden(comment=target, at=None, reason="")
    if not changed:
        raise already(target, "It is not hidden.", kinds=RESTORING)
    return record(kind=DecisionKind.RESTORE, target=target, moderator=moderator, reason=reason, at=now)


@transaction.atomic
def hide_branch(*, root: Comment, moderator: User, reason: str) -> Decision:
    """Take a comment and all below it from view, and close the reports about any of them.

    Raises Refusal, ``already`` when all of it is hidden.
    """
    reason, now = accept(moderator=moderator, reason=reason)
    hidden = comments.hide_branch(root=root, at=now, reason=reason)
    if not hidden:
        raise already(root, "The whole branch is hidden already.", kinds=HIDING)
    decision = record(
        kind=DecisionKind.HIDE_BRANCH, target=root, moderator=moderator, reason=reason, at=now, affected=hidden
    )
    branch = Comment.objects.get(pk=root.pk).get_descendants(include_self=True)
    close(Report.objects.filter(comment__in=branch), decision=decision)
    return decision


@transaction.atomic
def restore_branch(*, root: Comment, moderator: User, reason: str) -> Decision:
    """Show a comment again with all below it that was hidden with it.

    What was hidden by a decision of its own, and what an author retracted, stays a tombstone. Raises Refusal,
    ``already`` when nothing of it is hidden so.
    """
    reason, now = accept(moderator=moderator, reason=reason)
    restored = comments.restore_branch(root=root, hidden_at=branch_hidden_at(root))
    if not restored:
        raise already(root, "No part of the branch is hidden by a decision about it.", kinds=RESTORING)
    return record(
        kind=DecisionKind.RESTORE_BRANCH, target=root, moderator=moderator, reason=reason, at=now, affected=restored
    )


def _refuse_draft(post: Post) -> None:
    if post.published_at is None:
        raise Refusal("draft", "A draft is its author's alone until it is published.", status=409)
