"""Mails for tests, as bytes."""

from datetime import UTC, datetime

from forum.imports.readers.boxes import Raw
from forum.imports.readers.mail import read_messages

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def make_mail(name: str, *, to: str = "", refs: str = "", minute: int = 0, body: str = "Text.\n", **fields) -> bytes:
    """``to`` and ``refs`` are names of mails, separated by spaces; ``fields`` override or drop (None) header fields."""
    head = {
        "From": "Alice <alice@example.org>",
        "Date": f"Wed, 18 Nov 2026 09:{minute:02}:00 +0000",
        "Subject": f"About {name}",
        "Message-ID": f"<{name}@x>",
        "In-Reply-To": " ".join(f"<{each}@x>" for each in to.split()) or None,
        "References": " ".join(f"<{each}@x>" for each in refs.split()) or None,
    } | {key.replace("_", "-"): value for key, value in fields.items()}
    lines = [f"{key}: {value}" for key, value in head.items() if value is not None]
    return "\n".join([*lines, "", body]).encode("utf-8", "surrogateescape")


def read(*mails: bytes, **options):
    options = {"now": NOW} | options
    return read_messages([Raw(f"mail {number}", data) for number, data in enumerate(mails, start=1)], **options)


def tree_of(thread) -> dict[str, str | None]:
    """Child: parent, by names; the post is under None and top-level comments are under the post."""
    name = lambda uid: uid.removesuffix("@x")  # noqa: E731
    post = name(thread.post.uid)
    return {post: None} | {name(each.uid): name(each.parent) if each.parent else post for each in thread.comments}


def trees_of(reading) -> list[dict[str, str | None]]:
    return [tree_of(thread) for thread in reading.threads]
