"""People and posts that a text names: ``@name``, ``[[Title]]``, ``[[Title|text]]``, ``<@text@>(@Title@)``.

Who and what exists, ``named_in`` lets the caller find out before the text is rendered; ``Known`` brings the answer in.
No rule is looked up here and no address is made here. Text that stands in a reference is words, never markup.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self
from xml.etree.ElementTree import Element

import markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE, AtomicString

MOST = 300  # references of a text, and different names of each kind that are looked up for it
KEY_LENGTH = 200  # characters of a title by which it is found; an index entry has room for them in any script
NOT_THERE = "There is no post of this title."

# \x02 and \x03 stand around what an earlier rule has taken, \x0e for a bar in a formula: a title with code or a formula
# in it is none. Every loop is bounded and gives nothing back, so that no text is slower than it is long.
_NAME = re.compile(r"(?<![^\W_])(?<![@/.<])@((?>[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?))(?![^\W_]|@)")
# Not after a word or a bracket, as in R's x[[1]] and in matrices; not as the words of a link, [[1]](address).
_TITLE = re.compile(
    r"(?<![\w\\\[\])])\[\[(?!\^)([^\[\]|\x02\x03\x0e]{1,300}+)(?:\|([^\[\]\x02\x03\x0e]{1,300}+))?\]\](?!\[(?!\^)|[(\]])"
)
_NEWSLETTER = re.compile(
    r"(?<!\\)<@((?:[^@<\x02\x03\x0e]|@(?!>)|<(?!@)){1,300}+)@>\("
    r"(?:@((?:[^@<\x02\x03\x0e]|@(?!\))|<(?!@)){1,300}+)@|(?!@)((?:[^\s()<\x02\x03\x0e]|\([^\s()<\x02\x03\x0e]*+\)){1,2000}+))\)"
)
_NEXT_LINE = re.compile(r"\n[ \t>]*")  # with the marks of a quote, which are no part of a title
_LOOKS_LIKE_AN_ENTITY = re.compile(r"&(?=(?:#[0-9]+|#[xX][0-9a-fA-F]+|[0-9A-Za-z]+);)")


class Place(NamedTuple):
    """Where a reference leads: the row's number, the address, and what is shown of it (a username, a title)."""

    pk: int
    href: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the names in a text stand for: people by lowered username, posts by ``title_key``.

    ``titles`` is None where titles mean nothing: there the notation stays as it was typed.
    """

    people: Mapping[str, Place] = field(default_factory=dict)
    titles: Mapping[str, Place] | None = field(default_factory=dict)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        people, titles = found["people"], found["titles"]
        return cls(_places(people), None if titles is None else _places(titles))


def _places(found: Mapping[str, Sequence[Any]]) -> dict[str, Place]:
    return {key: Place(*place) for key, place in found.items()}


NOBODY = Known()


@dataclass(frozen=True, slots=True)
class Names:
    """What a source may refer to: lowered usernames and keys of titles, at most ``MOST`` of each."""

    people: frozenset[str]
    titles: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.people or self.titles)


def title_key(title: str) -> str:
    """By which two titles count as one: whatever their capitals, their spaces and the form of their characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    return " ".join(folded.split())[:KEY_LENGTH].rstrip()


def named_in(source: str) -> Names:
    """The names in ``source``, those in code too, which no reference comes of: a question for the database, no more."""
    people: set[str] = set()
    titles: set[str] = set()
    for found in _NAME.finditer(source):
        people.add(found[1].lower())
        if len(people) == MOST:
            break
    for pattern, group in ((_TITLE, 1), (_NEWSLETTER, 2)):
        for found in pattern.finditer(source):
            if len(titles) < MOST and found[group] and (key := title_key(_as_typed(found[group], found[2]))):
                titles.add(key)
    return Names(frozenset(people), frozenset(titles))


def _as_typed(title: str, text: str | None) -> str:
    """``title`` in one line. In a table the bar before ``text`` has a backslash: else it would divide the cell."""
    title = _NEXT_LINE.sub(" ", title)
    return " ".join((title.removesuffix("\\") if text else title).split())


class Made(NamedTuple):
    """An element that came of a reference. ``person`` and ``title`` are empty when it refers to none."""

    typed: str
    person: str = ""
    title: str = ""


class References:
    """The references of one text. When it is rendered, ``people`` and ``titles`` are those that it really has."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.made: dict[Element, Made] = {}
        self._people: dict[str, None] = {}
        self._titles: dict[str, str] = {}

    @property
    def people(self) -> tuple[str, ...]:
        """Their usernames, in the order of first mention."""
        return tuple(self._people)

    @property
    def titles(self) -> tuple[str, ...]:
        """As typed, whether a post bears them or not; one for each key."""
        return tuple(self._titles.values())

    def register(self, md: markdown.Markdown) -> None:
        # After code and formulas, before escapes: a title is what was typed. Before links, whose brackets it shares.
        md.inlinePatterns.register(_Newsletter(self, _NEWSLETTER, md), "newsletter", 182)
        md.inlinePatterns.register(_Title(self, _TITLE, md), "title", 181)
        md.inlinePatterns.register(_Mention(self, _NAME, md), "mention", 75)  # after addresses, of which @ is a part
        md.treeprocessors.register(_Settle(self, md), "references", 15)  # when the inline rules, 20, are done

    def element(self, tag: str, attributes: dict[str, str], text: str, made: Made) -> Element:
        element = Element(tag, attributes)
        element.text = words(text)
        self.made[element] = made
        return element

    def to_title(self, title: str, text: str | None, typed: str) -> Element | None:
        key = title_key(title)
        if self.known.titles is None or not key:
            return None
        made = Made(typed, title=title)
        if place := self.known.titles.get(key):
            return self.element("a", {"href": place.href}, text or place.name, made)
        return self.element("span", {"class": "unresolved", "title": NOT_THERE}, text or typed, made)

    def settle(self, root: Element) -> None:
        """Undo what stands in a link, and note the rest in the order of the page."""
        for link in root.iter("a"):
            for element in link.iter():
                if element is not link and (made := self.made.pop(element, None)):
                    element.tag, element.text = "span", words(made.typed)
                    element.attrib.clear()
        for element in root.iter():
            if made := self.made.get(element):
                if made.person:
                    self._people.setdefault(made.person)
                if made.title:
                    self._titles.setdefault(title_key(made.title), made.title)


def words(text: str) -> AtomicString:
    """``text`` for an element, which no rule looks at and no reader decodes: the library leaves ``&copy;`` alone."""
    return AtomicString(_LOOKS_LIKE_AN_ENTITY.sub(f"{AMP_SUBSTITUTE}amp;", text))


type _Match = tuple[Element | None, int | None, int | None]


class _Reference(InlineProcessor):
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, references: References, pattern: re.Pattern[str], md: markdown.Markdown) -> None:
        super().__init__(pattern.pattern, md)
        self.compiled_re = pattern
        self.references = references

    def handleMatch(  # type: ignore[override] # noqa: N802 - the library's name; its stubs forbid None
        self, m: re.Match[str], data: str
    ) -> _Match:
        # Past the greatest number what was typed stays, and costs nothing more.
        element = self.refer(m) if len(self.references.made) < MOST else None
        return (None, None, None) if element is None else (element, m.start(0), m.end(0))

    def refer(self, m: re.Match[str]) -> Element | None:
        raise NotImplementedError


class _Mention(_Reference):
    def refer(self, m: re.Match[str]) -> Element | None:
        place = self.references.known.people.get(m[1].lower())
        if place is None:
            return None
        return self.references.element("a", {"href": place.href}, f"@{place.name}", Made(m[0], person=place.name))


class _Title(_Reference):
    def refer(self, m: re.Match[str]) -> Element | None:
        return self.references.to_title(_as_typed(m[1], m[2]), m[2], m[0])


class _Newsletter(_Reference):
    def refer(self, m: re.Match[str]) -> Element | None:
        if m[3]:
            return self.references.element("a", {"href": m[3]}, m[1], Made(m[0]))
        return self.references.to_title(_as_typed(m[2], None), m[1], m[0])


class _Settle(Treeprocessor):
    def __init__(self, references: References, md: markdown.Markdown) -> None:
        super().__init__(md)
        self.references = references

    def run(self, root: Element) -> None:
        self.references.settle(root)
