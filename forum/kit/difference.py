"""What changed between two texts, as pieces that a template can mark."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# difflib is quadratic at worst: past these sizes a block counts as replaced whole.
MOST_LINES = 4000
MOST_WORDS = 1500


@dataclass(frozen=True, slots=True)
class Piece:
    """``kind`` is "same", "added" or "removed"."""

    kind: str
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """How ``old`` becomes ``new``: by lines first, then by words inside changed lines.

    Joining the texts that are not "added" gives ``old``; joining those that are not "removed" gives ``new``.
    """
    pieces: list[Piece] = []
    for kind, before, after in _blocks(old.splitlines(keepends=True), new.splitlines(keepends=True), most=MOST_LINES):
        if kind == "replace":
            for inner, words, others in _blocks(_words(before), _words(after), most=MOST_WORDS):
                pieces += _pieces(inner, words, others)
        else:
            pieces += _pieces(kind, before, after)
    return pieces


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)


def _blocks(old: list[str], new: list[str], *, most: int) -> Iterator[tuple[str, str, str]]:
    if max(len(old), len(new)) > most:
        yield ("equal" if old == new else "replace"), "".join(old), "".join(new)
        return
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield kind, "".join(old[a:b]), "".join(new[c:d])


def _pieces(kind: str, before: str, after: str) -> Iterator[Piece]:
    if kind == "equal":
        yield Piece("same", before)
        return
    if before:
        yield Piece("removed", before)
    if after:
        yield Piece("added", after)
