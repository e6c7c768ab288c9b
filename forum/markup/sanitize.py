"""Two sanitizers that must agree, and a check of what they agreed on.

bleach is the wall; it gets no more releases, so nh3, which shares no code with it, follows with the same allowlist and
may find nothing left to do. Where it does find something one of them is wrong, nobody can tell which, and the caller
shows the source instead. ``bleach.linkify`` is never called.
"""

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element

import bleach
import nh3
from bleach.html5lib_shim import Filter, getTreeWalker  # type: ignore[attr-defined]  # its html5lib has no types

from forum.markup.allowlist import (
    ATTRIBUTES,
    REL,
    TAGS,
    URL_SCHEMES,
    VOID_TAGS,
    attribute_may_stand,
    leaves_the_site,
)
from forum.markup.normalise import clean

_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|#x27);)"  # these are what html.escape gives
    r"(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;)?"
)
# What bleach sees in the place of a reference: characters that ``clean`` leaves in no text. A reference makes bleach
# divide the text around it and put it together again: 200,000 characters of "<" took it 7 s, with these 0.1.
_STAND_INS = dict(zip(("&amp;", "&lt;", "&gt;", "&quot;", "&#x27;"), "\u202a\u202b\u202c\u202d\u202e", strict=True))


class Disagreement(Exception):  # noqa: N818 - it says what was found
    """The sanitizers differ, or what they left is not allowed."""


def sanitize(dirty: str, *, nonce: str) -> str:
    """``dirty`` with nothing but the allowlist in it; forbidden tags become visible text.

    ``nonce`` is this render's own secret: ids and links to places in the text must carry it, so none that a writer
    made up can pass. Raises Disagreement.
    """
    first = with_bleach(plain_references(dirty), nonce=nonce)
    second = with_nh3(first, nonce=nonce)
    seen = tokens(second)
    if first != second and tokens(first) != seen:
        raise Disagreement("nh3 changed what bleach had passed")
    for token in seen:
        check(token, nonce=nonce)
    return second


def plain_references(dirty: str) -> str:
    """Write every character reference as the character it means, but for the five that html itself needs.

    Browsers, bleach and nh3 read odd references differently (``&#0;``, ``&#128;``, a missing semicolon). After this
    there are none, and what ``clean`` takes from a text cannot come back as a reference.
    """
    return _REFERENCE.sub(_plain_reference, dirty)


def _plain_reference(found: re.Match[str]) -> str:
    return html.escape(clean(html.unescape(found[0])))


def with_bleach(dirty: str, *, nonce: str) -> str:
    for reference, stand_in in _STAND_INS.items():
        dirty = dirty.replace(reference, stand_in)
    # A cleaner keeps its parser's state, so that each render has its own.
    cleaner = bleach.Cleaner(
        tags=TAGS,
        attributes=lambda tag, name, value: attribute_may_stand(tag, name, _decoded(value), nonce=nonce),
        protocols=URL_SCHEMES,
        strip=False,
        strip_comments=True,
        filters=[_Finish],
    )
    cleaner.walker = _Walker  # type: ignore[assignment]
    return _with_references(cleaner.clean(dirty))


def _with_references(text: str) -> str:
    for reference, stand_in in _STAND_INS.items():
        text = text.replace(stand_in, reference)
    return text


def _decoded(value: str) -> str:
    return html.unescape(_with_references(value))


class _Walker(getTreeWalker("etree")):  # type: ignore[misc]
    """bleach's own looks up each element among its siblings: 24,000 paragraphs with a link took it 23 s, this one 2."""

    def __init__(self, tree: Element) -> None:
        super().__init__(tree)
        self.places: dict[Element, dict[Element, int]] = {}

    def getParentNode(self, node: tuple[Element, int, list[Element], str | None]) -> Any:  # noqa: N802 - its name
        _, _, parents, flag = node
        if flag == "text" or len(parents) < 2:
            return super().getParentNode(node)
        parent = parents.pop()
        siblings = parents[-1]
        if siblings not in self.places:
            self.places[siblings] = {child: at for at, child in enumerate(siblings)}
        return parent, self.places[siblings][parent], parents, None


class _Finish(Filter):
    """Runs after bleach has judged, so it adds constants only."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            attributes = token.get("data")
            if token["type"] in {"StartTag", "EmptyTag"}:
                if token["name"] == "a" and leaves_the_site(_decoded(attributes.get((None, "href"), ""))):
                    attributes[(None, "rel")] = REL
                if token["name"] == "input":
                    if (None, "type") not in attributes:
                        continue  # any other kind of field
                    attributes[(None, "disabled")] = ""
                    attributes[(None, "title")] = "done" if (None, "checked") in attributes else "not done"  # its name
            yield token


def with_nh3(dirty: str, *, nonce: str) -> str:
    def judge(tag: str, name: str, value: str) -> str | None:
        return value if attribute_may_stand(tag, name, value, nonce=nonce) else None

    return nh3.clean(
        dirty,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=judge,
        url_schemes=set(URL_SCHEMES),
        link_rel=None,  # ours is there already
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
    )


type Token = tuple[str, str, frozenset[tuple[str, str]]]  # kind, tag or text, attributes


class _Tokens(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[Token] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(("start", tag, frozenset((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID_TAGS:
            self.seen.append(("end", tag, frozenset()))

    def handle_data(self, data: str) -> None:
        if self.seen and self.seen[-1][0] == "text":
            data = self.seen.pop()[1] + data
        self.seen.append(("text", data, frozenset()))

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", data, frozenset()))

    def handle_decl(self, decl: str) -> None:
        self.seen.append(("declaration", decl, frozenset()))

    def handle_pi(self, data: str) -> None:
        self.seen.append(("instruction", data, frozenset()))

    def unknown_decl(self, data: str) -> None:
        self.seen.append(("declaration", data, frozenset()))


def tokens(markup: str) -> list[Token]:
    """``markup`` as a reader that is neither bleach nor nh3 sees it: tags, attributes in any order, decoded text."""
    parser = _Tokens()
    parser.feed(markup)
    parser.close()
    return parser.seen


def check(token: Token, *, nonce: str) -> None:
    kind, name, attributes = token
    if kind == "text":
        return
    if kind not in {"start", "end"} or name not in TAGS:
        raise Disagreement(f"{kind} {name!r} was left")
    for attribute, value in attributes:
        if not attribute_may_stand(name, attribute, value, nonce=nonce):
            raise Disagreement(f"{attribute}={value!r} was left on {name}")
