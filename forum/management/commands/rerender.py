"""Bring stored html up to date after the renderer has changed, or the title of a post that texts refer to.

Texts are rendered outside any transaction and written one by one, each only if its source is still the one that was
rendered: the site runs on meanwhile. What is done counts as done, so an interrupted run is simply started again. With
--all a second run starts from the beginning.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import renewing as profiles
from forum import markup
from forum.comments import renewing as comments
from forum.markup import Rendered
from forum.markup.renewal import Stored, anew, visible_change
from forum.posts import citations
from forum.posts import renewing as posts

BATCH = 100  # texts in memory at once, 200,000 characters each at most
ROOMS: dict[str, Any] = {"posts": posts, "comments": comments, "profiles": profiles}


@dataclass(slots=True)
class Tally:
    rendered: int = 0
    changed: int = 0  # visibly
    edited: int = 0  # meanwhile, so that nothing was written
    lost: int = 0  # no renderer answered: shown as typed, and still to be done

    def __str__(self) -> str:
        return (
            f"{self.rendered:,} rendered, {self.changed:,} changed visibly, {self.edited:,} edited meanwhile, "
            f"{self.lost:,} shown as typed for now"
        )


class Command(BaseCommand):
    help = "Render the texts anew whose html is of another version of the renderer, or shows an old title of a post."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="every text, whatever its version")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")

    def handle(self, *, all: bool, dry_run: bool, verbosity: int, **options: Any) -> None:  # noqa: A002 - its name
        lost, renamed = 0, citations.due()
        for name, room in ROOMS.items():
            tally = Tally()
            total = room.wanting(every=all).count()
            for text, rendered in renderings(room, every=all):
                self.take(room, text, rendered, tally, dry_run=dry_run, verbosity=verbosity)
                if verbosity and tally.rendered % BATCH == 0:
                    self.stdout.write(f"{name}: {tally.rendered:,} of {total:,}")
            self.stdout.write(f"{name}: {tally}")
            lost += tally.lost
        if not dry_run:
            citations.settle(renamed)
        if lost:
            raise CommandError(f"{lost:,} texts got no answer from a renderer (the log says why); run this again.")

    def take(self, room: Any, text: Stored, rendered: Rendered, tally: Tally, *, dry_run: bool, verbosity: int) -> None:
        tally.rendered += 1
        if not dry_run and not room.store(text, rendered):
            tally.edited += 1
            return
        tally.lost += rendered.version == markup.NOT_RENDERED
        if change := visible_change(text.html, rendered.html):
            tally.changed += 1
            if verbosity:
                self.stdout.write(f"{text.name}: {change}")


def renderings(room: Any, *, every: bool) -> Iterator[tuple[Stored, Rendered]]:
    """Text by text in the order of the rows, a batch ahead of what is taken; the threads never touch the database."""
    wanting, last = room.wanting(every=every).order_by("pk"), 0
    with ThreadPoolExecutor(max(settings.RENDERERS, 1)) as threads:
        while batch := [room.stored(row) for row in wanting.filter(pk__gt=last)[:BATCH]]:
            yield from zip(batch, threads.map(anew, batch), strict=True)
            last = batch[-1].pk
