"""Acts on comments. Text is rendered before the transaction opens: no tree lock should wait for it."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from accounts.models import User
from forum import events, markup
from forum.comments import tree
from forum.comments.models import Comment, CommentBody, CommentMention, CommentRevision
from forum.comments.permissions import refusal_by_edit_rate, refusal_by_rates, refusal_to_edit, refusal_to_reply
from forum.comments.references import LEDGER
from forum.comments.renewing import look_again
from forum.kit.refusal import Refusal
from forum.kit.submission import submission_of
from forum.posts import services as posts
from forum.posts.models import Post, new_uid, text_key
from forum.posts.services import EditedMeanwhile
from forum.posts.texts import accepted, accepted_note


def reply(*, author: User, post: Post, source: str, parent_id: int | None = None, form: UUID | None = None) -> Comment:
    """Publish a comment under ``post``, or under its comment ``parent_id``.

    ``form`` identifies the form it was typed in: sent twice, it makes one comment. Raises Refusal when the author may
    not write here or now, or when the discussion is too deep at this place.
    """
    now = timezone.now()
    source = accepted(source, limit=markup.COMMENT_LIMIT)
    submission = submission_of(form, author.pk, post.pk, parent_id, source) if form else None
    if earlier := _submitted(submission):
        return earlier
    try:
        return _reply(author=author, post=post, source=source, parent_id=parent_id, submission=submission, now=now)
    except (IntegrityError, Refusal):
        # The same form, sent twice at once: the other one was faster, and may have used up the author's rate.
        if earlier := _submitted(submission):
            return earlier
        raise


def _submitted(submission: UUID | None) -> Comment | None:
    if submission is None:
        return None
    return Comment.objects.select_related("post", "body").filter(body__submission=submission).first()


def _reply(
    *, author: User, post: Post, source: str, parent_id: int | None, submission: UUID | None, now: datetime
) -> Comment:
    parent = _found(parent_id) if parent_id is not None else None
    if refusal := refusal_to_reply(author, post, parent, now=now) or refusal_by_rates(author, now=now):
        raise refusal
    uid = new_uid()
    known = LEDGER.known_for(source)
    rendered = markup.render(source, key=text_key(uid), known=known)
    body = CommentBody(
        uid=uid,
        author=author,
        published_at=now,
        post_revision=post.revision,
        source=source,
        html=rendered.html,
        render_version=rendered.version,
        submission=submission,
    )
    return _insert(Comment(post=post), body, parent_id=parent_id, rendered=rendered, known=known)


def _found(comment_id: int) -> Comment:
    comment = Comment.objects.filter(pk=comment_id).first()
    if comment is None:
        raise _gone()
    return comment


def _gone() -> Refusal:
    return Refusal("no-parent", "There is no comment of that number to stand under.", status=404)


@transaction.atomic
def _insert(
    comment: Comment, body: CommentBody, *, parent_id: int | None, rendered: markup.Rendered, known: markup.Known
) -> Comment:
    post = comment.post
    if parent_id is None:
        tree.insert_top_level(comment)
    else:
        try:
            parent = tree.locked(parent_id)
        except Comment.DoesNotExist:
            raise _gone() from None
        # Once more, now that the tree is ours: it may have been hidden or moved since the page was read.
        if refusal := refusal_to_reply(body.author, post, parent, now=body.published_at):
            raise refusal
        try:
            tree.insert_reply(comment, parent=parent)
        except tree.TooDeep:
            raise _too_deep() from None
    body.comment = comment
    body.save(force_insert=True)
    _tell(comment, LEDGER.keep(comment.pk, rendered, known, author_id=body.author_id, is_new=True))
    look_again(comment_id=comment.pk, known=known)
    _keep_revision(body, saved_at=body.published_at, note="")
    events.comment_published.send(sender=Comment, comment=comment)
    if not posts.count_reply(post_id=post.pk, at=body.published_at):
        post.refresh_from_db(fields=["locked_at", "hidden_at"])
        refusal = refusal_to_reply(body.author, post, None, now=body.published_at)
        raise refusal or Refusal("locked", "This discussion is closed: it takes no more replies.", status=409)
    return comment


def _tell(comment: Comment, people: list[int]) -> None:
    if people:
        events.people_mentioned.send(sender=Comment, text=comment, people=people)


def _too_deep() -> Refusal:
    return Refusal(
        "too-deep",
        f"Replies stand at most {tree.MAX_DEPTH} deep. Answer a comment further up, or the post, and link to this one.",
        status=409,
    )


def _keep_revision(body: CommentBody, *, saved_at: datetime, note: str) -> None:
    CommentRevision.objects.create(
        comment_id=body.comment_id,
        number=body.revision,
        source=body.source,
        saved_at=saved_at,
        saved_by_id=body.author_id,
        note=note,
    )


def edit(*, editor: User, comment: Comment, source: str, revision: int, note: str = "") -> Comment:
    """Save one's own comment as its next revision; the same text again changes nothing.

    ``revision`` is the number the editor started from. Raises EditedMeanwhile when there is a newer one, and Refusal
    when the editor may not.
    """
    now = timezone.now()
    if refusal := refusal_to_edit(editor, comment, now=now) or refusal_by_edit_rate(editor, now=now):
        raise refusal
    source, note = accepted(source, limit=markup.COMMENT_LIMIT), accepted_note(note)
    source_format = comment.body.source_format
    known = LEDGER.known_for(source, source_format=source_format, text_id=comment.pk)
    rendered = markup.render(source, key=text_key(comment.body.uid), source_format=source_format, known=known)
    with transaction.atomic():
        # The place too, so that nobody moves it to another post while we tell this one that it has changed.
        comment = Comment.objects.select_for_update(no_key=True).get(pk=comment.pk)
        comment.body = body = CommentBody.objects.select_for_update(no_key=True).get(pk=comment.pk)
        if refusal := refusal_to_edit(editor, comment, now=now):
            raise refusal
        if body.source == source:
            return comment
        if body.revision != revision:
            raise EditedMeanwhile
        body.source, body.html, body.render_version = source, rendered.html, rendered.version
        body.revision, body.edited_at = body.revision + 1, now
        body.save(update_fields=["source", "html", "render_version", "revision", "edited_at"])
        _tell(comment, LEDGER.keep(comment.pk, rendered, known, author_id=body.author_id))
        look_again(comment_id=comment.pk, known=known)
        _keep_revision(body, saved_at=now, note=note)
        posts.touch_thread(post_id=comment.post_id)
    return comment


@transaction.atomic
def retract(*, author: User, comment: Comment) -> None:
    """Withdraw one's own comment: a tombstone takes its place, its replies stay."""
    now = timezone.now()
    comment = Comment.objects.select_for_update(no_key=True, of=("self",)).select_related("body").get(pk=comment.pk)
    if refusal := refusal_to_edit(author, comment, now=now):
        raise refusal
    Comment.objects.filter(pk=comment.pk).update(retracted_at=now)
    recount(post_id=comment.post_id)


@transaction.atomic
def set_hidden(*, comment: Comment, at: datetime | None, reason: str) -> bool:
    """Hide (``at``) or restore (None) one comment; False when it was so already.

    Who may, and the log, are the moderation room's. The tree is not touched.
    """
    comment = Comment.objects.select_for_update(no_key=True).get(pk=comment.pk)  # it may have moved to another post
    if (comment.hidden_at is None) == (at is None):
        return False
    Comment.objects.filter(pk=comment.pk).update(hidden_at=at)
    CommentBody.objects.filter(pk=comment.pk).update(hidden_reason=reason if at else "")
    recount(post_id=comment.post_id)
    return True


@transaction.atomic
def hide_branch(*, root: Comment, at: datetime, reason: str) -> int:
    """Hide a comment and all below it that is not hidden yet; gives how many that were.

    All get the same moment, by which ``restore_branch`` knows them again: what was hidden before stays hidden then.
    """
    root = tree.locked(root.pk)
    hidden = tree.branch_of(root).filter(hidden_at=None).update(hidden_at=at)
    CommentBody.objects.filter(comment__in=tree.branch_of(root).filter(hidden_at=at)).update(hidden_reason=reason)
    recount(post_id=root.post_id)
    return hidden


@transaction.atomic
def restore_branch(*, root: Comment, hidden_at: datetime | None = None) -> int:
    """Restore a hidden comment and all below it that was hidden with it; gives how many that were.

    ``hidden_at`` is the moment at which the branch was hidden, where that is not the root's own: the root may have been
    hidden before its branch, or restored alone since. What an author retracted stays retracted, and what was hidden by
    another decision stays hidden.
    """
    root = tree.locked(root.pk)
    moments = {moment for moment in (root.hidden_at, hidden_at) if moment}
    hidden_together = tree.branch_of(root).filter(hidden_at__in=moments)
    CommentBody.objects.filter(comment__in=hidden_together).update(hidden_reason="")
    restored = hidden_together.update(hidden_at=None)
    recount(post_id=root.post_id)
    return restored


@transaction.atomic
def move(*, comment: Comment, parent_id: int | None, post: Post) -> Comment:
    """Put a branch under another comment, or under a post (``parent_id`` None). Who may is the moderation room's.

    Raises Refusal when the place is too deep, inside the branch itself, in another post or in a draft.
    """
    wanted = {comment.pk} if parent_id is None else {comment.pk, _found(parent_id).pk}
    places = tree.locked_all(wanted)
    comment, parent = places[comment.pk], places[parent_id] if parent_id is not None else None
    if parent is not None and parent.post_id != post.pk:
        raise Refusal("foreign", "The new parent does not belong to that post.", status=409)
    if post.published_at is None:
        raise Refusal("draft", "A draft has no discussion yet; publish it first.", status=409)
    try:
        moved = tree.move(comment, parent=parent, post_id=post.pk)
    except tree.TooDeep:
        raise _too_deep() from None
    except tree.MovedIntoItself:
        raise Refusal("inside", "A branch cannot be moved into itself.", status=409) from None
    if moved.post_id != comment.post_id:
        tree.branch_of(moved).update(moved_at=timezone.now())
        moved.refresh_from_db(fields=["moved_at"])
    for post_id in sorted({comment.post_id, moved.post_id}):
        recount(post_id=post_id)
    return moved


def recount(*, post_id: int) -> None:
    """Count a post's visible comments anew. Last in a transaction: it holds the post's row until the commit."""
    tree.lock_post(post_id)
    count, newest = counts_of(post_id)
    posts.set_counters(post_id=post_id, comment_count=count, newest_comment_at=newest)
    events.discussion_withdrawn.send(sender=Post, post_id=post_id)


def counts_of(post_id: int) -> tuple[int, datetime | None]:
    """How many visible comments a post has, and when the newest of them was published."""
    visible = Q(hidden_at=None, retracted_at=None)
    found = (
        Comment.objects.filter(visible, post_id=post_id)
        .order_by()
        .aggregate(count=Count("pk"), newest=Max("body__published_at"))
    )
    return found["count"], found["newest"]


@transaction.atomic
def adopt(*, placeholder: User, person: User) -> None:
    """Give the comments of a placeholder account to the person it stood for."""
    threads = _threads_of(placeholder)
    CommentBody.objects.filter(author=placeholder).update(author=person)
    CommentRevision.objects.filter(saved_by=placeholder).update(saved_by=person)
    CommentMention.objects.filter(text__body__author=person, person=person).delete()  # nobody mentions themselves
    posts.touch_threads(post_ids=threads)  # last, and all at once, by the order of locks


def touch_threads_of(person: User) -> None:
    """Say that every thread page that names ``person`` has changed."""
    posts.touch_threads(post_ids=_threads_of(person))


def _threads_of(person: User) -> set[int]:
    own = Post.objects.filter(author=person).values_list("pk", flat=True)
    answered = Comment.objects.filter(body__author=person).order_by().values_list("post_id", flat=True).distinct()
    return {*own, *answered}
