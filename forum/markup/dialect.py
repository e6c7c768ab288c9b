"""The Markdown that people write here: which rules of which library are on. Its html is not safe yet."""

import re

import markdown
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.preprocessors import Preprocessor
from pymdownx.betterem import BetterEmExtension
from pymdownx.magiclink import MagiclinkExtension
from pymdownx.saneheaders import SaneHeadersExtension
from pymdownx.superfences import SuperFencesCodeExtension
from pymdownx.tasklist import TasklistExtension
from pymdownx.tilde import DeleteSubExtension

from forum.markup.anchors import Anchors
from forum.markup.caps import BlockCaps, InlineCaps
from forum.markup.code import Code
from forum.markup.footnotes import NumberedFootnotes


def to_html(source: str, *, nonce: str) -> str:
    """``source``, which ``normalise.clean`` has seen, as html that ``sanitize`` must see. Raises TextRefused."""
    return converter(nonce=nonce).convert(source)


def converter(*, nonce: str) -> markdown.Markdown:
    """A fresh one for each text, at about a millisecond: the library keeps state in it."""
    footnotes = NumberedFootnotes()
    md = markdown.Markdown(
        output_format="html",
        extensions=[
            TableExtension(use_align_attribute=True),  # otherwise alignment is an inline style
            SaneListExtension(),
            DefListExtension(),
            # The catch-all fence is ours, so that highlighting is one function and no option of a fence does anything.
            SuperFencesCodeExtension(
                custom_fences=[{"name": "*", "class": "", "format": Code().fence, "validator": _drop_options}],
                relaxed_headers=True,
            ),
            SaneHeadersExtension(),
            BetterEmExtension(smart_enable="underscore"),
            DeleteSubExtension(subscript=False),
            TasklistExtension(clickable_checkbox=False),
            MagiclinkExtension(repo_url_shortener=False),
            footnotes,
        ],
    )
    # Raw html is text, so that <T> in prose survives and nobody wonders which tags would have worked.
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.deregister("html")
    md.preprocessors.register(_ShortFences(md), "short_fences", 26)
    md.preprocessors.register(BlockCaps(md), "block_caps", 24)
    md.treeprocessors.register(InlineCaps(md), "inline_caps", 20.5)
    md.treeprocessors.register(Anchors(md, footnotes, nonce), "anchors", 1)
    return md


def _drop_options(_language: str, _inputs: object, _options: object, _attributes: object, _md: object) -> bool:
    return True


class _ShortFences(Preprocessor):
    """Cut a fence with many quoted options to its language.

    The library's expression for them tries every way to pair the quotes: 20 options took 0.4 s, 30 would take minutes.
    """

    FENCE = re.compile(r"([ \t>]*(?:`{3,}|~{3,})[ \t]*[\w#.+-]*)(.*)")
    QUOTES = 8

    def run(self, lines: list[str]) -> list[str]:
        return [self.cut(line) for line in lines]

    def cut(self, line: str) -> str:
        fence = self.FENCE.fullmatch(line)
        if fence and fence[2].count('"') + fence[2].count("'") > self.QUOTES:
            return fence[1]
        return line
