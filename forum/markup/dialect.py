"""The Markdown that people write here: which rules of which library are on. Its html is not safe yet."""

from string import punctuation
from typing import Self

import markdown
from markdown.extensions.def_list import DefListExtension, DefListIndentProcessor
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import BacktickInlineProcessor, SimpleTextInlineProcessor, SubstituteTagInlineProcessor
from pymdownx.betterem import BetterEmExtension
from pymdownx.magiclink import MagiclinkExtension
from pymdownx.tasklist import TasklistExtension
from pymdownx.tilde import DeleteSubExtension

from forum.markup.anchors import Anchors
from forum.markup.blocks import Blocks
from forum.markup.caps import InlineCaps
from forum.markup.footnotes import NumberedFootnotes
from forum.markup.formulas import Formulas, as_typed
from forum.markup.identifiers import ARXIV, DOI, Identifier
from forum.markup.references import References

# Not emphasis. It stands as many deep as there are marks, and 800 on both sides of a word took 6 s.
_LONG_RUN = r"(\*{17,}|_{17,})"
_BACKTICKS = r"(?:(?<!\\)((?:\\{2})+)(?=`+)|(?<![\\`])(`++)(.+?)(?<!`)\2(?!`))"


def to_html(source: str, *, nonce: str, references: References) -> str:
    """``source``, which ``normalise.clean`` has seen, as html that ``sanitize`` must see. Raises TextRefused."""
    return as_typed(converter(nonce=nonce, references=references).convert(source))


def converter(*, nonce: str, references: References) -> markdown.Markdown:
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
    # References pass as they are without it, and it is quadratic: 38,000 of them took it 6 s.
    md.inlinePatterns.deregister("entity")
    md.parser.blockprocessors.register(_DefinitionsOnly(md.parser), "defindent", 85)
    md.ESCAPED_CHARS = list(punctuation)
    # The library's own takes the last of three backticks for one.
    md.inlinePatterns.register(BacktickInlineProcessor(_BACKTICKS), "backtick", 190)
    md.inlinePatterns.register(Formulas(md, nonce), "formulas", 188)
    md.inlinePatterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "break", 179)  # after escape, 180
    # Before emphasis, 60.
    md.inlinePatterns.register(SimpleTextInlineProcessor(_LONG_RUN), "long_run", 65)
    # After addresses, 85: an identifier within one is a part of it.
    md.inlinePatterns.register(Identifier(DOI, md, resolver="https://doi.org/"), "doi", 84)
    md.inlinePatterns.register(Identifier(ARXIV, md, resolver="https://arxiv.org/abs/"), "arxiv", 83)
    references.register(md)
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
