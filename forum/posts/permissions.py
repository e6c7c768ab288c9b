from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User, Viewer
from accounts.permissions import is_moderator, refusal_to_write
from forum.kit.rates import refusal_by_rate
from forum.kit.refusal import Refusal
from forum.posts.models import Post, PostRevision


def refusal_to_publish(author: User, *, now: datetime) -> Refusal | None:
    if refusal := refusal_to_write(author, now=now):
        return refusal
    if is_moderator(author):
        return None
    limit = settings.POSTS_PER_DAY
    times = (
        PostRevision.objects.filter(saved_by=author, number=1).order_by("-saved_at").values_list("saved_at", flat=True)
    )
    return refusal_by_rate(list(times[:limit]), limit=limit, window=timedelta(days=1), now=now, what="posts a day")


def refusal_to_draft(author: User, *, now: datetime) -> Refusal | None:
    """Drafts have the limit of posts, else they would be the way around it to fill the disk."""
    if refusal := refusal_to_write(author, now=now):
        return refusal
    if is_moderator(author):
        return None
    limit = settings.POSTS_PER_DAY
    times = Post.objects.filter(author=author, published_at=None).order_by("-created_at")
    return refusal_by_rate(
        list(times.values_list("created_at", flat=True)[:limit]),
        limit=limit,
        window=timedelta(days=1),
        now=now,
        what="drafts a day",
    )


def refusal_to_edit(editor: Viewer | None, post: Post, *, now: datetime) -> Refusal | None:
    """Only the author edits; what was retracted or hidden stays as it is, so that nobody undoes a moderator."""
    if refusal := refusal_to_write(editor, now=now):
        return refusal
    if editor is None or post.author_id != editor.pk:
        return Refusal("not-yours", "Only its author can change this post.")
    if post.hidden_at:
        return Refusal("hidden", "A moderator has hidden this post; its text cannot be changed.", status=409)
    if post.retracted_at:
        return Refusal("retracted", "This post was retracted; its text cannot be changed.", status=409)
    return None


def refusal_by_edit_rate(editor: User, times: list[datetime], *, now: datetime) -> Refusal | None:
    """``times``: of the newest revisions that ``editor`` saved, newest first."""
    if is_moderator(editor):
        return None
    return refusal_by_rate(
        times, limit=settings.EDITS_PER_HOUR, window=timedelta(hours=1), now=now, what="saved revisions an hour"
    )


def refusal_to_read_history(viewer: Viewer, post: Post) -> Refusal | None:
    """Earlier revisions show what a tombstone withholds, so they go with it."""
    if post.is_tombstone and not is_moderator(viewer):
        return Refusal("withheld", "The text of this post was withdrawn, and its history with it.", status=404)
    return None
