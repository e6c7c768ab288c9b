"""Stored html in templates."""

from django import template
from django.utils.safestring import SafeString

from forum import markup

register = template.Library()


@register.filter
def stored_html(html: str) -> SafeString:
    """Html that ``markup.render`` made and the database keeps."""
    return markup.trust(html)
