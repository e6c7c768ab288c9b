"""What is taken out of every text before it is stored, and how long it may be."""

import re
import unicodedata

COMMENT_LIMIT = 20_000  # characters
POST_LIMIT = 200_000  # characters

MARKS_IN_A_ROW = 8  # combining marks; written languages need at most four on one letter

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NONCHARACTERS = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
_UNWANTED = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u202a-\u202e\u2066-\u2069"  # bidi overrides and isolates: text that reads other than it is stored
    "\ufdd0-\ufdef" + _NONCHARACTERS + "]"
)


class TextRefused(ValueError):  # noqa: N818 - it is an answer, not a fault
    """A text that cannot be taken. ``code`` is stable and for programs, ``message`` says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def normalise(source: str, *, limit: int) -> str:
    """``source`` as it is stored: newlines are ``\\n``, nothing invisible that deceives, no whitespace at the end.

    Leading spaces stay, they mean code. ``limit`` is in characters, counted after cleaning. Doing it twice changes
    nothing. Raises TextRefused, ``blank`` or ``too-long``.
    """
    return _accept(clean(source).rstrip(), limit=limit)


def normalise_line(text: str, *, limit: int) -> str:
    """The same for a field of one line: every run of whitespace becomes one space."""
    return _accept(" ".join(clean(text).split()), limit=limit)


def clean(text: str) -> str:
    """Remove what no text may hold. The Markdown library marks its own places with control characters, so no renderer
    may see a text that has not been here."""
    text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _UNWANTED.sub("", text)
    return text if text.isascii() else _cut_piles_of_marks(text)


def _accept(text: str, *, limit: int) -> str:
    # Separators and format characters alone (zero-width spaces, say) show nothing.
    if all(unicodedata.category(character)[0] in "ZC" for character in text):
        raise TextRefused("blank", "Write something first.")
    if len(text) > limit:
        raise TextRefused(
            "too-long",
            f"This is {len(text):,} characters long, and the limit is {limit:,}. Shorten it, or divide it into parts.",
        )
    return text


def _cut_piles_of_marks(text: str) -> str:
    kept = []
    row = 0
    for character in text:
        row = row + 1 if unicodedata.category(character)[0] == "M" else 0
        if row <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
