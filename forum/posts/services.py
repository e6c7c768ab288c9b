"""Acts on posts. Text is rendered before the transaction opens: no row lock should wait for it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from forum import events, markup
from forum.kit.refusal import Refusal
from forum.kit.submission import submission_of
from forum.posts.models import Post, PostRevision, Tag, new_uid, text_key
from forum.posts.permissions import refusal_by_edit_rate, refusal_to_edit, refusal_to_publish

SLUG_LENGTH = 80


class EditedMeanwhile(Refusal):
    """Somebody, or another tab, saved the text after the editor had opened it. Nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "edited-meanwhile",
            "This text was saved elsewhere while you were editing. Both versions stand below: "
            "bring them together and save again.",
            status=409,
        )


def slug_of(title: str) -> str:
    return slugify(title, allow_unicode=True)[:SLUG_LENGTH].strip("-") or "untitled"


def save_draft(*, author: User, title: str, source: str, tags: Iterable[str] = (), form: UUID | None = None) -> Post:
    """Keep a new post as a draft that only its author sees. ``form`` sent twice gives the post it made."""
    return _create(author=author, title=title, source=source, tags=tags, form=form, published_at=None)


def publish(*, author: User, title: str, source: str, tags: Iterable[str] = (), form: UUID | None = None) -> Post:
    """Publish a new post as its first revision. ``form`` sent twice gives the post it made.

    Raises Refusal when the author may not publish now.
    """
    now = timezone.now()
    if form and (earlier := Post.objects.filter(submission=submission_of(form, author.pk, title, source)).first()):
        return earlier
    if refusal := refusal_to_publish(author, now=now):
        raise refusal
    return _create(author=author, title=title, source=source, tags=tags, form=form, published_at=now)


def _create(
    *,
    author: User,
    title: str,
    source: str,
    tags: Iterable[str],
    form: UUID | None,
    published_at: datetime | None,
) -> Post:
    now = published_at or timezone.now()
    uid = new_uid()
    submission = submission_of(form, author.pk, title, source) if form else None
    rendered = markup.render(source, key=text_key(uid))
    post = Post(
        uid=uid,
        author=author,
        title=title,
        slug=slug_of(title),
        source=source,
        html=rendered.html,
        render_version=rendered.version,
        created_at=now,
        saved_at=now,
        submission=submission,
    )
    try:
        with transaction.atomic():
            post.save(force_insert=True)
            post.tags.set(_tags(tags))
            if published_at:
                _publish(post, now=now)
    except IntegrityError:
        earlier = Post.objects.filter(submission=submission).first() if submission else None
        if earlier is None:
            raise
        return earlier  # the same form, sent twice at once: the other one was faster
    return post


def publish_draft(*, author: User, post: Post, saves: int) -> Post:
    """Publish a draft as it stands; ``saves`` is its number of saves as the author saw it."""
    now = timezone.now()
    if refusal := refusal_to_edit(author, post, now=now) or refusal_to_publish(author, now=now):
        raise refusal
    with transaction.atomic():
        post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
        if post.published_at:
            return post
        if post.saves != saves:
            raise EditedMeanwhile
        _publish(post, now=now)
    return post


def _publish(post: Post, *, now: datetime) -> None:
    post.published_at = post.active_at = post.saved_at = now
    post.revision = 1
    post.save(update_fields=["published_at", "active_at", "saved_at", "revision"])
    _keep_revision(post, saved_by=post.author, note="")
    events.post_published.send(sender=Post, post=post)


def edit(*, editor: User, post: Post, title: str, source: str, tags: Iterable[str], saves: int, note: str = "") -> Post:
    """Save a draft anew, or a published post as its next revision; the same text again changes nothing.

    ``saves`` is the post's number of saves when the editor opened it. Raises EditedMeanwhile when it has risen since,
    and Refusal when the editor may not.
    """
    now = timezone.now()
    if refusal := refusal_to_edit(editor, post, now=now):
        raise refusal
    rendered = markup.render(source, key=text_key(post.uid))
    with transaction.atomic():
        post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
        if refusal := refusal_to_edit(editor, post, now=now):
            raise refusal
        same_text = (post.title, post.source) == (title, source)
        if post.saves != saves and not same_text:
            raise EditedMeanwhile
        post.tags.set(_tags(tags))
        if same_text:
            touch_thread(post_id=post.pk)
            return post
        post.title, post.slug, post.source = title, slug_of(title), source
        post.html, post.render_version = rendered.html, rendered.version
        post.saved_at, post.saves = now, post.saves + 1
        changed = ["title", "slug", "source", "html", "render_version", "saved_at", "saves"]
        if post.published_at:
            newest = (
                PostRevision.objects.filter(saved_by=editor).order_by("-saved_at").values_list("saved_at", flat=True)
            )
            if refusal := refusal_by_edit_rate(editor, list(newest[: settings.EDITS_PER_HOUR]), now=now):
                raise refusal
            post.revision, post.edited_at = post.revision + 1, now
            changed += ["revision", "edited_at"]
            _keep_revision(post, saved_by=editor, note=note)
        post.save(update_fields=changed)
        touch_thread(post_id=post.pk)
    return post


def _keep_revision(post: Post, *, saved_by: User | None, note: str) -> None:
    PostRevision.objects.create(
        post=post,
        number=post.revision,
        title=post.title,
        source=post.source,
        saved_at=post.saved_at,
        saved_by=saved_by,
        note=note,
    )


def retract(*, author: User, post: Post) -> None:
    """Withdraw one's own published post: its text goes from view, the discussion stays."""
    if post.published_at is None:
        raise ValueError(f"post {post.pk} is a draft; discard it instead")
    if refusal := refusal_to_edit(author, post, now=timezone.now()):
        raise refusal
    with transaction.atomic():
        Post.objects.filter(pk=post.pk, retracted_at=None, hidden_at=None).update(retracted_at=timezone.now())
        touch_thread(post_id=post.pk)


def discard_draft(*, author: User, post: Post) -> None:
    """Delete one's own draft, for good."""
    if refusal := refusal_to_edit(author, post, now=timezone.now()):
        raise refusal
    if Post.objects.filter(pk=post.pk, published_at=None).delete()[0] == 0:
        raise Refusal("published", "This post is published: it can be retracted, not discarded.", status=409)


def set_hidden(*, post: Post, at: datetime | None, reason: str) -> bool:
    """Hide (``at``) or restore (None); False when it was so already. Who may is the moderation room's."""
    changed = Post.objects.filter(pk=post.pk, hidden_at__isnull=at is not None).update(
        hidden_at=at, hidden_reason=reason if at else "", thread_version=F("thread_version") + 1
    )
    return changed == 1


def set_locked(*, post: Post, at: datetime | None, reason: str) -> bool:
    """Lock (``at``) or unlock (None); False when it was so already. Who may is the moderation room's."""
    changed = Post.objects.filter(pk=post.pk, locked_at__isnull=at is not None).update(
        locked_at=at, lock_reason=reason if at else "", thread_version=F("thread_version") + 1
    )
    return changed == 1


def touch_thread(*, post_id: int) -> None:
    """Say that something the thread page shows has changed. Last in a transaction: it holds the post's row."""
    Post.objects.filter(pk=post_id).update(thread_version=F("thread_version") + 1)


def count_reply(*, post_id: int, at: datetime) -> bool:
    """Count one more visible comment, written ``at``. False when the post was locked or hidden meanwhile.

    Last in the act's transaction, since it holds the post's row until the commit.
    """
    changed = Post.objects.filter(pk=post_id, locked_at=None, hidden_at=None).update(
        comment_count=F("comment_count") + 1,
        active_at=Greatest(F("active_at"), at),
        thread_version=F("thread_version") + 1,
    )
    return changed == 1


def set_counters(*, post_id: int, comment_count: int, newest_comment_at: datetime | None) -> None:
    """Write the counters as counted by the comments room, which holds the post's row meanwhile."""
    newest = F("published_at") if newest_comment_at is None else Greatest(F("published_at"), newest_comment_at)
    Post.objects.filter(pk=post_id).update(
        comment_count=comment_count, active_at=newest, thread_version=F("thread_version") + 1
    )


def adopt(*, placeholder: User, person: User) -> None:
    """Give the posts of a placeholder account to the person it stood for."""
    Post.objects.filter(author=placeholder).update(author=person, thread_version=F("thread_version") + 1)
    PostRevision.objects.filter(saved_by=placeholder).update(saved_by=person)


def _tags(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, made when new. Two names of one slug are one tag."""
    tags = {}
    for name in names:
        slug = slugify(name, allow_unicode=True)[:40].strip("-")
        if slug and slug not in tags:
            tags[slug] = (
                Tag.objects.filter(slug=slug).first()
                or Tag.objects.get_or_create(slug=slug, defaults={"name": name})[0]
            )
    return list(tags.values())
