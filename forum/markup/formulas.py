r"""Formulas between dollars or after backslashes: found in a text, carried past the sanitizers, put in as MathML.

Pandoc's rule tells formulas from prices: the opening dollar has something right after it, the closing one something
right before it and no digit behind it. Beyond that rule an amount and a word ("$6, or US$") are a price; and brackets
that somebody escaped, as Markdown has it, around words or numbers ("\[sic\]", "\[1\]") or before an address stay
brackets. On the way a formula is a marked span with its TeX as inert text, so that neither sanitizer ever lets an
element of MathML through.
"""

import html
import re
import time
from xml.etree.ElementTree import Element

import markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AMP_SUBSTITUTE, STX, AtomicString

from forum.markup import mathml, tex
from forum.markup.caps import refusal

INLINE = 2_000  # characters
DISPLAY = 8_000  # characters
FORMULAS = 2_000  # in a text
UNFINISHED = 2_000  # in a text
SECONDS = 0.8  # of CPU for a text, from its beginning to its last formula; those made before cost nothing
NEWLINE = "\x1f"  # stands for one within a display: containers read line by line, so a display is one line to them
BAR = "\x0e"  # stands for one in a formula of a table, where it divides no cells; not white space, as \x1e is

_OPENING = r"(?<!\\)(?:\\\\)*(\$\$?|\\\[|\\\()"
_CLOSING = {"$": "$", "$$": "$$", "\\[": "\\]", "\\(": "\\)"}
# Up to and with the closing sign. Possessive: what was passed once is not looked at again.
_ENDING = {
    "$": re.compile(r"((?:[^$\\]|\\.)*+)\$", re.DOTALL),
    "$$": re.compile(r"((?:[^$\\]|\\.|\$(?!\$))*+)\$\$", re.DOTALL),
    "\\[": re.compile(r"((?:[^\\]|\\[^\]])*+)\\\]", re.DOTALL),
    "\\(": re.compile(r"((?:[^\\]|\\[^)])*+)\\\)", re.DOTALL),
}
_AMOUNT = re.compile(r"\d[\d.,]*[kKmMbB]?[,;:]?\s+[A-Za-z]{2,}")
_WORDS = re.compile(r"[A-Za-z]{2,}(?:[\s.,;:'-]+[A-Za-z]+)*[.!?]*|[\d\s,;-]+")
_DISPLAYED = {"$$", "\\["}
_IN_ROW = re.compile(r"(?<![\\$])\$(?![\s$])[^$]*[^\s\\$]\$(?!\d)")
_DELIMITERS = re.compile(r"`[^`]*`|\\.|\$\$")


class Formulas(InlineProcessor):
    """Right after code, before all else: what stands in a formula is TeX and not Markdown. Raises TextRefused."""

    def __init__(self, md: markdown.Markdown, nonce: str) -> None:
        super().__init__(_OPENING, md)
        self.nonce = nonce
        self.found = self.unfinished = 0

    def handleMatch(  # type: ignore[override] # noqa: N802 - the library's name; its stubs forbid None
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        opening, start = m[1], m.end(1)
        end = end_of(data, start, opening)
        if end is None:
            self.unfinished += opening != "$"  # those are prices, and cheap: the next one is near
            if self.unfinished > UNFINISHED:
                raise refusal("unfinished-formulas", "too many formulas are opened and not closed")
            return None, None, None
        self.found += 1
        if self.found > FORMULAS:
            raise refusal("formulas", f"there may be {FORMULAS:,} formulas")
        slot = Element("span", {"class": f"m{self.nonce}-{'d' if opening in _DISPLAYED else 'i'}"})
        written = as_typed(data[start:end]).strip()
        slot.text = AtomicString(written.replace("&", f"{AMP_SUBSTITUTE}amp;"))
        return slot, m.start(1), end + len(opening)


def as_typed(text: str) -> str:
    """``text`` without our stand-ins."""
    return text.replace(NEWLINE, "\n").replace(BAR, "|")


def without_bars(row: str) -> str:
    """A table's row whose formulas have stand-ins for their bars."""
    return _IN_ROW.sub(lambda formula: formula[0].replace("|", BAR), row)


def end_of(data: str, start: int, opening: str) -> int | None:
    """Where the formula that begins at ``start`` ends; None when what stands there is none."""
    # A little too long is said to be so; what ends nowhere near is no formula.
    ending = _ENDING[opening].match(data, start, start + 2 * DISPLAY)
    if ending is None:
        return None
    body, behind = ending[1], data[ending.end() : ending.end() + 1]
    if not body.strip() or STX in body:  # a place of code
        return None
    if opening == "$":
        is_price = body != body.strip() or behind.isdigit() or _AMOUNT.match(body)
        return None if is_price else ending.end(1)
    if opening != "$$" and (behind in {"(", "["} or _WORDS.fullmatch(body)):
        return None
    return ending.end(1)


def awaited(line: str, closing: str = "") -> str:
    """What would end the display that is open at the end of ``line``; ``closing`` is that at its beginning."""
    for mark in _DELIMITERS.finditer(line):
        if closing:
            closing = "" if mark[0] == closing else closing
        elif mark[0] in {"$$", "\\["}:
            closing = _CLOSING[mark[0]]
    return closing


def put_in(clean: str, *, nonce: str, begun: float) -> str:
    """``clean``, which the sanitizers have passed, with MathML in the place of each marked span.

    ``begun`` is the ``thread_time`` when work on the text began.
    """
    if f"m{nonce}" not in clean:
        return clean
    latest = begun + SECONDS

    def shown(slot: re.Match[str]) -> str:
        return _shown(html.unescape(slot[2]), display=slot[1] == "d", in_time=time.thread_time() < latest)

    return re.sub(rf'<span class="m{nonce}-([di])">([^<]*)</span>', shown, clean)


def _shown(written: str, *, display: bool, in_time: bool) -> str:
    try:
        check_size(written, DISPLAY if display else INLINE, in_time=in_time)
        math = mathml.rewrite(tex.to_mathml(written, display=display))
    except tex.NotMath as fault:
        typed = html.escape(f"$${written}$$" if display else f"${written}$", quote=False)
        why = html.escape(str(fault), quote=False)
        return f'<span class="not-math"><code>{typed}</code> <small>({why})</small></span>'
    return f'<span class="display">{math}</span>' if display else math


def check_size(written: str, most: int, *, in_time: bool) -> None:
    if len(written) > most:
        raise tex.NotMath(f"{len(written):,} characters, and {most:,} are the most")
    if not in_time:
        raise tex.NotMath("there are too many formulas in this text: divide it")
