"""The help page on formatting: what to type beside what comes of it."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from forum import markup
from forum.pages.formatting_examples import PERSON, SECTIONS, TITLE


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


@dataclass(frozen=True, slots=True)
class Group:
    """Formulas of one kind; in the file a title after ``# ``, then one formula a line."""

    title: str
    formulas: list[Shown]


@require_safe
def formatting(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/formatting.html", {"sections": sections(), "gallery": gallery()})


@cache  # the examples change with the program only
def sections() -> list[Section]:
    return [
        Section(
            title, slugify(title), note, [shown(source, f"{slugify(title)}-{n}") for n, source in enumerate(sources)]
        )
        for title, note, sources in SECTIONS
    ]


@cache
def gallery() -> list[Group]:
    """Each formula as a display; all of them rendered as one text, a paragraph each: a tenth of the work."""
    written = (files("forum.pages") / "formulas.txt").read_text(encoding="utf-8")
    groups = [group.strip().split("\n") for group in written.removeprefix("# ").split("\n\n# ")]
    source = "\n\n".join(f"$${tex}$$" for _, *formulas in groups for tex in formulas)
    displays = iter(markup.render(source, key="gallery").html.split("\n"))
    return [Group(title, [Shown(tex, next(displays)) for tex in formulas]) for title, *formulas in groups]


def shown(source: str, key: str) -> Shown:
    page = reverse("pages:formatting")
    known = markup.Known(
        people={PERSON: markup.Place(0, f"{page}#people", PERSON)},
        titles={markup.title_key(TITLE): markup.Place(0, f"{page}#posts-by-title", TITLE)},
    )
    return Shown(source, markup.render(source, key=key, known=known).html)
