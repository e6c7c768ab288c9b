"""The help page on formatting: what to type beside what comes of it."""

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from forum import markup
from forum.pages.formatting_examples import SECTIONS


@dataclass(frozen=True, slots=True)
class Shown:
    source: str
    html: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    anchor: str
    note: str
    examples: list[Shown]


@require_safe
def formatting(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/formatting.html", {"sections": sections()})


@cache  # the examples change with the program only
def sections() -> list[Section]:
    return [
        Section(
            title, slugify(title), note, [shown(source, f"{slugify(title)}-{n}") for n, source in enumerate(sources)]
        )
        for title, note, sources in SECTIONS
    ]


def shown(source: str, key: str) -> Shown:
    return Shown(source, markup.render(source, key=key).html)
