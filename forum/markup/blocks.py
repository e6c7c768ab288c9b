"""The library's block parser with our containers around it."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, ElementTree, SubElement

import markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import CodeBlockProcessor, EmptyBlockProcessor, ParagraphProcessor, ReferenceProcessor
from markdown.util import STX

from forum.markup.caps import check_count, check_depth, check_lines, check_tables
from forum.markup.code import Code
from forum.markup.containers import Box, Fence, Heading, Prose, Rule, arrange

_LANGUAGE = re.compile(r"[ ]*\{?[ ]*\.?([\w#.+-]*)")  # of ```python title="x", ``` {.python}


class Blocks(BlockParser):
    """Builds the tree of elements. Raises TextRefused."""

    def __init__(self, md: markdown.Markdown) -> None:
        super().__init__(md)
        self.code = Code()
        self.depth = 0  # of definitions in definitions, which begin a count of quotes and lists anew
        self.blockprocessors.register(EmptyBlockProcessor(self), "empty", 100)
        self.blockprocessors.register(CodeBlockProcessor(self), "code", 80)
        self.blockprocessors.register(ReferenceProcessor(self), "reference", 15)
        self.blockprocessors.register(ParagraphProcessor(self), "paragraph", 10)

    def parseDocument(self, lines: Iterable[str]) -> "ElementTree[Element | None]":  # noqa: N802 - the library's name
        lines = list(lines)
        check_count(lines)
        text, unfenced = arrange(lines)
        check_lines(unfenced)
        check_tables(unfenced)
        self.root = root = Element(self.md.doc_tag)
        self.build(root, text)
        return ElementTree(root)

    def parseChunk(self, parent: Element, text: str) -> None:  # noqa: N802 - the library's name
        """A part whose marks an extension has taken off: a note, say. Lists and quotes may stand in it again."""
        self.depth += 1
        check_depth(self.depth)
        self.build(parent, arrange(text.split("\n"))[0])
        self.depth -= 1

    def parseBlocks(self, parent: Element, blocks: list[str]) -> None:  # noqa: N802 - the library's name
        self.parseChunk(parent, "\n\n".join(blocks))

    def build(self, parent: Element, box: Box) -> None:
        for block in box.children:
            match block:
                case Prose():
                    super().parseBlocks(parent, "\n".join(block.lines).rstrip("\n").split("\n\n"))
                case Heading():
                    SubElement(parent, f"h{block.level}").text = block.text
                case Rule():
                    SubElement(parent, "hr")
                case Fence():
                    language = _LANGUAGE.match(block.info)
                    html = self.code.block("\n".join(block.lines), language[1] if language else "")
                    SubElement(parent, "p").text = self.md.htmlStash.store(html)
                case Box():
                    self.build(self.container(parent, block), block)
            if box.kind == "list" and not box.loose:
                join_paragraphs(parent[-1])

    def container(self, parent: Element, box: Box) -> Element:
        match box.kind:
            case "quote":
                return SubElement(parent, "blockquote")
            case "spoiler":
                spoiler = SubElement(parent, "details", {"class": "spoiler"})
                SubElement(spoiler, "summary").text = "Spoiler"
                return spoiler
            case "item":
                return SubElement(parent, "li")
        if not box.mark.isalnum() and box.mark in "-+*":
            return SubElement(parent, "ul")
        return SubElement(parent, "ol", {} if box.start == 1 else {"start": str(box.start)})


def join_paragraphs(item: Element) -> None:
    """Take the paragraphs of a tight list's item out of their elements."""
    last: Element | None = None
    for child in list(item):
        if child.tag != "p" or (child.text or "").startswith(STX):  # the place of a fence
            last = child
            continue
        item.remove(child)
        if last is None:
            item.text = f"{item.text or ''}{child.text or ''}"
        else:
            last.tail = f"{last.tail or ''}{child.text or ''}"
