"""Names of places in a text, and links and images that may not stand.

During a render every id carries the render's nonce (``i<nonce>-h-results``). Nobody can type that, so the sanitizers
can tell our ids from any other, and in the end ``publish`` puts the text's own key in its place (``c12-h-results``).
"""

import html
import re
import unicodedata
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE, ETX, STX

from forum.markup.allowlist import href_may_stand, src_may_stand
from forum.markup.footnotes import NumberedFootnotes

SLUG = 60  # characters

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_FOOTNOTE = re.compile(r"(fn|fnref(\d*)):(\d+)")
_PLACEHOLDER = re.compile(f"{STX}[^{ETX}]*{ETX}")


def publish(clean: str, *, nonce: str, key: str) -> str:
    return clean.replace(f'"i{nonce}-', f'"{key}-').replace(f'"#i{nonce}-', f'"#{key}-')


class Anchors(Treeprocessor):
    """Runs when the inline rules are done: gives headings and notes their ids and settles every link and image."""

    def __init__(self, md: Markdown, footnotes: NumberedFootnotes, nonce: str) -> None:
        super().__init__(md)
        self.footnotes = footnotes
        self.nonce = nonce

    def run(self, root: Element) -> None:
        self.numbers = self.footnotes.shown_numbers()
        self.headings: dict[str, int] = {}  # slug: how many more there are of it
        for element in root.iter():
            if element.tag in _HEADINGS:
                element.set("id", self.name(f"h-{self.heading_slug(element)}"))
            elif note := _FOOTNOTE.fullmatch(element.get("id", "")):
                element.set("id", self.name(self.note_name(note)))
        within_links = {image for link in root.iter("a") for image in link.iter("img")}
        for element in root.iter():
            if element.tag == "img" and not src_may_stand(decoded(element.get("src", ""))):
                self.show_as_link(element, linked=element in within_links)
            if element.tag == "a":
                self.settle(element)

    def name(self, place: str) -> str:
        return f"i{self.nonce}-{place}"

    def heading_slug(self, heading: Element) -> str:
        text = decoded(_PLACEHOLDER.sub("", "".join(heading.itertext())))
        slug = base = slug_of(text) or "section"
        while slug in self.headings:
            # Counting on from the last one: a thousand equal headings took seconds when each began at 1.
            self.headings[base] += 1
            slug = f"{base}_{self.headings[base]}"
        self.headings[slug] = 0
        return slug

    def note_name(self, note: re.Match[str]) -> str:
        kind, repeat, defined = note.groups()
        shown = self.numbers.get(defined, 0)
        if kind == "fn":
            return f"fn{shown}"
        return f"fnref{shown}-{repeat}" if repeat else f"fnref{shown}"

    def settle(self, link: Element) -> None:
        href = decoded(link.get("href", ""))
        if link.get("class") == "footnote-backref" and href.partition(":")[2] not in self.footnotes.footnote_order:
            link.tag, link.text = "span", ""  # the way back from a note that nobody mentions
            link.attrib.clear()
            return
        if href.startswith("#"):
            note = _FOOTNOTE.fullmatch(href[1:])
            place = self.note_name(note) if note else f"h-{slug_of(href[1:]) or 'section'}"
            link.set("href", "#" + self.name(place))
        elif not href_may_stand(href, nonce=self.nonce):
            link.tag = "span"  # the words stay, there is nowhere to go
            link.attrib.clear()

    def show_as_link(self, image: Element, *, linked: bool) -> None:
        """Foreign pictures would tell their server who reads what: the reader decides."""
        alt, src = image.get("alt", ""), image.get("src", "")
        image.tag = "span" if linked else "a"  # a link within a link would end the outer one
        image.attrib.clear()
        image.text = f"[image: {alt}]" if alt else "[image]"
        if not linked:
            image.set("href", src)


def slug_of(text: str) -> str:
    """As Django's ``slugify(allow_unicode=True)``, whose module would take a renderer 40 ms to import."""
    words = re.sub(r"[^\w\s-]", "", unicodedata.normalize("NFKC", text).lower())
    return re.sub(r"[-\s]+", "-", words).strip("-_")[:SLUG]


def decoded(value: str) -> str:
    """The value that a browser will see: the library writes mail addresses as references with a place holder."""
    return html.unescape(value.replace(AMP_SUBSTITUTE, "&"))
