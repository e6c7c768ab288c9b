"""Names of papers as links: ``doi:10.1145/3292500.3330701``, ``arXiv:2206.02841``."""

import re
from xml.etree.ElementTree import Element

import markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from forum.markup.plain import without_what_follows

DOI = r"(?i:(?<![\w/:.])doi:[ ]?)(10\.\d{4,9}/[-.;()/:\w]{1,200})"
ARXIV = r"(?i:(?<![\w/:.])arxiv:[ ]?)(\d{4}\.\d{4,5}(?:v\d{1,2})?|[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,2})?)(?!\w)"


class Identifier(InlineProcessor):
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, pattern: str, md: markdown.Markdown, *, resolver: str) -> None:
        super().__init__(pattern, md)
        self.resolver = resolver

    def handleMatch(  # type: ignore[override] # noqa: N802 - the library's name; its stubs want a string
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        name = without_what_follows(m[1])
        end = m.start(1) + len(name)
        link = Element("a", href=self.resolver + name)
        link.text = AtomicString(data[m.start(0) : end])
        return link, m.start(0), end
