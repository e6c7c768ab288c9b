"""Bounds that keep the Markdown library's slow paths short. Each refusal says what to change.

Measured with Python-Markdown 3.11 and pymdown-extensions 13.1, without these caps: most kinds of text were linear, but
12 s of CPU for 200,000 characters of nothing but short list items. Not linear were brackets that open and never close
(20,000 of them: minutes), headings in one paragraph, and blocks nested by recursion.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import TypeGuard
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from forum.markup.normalise import TextRefused

LINE = 20_000  # characters
LINES = 40_000  # the reader of containers takes 8 us for each, and twice that in a definition
QUOTE_DEPTH = 12
LIST_DEPTH = 12
PART_DEPTH = 6
FOOTNOTES = 500  # definitions and references together
HEADINGS = 1_000
DEFINITIONS = 1_000  # 4,000 in one list took the library more than a second
BLOCKS = 10_000  # paragraphs, list items and lines with a bar
TABLE_COLUMNS = 100
TABLE_CELLS = 5_000
BRACKET_WORK = 4_000_000  # open brackets x characters of their paragraph, over the whole text; about 0.5 s of CPU

# What a text may cost to render, in tenths of a millisecond of CPU as a busy machine counts them: each piece of it by
# its kind, all together. Dense real posts of 200,000 characters come to a third of it.
WORK = 5_000
COSTS = {
    "blocks": 1.3,
    "code": 1.5,
    "links": 2.0,
    "marks": 0.6,
    "formulas": 0.6,  # to find them; what they are made for is counted by the clock, see formulas
    "breaks": 0.8,
    "escapes": 0.2,
    "brackets": 1 / 800,
    "rewriting": 1 / 140_000,
    "quotes": 1.0,
    "lines": 0.4,
    "patches": 4.0,
    "ampersands": 1 / 18,  # to nh3, wherever they stand
}
_KINDS = {
    "blocks": "paragraphs, list items and table cells",
    "code": "blocks of code",
    "links": "links and addresses",
    "marks": "marks such as *, _ and `",
    "formulas": "formulas",
    "breaks": "breaks of lines",
    "escapes": "escaped characters",
    "brackets": "brackets in long paragraphs",
    "rewriting": "marks in paragraphs that are very long",
    "quotes": "quotes",
    "lines": "lines",
    "patches": "patches",
    "ampersands": "ampersands",
}

_HEADING = re.compile(r"[ \t>]*(?:#|=+[ \t]*$|-+[ \t]*$)")
_DEFINITION = re.compile(r"[ \t>]*:[ \t]")
_ITEM = re.compile(r"[ \t>]*(?:[-+*]|\d{1,9}[.)])[ \t]")
_DELIMITERS = re.compile(r"[ >]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-*:?[ ]*)*")
_RULES = {
    "marks": re.compile(r"\*{17,}|_{17,}|[*_~]{1,2}|`+"),  # longer runs are text, see dialect
    "links": re.compile(r"\]\([^\s()]*|https?:|www\.|@|(?:doi|arxiv):|\A\[[ xX]\] ", re.IGNORECASE),
    "breaks": re.compile(r"(?: {2}|\\)\n"),
    "escapes": re.compile(r"\\[!-/:-@\[-`{-~]"),
}
# As formulas finds them, but for what begins with a figure and may be a price.
_FORMULA = re.compile(r"\$\$[^$]+\$\$|\$(?![\s$\d])[^$]*[^\s\\$]\$(?!\d)")
_ANY = re.compile(r"[*_~`\[@:\\$]|www|  \n", re.IGNORECASE)
_WHOLE_LINK = re.compile(r"\[[^\[\]]*\]\([^()\s]*\)")


class InlineCaps(Treeprocessor):
    """Runs right before the inline rules, on the very paragraphs that they will get."""

    def run(self, root: Element) -> None:
        elements = list(root.iter())
        counts = Counter(blocks=len(elements), code=len(self.md.htmlStash.rawHtmlBlocks))
        check_work(counts)
        for element in elements:
            for text in (element.text, element.tail):
                if is_looked_at(text) and _ANY.search(text):
                    counts.update(inline_work(text))
        if counts["brackets"] > BRACKET_WORK:
            raise refusal("brackets", "too many brackets in a paragraph are opened and not closed")
        check_work(counts)


def is_looked_at(text: str | None) -> TypeGuard[str]:
    return bool(text) and not isinstance(text, AtomicString)  # atomic: code, which no rule looks at


def inline_work(text: str) -> dict[str, int]:
    words, formulas = _FORMULA.subn("", text) if "$" in text else (text, 0)
    counts = {kind: len(rule.findall(words)) for kind, rule in _RULES.items()}
    counts["formulas"] = formulas
    # The library writes the whole paragraph anew for every find.
    counts["rewriting"] = sum(counts.values()) * len(text)
    counts["brackets"] = bracket_work(text)
    return counts


def bracket_work(text: str) -> int:
    """About how often the library will look at a character of ``text`` in search of the ends of links."""
    if "[" not in text:
        return 0
    return len(text) * _WHOLE_LINK.sub("", text).count("[")


def check_work(counts: Mapping[str, int]) -> None:
    """How often what stands in a text, by the names of ``COSTS``."""
    costs = {kind: count * COSTS[kind] for kind, count in counts.items()}
    if sum(costs.values()) > WORK:
        dearest = max(costs, key=costs.__getitem__)
        raise refusal("work", f"it has too many {_KINDS[dearest]}. Divide it into several texts")


def check_count(lines: list[str]) -> None:
    """All lines, those in fences too."""
    if len(lines) > LINES:
        raise refusal("lines", f"there may be {LINES:,} lines")


def check_depth(depth: int) -> None:
    """Of parts in parts: they recurse, through up to a dozen quotes and lists each time."""
    if depth > PART_DEPTH:
        raise refusal("deep-definition", f"definitions may stand {PART_DEPTH} deep in each other")


def check_lines(lines: list[str]) -> None:
    """Lines that stand in no fence: in code everything is allowed."""
    headings = footnotes = blocks = definitions = 0
    blank = True
    for line in lines:
        headings += _HEADING.match(line) is not None
        definitions += _DEFINITION.match(line) is not None
        footnotes += line.count("[^")
        blocks += (blank and line != "") or "|" in line or _ITEM.match(line) is not None
        blank = not line.strip(" \t>")
        if len(line) > LINE:
            raise refusal("long-line", f"one line is {len(line):,} characters long, and {LINE:,} is the most")
    if footnotes > FOOTNOTES:
        raise refusal("footnotes", f"there may be {FOOTNOTES} footnote marks")
    check_blocks(blocks)
    if headings > HEADINGS:
        raise refusal("headings", f"there may be {HEADINGS:,} headings")
    if definitions > DEFINITIONS:
        raise refusal("definitions", f"there may be {DEFINITIONS:,} definitions")


def check_blocks(count: int) -> None:
    if count > BLOCKS:
        raise refusal("blocks", f"there may be {BLOCKS:,} paragraphs, list items and rows of tables")


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
