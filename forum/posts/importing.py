"""Bringing posts in from elsewhere. No rules of writing apply here, and nobody is notified."""

from collections.abc import Iterable

from django.db import transaction

from forum.posts.models import Post, PostRevision
from forum.posts.services import tags_named, touch_thread

# Marks the first revision of a post that stands for a message an archive lacks; it travels with exports.
PLACEHOLDER_NOTE = "Stands for a first message that is not in the archive"


@transaction.atomic
def add_post(post: Post, *, tags: Iterable[str], revisions: Iterable[PostRevision]) -> Post:
    """Write a post that is complete but for its row, with its history."""
    post.save(force_insert=True)
    post.tags.set(tags_named(tags))
    _keep(post, revisions)
    return post


@transaction.atomic
def fill_placeholder(post: Post, *, tags: Iterable[str], revisions: Iterable[PostRevision]) -> Post:
    """Put the message that was missing in the place of the placeholder with its uid; ``post`` has no row of its own."""
    placeholder = Post.objects.select_for_update(no_key=True).get(pk__in=placeholder_ids([post.uid]))
    post.pk = placeholder.pk
    post.created_at, post.comment_count, post.active_at = (
        placeholder.created_at,
        placeholder.comment_count,
        placeholder.active_at,
    )
    post.thread_version = placeholder.thread_version
    post.save(force_update=True)
    post.tags.set(tags_named(tags))
    post.revisions.all().delete()  # it said nothing of anybody's
    _keep(post, revisions)
    touch_thread(post_id=post.pk)
    return post


def _keep(post: Post, revisions: Iterable[PostRevision]) -> None:
    kept = list(revisions)
    for revision in kept:
        revision.post = post
    PostRevision.objects.bulk_create(kept)


def placeholder_ids(uids: Iterable[str]) -> set[int]:
    """Which posts of these uids only stand for a missing message."""
    found = PostRevision.objects.filter(post__uid__in=uids, post__author=None, post__revision=1, note=PLACEHOLDER_NOTE)
    return set(found.values_list("post_id", flat=True))
