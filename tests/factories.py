"""Rows for tests, made by the same acts that people use."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from accounts.models import User
from forum.comments import services as comments
from forum.comments.importing import Incoming, add_comments
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.markup import render
from forum.posts import services as posts
from forum.posts.models import Post

_numbers = count(1)


def make_person(username: str = "", **fields) -> User:
    username = username or f"person{next(_numbers)}"
    password = fields.pop("password", "correct horse battery")
    person = User(username=username, email=fields.pop("email", f"{username}@example.org"), **fields)
    person.set_password(password)
    person.save()
    return person


def make_moderator(username: str = "", **fields) -> User:
    return make_person(username, is_staff=True, **fields)


def make_post(author: User | None = None, *, title: str = "", source: str = "The claim.", tags=(), **state) -> Post:
    """A published post; ``state`` is written over it afterwards (``locked_at=…``)."""
    number = next(_numbers)
    post = posts.publish(author=author or make_moderator(), title=title or f"Post {number}", source=source, tags=tags)
    if state:
        Post.objects.filter(pk=post.pk).update(**state)
        post.refresh_from_db()
    return post


def make_draft(author: User, *, title: str = "A draft", source: str = "Not yet.") -> Post:
    return posts.save_draft(author=author, title=title, source=source)


def make_comment(
    post: Post,
    author: User | None = None,
    *,
    parent: Comment | None = None,
    source: str = "",
    at: datetime | None = None,
) -> Comment:
    """A comment; ``at`` puts its publication at another moment."""
    comment = comments.reply(
        author=author or make_moderator(),
        post=post,
        source=source or f"Comment {next(_numbers)}.",
        parent_id=parent.pk if parent else None,
    )
    if at:
        CommentBody.objects.filter(pk=comment.pk).update(published_at=at)
    return comment


def make_chain(post: Post, length: int, author: User | None = None) -> list[Comment]:
    """Comments each answering the one before."""
    author = author or make_moderator()
    chain: list[Comment] = []
    for _ in range(length):
        chain.append(make_comment(post, author, parent=chain[-1] if chain else None))
    return chain


def make_thread(post: Post, parents: Sequence[int | None], author: User | None = None) -> list[Comment]:
    """Comments written in bulk, as an import does: for many, whose making is not what is tested.

    ``parents[i]`` is the index of the parent of comment i; None stands for the post.
    """
    author = author or make_moderator()
    text = render("Written in bulk.", key="bulk")
    incoming = []
    for parent in parents:
        fields = {"source": "Written in bulk.", "html": text.html, "render_version": text.version}
        body = CommentBody(author=author, post_revision=post.revision, **fields)
        kept = CommentRevision(number=1, source=body.source, saved_at=body.published_at, saved_by=author)
        incoming.append(Incoming(Comment(post=post), body, text, revisions=[kept], parent=parent))
    add_comments(incoming, post_id=post.pk)
    return [each.comment for each in incoming]


def make_deep_chain(post: Post, length: int, author: User | None = None) -> list[Comment]:
    """What ``make_chain`` makes, in bulk."""
    return make_thread(post, [None, *range(length - 1)], author)


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def version_of(post: Post) -> int:
    """The thread page's version as stored now."""
    return Post.objects.values_list("thread_version", flat=True).get(pk=post.pk)
