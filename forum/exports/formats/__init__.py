"""The formats a thread can be taken away in. A new one is a pure function in a file of its own and a line here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forum.exports.document import ThreadDocument
from forum.exports.formats import html, json, markdown, mbox


@dataclass(frozen=True, slots=True)
class Format:
    """``write`` yields text or bytes; text is sent as UTF-8. ``label`` stands in the menu."""

    suffix: str
    media_type: str
    label: str
    write: Callable[[ThreadDocument], Iterator[str] | Iterator[bytes]]


FORMATS = {
    "md": Format(".md", "text/markdown; charset=utf-8", "Markdown, for reading and writing on", markdown.write),
    "html": Format(".html", "text/html; charset=utf-8", "Web page, one file, for reading offline", html.write),
    "json": Format(".json", "application/json", "JSON, complete, can be imported", json.write),
    "mbox": Format(".mbox", "application/mbox", "Mailbox, for mail programs, can be imported", mbox.write),
}


def as_bytes(chunks: Iterator[str] | Iterator[bytes]) -> Iterator[bytes]:
    """What a format writes, as it goes to a file or a reader."""
    for chunk in chunks:
        yield chunk.encode() if isinstance(chunk, str) else chunk
