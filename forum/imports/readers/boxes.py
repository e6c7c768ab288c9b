"""Where messages are kept: mbox files, maildir folders, folders and files of single messages. Raw bytes come out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A message starts after an empty line, and a field of its head stands below: so a sentence that starts with "From "
# in a text whose writer did not quote it, does not end that text.
START = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n(?=(?:>?From [^\n]*\n)*[!-9;-~]+[ \t]*:)")
QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as it lies there. ``place`` is for people; ``envelope`` is the From line of an mbox, or empty."""

    place: str
    data: bytes
    envelope: str = ""


def read_box(path: Path) -> Iterator[Raw]:
    """The messages in ``path``, a folder or a file, in a fixed order. Raises OSError when it cannot be read."""
    if path.is_dir():
        for file in _files(path):
            yield from _read_file(file, place=str(file.relative_to(path)))
    else:
        yield from _read_file(path, place=path.name)


def _files(folder: Path) -> Iterator[Path]:
    """Every file below ``folder`` but hidden ones and what a maildir has not finished receiving."""
    is_maildir = (folder / "cur").is_dir()
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not (is_maildir and path.name == "tmp") and not path.is_symlink():
                yield from _files(path)
        elif path.is_file() and not path.name.startswith("."):
            yield path


def _read_file(path: Path, *, place: str) -> Iterator[Raw]:
    data = path.read_bytes()
    if is_mbox(data):
        yield from split_mbox(data, place=place)
    else:
        yield Raw(place, data)


def is_mbox(data: bytes) -> bool:
    return data.lstrip(b"\r\n").startswith(b"From ")


def split_mbox(data: bytes, *, place: str) -> Iterator[Raw]:
    """The messages of an mbox file, their quoting (mboxrd) taken off."""
    data = data.lstrip(b"\r\n")
    starts = list(START.finditer(data))
    if not starts or starts[0].start() > 0:  # the first line says From, but no message stands below it
        yield Raw(place, data)
        return
    ends = [start.start() for start in starts[1:]] + [len(data)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        message = data[start.end() : end]
        if message.endswith((b"\n\n", b"\n\r\n")):  # the empty line that ends a message is the mailbox's
            message = message.removesuffix(b"\n").removesuffix(b"\r")
        yield Raw(
            f"{place}, message {number} (byte {start.start()})",
            QUOTED.sub(rb"\1", message),
            start[0].rstrip(b"\r\n").decode("latin-1"),
        )
