"""Markdown in, html out, by the very function that saving uses: for trying a text, and for measuring many."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forum.markup import POST_LIMIT, Rendered, TextRefused, normalise, render


class Command(BaseCommand):
    help = "Render Markdown from standard input to html on standard output."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--jsonl",
            action="store_true",
            help='one {"source"} a line in, one {"html", "refused", "cpu_ms"} a line out',
        )

    def handle(self, *, jsonl: bool, **options: Any) -> None:
        if jsonl:
            self.answer_lines()
            return
        try:
            rendered = rendering(sys.stdin.read())
        except TextRefused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(rendered.html)
        if rendered.refused:
            self.stderr.write(rendered.refused)

    def answer_lines(self) -> None:
        for number, line in enumerate(sys.stdin, start=1):
            if line.strip():
                answer = answer_to(source_in(line, number=number))
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
                self.stdout.flush()


def source_in(line: str, *, number: int) -> str:
    try:
        source = json.loads(line)["source"]
    except (ValueError, TypeError, KeyError) as fault:
        raise CommandError(f'Line {number} is not a JSON object with "source".') from fault
    if not isinstance(source, str):
        raise CommandError(f'Line {number}: "source" is not a string.')
    return source


def answer_to(source: str) -> dict[str, str | float]:
    try:
        rendered = rendering(source)
    except TextRefused as refusal:
        return {"html": "", "refused": refusal.message, "cpu_ms": 0}
    return {"html": rendered.html, "refused": rendered.refused, "cpu_ms": round(rendered.cpu * 1000, 3)}


def rendering(source: str) -> Rendered:
    return render(normalise(source, limit=POST_LIMIT), key="text")
