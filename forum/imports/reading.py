"""What reading a file gives: thread documents, and an account of what could not be taken as it stood."""

from collections.abc import Callable
from dataclasses import dataclass, field

from forum.exports.document import ThreadDocument


class Unreadable(Exception):  # noqa: N818 - it is an answer to the person who gave the file
    """The file is refused whole. ``place`` says where the fault is: a line and column, or a path into the document."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.place = place
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fault:
    """One message of a mailbox that was left out."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """A text that is here already: the uid of its thread's post, and whether it only stands for a missing message."""

    post_uid: str
    placeholder: bool = False


# Asked with uids, answers for those that are here already.
Lookup = Callable[[set[str]], dict[str, Known]]


def nothing_known(_uids: set[str]) -> dict[str, Known]:
    return {}


@dataclass(slots=True)
class Reading:
    """``messages`` counts every message or text read; of those, ``repeated`` came twice in what was read and ``here``
    were imported before. ``placed`` answer a message that is not in the archive and stand under the nearest known one
    above it, or under a placeholder post, of which there are ``placeholders``. ``loops`` were cut."""

    threads: list[ThreadDocument] = field(default_factory=list)
    messages: int = 0
    repeated: int = 0
    here: int = 0
    placed: int = 0
    placeholders: int = 0
    loops: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, other: "Reading") -> None:
        self.threads += other.threads
        self.messages += other.messages
        self.repeated += other.repeated
        self.here += other.here
        self.placed += other.placed
        self.placeholders += other.placeholders
        self.loops += other.loops
        self.faults += other.faults
