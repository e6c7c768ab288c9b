from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User, Viewer
from accounts.permissions import is_moderator, refusal_to_write
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.kit.rates import refusal_by_rate
from forum.kit.refusal import Refusal
from forum.posts.models import Post


def refusal_to_discuss(author: Viewer | None, post: Post, *, now: datetime) -> Refusal | None:
    """Why ``author`` may not comment under ``post`` at all. No query, so a page can ask it for every comment."""
    if refusal := refusal_to_write(author, now=now):
        return refusal
    if post.published_at is None:
        return Refusal("draft", "A draft cannot be discussed yet; publish it first.", status=409)
    if post.hidden_at:
        return Refusal("hidden", "A moderator has hidden this post; its discussion is closed.", status=409)
    if post.locked_at:
        return Refusal("locked", "This discussion is closed: it takes no more replies.", status=409)
    return None


def refusal_to_reply(author: Viewer | None, post: Post, parent: Comment | None, *, now: datetime) -> Refusal | None:
    """Why ``author`` may not answer ``parent`` (None: the post itself)."""
    if refusal := refusal_to_discuss(author, post, now=now):
        return refusal
    if parent is None:
        return None
    if parent.post_id != post.pk:
        if parent.moved_at:
            return Refusal(
                "moved", "The comment you answer was moved to another discussion. Open it there to reply.", status=409
            )
        return Refusal("foreign", "The comment you answer does not belong to this discussion.", status=404)
    if parent.hidden_at:
        return Refusal("hidden", "A moderator has hidden the comment you answer; it takes no more replies.", status=409)
    return None


def refusal_by_rates(author: User, *, now: datetime) -> Refusal | None:
    """Why ``author`` has to wait before the next comment. Two small queries; moderators are spared."""
    if is_moderator(author):
        return None
    times = CommentBody.objects.filter(author=author).order_by("-published_at").values_list("published_at", flat=True)
    for limit, window, what in (
        (settings.COMMENTS_PER_MINUTE, timedelta(minutes=1), "comments a minute"),
        (settings.COMMENTS_PER_DAY, timedelta(days=1), "comments a day"),
    ):
        earlier = [at for at in times[:limit] if at > now - window]
        if refusal := refusal_by_rate(earlier, limit=limit, window=window, now=now, what=what):
            return refusal
    return None


def refusal_to_edit(editor: Viewer | None, comment: Comment, *, now: datetime) -> Refusal | None:
    """Only the author edits; what was retracted or hidden stays as it is, so that nobody undoes a moderator."""
    if refusal := refusal_to_write(editor, now=now):
        return refusal
    if editor is None or comment.body.author_id != editor.pk:
        return Refusal("not-yours", "Only its author can change this comment.")
    if comment.hidden_at:
        return Refusal("hidden", "A moderator has hidden this comment; its text cannot be changed.", status=409)
    if comment.retracted_at:
        return Refusal("retracted", "This comment was retracted; its text cannot be changed.", status=409)
    return None


def refusal_by_edit_rate(editor: User, *, now: datetime) -> Refusal | None:
    if is_moderator(editor):
        return None
    limit = settings.EDITS_PER_HOUR
    times = CommentRevision.objects.filter(saved_by=editor, number__gt=1).order_by("-saved_at")
    return refusal_by_rate(
        list(times.values_list("saved_at", flat=True)[:limit]),
        limit=limit,
        window=timedelta(hours=1),
        now=now,
        what="edits an hour",
    )


def refusal_to_read_history(viewer: Viewer, comment: Comment) -> Refusal | None:
    """Earlier revisions show what a tombstone withholds, so they go with it."""
    if comment.is_tombstone and not is_moderator(viewer):
        return Refusal("withheld", "The text of this comment was withdrawn, and its history with it.", status=404)
    return None
