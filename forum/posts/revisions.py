"""An old revision as a text to read. Nothing of it is stored: it is rendered for who asks, as a preview is."""

from django.http import HttpRequest

from forum import markup
from forum.kit.http import count_rendering
from forum.kit.refusal import Refusal
from forum.markup import Known, Rendered


def as_it_reads(request: HttpRequest, source: str, *, source_format: str, known: Known) -> Rendered | None:
    """By the renderer of today; None when this reader, or all who are not logged in, have had too many for now."""
    try:
        count_rendering(request)
    except Refusal:
        return None
    return markup.preview(source, source_format=source_format, known=known)
