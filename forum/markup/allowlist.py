"""What may stand in rendered text. Both sanitizers, and the check after them, ask here."""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape

import nh3
from pygments.token import STANDARD_TYPES

TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption",
     "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "li", "mark", "ol", "p",
     "pre", "q", "s", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
     "thead", "tr", "u", "ul"]
)  # fmt: skip
VOID_TAGS = frozenset({"br", "hr", "img", "input"})
URL_SCHEMES = frozenset({"http", "https", "mailto"})
REL = "nofollow ugc noopener noreferrer"  # set by us on links that leave the site, never taken from a text

ATTRIBUTES = {
    "*": {"id", "class"},
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"align"},
    "th": {"align"},
    "ol": {"start"},
    "span": {"title"},
    "input": {"type", "disabled", "checked", "title"},
}

_CLASSES = {
    "a": {"footnote-ref", "footnote-backref"},
    "details": {"spoiler"},
    "div": {"highlight", "footnote", "signature"},
    "li": {"task-list-item"},
    "ul": {"task-list"},
    "ol": {"task-list"},
    "span": {"unresolved", *filter(None, STANDARD_TYPES.values())},  # with the short names that Pygments gives
}

# Browsers ignore some of these inside an address and bleach up to 6.3 did not know all of them: gone before we judge.
_IGNORABLE = re.compile(
    r"[\x00-\x20\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_FOREIGN = re.compile(r"https?://[^/\\?#]", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[^/\\]", re.IGNORECASE)
_OWN_PATH = re.compile(r"/(?![/\\])")
_MEDIA = re.compile(r"/media/[\w\-./]+")
_ORDINARY = re.compile(
    r"https?://(?:[a-z0-9](?:-?[a-z0-9]){0,40}\.){1,5}[a-z]{1,20}(?:[/?#]|$)"
)  # known without asking


def leaves_the_site(href: str) -> bool:
    return _FOREIGN.match(_IGNORABLE.sub("", href)) is not None


def href_may_stand(href: str, *, nonce: str) -> bool:
    """``href`` with character references decoded: http, https, mailto, a path of this site, a place in this text."""
    if href.startswith("#"):
        return own_name(nonce).fullmatch(href[1:]) is not None
    bare = _IGNORABLE.sub("", href)
    return any(allowed.match(bare) for allowed in (_FOREIGN, _MAIL, _OWN_PATH)) and _is_well_formed(href)


@lru_cache(maxsize=2_000)  # each address is asked for some four times in a render
def _is_well_formed(href: str) -> bool:
    """Whether a browser would take ``href`` as an address at all: ``http://a|b`` and port 99999 it would not.

    nh3 drops such addresses and so knows the rules; asked here first, it has nothing to drop later.
    """
    return _ORDINARY.match(href) is not None or "href" in nh3.clean(
        f'<a href="{escape(href)}"></a>', tags={"a"}, attributes={"a": {"href"}}, link_rel=None
    )


def src_may_stand(src: str) -> bool:
    """Only what we store ourselves; the content security policy says the same."""
    return _MEDIA.fullmatch(src) is not None and ".." not in src


def own_name(nonce: str) -> re.Pattern[str]:
    return re.compile(rf"i{nonce}-[\w-]{{1,90}}")


def is_slot(value: str, nonce: str) -> bool:
    """Whether ``value`` is the class of a formula's place, which ``formulas`` fills when the sanitizers are done."""
    return value in {f"m{nonce}-d", f"m{nonce}-i"}


type Judge = Callable[[str, str, str], bool]  # tag, value, nonce

_JUDGES: dict[str, Judge] = {
    "id": lambda _, value, nonce: own_name(nonce).fullmatch(value) is not None,
    "class": lambda tag, value, nonce: value in _CLASSES.get(tag, ()) or (tag == "span" and is_slot(value, nonce)),
    "href": lambda _, value, nonce: href_may_stand(value, nonce=nonce),
    "src": lambda _, value, __: src_may_stand(value),
    "rel": lambda _, value, __: value == REL,
    "align": lambda _, value, __: value in {"left", "right", "center"},
    "type": lambda _, value, __: value == "checkbox",
    "disabled": lambda _, value, __: value in {"", "disabled"},
    "checked": lambda _, value, __: value in {"", "checked"},
    "start": lambda _, value, __: re.fullmatch(r"[0-9]{1,9}", value) is not None,
    "width": lambda _, value, __: re.fullmatch(r"[0-9]{1,4}", value) is not None,
    "height": lambda _, value, __: re.fullmatch(r"[0-9]{1,4}", value) is not None,
    "alt": lambda _, __, ___: True,
    "title": lambda _, __, ___: True,
}


def attribute_may_stand(tag: str, name: str, value: str, *, nonce: str) -> bool:
    """Whether ``tag`` may carry ``name`` with ``value``, whose character references have been decoded."""
    listed = name in ATTRIBUTES.get(tag, ()) or name in ATTRIBUTES["*"]
    return listed and _JUDGES[name](tag, value, nonce)
