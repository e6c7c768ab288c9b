"""Stored html in templates."""

from urllib.parse import urlsplit

from django import template
from django.utils.safestring import SafeString

from forum import markup

register = template.Library()


@register.filter
def stored_html(html: str) -> SafeString:
    """Html that ``markup.render`` made and the database keeps."""
    return markup.trust(html)


@register.filter
def urlhost(address: str) -> str:
    """The host of an address, as a short name for it."""
    return (urlsplit(address).hostname or address).removeprefix("www.")
