"""Bringing posts in from elsewhere. No rules of writing apply here, and nobody is notified."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from forum.markup import Known, Rendered
from forum.posts.citations import follow
from forum.posts.models import Post, PostRevision
from forum.posts.references import LEDGER
from forum.posts.renewing import look_again
from forum.posts.services import tags_named, touch_thread

# Marks the first revision of a post that stands for a message an archive lacks; it travels with exports.
PLACEHOLDER_NOTE = "Stands for a first message that is not in the archive"


@dataclass(slots=True)
class IncomingPost:
    """A post without a row. ``known`` is what ``rendered``, its text, was made with."""

    post: Post
    tags: tuple[str, ...]
    rendered: Rendered
    known: Known
    revisions: list[PostRevision] = field(default_factory=list)


@transaction.atomic
def add_post(incoming: IncomingPost) -> Post:
    """Write a post with its history and what it refers to."""
    incoming.post.citations_stale_at = timezone.now()
    incoming.post.save(force_insert=True)
    _complete(incoming)
    return incoming.post


@transaction.atomic
def fill_placeholder(incoming: IncomingPost) -> Post:
    """Put the message that was missing in the place of the placeholder with its uid."""
    post = incoming.post
    placeholder = Post.objects.select_for_update(no_key=True).get(pk__in=placeholder_ids([post.uid]))
    post.pk = placeholder.pk
    post.created_at, post.comment_count, post.active_at = (
        placeholder.created_at,
        placeholder.comment_count,
        placeholder.active_at,
    )
    post.thread_version = placeholder.thread_version
    post.citations_stale_at = timezone.now()
    post.save(force_update=True)
    post.revisions.all().delete()  # it said nothing of anybody's
    _complete(incoming)
    touch_thread(post_id=post.pk)
    return post


def _complete(incoming: IncomingPost) -> None:
    post = incoming.post
    post.tags.set(tags_named(incoming.tags))
    for revision in incoming.revisions:
        revision.post = post
    PostRevision.objects.bulk_create(incoming.revisions)
    LEDGER.keep(post.pk, incoming.rendered, incoming.known, author_id=post.author_id)
    look_again(post_id=post.pk, known=incoming.known)
    if post.citations_stale_at:
        follow(post_id=post.pk, at=post.citations_stale_at)


def placeholder_ids(uids: Iterable[str]) -> set[int]:
    """Which posts of these uids only stand for a missing message."""
    found = PostRevision.objects.filter(post__uid__in=uids, post__author=None, post__revision=1, note=PLACEHOLDER_NOTE)
    return set(found.values_list("post_id", flat=True))
