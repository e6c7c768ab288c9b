"""Acts on posts. Text is rendered before the transaction opens: no row lock should wait for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
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
from forum.posts.citations import follow
from forum.posts.models import Post, PostMention, PostRevision, Tag, new_uid, text_key
from forum.posts.permissions import refusal_by_edit_rate, refusal_to_draft, refusal_to_edit, refusal_to_publish
from forum.posts.references import LEDGER
from forum.posts.renewing import look_again
from forum.posts.texts import TITLE_LIMIT, accepted, accepted_line, accepted_note

SLUG_LENGTH = 80
TAG_LENGTH = 40


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


def title_fields(title: str) -> dict[str, str]:
    """The fields of a post that say its title: none may be written without the others."""
    return {"title": title, "slug": slug_of(title), "title_key": markup.title_key(title)}


def save_draft(*, author: User, title: str, source: str, tags: Iterable[str] = (), form: UUID | None = None) -> Post:
    """Keep a new post as a draft that only its author sees. ``form`` as in ``publish``.

    Raises Refusal when the author may not write now.
    """
    return _create(author=author, title=title, source=source, tags=tags, form=form, published=False)


def publish(*, author: User, title: str, source: str, tags: Iterable[str] = (), form: UUID | None = None) -> Post:
    """Publish a new post as its first revision.

    ``form`` identifies the form it was typed in: sent twice, it makes one post, and the second time gives that
    one. Raises Refusal when the author may not publish now.
    """
    return _create(author=author, title=title, source=source, tags=tags, form=form, published=True)


def _create(*, author: User, title: str, source: str, tags: Iterable[str], form: UUID | None, published: bool) -> Post:
    now = timezone.now()
    title, source, tags = accepted_line(title, limit=TITLE_LIMIT), accepted(source, limit=markup.POST_LIMIT), list(tags)
    submission = submission_of(form, author.pk, title, source, tags, published) if form else None
    if earlier := _submitted(submission):
        return earlier
    refusal_to_create = refusal_to_publish if published else refusal_to_draft
    try:
        if refusal := refusal_to_create(author, now=now):
            raise refusal
        uid = new_uid()
        known = LEDGER.known_for(source)
        rendered = markup.render(source, key=text_key(uid), known=known)
        post = Post(
            **title_fields(title),
            uid=uid,
            author=author,
            source=source,
            html=rendered.html,
            render_version=rendered.version,
            created_at=now,
            saved_at=now,
            submission=submission,
        )
        with transaction.atomic():
            post.save(force_insert=True)
            post.tags.set(tags_named(tags))
            LEDGER.keep(post.pk, rendered, known, author_id=author.pk, is_new=True)
            look_again(post_id=post.pk, known=known)
            if published:
                _publish(post, now=now)
    except (IntegrityError, Refusal):
        # The same form, sent twice at once: the other one was faster, and may have used up the author's rate.
        if earlier := _submitted(submission):
            return earlier
        raise
    return post


def _submitted(submission: UUID | None) -> Post | None:
    return Post.objects.filter(submission=submission).first() if submission else None


def _locked(post_id: int) -> Post:
    """The post, whose row is ours until the end of the transaction."""
    post = Post.objects.select_for_update(no_key=True).filter(pk=post_id).first()
    if post is None:
        raise Refusal("gone", "This draft was discarded meanwhile.", status=404)
    return post


def publish_draft(*, author: User, post: Post, saves: int) -> Post:
    """Publish a draft as it stands; ``saves`` is its number of saves as the author saw it."""
    now = timezone.now()
    if refusal := refusal_to_edit(author, post, now=now) or refusal_to_publish(author, now=now):
        raise refusal
    with transaction.atomic():
        post = _locked(post.pk)
        if post.published_at:
            return post
        if post.saves != saves:
            raise EditedMeanwhile
        _publish(post, now=now)
        touch_thread(post_id=post.pk)
    return post


def _publish(post: Post, *, now: datetime) -> None:
    post.published_at = post.active_at = post.saved_at = post.citations_stale_at = now
    post.revision = 1
    post.save(update_fields=["published_at", "active_at", "saved_at", "citations_stale_at", "revision"])
    follow(post_id=post.pk, at=now)
    _keep_revision(post, saved_by=post.author, note="")
    _tell(post, list(post.mentions.order_by("number").values_list("person", flat=True)))
    events.post_published.send(sender=Post, post=post)


def _tell(post: Post, people: list[int]) -> None:
    if people:
        events.people_mentioned.send(sender=Post, text=post, people=people)


def edit(*, editor: User, post: Post, title: str, source: str, tags: Iterable[str], saves: int, note: str = "") -> Post:
    """Save a draft anew, or a published post as its next revision; the same text and tags again change nothing.

    Tags alone make no revision, but they are a save too: else another tab would undo them unseen. ``saves`` is the
    post's number of saves when the editor opened it. Raises EditedMeanwhile when it has risen since, and Refusal when
    the editor may not.
    """
    now = timezone.now()
    if refusal := refusal_to_edit(editor, post, now=now):
        raise refusal
    title, source = accepted_line(title, limit=TITLE_LIMIT), accepted(source, limit=markup.POST_LIMIT)
    note = accepted_note(note)
    known = LEDGER.known_for(source, source_format=post.source_format, text_id=post.pk)
    rendered = markup.render(source, key=text_key(post.uid), source_format=post.source_format, known=known)
    with transaction.atomic():
        post = _locked(post.pk)
        if refusal := refusal_to_edit(editor, post, now=now):
            raise refusal
        wanted = tags_named(tags)
        same_text = (post.title, post.source) == (title, source)
        if same_text and set(wanted) == set(post.tags.all()):
            return post
        if post.saves != saves:
            raise EditedMeanwhile
        post.tags.set(wanted)
        post.saves += 1
        changed = ["saves"]
        if not same_text:
            changed += _set_text(post, title, source, rendered, known, now=now)
        if post.published_at and not same_text:
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


def _set_text(
    post: Post, title: str, source: str, rendered: markup.Rendered, known: markup.Known, *, now: datetime
) -> list[str]:
    """Change the post's text, and keep what it refers to; gives the fields that are still to be saved."""
    fields: dict[str, Any] = title_fields(title) | {
        "source": source,
        "html": rendered.html,
        "render_version": rendered.version,
        "saved_at": now,
    }
    if post.published_at and post.title != title:
        fields["citations_stale_at"] = now
        follow(post_id=post.pk, at=now)
    for name, value in fields.items():
        setattr(post, name, value)
    mentioned = LEDGER.keep(post.pk, rendered, known, author_id=post.author_id)
    look_again(post_id=post.pk, known=known)
    if post.published_at:
        _tell(post, mentioned)
    return list(fields)


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


@transaction.atomic
def retract(*, author: User, post: Post) -> None:
    """Withdraw one's own published post: its text goes from view, the discussion stays."""
    now = timezone.now()
    post = _locked(post.pk)
    if refusal := refusal_to_edit(author, post, now=now):
        raise refusal
    if post.published_at is None:
        raise Refusal("draft", "This is a draft: it can be discarded, not retracted.", status=409)
    Post.objects.filter(pk=post.pk).update(retracted_at=now, citations_stale_at=now)
    follow(post_id=post.pk, at=now)
    events.discussion_withdrawn.send(sender=Post, post_id=post.pk)
    touch_thread(post_id=post.pk)


@transaction.atomic
def discard_draft(*, author: User, post: Post) -> None:
    """Delete one's own draft, for good."""
    post = _locked(post.pk)
    if refusal := refusal_to_edit(author, post, now=timezone.now()):
        raise refusal
    if post.published_at:
        raise Refusal("published", "This post is published: it can be retracted, not discarded.", status=409)
    post.delete()


def set_hidden(*, post: Post, at: datetime | None, reason: str) -> bool:
    """Hide (``at``) or restore (None); False when it was so already. Who may is the moderation room's."""
    now = timezone.now()
    changed = Post.objects.filter(pk=post.pk, hidden_at__isnull=at is not None).update(
        hidden_at=at,
        hidden_reason=reason if at else "",
        thread_version=F("thread_version") + 1,
        citations_stale_at=now,
    )
    if changed:
        follow(post_id=post.pk, at=now)
        events.discussion_withdrawn.send(sender=Post, post_id=post.pk)
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


@transaction.atomic
def touch_threads(*, post_ids: Iterable[int]) -> None:
    """The same for several posts, whose rows are locked in the order that all acts keep."""
    rows = Post.objects.select_for_update(no_key=True).filter(pk__in=set(post_ids)).order_by("pk")
    Post.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(thread_version=F("thread_version") + 1)


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


@transaction.atomic
def adopt(*, placeholder: User, person: User) -> None:
    """Give the posts of a placeholder account to the person it stood for."""
    ids = list(Post.objects.filter(author=placeholder).values_list("pk", flat=True))
    touch_threads(post_ids=ids)
    Post.objects.filter(author=placeholder).update(author=person)
    PostRevision.objects.filter(saved_by=placeholder).update(saved_by=person)
    PostMention.objects.filter(text__author=person, person=person).delete()  # nobody mentions themselves


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, made when new. Two names of one slug are one tag."""
    wanted: dict[str, str] = {}
    for name in names:
        if slug := slugify(name, allow_unicode=True)[:TAG_LENGTH].strip("-"):
            wanted.setdefault(slug, accepted_line(name, limit=TITLE_LIMIT)[:TAG_LENGTH])
    tags = Tag.objects.in_bulk(wanted, field_name="slug")
    # By name, so that two acts that make the same new tags at once do not wait for each other in a circle.
    for slug in sorted(wanted.keys() - tags.keys()):
        tags[slug] = Tag.objects.get_or_create(slug=slug, defaults={"name": wanted[slug]})[0]
    return list(tags.values())
