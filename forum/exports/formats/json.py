"""The thread document as JSON: everything, readable back by ``import_thread``. docs/thread.schema.json describes it."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from forum.exports.document import (
    CommentDocument,
    PersonDocument,
    PostDocument,
    RevisionDocument,
    ThreadDocument,
    timestamp,
)

FORMAT = "colloquy-thread"
VERSION = 1


def write(thread: ThreadDocument) -> Iterator[str]:
    """JSON, one person and one comment a line, so that two exports can be compared with ``diff``."""
    head: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": timestamp(thread.exported_at),
        "source_url": thread.source_url,
    }
    if thread.branch is not None:
        head["branch"] = thread.branch
    yield "{\n"
    for name, value in head.items():
        yield f"{_line(name)}: {_line(value)},\n"
    yield '"people": ['
    yield from _lines(_person(person) for person in thread.people)
    yield f'],\n"post": {_line(_post(thread.post))},\n"comments": ['
    yield from _lines(_comment(comment) for comment in thread.comments)
    yield "]\n}\n"


def _lines(values: Iterator[dict[str, Any]]) -> Iterator[str]:
    before, after = "\n", ""
    for value in values:
        yield before + _line(value)
        before, after = ",\n", "\n"
    yield after


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))


def _person(person: PersonDocument) -> dict[str, Any]:
    return {
        "key": person.key,
        "username": person.username,
        "display_name": person.display_name,
        "orcid": person.orcid,
        "url": person.url,
    }


def _post(post: PostDocument) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "uid": post.uid,
        "url": post.url,
        "title": post.title,
        "author": post.author,
        "coauthors": list(post.coauthors),
        "tags": list(post.tags),
        "published_at": timestamp(post.published_at),
        "edited_at": _moment(post.edited_at),
        "source": post.source,
        "source_format": post.source_format,
        "html": post.html,
        "revision": post.revision,
        "revisions": [_revision(revision) for revision in post.revisions],
        "score": post.score,
        "locked_at": _moment(post.locked_at),
    }
    if post.lock_reason:
        fields["lock_reason"] = post.lock_reason
    if post.state != "visible":
        fields |= {"state": post.state, "state_reason": post.state_reason}
    return fields


def _comment(comment: CommentDocument) -> dict[str, Any]:
    return {
        "uid": comment.uid,
        "url": comment.url,
        "parent": comment.parent,
        "author": comment.author,
        "published_at": timestamp(comment.published_at),
        "edited_at": _moment(comment.edited_at),
        "source": comment.source,
        "source_format": comment.source_format,
        "html": comment.html,
        "revision": comment.revision,
        "revisions": [_revision(revision) for revision in comment.revisions],
        "score": comment.score,
        "agreement": comment.agreement,
        "state": comment.state,
        "state_reason": comment.state_reason,
    }


def _revision(revision: RevisionDocument) -> dict[str, Any]:
    title = {} if revision.title is None else {"title": revision.title}
    return {
        "number": revision.number,
        **title,
        "source": revision.source,
        "saved_at": timestamp(revision.saved_at),
        "saved_by": revision.saved_by,
        "note": revision.note,
    }


def _moment(moment: datetime | None) -> str | None:
    return timestamp(moment) if moment else None
