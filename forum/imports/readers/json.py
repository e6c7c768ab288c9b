"""The thread document from its JSON form. It is read whole or refused whole, with the place of the fault."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, cast

from forum.exports.document import (
    CommentDocument,
    PersonDocument,
    PostDocument,
    RevisionDocument,
    SourceFormat,
    State,
    ThreadDocument,
)
from forum.exports.formats.json import FORMAT, VERSION
from forum.imports.reading import Unreadable

RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})")
LONGEST_UID = 2000  # bytes; the database indexes it
LARGEST = 2**31 - 1  # revision numbers are kept in 32 bits


def read_json(data: bytes) -> ThreadDocument:
    """Read one document. Raises Unreadable."""
    return _thread(Place(_parse(data), ""))


def _parse(data: bytes) -> object:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise Unreadable(f"line {line}", f"byte {fault.start} is not UTF-8") from None
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as fault:
        raise Unreadable(f"line {fault.lineno}, column {fault.colno}", fault.msg) from None
    except RecursionError:
        raise Unreadable("", "nested too deeply") from None
    except ValueError as fault:  # a number of thousands of digits
        raise Unreadable("", str(fault)) from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise Unreadable("", f"the field {twice!r} stands twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise Unreadable("", f"{name} is not JSON")


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands, such as ``comments[12].parent``."""

    value: Any
    path: str

    def refuse(self, reason: str) -> NoReturn:
        raise Unreadable(self.path or "document", reason)

    def fields(self, required: str, optional: str = "") -> dict[str, "Place"]:
        if not isinstance(self.value, dict):
            self.refuse(f"must be an object, not {_kind(self.value)}")
        for name in required.split():
            if name not in self.value:
                self.refuse(f"the field {name!r} is missing")
        for name in self.value:
            if name not in f"{required} {optional}".split():
                self.refuse(f"the field {name!r} is not known")
        return {name: Place(value, f"{self.path}.{name}" if self.path else name) for name, value in self.value.items()}

    def items(self) -> list["Place"]:
        if not isinstance(self.value, list):
            self.refuse(f"must be a list, not {_kind(self.value)}")
        return [Place(value, f"{self.path}[{number}]") for number, value in enumerate(self.value)]

    def text(self, *, blank: bool = True) -> str:
        if not isinstance(self.value, str):
            self.refuse(f"must be a string, not {_kind(self.value)}")
        if not blank and not self.value.strip():
            self.refuse("must not be empty")
        if odd := re.search("[\0\ud800-\udfff]", self.value):
            self.refuse(f"holds U+{ord(odd[0]):04X} at character {odd.start() + 1}, which is no text")
        return self.value

    def word(self) -> str:
        """An identifier: without spaces and control characters."""
        text = self.text(blank=False)
        if (length := len(text.encode())) > LONGEST_UID:
            self.refuse(f"has {length:,} bytes; at most {LONGEST_UID:,} are possible")
        if re.search(r"[\s\x00-\x1f\x7f-\x9f]", text):
            self.refuse("must not hold spaces or control characters")
        return text

    def choice(self, *choices: str) -> str:
        if self.value not in choices:
            self.refuse(f"must be one of {', '.join(choices)}, not {self.value!r}")
        return cast(str, self.value)

    def number(self, *, least: int) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse(f"must be a whole number, not {_kind(self.value)}")
        if not least <= self.value <= LARGEST:
            self.refuse(f"must be from {least} to {LARGEST}, not {self.value}")
        return self.value

    def moment(self) -> datetime:
        if not isinstance(self.value, str) or not RFC3339.fullmatch(self.value):
            self.refuse(f"must be a time such as 2026-11-18T09:14:00Z, not {self.value!r}")
        try:
            return datetime.fromisoformat(self.value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as fault:
            self.refuse(f"is no time: {fault}")

    def or_none[Value](self, read: Callable[["Place"], Value]) -> Value | None:
        return None if self.value is None else read(self)


def _kind(value: object) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def _thread(place: Place) -> ThreadDocument:
    if isinstance(place.value, dict) and place.value.get("format") != FORMAT:
        Place(place.value.get("format"), "format").refuse(f"must be {FORMAT!r}: this is no thread of this kind")
    if isinstance(place.value, dict) and place.value.get("version") != VERSION:
        Place(None, "version").refuse(f"must be {VERSION}, not {place.value.get('version')!r}")
    fields = place.fields("format version exported_at source_url people post comments", "branch")
    people = tuple(_person(each) for each in fields["people"].items())
    keys = {person.key for person in people}
    if len(keys) != len(people):
        fields["people"].refuse("two people have the same key")
    post = _post(fields["post"], keys)
    branch = fields["branch"].word() if "branch" in fields else None
    comments: list[CommentDocument] = []
    seen = {post.uid}
    for each in fields["comments"].items():
        comment = _comment(each, keys)
        if comment.uid in seen:
            Place(comment.uid, f"{each.path}.uid").refuse(f"{comment.uid!r} stands twice")
        first_of_branch = branch is not None and not comments
        if comment.parent == post.uid or not (comment.parent in {None, *seen} or first_of_branch):
            Place(None, f"{each.path}.parent").refuse(f"{comment.parent!r} is no comment that stands before this one")
        if branch is not None and (comment.uid == branch) is not first_of_branch:
            Place(None, f"{each.path}.uid").refuse(f"the first comment, and no other, must be the branch {branch!r}")
        if branch is not None and comments and comment.parent is None:
            Place(None, f"{each.path}.parent").refuse("stands outside the branch")
        seen.add(comment.uid)
        comments.append(comment)
    return ThreadDocument(
        exported_at=fields["exported_at"].moment(),
        source_url=fields["source_url"].text(),
        people=people,
        post=post,
        comments=tuple(comments),
        branch=branch,
    )


def _person(place: Place) -> PersonDocument:
    fields = place.fields("key username display_name orcid url")
    return PersonDocument(
        key=fields["key"].text(blank=False),
        username=fields["username"].text(blank=False),
        display_name=fields["display_name"].text(),
        orcid=fields["orcid"].text(),
        url=fields["url"].text(),
    )


def _post(place: Place, keys: set[str]) -> PostDocument:
    fields = place.fields(
        "uid url title author coauthors tags published_at edited_at source source_format html revision revisions score"
        " locked_at",
        "lock_reason state state_reason",
    )
    state = _state(fields) if "state" in fields else "visible"
    revisions = _revisions(fields, keys, state, titled=True)
    title = fields["title"].text(blank=state != "visible")
    if revisions and revisions[-1].title != title:
        fields["revisions"].refuse("the last revision's title is not the post's")
    return PostDocument(
        uid=fields["uid"].word(),
        url=fields["url"].text(),
        title=title,
        author=_author(fields["author"], keys),
        coauthors=tuple(_key(each, keys) for each in fields["coauthors"].items()),
        tags=tuple(each.text(blank=False) for each in fields["tags"].items()),
        published_at=fields["published_at"].moment(),
        edited_at=fields["edited_at"].or_none(Place.moment),
        source=fields["source"].text(),
        source_format=cast(SourceFormat, fields["source_format"].choice("markdown", "plain")),
        html=fields["html"].text(),
        revision=fields["revision"].number(least=1),
        revisions=revisions,
        score=fields["score"].or_none(lambda place: place.number(least=-LARGEST)),
        locked_at=fields["locked_at"].or_none(Place.moment),
        lock_reason=fields["lock_reason"].text() if "lock_reason" in fields else "",
        state=state,
        state_reason=fields["state_reason"].text() if "state_reason" in fields else "",
    )


def _comment(place: Place, keys: set[str]) -> CommentDocument:
    fields = place.fields(
        "uid url parent author published_at edited_at source source_format html revision revisions score agreement"
        " state state_reason"
    )
    state = _state(fields)
    return CommentDocument(
        uid=fields["uid"].word(),
        url=fields["url"].text(),
        parent=fields["parent"].or_none(Place.word),
        author=_author(fields["author"], keys),
        published_at=fields["published_at"].moment(),
        edited_at=fields["edited_at"].or_none(Place.moment),
        source=fields["source"].text(),
        source_format=cast(SourceFormat, fields["source_format"].choice("markdown", "plain")),
        html=fields["html"].text(),
        revision=fields["revision"].number(least=1),
        revisions=_revisions(fields, keys, state, titled=False),
        score=fields["score"].or_none(lambda place: place.number(least=-LARGEST)),
        agreement=fields["agreement"].or_none(lambda place: place.number(least=-LARGEST)),
        state=state,
        state_reason=fields["state_reason"].text(),
    )


def _state(fields: dict[str, Place]) -> State:
    return cast(State, fields["state"].choice("visible", "retracted", "hidden"))


def _revisions(fields: dict[str, Place], keys: set[str], state: State, *, titled: bool) -> tuple[RevisionDocument, ...]:
    """Numbered from 1 without a gap, the last one being what stands in ``source``; or none at all."""
    revisions = tuple(_revision(each, keys, titled=titled) for each in fields["revisions"].items())
    if state != "visible":
        for name in ("source", "html", "revisions"):
            if fields[name].value:
                fields[name].refuse(f"must be empty where the state is {state}")
        return ()
    if revisions and [each.number for each in revisions] != list(range(1, fields["revision"].number(least=1) + 1)):
        fields["revisions"].refuse("must be numbered from 1 to the number in 'revision'")
    if revisions and revisions[-1].source != fields["source"].value:
        fields["revisions"].refuse("the last revision's source is not the one in 'source'")
    return revisions


def _revision(place: Place, keys: set[str], *, titled: bool) -> RevisionDocument:
    fields = place.fields("number source saved_at saved_by note" + (" title" if titled else ""))
    return RevisionDocument(
        number=fields["number"].number(least=1),
        source=fields["source"].text(),
        saved_at=fields["saved_at"].moment(),
        saved_by=_author(fields["saved_by"], keys),
        note=fields["note"].text(),
        title=fields["title"].text() if titled else None,
    )


def _author(place: Place, keys: set[str]) -> str | None:
    return place.or_none(lambda each: _key(each, keys))


def _key(place: Place, keys: set[str]) -> str:
    if place.text() not in keys:
        place.refuse(f"{place.value!r} is no key of anybody in 'people'")
    return cast(str, place.value)
