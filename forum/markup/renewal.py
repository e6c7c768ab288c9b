"""A stored text on its way to being rendered anew, and what a reader would see of the difference."""

from dataclasses import dataclass
from itertools import takewhile, zip_longest

from forum.markup.pipeline import Rendered
from forum.markup.pool import render
from forum.markup.references import Known
from forum.markup.sanitize import Token, tokens

AROUND = 20  # characters shown before a difference
SHOWN = 60  # characters shown of each side


@dataclass(frozen=True, slots=True)
class Stored:
    """As it stood in its row when it was read: only while ``source`` still stands there may new html be written.

    ``known`` is what it refers to, as that was then.
    """

    pk: int
    name: str  # for people: "comment 17"
    key: str
    source: str
    source_format: str
    html: str
    known: Known


def anew(text: Stored) -> Rendered:
    """No database: any thread may do it."""
    return render(text.source, key=text.key, source_format=text.source_format, known=text.known)


def visible_change(old: str, new: str) -> str:
    """The first place where two htmls differ, in a line; empty when a browser makes the same of both."""
    for before, after in zip_longest(tokens(old), tokens(new)):
        if before != after:
            left, right = _shown(before), _shown(after)
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
            start = max(same - AROUND, 0)
            return f"{_cut(left, start)} → {_cut(right, start)}"
    return ""


def _shown(token: Token | None) -> str:
    if token is None:
        return ""
    kind, name, attributes = token
    if kind == "text":
        return " ".join(name.split()) or "(space)"
    if kind == "end":
        return f"</{name}>"
    return f"<{' '.join([name, *(f'{attribute}="{value}"' for attribute, value in sorted(attributes))])}>"


def _cut(text: str, start: int) -> str:
    cut = ("…" if start else "") + text[start : start + SHOWN] + ("…" if len(text) > start + SHOWN else "")
    return cut or "nothing"
