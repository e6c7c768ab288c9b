from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forum.kit import moments

register = template.Library()


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """A ``<time>`` that says how long ago, with the exact moment in its title."""
    return _time(at, moments.in_words(at, now=timezone.now()), "ago") if at else ""


@register.filter
def day(at: datetime | None) -> SafeString | str:
    """A ``<time>`` that says the date, with the exact moment in its title."""
    return _time(at, moments.on_day(at), "") if at else ""


@register.filter
def written_ago(written: str) -> SafeString:
    """A ``<time>`` that says the moment, for what ``moments.Written`` gives; the script says how long ago that is."""
    return format_html(
        '<time class="ago" datetime="{}">{}</time>', moments.machine_of(written), moments.exact_of(written)
    )


def _time(at: datetime, words: str, kind: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        moments.machine(at),
        moments.exact(at),
        format_html(' class="{}"', kind) if kind else "",
        words,
    )
