"""The beginning of a stored text, for lists.

Apart from ``words``, which every renderer imports: the module that cuts would take it 40 ms.
"""

from django.utils.text import Truncator

from forum.markup.words import words_of

EXCERPT = 180  # characters


def excerpt(stored: str) -> str:
    """The first words of stored html, as plain text."""
    return Truncator(words_of(stored[: EXCERPT * 10])).chars(EXCERPT)
