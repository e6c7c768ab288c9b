"""The Markdown that people write here: which rules of which library are on. Its html is not safe yet."""

from string import punctuation
from typing import Self

import markdown
from markdown.extensions.def_list import DefListExtension, DefListIndentProcessor
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import BacktickInlineProcessor, SubstituteTagInlineProcessor
from pymdownx.betterem import BetterEmExtension
from pymdownx.magiclink import MagiclinkExtension
from pymdownx.tasklist import TasklistExtension
from pymdownx.tilde import DeleteSubExtension

from forum.markup.anchors import Anchors
from forum.markup.blocks import Blocks
from forum.markup.caps import InlineCaps
from forum.markup.footnotes import NumberedFootnotes
from forum.markup.identifiers import ARXIV, DOI, Identifier

_BACKTICKS = r"(?:(?<!\\)((?:\\{2})+)(?=`+)|(?<![\\`])(`++)(.+?)(?<!`)\2(?!`))"


def to_html(source: str, *, nonce: str) -> str:
    """``source``, which ``normalise.clean`` has seen, as html that ``sanitize`` must see. Raises TextRefused."""
    return converter(nonce=nonce).convert(source)


def converter(*, nonce: str) -> markdown.Markdown:
    """A fresh one for each text, at about a millisecond: the library keeps state in it."""
    footnotes = NumberedFootnotes()
    md = _Markdown(
        output_format="html",
        extensions=[
            TableExtension(use_align_attribute=True),  # otherwise alignment is an inline style
            DefListExtension(),
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
    md.parser.blockprocessors.register(_DefinitionsOnly(md.parser), "defindent", 85)
    md.ESCAPED_CHARS = list(punctuation)
    # The library's own takes the last of three backticks for one.
    md.inlinePatterns.register(BacktickInlineProcessor(_BACKTICKS), "backtick", 190)
    md.inlinePatterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "break", 179)  # after escape, 180
    # After addresses, 85: an identifier within one is a part of it.
    md.inlinePatterns.register(Identifier(DOI, md, resolver="https://doi.org/"), "doi", 84)
    md.inlinePatterns.register(Identifier(ARXIV, md, resolver="https://arxiv.org/abs/"), "arxiv", 83)
    md.treeprocessors.register(InlineCaps(md), "inline_caps", 20.5)
    md.treeprocessors.register(Anchors(md, footnotes, nonce), "anchors", 1)
    return md


class _DefinitionsOnly(DefListIndentProcessor):
    """Lists are not the library's business any more: what is indented after one is code."""

    ITEM_TYPES = ["dd"]
    LIST_TYPES = ["dl"]


class _Markdown(markdown.Markdown):
    def build_parser(self) -> Self:
        super().build_parser()
        self.parser = Blocks(self)
        return self
