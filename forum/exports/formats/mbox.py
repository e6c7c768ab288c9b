"""A mailbox of the thread (mboxrd): one message a text, threaded by References, readable in any mail program.

Message format RFC 5322 and 2045, text/markdown RFC 7763, List-Id RFC 2919, Archived-At RFC 5064, mbox RFC 4155 with
the quoting known as mboxrd: a line of ``>``s and ``From `` gains one more ``>``, so that it can be taken off again.
The same document gives the same bytes. What mail has no field for travels in ``X-Colloquy-`` headers.
"""

import hashlib
import quopri
import re
from collections.abc import Iterator
from datetime import UTC
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

from forum.exports.document import (
    CommentDocument,
    PersonDocument,
    PostDocument,
    ThreadDocument,
    timestamp,
    tombstone_text,
)

VERSION = "1"
# What may stand between the angle brackets of a Message-ID as it is: two sides, nothing that would need quoting.
MESSAGE_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:;,()\[\]\"\\-]+@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:;,()\[\]\"\\-]+")
LINE_LIMIT = 998  # bytes, RFC 5322 section 2.1.1
ID_LIMIT = 900  # bytes; longer ones would not fit a line


def write(thread: ThreadDocument) -> Iterator[bytes]:
    host = host_of(thread.source_url)
    people = {person.key: person for person in thread.people}
    post = thread.post
    title = post.title
    yield _message(post, host=host, people=people, subject=title, above=[], parent=None, extra=_post_fields(post))

    subject = title if re.match(r"re:", title, re.IGNORECASE) else f"Re: {title}"
    path: dict[str, list[str]] = {}  # uid: the uids from the post down to that comment
    for comment in thread.comments:
        parent = comment.parent or post.uid
        above = path.get(parent, [post.uid] if parent == post.uid else [post.uid, parent])
        path[comment.uid] = [*above, comment.uid]
        yield _message(comment, host=host, people=people, subject=subject, above=above, parent=parent, extra=[])


def host_of(address: str) -> str:
    """The host in a web address, fit for a mail address."""
    try:
        host = (urlsplit(address).hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        host = ""
    return host if re.fullmatch(r"[A-Za-z0-9.-]+", host) else "colloquy.invalid"


def message_id(uid: str, host: str) -> str:
    """What stands between the angle brackets for ``uid``; itself when it is a Message-ID already."""
    if MESSAGE_ID.fullmatch(uid) and len(uid) <= ID_LIMIT:
        return uid
    name = quote(uid, safe="")
    if len(name) > ID_LIMIT:  # X-Colloquy-Uid has the whole
        name = hashlib.sha256(uid.encode()).hexdigest()
    return f"{name}@{host}"


def _message(
    text: PostDocument | CommentDocument,
    *,
    host: str,
    people: dict[str, PersonDocument],
    subject: str,
    above: list[str],
    parent: str | None,
    extra: list[str],
) -> bytes:
    author = people.get(text.author or "")
    moment = text.published_at.astimezone(UTC)
    head = [
        _person_field(author, host),
        f"Date: {format_datetime(moment)}",
        _field("Subject", subject),
        f"Message-ID: <{message_id(text.uid, host)}>",
    ]
    if parent is not None:
        head.append(f"In-Reply-To: <{message_id(parent, host)}>")
        head.append("References: " + "\n ".join(f"<{message_id(uid, host)}>" for uid in above))
    head.append(_field("List-Id", f"<posts.{host}>"))
    if text.url.startswith(("http://", "https://")):
        head.append(_field("Archived-At", f"<{quote(text.url, safe=":/?#[]@!$&'()*+,;=%-._~")}>"))
    head.append(f"X-Colloquy-Version: {VERSION}")
    # For ids that had to be changed to be Message-IDs, and percent-encoded, since no mail program touches that.
    head += [f"X-Colloquy-Uid: {quoted}" for quoted in _quoted_uid(text.uid, host)]
    head += [f"X-Colloquy-Parent: {quoted}" for quoted in _quoted_uid(parent, host)]
    if author is not None:
        head.append(_field("X-Colloquy-Author", author.username))
    if moment.microsecond:
        head.append(f"X-Colloquy-Published-At: {timestamp(moment)}")
    if text.edited_at:
        head.append(f"X-Colloquy-Edited-At: {timestamp(text.edited_at)}")
    head.append(f"X-Colloquy-Revision: {text.revision}")
    if text.state != "visible":
        head.append(f"X-Colloquy-State: {text.state}")
        if text.state_reason:
            head.append(_field("X-Colloquy-State-Reason", text.state_reason))
    head += [*extra, "MIME-Version: 1.0"]
    fields, body = _content(text)
    whole = "\n".join([*head, *fields]).encode("ascii") + b"\n\n" + body
    opening = f"From nobody@{host} {moment:%a %b} {moment.day:2} {moment:%H:%M:%S %Y}\n".encode("ascii")
    quoted = re.sub(rb"^(>*From )", rb">\1", whole, flags=re.MULTILINE)
    return opening + quoted + (b"\n" if quoted.endswith(b"\n") else b"\n\n")


def _post_fields(post: PostDocument) -> list[str]:
    fields = [_field("Keywords", tag) for tag in post.tags]
    if post.locked_at:
        fields.append(f"X-Colloquy-Locked-At: {timestamp(post.locked_at)}")
        if post.lock_reason:
            fields.append(_field("X-Colloquy-Lock-Reason", post.lock_reason))
    return fields


def _quoted_uid(uid: str | None, host: str) -> list[str]:
    """``uid`` where its Message-ID does not say it; folded, since it may be long."""
    if uid is None or message_id(uid, host) == uid:
        return []
    return ["\n ".join(re.findall(r".{1,900}", quote(uid, safe="")))]


def _person_field(author: PersonDocument | None, host: str) -> str:
    """Nobody's real address: an export is public, and who reads it may not write to its people."""
    if author is None:
        return f'From: "no author given" <nobody@noreply.{host}>'
    name = " ".join(_clean(author.name).split())
    local = re.sub(r"[^A-Za-z0-9_.+-]+", "-", author.username).strip(".-") or "someone"
    if name.isascii() and "=?" not in name:
        shown = '"' + re.sub(r'(["\\])', r"\\\1", name[:200]) + '"'
    else:
        shown = _encoded("From", name[:200])
    return f"From: {shown}\n <{local}@noreply.{host}>"


def _field(name: str, value: str) -> str:
    """One header field. Control characters and line ends become spaces: nothing in a value can start another field."""
    value = _clean(value).strip()
    if value.isascii() and "=?" not in value and len(name) + 2 + len(value) <= LINE_LIMIT:
        return f"{name}: {value}"
    return f"{name}: {_encoded(name, value)}"


def _encoded(name: str, value: str) -> str:
    return Header(value, charset="utf-8", header_name=name, maxlinelen=76).encode(linesep="\n")


def _clean(value: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", value)


def _content(text: PostDocument | CommentDocument) -> tuple[list[str], bytes]:
    """The fields that describe the body, and the body."""
    if text.state != "visible":
        return _part("text/plain; charset=utf-8", tombstone_text(text.state, text.state_reason) + "\n")
    if text.source_format == "plain":
        return _part("text/plain; charset=utf-8; format=fixed", text.source)
    parts = [_part("text/markdown; charset=utf-8", text.source), _part("text/html; charset=utf-8", text.html)]
    contents = [b"\n".join([*(field.encode("ascii") for field in fields), b"", body]) for fields, body in parts]
    boundary = _boundary(text.uid, contents)
    separator = f"--{boundary}".encode("ascii")
    body = b"".join(separator + b"\n" + content + b"\n" for content in contents) + separator + b"--\n"
    return [f'Content-Type: multipart/alternative; boundary="{boundary}"'], body


def _part(content_type: str, text: str) -> tuple[list[str], bytes]:
    """``text`` as it is where mail can carry it, else as quoted-printable, which carries every byte.

    Mail ends every text with a line end; one that has none also needs the encoding (a soft line end) to come back so.
    """
    data = text.encode("utf-8")
    whole_lines = not data or data.endswith(b"\n") or "markdown" in content_type or "html" in content_type
    if (
        whole_lines
        and b"\r" not in data
        and b"\0" not in data
        and all(len(line) <= LINE_LIMIT for line in data.split(b"\n"))
    ):
        encoding = "7bit" if data.isascii() else "8bit"
    else:
        encoding = "quoted-printable"
        data = quopri.encodestring(data).replace(b"\r", b"=0D")
        if not text.endswith("\n"):
            data += b"=\n"
    return [f"Content-Type: {content_type}", f"Content-Transfer-Encoding: {encoding}"], data


def _boundary(uid: str, contents: list[bytes]) -> str:
    """From the uid, so that the same document gives the same bytes; another one if a text should hold it."""
    digest = hashlib.sha256(uid.encode()).hexdigest()[:32]
    while any(digest.encode("ascii") in content for content in contents):
        digest = hashlib.sha256(digest.encode("ascii")).hexdigest()[:32]
    return f"=_colloquy_{digest}"
