"""The wall around formulas: what Temml wrote is read as XML and written anew from what is listed here.

Temml with ``trust`` off passes nothing dangerous that we know of; this does not rely on it. An element that is not
listed fails the formula, an attribute that is not listed is left out. The content security policy forbids ``style``, so
the styles that Temml gives become attributes of MathML or classes of ``static/css/math.css``.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from xml.etree.ElementTree import Element, ParseError, fromstring

from forum.markup.tex import NotMath

DEPTH = 100  # elements in each other; a formula that people read has 20
SCALE = 5.0  # times the text's size, by all of a formula's size commands together
LENGTH = 40.0  # em, the most that a space or a rule may measure; -2 the least

GROUPS = frozenset(
    ["math", "menclose", "mfrac", "mmultiscripts", "mover", "mpadded", "mphantom", "mprescripts", "mroot", "mrow",
     "msqrt", "mspace", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtr", "munder", "munderover", "none",
     "semantics"]
)  # fmt: skip
# Browsers read what stands in these as html, so that it must be text and nothing else.
TOKENS = frozenset({"annotation", "mi", "mn", "mo", "ms", "mtext"})
TAGS = GROUPS | TOKENS

_BOOLEAN = re.compile(r"true|false")
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}|[a-zA-Z]{3,20}")
_EM = {"": 1.0, "em": 1.0, "ex": 0.43, "pt": 0.1, "px": 0.06, "mu": 1 / 18, "pc": 1.2, "in": 7.2, "cm": 2.8, "mm": 0.28}
_MEASURE = re.compile(r"([+-]?)([0-9]{0,6}\.?[0-9]{0,6})(em|ex|pt|px|mu|pc|in|cm|mm|)")

type Reader = Callable[[str], str]


def _one_of(pattern: re.Pattern[str]) -> Reader:
    return lambda value: value if pattern.fullmatch(value) else ""


def measure(value: str) -> str:
    """``value`` kept within bounds, in em unless it is a sliver; empty when it is no length."""
    found = _MEASURE.fullmatch(value)
    if not found or not re.search(r"[0-9]", found[2]):
        return ""
    size = in_em(value)
    if -2 <= size <= LENGTH:
        return value
    return f"{'+' if found[1] == '+' else ''}{max(-2.0, min(size, LENGTH)):g}em"


def in_em(value: str) -> float:
    found = _MEASURE.fullmatch(value.strip())
    if not found or not re.search(r"[0-9]", found[2]):
        return 0.0
    return float(found[2]) * _EM[found[3]] * (-1 if found[1] == "-" else 1)


ATTRIBUTES: dict[str, Reader] = {
    **dict.fromkeys(
        ["accent", "accentunder", "displaystyle", "fence", "largeop", "movablelimits", "separator", "stretchy",
         "symmetric"], _one_of(_BOOLEAN)
    ),
    **dict.fromkeys(
        ["depth", "height", "linethickness", "lspace", "mathsize", "maxsize", "minsize", "rspace", "voffset", "width"],
        measure,
    ),
    **dict.fromkeys(["mathbackground", "mathcolor"], _one_of(_COLOUR)),
    **dict.fromkeys(["columnspan", "rowspan"], _one_of(re.compile(r"[0-9]{1,2}"))),
    "display": _one_of(re.compile(r"block")),
    "encoding": _one_of(re.compile(r"application/x-tex")),
    "form": _one_of(re.compile(r"prefix|infix|postfix")),
    "mathvariant": _one_of(re.compile(r"normal")),
    "scriptlevel": _one_of(re.compile(r"\+?[0-3]")),
}  # fmt: skip

# Temml's names; math.css says what they look like.
CLASSES = frozenset(
    ["actuarial", "chr-lrg", "chr-lrg-vec", "chr-med", "chr-med-vec", "chr-sml", "chr-sml-vec", "circle-pad",
     "downstrike", "longdiv-arc", "longdiv-top", "mathcal", "mathscr", "menclose", "phasor-angle", "phasor-bottom",
     "sout", "textcircle", "tml-cancel", "tml-fbox", "tml-hat-1", "tml-hat-2", "tml-hat-3", "tml-hat-4", "tml-jot",
     "tml-left", "tml-lrg-pad", "tml-med-pad", "tml-overline", "tml-prime", "tml-right", "tml-shift-left", "tml-small",
     "tml-sml-pad", "tml-tag", "tml-tageqn", "tml-tilde-2", "tml-tilde-3", "tml-tilde-4", "tml-underline", "tml-vec",
     "tml-xcancel", "upstrike"]
)  # fmt: skip
# Without them the formula would say something else.
_MEANT = {"tml-cancelto": r"\cancelto", "tml-ref": r"\ref"}

# STIX Two Math 2.13 has parts for these whose joints do not fit, so that browsers leave them short: under a label, the
# long letter of the same meaning.
_LONG = {
    "\N{RIGHTWARDS ARROW}": "\N{LONG RIGHTWARDS ARROW}",
    "\N{RIGHTWARDS ARROW FROM BAR}": "\N{LONG RIGHTWARDS ARROW FROM BAR}",
}

_SIDES = {"top": "t", "bottom": "b", "left": "l", "right": "r"}
_PADDINGS = (0.0, 0.14, 0.25, 0.4, 0.6, 1.0, 2.0)  # em
_MARGINS = (0.05, 0.1, 0.15, 0.2, 0.35, 0.5, 1.0, 2.0)  # em, to the left
_STYLES = {
    ("width", "100%"): "m-wide", ("width", "50%"): "m-half", ("width", "7.5%"): "m-aside",
    ("padding", "0"): "m-tight", ("padding", "3pt"): "m-boxed", ("padding", "0.3em"): "m-boxed",
    ("font-weight", "bold"): "m-bold", ("text-align", "left"): "tml-left", ("transform", "scaleX(-1)"): "m-mirrored",
    ("math-depth", "0"): "m-depth-0", ("math-depth", "2"): "m-depth-2", ("height", "1em"): "m-arrow",
    ("position", "relative"): "m-lap", ("position", "absolute"): "m-lapped", ("justify-content", "center"): "m-mid",
}  # fmt: skip


def rewrite(markup: str) -> str:
    """The ``<math>`` element in ``markup``, safe to stand in a page. Raises NotMath."""
    try:
        root = fromstring(markup)  # noqa: S314 - no document type, so no entities; its size is capped
    except ParseError as fault:
        raise NotMath("not understood") from fault
    if root.tag != "math":
        raise NotMath("not understood")
    return "".join(_written(root, depth=1, scale=1.0))


def _written(element: Element, *, depth: int, scale: float) -> Iterator[str]:
    if depth > DEPTH:
        raise NotMath("nested too deeply")
    tag = element.tag
    if command := next((_MEANT[name] for name in element.get("class", "").split() if name in _MEANT), None):
        raise NotMath(f"{command} cannot be shown here")
    if tag == "span" and element.get("class") == "tml-eqn":
        return  # the place of an automatic number: there is no order of formulas on a page to count by
    if tag not in TAGS:
        raise NotMath("this cannot be shown here")
    attributes = dict(_attributes(element))
    if "mathsize" in attributes:
        scale *= in_em(attributes["mathsize"])
        if scale > SCALE:
            raise NotMath("too large")
    yield f"<{tag}{''.join(f' {name}="{escape(value)}"' for name, value in attributes.items())}>"
    if tag in TOKENS:
        yield escape("".join(element.itertext()), quote=False)
    else:
        if tag in {"mover", "munder", "munderover"} and len(element) and element[0].tag == "mo":
            element[0].text = _LONG.get(element[0].text or "", element[0].text)
        for child in element:
            yield from _written(child, depth=depth + 1, scale=scale)
    yield f"</{tag}>"


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    for name, value in element.items():
        if (read := ATTRIBUTES.get(name)) and (kept := read(value)):
            yield name, kept
    declared = [part.partition(":") for part in element.get("style", "").split(";") if part]
    styles = {name.strip(): value.strip() for name, _, value in declared}
    if _COLOUR.fullmatch(colour := styles.get("color", "")) and colour != "undefined":
        yield "mathcolor", colour
    given = (name for name in element.get("class", "").split() if name in CLASSES)
    classes = [*given, *_classes_for(styles)]
    if classes:
        yield "class", " ".join(dict.fromkeys(classes))


def _classes_for(styles: dict[str, str]) -> Iterator[str]:
    for name, value in styles.items():
        prefix, _, side = name.partition("-")
        if known := _STYLES.get((name, value)):
            yield known
        elif name == "border":
            yield "m-framed"  # its colour is lost: that of the text is seen on every paper
        elif prefix == "border" and side in _SIDES:
            yield f"m-line-{_SIDES[side]}{'d' if 'dashed' in value else 'dd' if 'double' in value else ''}"
        elif prefix == "padding" and side in _SIDES:
            yield f"m-p{_SIDES[side]}-{_nearest(in_em(value), _PADDINGS)}"
        elif name == "margin-left" and (distance := -in_em(value)) > 0:
            yield f"m-back-{_nearest(distance, _MARGINS)}"


def _nearest(length: float, steps: tuple[float, ...]) -> int:
    return min(range(len(steps)), key=lambda at: abs(steps[at] - length))
