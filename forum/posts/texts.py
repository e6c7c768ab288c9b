"""What acts take for text, whoever calls them: forms have said the same before, in the place where it was typed."""

from forum import markup
from forum.kit.refusal import Refusal

TITLE_LIMIT = 200  # characters
NOTE_LIMIT = 200  # characters


def accepted(source: str, *, limit: int) -> str:
    """``source`` as it is stored. Raises Refusal when it is blank or longer than ``limit`` characters."""
    try:
        return markup.normalise(source, limit=limit)
    except markup.TextRefused as refused:
        raise Refusal(refused.code, refused.message, status=422) from None


def accepted_line(text: str, *, limit: int) -> str:
    """The same for one line."""
    try:
        return markup.normalise_line(text, limit=limit)
    except markup.TextRefused as refused:
        raise Refusal(refused.code, refused.message, status=422) from None


def accepted_note(note: str) -> str:
    """What an author says of a change; it may be empty."""
    return accepted_line(note, limit=NOTE_LIMIT) if note.strip() else ""
