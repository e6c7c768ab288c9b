"""What a mail says, as one text: parts chosen, decoded and joined. Nothing else about it is changed."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Literal

from forum.imports.readers.charsets import decode, decode_words
from forum.imports.readers.webtext import text_of_page

TEXTS = {"text/plain", "text/html", "text/markdown", "text/x-patch", "text/x-diff", "text/enriched"}


def read_body(message: Message) -> tuple[str, Literal["markdown", "plain"]]:
    """The text of ``message`` and its format. Attachments are named in a line each; a signature's bytes are not."""
    texts: list[str] = []
    attachments: list[str] = []
    source_format: Literal["markdown", "plain"] = "plain"
    for part in _leaves(message):
        kind = part.get_content_type()
        kind = "text/plain" if kind.startswith("multipart/") else kind  # a multipart that has no parts
        if kind in TEXTS and part.get_content_disposition() != "attachment":
            if text := _text(part, kind):
                texts.append(text)
            if kind == "text/markdown":
                source_format = "markdown"
        else:
            attachments.append(_named(part, kind))
    if attachments:
        texts.append("\n".join(attachments) + "\n")
    return "\n".join([*(_ended(text) for text in texts[:-1]), *texts[-1:]]), source_format


def _leaves(message: Message) -> Iterator[Message]:
    pending: list[Message] = [message]
    while pending:
        part = pending.pop()
        parts = [each for each in part.get_payload() if isinstance(each, Message)] if part.is_multipart() else []
        match part.get_content_type():
            case kind if not kind.startswith("multipart/"):
                yield part
            case "multipart/alternative" if parts:
                pending.append(max(parts, key=_preference))  # of equals the first
            case "multipart/signed" if parts:
                pending.append(parts[0])
            case _ if parts:
                pending += reversed(parts)
            case _:
                yield part


def _preference(part: Message) -> int:
    kind = part.get_content_type()
    order = ["text/html", "multipart/related", "multipart/mixed", "text/plain", "text/markdown"]
    return order.index(kind) if kind in order else -1


def _text(part: Message, kind: str) -> str:
    data = part.get_payload(decode=True)
    text = decode(data if isinstance(data, bytes) else b"", _parameter(part, "charset"))
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text_of_page(text) if kind in {"text/html", "text/enriched"} else text


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _named(part: Message, kind: str) -> str:
    """One line for what is not shown, such as ``[Attachment: plot.png (image/png, 1204 bytes)]``."""
    name = re.sub(r"[\x00-\x1f\x7f]+", " ", decode_words(part.get_filename() or "")).strip() or "without a name"
    data = part.get_payload(decode=True)
    size = f", {len(data)} bytes" if isinstance(data, bytes) else ""
    return f"[Attachment: {name} ({kind}{size})]"


def _parameter(part: Message, name: str) -> str:
    value = part.get_param(name, "")
    value = value[2] if isinstance(value, tuple) else value  # RFC 2231: charset, language, value
    return str(value)
