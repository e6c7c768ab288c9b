from django.db import transaction

from accounts.models import User
from forum.comments import services as comments
from forum.comments.models import Comment
from forum.kit.refusal import Refusal
from forum.moderation.models import Decision, DecisionKind
from forum.moderation.services.log import accept, already, record
from forum.posts import services as posts
from forum.posts.models import Post


@transaction.atomic
def lock(*, post: Post, moderator: User, reason: str) -> Decision:
    """Close a discussion: it stays readable and takes no more replies.

    Raises Refusal, ``already`` when it is locked.
    """
    reason, now = accept(moderator=moderator, reason=reason)
    if post.published_at is None:
        raise Refusal("draft", "A draft has no discussion to close.", status=409)
    if not posts.set_locked(post=post, at=now, reason=reason):
        raise already(post, "This discussion is locked already.", kinds=(DecisionKind.LOCK,))
    return record(kind=DecisionKind.LOCK, target=post, moderator=moderator, reason=reason, at=now)


@transaction.atomic
def unlock(*, post: Post, moderator: User, reason: str) -> Decision:
    """Open a locked discussion again. Raises Refusal, ``already`` when it is open."""
    reason, now = accept(moderator=moderator, reason=reason)
    if not posts.set_locked(post=post, at=None, reason=""):
        raise already(post, "This discussion is not locked.", kinds=(DecisionKind.UNLOCK,))
    return record(kind=DecisionKind.UNLOCK, target=post, moderator=moderator, reason=reason, at=now)


@transaction.atomic
def move(*, comment: Comment, parent_id: int | None, post: Post, moderator: User, reason: str) -> Decision:
    """Put a comment with its branch under comment ``parent_id`` of ``post``, or at the top level of ``post`` (None).

    Raises Refusal when the place is not there, too deep, inside the branch itself, or where it stands already.
    """
    reason, now = accept(moderator=moderator, reason=reason)
    if post.published_at is None:
        raise Refusal("draft", "Comments cannot be moved to a draft.", status=409)
    comment = Comment.objects.get(pk=comment.pk)
    if (comment.post_id, comment.parent_id) == (post.pk, parent_id):
        raise already(comment, "The comment stands there already.", kinds=(DecisionKind.MOVE,))
    old = place_in_words(comment.post_id, comment.parent_id)
    moved = comments.move(comment=comment, parent_id=parent_id, post=post)
    return record(
        kind=DecisionKind.MOVE,
        target=moved,
        moderator=moderator,
        reason=reason,
        at=now,
        affected=moved.get_descendant_count() + 1,
        places=(old, place_in_words(post.pk, parent_id)),
    )


def place_in_words(post_id: int, parent_id: int | None) -> str:
    """By number alone: a title may be withdrawn later, the log stays."""
    return f"post {post_id}, under comment {parent_id}" if parent_id else f"post {post_id}, at the top level"
