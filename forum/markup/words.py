"""The words of stored html, for places that are too small for all of it."""

import html
import re

from django.utils.safestring import SafeString

from forum.markup.mathml import TAGS
from forum.markup.safe import trust

_WITHIN_A_WORD = re.compile(r"</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u)(?: [^>]*)?>")
_TAG = re.compile(r"<[^>]*>?")
_OTHER_TAG = re.compile(rf"<(?!/?(?:{'|'.join(sorted(TAGS))})[ >])[^>]*>")
_FORMULA = re.compile(r"<math\b.*?(?:<annotation[^>]*>([^<]*)</annotation>.*?</math>|$)", re.DOTALL)


def words_of(stored: str) -> str:
    """Its text on one line, formulas as TeX; ``stored`` may end in the middle of anything. Not escaped."""
    without_formulas = _FORMULA.sub(lambda formula: formula[1] or "", stored)
    bare = _TAG.sub(" ", _WITHIN_A_WORD.sub("", without_formulas))
    return " ".join(html.unescape(bare).split())


def line_of(stored: str) -> SafeString:
    """A heading's html, say, less every element but formulas: to be shown within a link."""
    return trust(_OTHER_TAG.sub("", stored))
