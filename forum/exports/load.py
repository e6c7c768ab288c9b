"""A thread or a branch of it as a document: six queries, and one more for each further 5,000 comments."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from typing import cast

from django.conf import settings
from django.utils import timezone

from accounts.models import User, Viewer
from forum.comments.models import Comment, CommentRevision
from forum.comments.queries import branch as branch_of
from forum.exports.document import (
    CommentDocument,
    PersonDocument,
    PostDocument,
    RevisionDocument,
    SourceFormat,
    State,
    ThreadDocument,
    in_reading_order,
)
from forum.kit.refusal import Refusal
from forum.posts.models import Post, PostRevision


def refusal_to_export(post: Post, *, viewer: Viewer) -> Refusal | None:
    """Whoever may open the page may take it away; what nobody can read yet, its author neither."""
    if post.published_at is None:
        if viewer.pk is not None and post.author_id == viewer.pk:
            return Refusal("draft", "A draft cannot be taken away yet; publish it first.", status=409)
        return Refusal("no-post", "There is no such post.", status=404)
    return None


def load_thread(post: Post, *, viewer: Viewer, branch: Comment | None = None) -> ThreadDocument:
    """The thread of ``post``, or of it only ``branch`` with its descendants.

    What is hidden or retracted is a tombstone without text for every viewer, moderators too: a file goes its own ways.
    Raises Refusal when ``viewer`` may not take it away.
    """
    if refusal := refusal_to_export(post, viewer=viewer):
        raise refusal
    people: dict[int, User] = {}
    page = settings.SITE_URL + _path(post)
    post_document = _post(post, page, people)
    comments = _comments(post, page, people, branch)
    if branch is not None and not comments:
        raise Refusal("moved", "This comment was moved to another discussion meanwhile.", status=404)
    return ThreadDocument(
        exported_at=timezone.now(),
        source_url=page,
        people=tuple(_person(person) for person in sorted(people.values(), key=lambda each: each.username.lower())),
        post=post_document,
        comments=comments,
        branch=comments[0].uid if branch is not None else None,
    )


def _path(post: Post) -> str:
    if post.is_tombstone:  # the slug repeats the title, which is withheld; any slug leads to the page
        post = Post(pk=post.pk, slug="-")
    return post.get_absolute_url()


def _post(post: Post, page: str, people: dict[int, User]) -> PostDocument:
    published_at = cast(datetime, post.published_at)
    if post.is_tombstone:
        return PostDocument(
            uid=post.uid,
            url=page,
            title="",
            published_at=published_at,
            edited_at=post.edited_at,
            source_format=cast(SourceFormat, post.source_format),
            revision=post.revision,
            locked_at=post.locked_at,
            lock_reason=post.lock_reason,
            state=_state(post),
            state_reason=post.hidden_reason if post.hidden_at else "",
        )
    revisions = PostRevision.objects.filter(post=post).select_related("saved_by").order_by("number")
    return PostDocument(
        uid=post.uid,
        url=post.origin_url or page,
        title=post.title,
        published_at=published_at,
        author=_key(post.author, people),
        tags=tuple(post.tags.order_by("slug").values_list("name", flat=True)),
        edited_at=post.edited_at,
        source=post.source,
        source_format=cast(SourceFormat, post.source_format),
        html=post.html,
        revision=post.revision,
        revisions=_revisions(revisions, post.revision, people),
        locked_at=post.locked_at,
        lock_reason=post.lock_reason,
    )


def _comments(post: Post, page: str, people: dict[int, User], branch: Comment | None) -> tuple[CommentDocument, ...]:
    parent_uid: dict[int, str] = {}
    if branch is None:
        rows = Comment.objects.filter(post=post)
    else:
        rows = branch_of(branch)
        parent_uid.update(Comment.objects.filter(pk=branch.parent_id).values_list("pk", "body__uid"))
    comments = list(rows.select_related("body__author").order_by("pk"))
    revisions = _changes([comment.pk for comment in comments if not comment.is_tombstone])
    parent_uid.update((comment.pk, comment.body.uid) for comment in comments)
    return in_reading_order(
        [
            _comment(
                comment,
                page=page,
                parent=parent_uid.get(comment.parent_id) if comment.parent_id else None,
                revisions=revisions[comment.pk],
                people=people,
            )
            for comment in comments
        ]
    )


def _changes(comments: list[int]) -> dict[int, list[CommentRevision]]:
    """The revisions of just these comments, by comment.

    Asked for by what was read, and not by post and state: a comment that is hidden or moved between the two queries
    would stand in the document with its text and without a revision.
    """
    found: dict[int, list[CommentRevision]] = defaultdict(list)
    for some in batched(comments, 5_000):  # a database takes only so many values in one question
        for change in CommentRevision.objects.filter(comment__in=some).select_related("saved_by").order_by("number"):
            found[change.comment_id].append(change)
    return found


def _comment(
    comment: Comment, *, page: str, parent: str | None, revisions: list[CommentRevision], people: dict[int, User]
) -> CommentDocument:
    body = comment.body
    link = f"{page}#{comment.key}"
    if comment.is_tombstone:
        return CommentDocument(
            uid=body.uid,
            url=body.origin_url or link,
            parent=parent,
            published_at=body.published_at,
            edited_at=body.edited_at,
            source_format=cast(SourceFormat, body.source_format),
            revision=body.revision,
            state=_state(comment),
            state_reason=body.hidden_reason if comment.hidden_at else "",
        )
    return CommentDocument(
        uid=body.uid,
        url=body.origin_url or link,
        parent=parent,
        author=_key(body.author, people),
        published_at=body.published_at,
        edited_at=body.edited_at,
        source=body.source,
        source_format=cast(SourceFormat, body.source_format),
        html=body.html,
        revision=body.revision,
        revisions=_revisions(revisions, body.revision, people),
    )


def _revisions(
    rows: Iterable[PostRevision | CommentRevision], newest: int, people: dict[int, User]
) -> tuple[RevisionDocument, ...]:
    """Those up to ``newest``: the text was read a moment earlier, and somebody may have saved another since."""
    return tuple(
        RevisionDocument(
            number=row.number,
            source=row.source,
            saved_at=row.saved_at,
            saved_by=_key(row.saved_by, people),
            note=row.note,
            title=row.title if isinstance(row, PostRevision) else None,
        )
        for row in rows
        if row.number <= newest
    )


def _state(text: Post | Comment) -> State:
    """A moderator's decision stands above the author's."""
    return "hidden" if text.hidden_at else "retracted"


def _key(person: User | None, people: dict[int, User]) -> str | None:
    if person is None:
        return None
    people[person.pk] = person
    return person.username


def _person(person: User) -> PersonDocument:
    return PersonDocument(
        key=person.username,
        username=person.username,
        display_name=person.display_name,
        orcid=person.orcid,
        url=settings.SITE_URL + person.get_absolute_url(),
    )
