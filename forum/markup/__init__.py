"""Text in, safe text out. No database, no Django models; the only place of ``mark_safe``.

``normalise`` before a text is stored, ``render`` when it is, ``preview`` before that, ``trust`` when the stored html is
shown. A change of what ``render`` gives for the same source raises ``RENDER_VERSION``.
"""

from forum.markup.normalise import COMMENT_LIMIT, POST_LIMIT, TextRefused, clean, normalise, normalise_line
from forum.markup.pipeline import RENDER_VERSION, Rendered
from forum.markup.pool import NOT_RENDERED, preview, render
from forum.markup.references import NOBODY, Known, Names, Place, named_in, title_key
from forum.markup.safe import assemble, trust
from forum.markup.words import line_of, words_of

__all__ = [
    "COMMENT_LIMIT",
    "NOBODY",
    "NOT_RENDERED",
    "POST_LIMIT",
    "RENDER_VERSION",
    "Known",
    "Names",
    "Place",
    "Rendered",
    "TextRefused",
    "assemble",
    "clean",
    "line_of",
    "named_in",
    "normalise",
    "normalise_line",
    "preview",
    "render",
    "title_key",
    "trust",
    "words_of",
]
