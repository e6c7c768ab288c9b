"""Bounds that keep the Markdown library's slow paths short. Each refusal says what to change.

Measured with Python-Markdown 3.11 and pymdown-extensions 13.1, without these caps: every kind of text was linear, 2 s
of CPU for 200,000 characters, but for brackets that open and never close (20,000 of them: minutes), headings in one
paragraph, and blocks nested by recursion.
"""

import re
from typing import TypeGuard
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from forum.markup.normalise import TextRefused

LINE = 20_000  # characters
QUOTE_DEPTH = 12
LIST_DEPTH = 12
FOOTNOTES = 500  # definitions and references together
HEADINGS = 1_000
PARAGRAPHS = 10_000
TABLE_COLUMNS = 100
TABLE_CELLS = 5_000
BRACKET_WORK = 4_000_000  # open brackets x characters of their paragraph, over the whole text; about 0.7 s of CPU
EMPHASIS = 15_000  # runs of its marks, over the whole text; 20,000 took a second of CPU, 95,000 more than ten
LINKS = 5_000  # and addresses; 30,000 took five seconds of CPU

_HEADING = re.compile(r"[ \t>]*(?:#|=+[ \t]*$|-+[ \t]*$)")
_DELIMITERS = re.compile(r"[ >]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-*:?[ ]*)*")
_EMPHASIS = re.compile(r"\*+|_+|~+|`+")
_LINK = re.compile(r"\]\(|https?:|www\.|@", re.IGNORECASE)
_WHOLE_LINK = re.compile(r"\[[^\[\]]*\]\([^()\s]*\)")


class InlineCaps(Treeprocessor):
    """Runs right before the inline rules, on the very paragraphs that they will get."""

    def run(self, root: Element) -> None:
        texts = [text for element in root.iter() for text in (element.text, element.tail) if is_looked_at(text)]
        if sum(map(bracket_work, texts)) > BRACKET_WORK:
            raise refusal("brackets", "too many brackets in a paragraph are opened and not closed")
        if sum(len(_LINK.findall(text)) for text in texts) > LINKS:
            raise refusal("links", f"there may be {LINKS:,} links and addresses")
        if sum(len(_EMPHASIS.findall(text)) for text in texts) > EMPHASIS:
            raise refusal("emphasis", f"there may be {EMPHASIS:,} marks such as *, _ and `")


def is_looked_at(text: str | None) -> TypeGuard[str]:
    return bool(text) and not isinstance(text, AtomicString)  # atomic: code, which no rule looks at


def bracket_work(text: str) -> int:
    """About how often the library will look at a character of ``text`` in search of the ends of links."""
    if "[" not in text:
        return 0
    return len(text) * _WHOLE_LINK.sub("", text).count("[")


def check_lines(lines: list[str]) -> None:
    """Lines that stand in no fence: in code everything is allowed."""
    headings = footnotes = paragraphs = 0
    blank = True
    for line in lines:
        headings += _HEADING.match(line) is not None
        footnotes += line.count("[^")
        paragraphs += blank and line != ""
        blank = not line.strip(" \t>")
        if len(line) > LINE:
            raise refusal("long-line", f"one line is {len(line):,} characters long, and {LINE:,} is the most")
    if footnotes > FOOTNOTES:
        raise refusal("footnotes", f"there may be {FOOTNOTES} footnote marks")
    if paragraphs > PARAGRAPHS:
        raise refusal("paragraphs", f"there may be {PARAGRAPHS:,} paragraphs")
    if headings > HEADINGS:
        raise refusal("headings", f"there may be {HEADINGS:,} headings")


def check_tables(lines: list[str]) -> None:
    columns = rows = 0
    for line in lines:
        if not line.strip(" >"):
            columns = 0
        elif "-" in line and "|" in line and _DELIMITERS.fullmatch(line):
            columns, rows = line.count("|") + 1, 0
        rows += 1
        if columns > TABLE_COLUMNS or columns * rows > TABLE_CELLS:
            raise refusal("table", f"a table may have {TABLE_COLUMNS} columns and {TABLE_CELLS:,} cells")


def refusal(code: str, fault: str) -> TextRefused:
    return TextRefused(code, f"This text is shown as it was typed: {fault}.")
