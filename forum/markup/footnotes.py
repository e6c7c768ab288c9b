"""Footnotes whose ids are numbers.

The library makes ids of the writer's labels, so that two comments with a note ``[^1]`` would share one and
``[^location]`` would name an element ``fn:location``. Here a label becomes the number of its definition at once;
``anchors`` turns that into the number the reader sees, with the text's own prefix.
"""

import re
from xml.etree.ElementTree import Element, SubElement

import markdown
from markdown.extensions.footnotes import (
    FN_BACKLINK_TEXT,
    NBSP_PLACEHOLDER,
    FootnoteExtension,
    FootnoteInlineProcessor,
)


class NumberedFootnotes(FootnoteExtension):
    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        super().__init__(
            PLACE_MARKER="\0",  # no text can hold it: the notes always stand at the end
            BACKLINK_TITLE="Back to the text",
            USE_DEFINITION_ORDER=False,
        )

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 - the library's name
        super().extendMarkdown(md)
        md.inlinePatterns.register(_Reference(r"\[\^([^\]]*)\]", self), "footnote", 175)

    def setFootnote(self, id: str, text: str) -> None:  # noqa: A002, N802 - the library's names
        super().setFootnote(self.numbers.setdefault(id, str(len(self.numbers) + 1)), text)

    def makeFootnoteRefId(self, id: str, found: bool = False) -> str:  # noqa: A002, N802 - the library's names
        """``fnref:3``, then ``fnref2:3`` for the second reference; the library's own way is quadratic."""
        first = f"fnref:{id}"
        if not found:
            return first
        self.found_refs[first] = count = self.found_refs.get(first, 0) + 1
        return first if count == 1 else f"fnref{count}:{id}"

    def makeFootnotesDiv(self, root: Element) -> Element | None:  # noqa: N802 - the library's name
        """The library's own fails at a note without words, and at one that defines another."""
        if not self.footnotes:
            return None
        place = Element("div", {"class": "footnote"})
        SubElement(place, "hr")
        notes = SubElement(place, "ol")
        numbers = list(self.footnotes)
        for number in numbers:
            note = SubElement(notes, "li", id=self.makeFootnoteId(number))
            self.parser.parseChunk(note, self.footnotes[number])
            numbers += list(self.footnotes)[len(numbers) :]  # those that were defined in this one
            if len(note) and note[-1].tag == "p":
                note[-1].text = (note[-1].text or "") + NBSP_PLACEHOLDER
                end = note[-1]
            else:
                end = SubElement(note, "p")
            way = {
                "class": "footnote-backref",
                "href": f"#{self.makeFootnoteRefId(number)}",
                "title": "Back to the text",
            }
            SubElement(end, "a", way).text = FN_BACKLINK_TEXT
        return place

    def shown_numbers(self) -> dict[str, int]:
        """By number of definition: notes count in the order of their first mention, unmentioned ones last."""
        order = dict.fromkeys([*self.footnote_order, *self.footnotes])
        return {defined: shown for shown, defined in enumerate(order, start=1)}


class _Reference(FootnoteInlineProcessor):
    footnotes: NumberedFootnotes

    def handleMatch(  # type: ignore[override] # noqa: N802 - the library's name; its stubs forbid None
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        number = self.footnotes.numbers.get(m[1])
        if number is None:
            return None, None, None
        self.footnotes.addFootnoteRef(number)
        mark = Element("sup", id=self.footnotes.makeFootnoteRefId(number, found=True))
        link = SubElement(mark, "a", {"class": "footnote-ref", "href": "#" + self.footnotes.makeFootnoteId(number)})
        link.text = str(self.footnotes.footnote_order.index(number) + 1)
        return mark, m.start(0), m.end(0)
