"""One mail, read: its identity, what it answers, who wrote it, when, and what it says."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from typing import cast
from urllib.parse import unquote

from forum.exports.document import PersonDocument, SourceFormat, State
from forum.imports.readers.bodies import read_body
from forum.imports.readers.boxes import Raw
from forum.imports.readers.charsets import decode, decode_words

IDS = re.compile(r"<([^<>]+)>")
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)  # before it nobody wrote mail; broken clocks say 1 January 1970
# Any file of lines such as ``name:value`` looks like a header; a mail has at least one of these.
MARKS_OF_MAIL = {"from", "date", "subject", "message-id", "to", "received", "in-reply-to", "references"}
LONGEST_ID = 1000  # bytes
LONGEST_UID = 2000  # bytes, as in thread documents; an own export may bring ids of its JSON form
TOO_LARGE = 25_000_000  # bytes; mail servers refuse such messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """``references`` are in the order given, as a rule the oldest first; ``answers`` come from In-Reply-To."""

    place: str
    position: int  # in all that was read, from 0
    uid: str
    message_id: str  # as the message says it; the uid but for an own export
    references: tuple[str, ...]
    answers: tuple[str, ...]
    author: PersonDocument | None
    sent_at: datetime | None
    subject: str
    source: str
    source_format: SourceFormat
    url: str = ""  # where it can be read, by its Archived-At
    tags: tuple[str, ...] = ()
    edited_at: datetime | None = None
    locked_at: datetime | None = None
    lock_reason: str = ""
    state: State = "visible"
    state_reason: str = ""
    parent_uid: str = ""  # what the first of ``answers`` stands for, where an own export says so


def read_letter(raw: Raw, *, position: int, not_after: datetime) -> Letter:
    """Read one message. Dates after ``not_after`` are taken for broken. Raises ValueError when it is no message."""
    if len(raw.data) > TOO_LARGE:
        raise ValueError(f"larger than {TOO_LARGE:,} bytes")
    message = BytesParser().parsebytes(raw.data)
    fields = _fields(message)
    if not fields.keys() & MARKS_OF_MAIL:
        raise ValueError("no mail: it has no header of one")
    own = "x-colloquy-version" in fields
    source, source_format = read_body(message)
    state = _first(fields, "x-colloquy-state") if own else ""
    if state in {"hidden", "retracted"}:
        source, source_format = "", "plain"
    else:
        state = "visible"
    message_id = next(iter(_ids(_first(fields, "message-id"))), "")
    bare = _first(fields, "message-id").strip()
    if not message_id and re.fullmatch(r"[^<>\s]+", bare):
        message_id = _bounded(bare)
    if not message_id:
        message_id = f"{hashlib.sha256(raw.data).hexdigest()[:40]}@no-message-id.invalid"
    return Letter(
        place=raw.place,
        position=position,
        uid=_quoted_uid(fields, "x-colloquy-uid") if own and "x-colloquy-uid" in fields else message_id,
        message_id=message_id,
        references=tuple(dict.fromkeys(_ids(" ".join(fields.get("references", []))))),
        answers=tuple(_ids(_first(fields, "in-reply-to"))),
        author=_own_author(fields) if own else _author(fields),
        sent_at=_sent_at(fields, raw.envelope, not_after=not_after, own=own),
        subject=_line(decode_words(_first(fields, "subject"))),
        source=source,
        source_format=source_format,
        url=_web_address(_first(fields, "archived-at")),
        tags=tuple(_line(decode_words(tag)) for tag in fields.get("keywords", [])) if own else (),
        edited_at=_moment(_first(fields, "x-colloquy-edited-at")) if own else None,
        locked_at=_moment(_first(fields, "x-colloquy-locked-at")) if own else None,
        lock_reason=_line(decode_words(_first(fields, "x-colloquy-lock-reason"))) if own else "",
        state=cast(State, state),
        state_reason=_line(decode_words(_first(fields, "x-colloquy-state-reason"))) if state != "visible" else "",
        parent_uid=_quoted_uid(fields, "x-colloquy-parent") if own else "",
    )


def _fields(message: Message) -> dict[str, list[str]]:
    """The header by lower-cased names; unfolded, bytes outside ASCII read as well as can be."""
    fields: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        text = decode(str(value).encode("ascii", "surrogateescape"))
        fields.setdefault(name.strip().lower(), []).append(re.sub(r"\r?\n", "", text))
    return fields


def _first(fields: dict[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[0]


def _ids(text: str) -> list[str]:
    """Message-IDs without their brackets; spaces inside came from folding."""
    found = (re.sub(r"\s+", "", each) for each in IDS.findall(text))
    return [_bounded(each) for each in found if each]


def _bounded(message_id: str, limit: int = LONGEST_ID) -> str:
    """``message_id``, or what stands for it where it is longer than a database can index."""
    data = message_id.encode("utf-8", "surrogatepass")
    return message_id if len(data) <= limit else f"{hashlib.sha256(data).hexdigest()[:40]}@long-message-id.invalid"


def _quoted_uid(fields: dict[str, list[str]], name: str) -> str:
    """What an own export percent-encoded. A file may say it is one: what no uid holds is taken out here."""
    return _bounded(re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", "", unquote(_first(fields, name))), LONGEST_UID)


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def _web_address(field: str) -> str:
    found = re.search(r"https?://[^\s<>]+", field)
    return found[0] if found else ""


def _author(fields: dict[str, list[str]]) -> PersonDocument | None:
    """The writer; one person is one address, whatever its capitals, or one name where there is no address."""
    field = _first(fields, "from") or _first(fields, "sender")
    name, address = parseaddr(field)
    if "@" not in address:
        found = re.search(r"[^\s<>\"(),;:]+@[^\s<>\"(),;:]+", field)
        address = found[0] if found else ""
        name = name or (field[: found.start()] if found else field).strip(" <\"'")
    name = " ".join(_line(decode_words(name)).strip("\"'").split())
    address = _line(address).lower()
    if not (name or address):
        return None
    name = "" if name.lower() == address else name
    return PersonDocument(
        key=address or f"name:{name.lower()}",
        username=_username(name) or _username(address.partition("@")[0]) or "someone",
        display_name=name,
        address=address,
    )


def _username(text: str) -> str:
    """``text`` in small letters a to z, digits, dots and hyphens; empty when it has none of them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9_.]+", "-", plain).strip("-_.")


def _own_author(fields: dict[str, list[str]]) -> PersonDocument | None:
    username = _line(decode_words(_first(fields, "x-colloquy-author")))
    if not username:
        return None
    name = _line(decode_words(parseaddr(_first(fields, "from"))[0]))
    return PersonDocument(
        key=f"user:{username.lower()}", username=username, display_name="" if name == username else name
    )


def _sent_at(fields: dict[str, list[str]], envelope: str, *, not_after: datetime, own: bool) -> datetime | None:
    """When it was written: what Date says, else the first machine that took it, else the mailbox; None if none can."""
    if own and (exact := _moment(_first(fields, "x-colloquy-published-at"))):
        return exact
    received = [field.rpartition(";")[2] for field in reversed(fields.get("received", []))]
    for text in [*fields.get("date", []), *received, envelope.partition(" ")[2].partition(" ")[2]]:
        moment = _mail_date(text)
        if moment and EARLIEST <= moment <= not_after + timedelta(days=1):
            return min(moment, not_after)
    return None


def _mail_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
