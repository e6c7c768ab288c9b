"""What the export menu offers."""

from django import template

from forum.exports.formats import FORMATS, Format

register = template.Library()


@register.simple_tag
def export_formats() -> dict[str, Format]:
    return FORMATS
