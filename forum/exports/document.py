"""The thread document: what every export is written from and every import is read into.

Frozen values without a database behind them. docs/export-formats.md says what each field means;
docs/thread.schema.json describes the JSON form. Times are aware and in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

State = Literal["visible", "retracted", "hidden"]
SourceFormat = Literal["markdown", "plain"]


@dataclass(frozen=True, slots=True)
class PersonDocument:
    """Who wrote something. ``key`` is what the rest of the document calls the person and means nothing outside it."""

    key: str
    username: str
    display_name: str = ""
    orcid: str = ""
    url: str = ""
    address: str = ""  # as a mail named it; kept for the owner to claim the words by, never written by any format

    @property
    def name(self) -> str:
        return self.display_name or self.username


@dataclass(frozen=True, slots=True)
class RevisionDocument:
    """A saved state of a source; ``title`` is None for a comment's."""

    number: int
    source: str
    saved_at: datetime
    saved_by: str | None = None
    note: str = ""
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDocument:
    """What opens the thread. A tombstone has neither title, source, html, tags nor revisions."""

    uid: str
    title: str
    published_at: datetime
    url: str = ""
    author: str | None = None
    coauthors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    edited_at: datetime | None = None
    source: str = ""
    source_format: SourceFormat = "markdown"
    html: str = ""
    revision: int = 1
    revisions: tuple[RevisionDocument, ...] = ()
    score: int | None = None
    locked_at: datetime | None = None
    lock_reason: str = ""
    state: State = "visible"
    state_reason: str = ""
    placeholder: bool = False  # stands for a first message that an archive lacks; not written by any format


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDocument:
    """A reply. ``parent`` is the uid of the comment it answers, None when it answers the post."""

    uid: str
    parent: str | None
    published_at: datetime
    url: str = ""
    author: str | None = None
    edited_at: datetime | None = None
    source: str = ""
    source_format: SourceFormat = "markdown"
    html: str = ""
    revision: int = 1
    revisions: tuple[RevisionDocument, ...] = ()
    score: int | None = None
    agreement: int | None = None
    state: State = "visible"
    state_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadDocument:
    """A post and its comments in reading order: old first, depth first, every parent before its replies.

    With ``branch`` (a comment's uid) the comments are that one, first, and its descendants. The parent of the first is
    then a comment that is not in the document, or None when it answers the post.
    """

    exported_at: datetime
    source_url: str
    people: tuple[PersonDocument, ...]
    post: PostDocument
    comments: tuple[CommentDocument, ...]
    branch: str | None = None


def depths(comments: tuple[CommentDocument, ...]) -> list[int]:
    """How deep each comment stands in the document; 0 answers the post, or something outside the document."""
    depth: dict[str, int] = {}
    for comment in comments:
        above = depth.get(comment.parent, -1) if comment.parent is not None else -1
        depth[comment.uid] = above + 1
    return [depth[comment.uid] for comment in comments]


def in_reading_order(comments: list[CommentDocument]) -> tuple[CommentDocument, ...]:
    """Depth first, siblings old first; what is equally old stays in the order given.

    A parent that is not among ``comments`` counts as the post. Every comment must be reachable (no loops).
    """
    known = {comment.uid for comment in comments}
    replies: dict[str | None, list[CommentDocument]] = {}
    for comment in comments:
        replies.setdefault(comment.parent if comment.parent in known else None, []).append(comment)
    for siblings in replies.values():
        siblings.sort(key=lambda comment: comment.published_at)
        siblings.reverse()  # the stack below is read from its end
    ordered: list[CommentDocument] = []
    pending = replies.pop(None, [])
    while pending:
        comment = pending.pop()
        ordered.append(comment)
        pending += replies.pop(comment.uid, [])
    return tuple(ordered)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, such as 2026-11-18T09:14:00Z; microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def name_of(text: "PostDocument | CommentDocument", people: dict[str, PersonDocument]) -> str:
    """Whose words they are, as said in ``in reply to …``; of a tombstone only that it is one."""
    if text.state != "visible":
        return "a hidden comment" if text.state == "hidden" else "a withdrawn comment"
    author = people.get(text.author or "")
    return author.name if author else "no author given"


def tombstone_text(state: State, reason: str) -> str:
    """The sentence that stands where a text was."""
    match state:
        case "retracted":
            said = "Withdrawn by its author"
        case "hidden":
            said = "Hidden by a moderator"
        case "visible":
            raise ValueError("what is visible is no tombstone")
    return f"{said}: {reason}" if reason else f"{said}."
