"""Parents are the truth of a comment tree, visible comments that of the counters of a post, unseen notices that of the
number beside an inbox. All else is a cache, which this command compares with them, and makes anew when it is told to.

Reading takes one query for each of the three, and no lock: it may run every night on a busy site.
Mending holds up all who write comments while it works on a post.
"""

import time
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from forum.comments import checking, queries, services
from forum.notifications import queries as inboxes
from forum.notifications.services import count_unseen

ON_ITS_WAY = 1.0  # seconds that a number may be behind the act


class Command(BaseCommand):
    help = "Check that all comment trees are well formed and all counters right; with --fix, mend those that are not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="make broken trees and wrong counters anew")

    def handle(self, *, fix: bool, **options: Any) -> None:
        broken, wrong = self._look()
        faults = len(broken) + wrong
        if not faults:
            self.stdout.write("All trees are well formed and all counters right.")
            return
        if not fix:
            raise CommandError(f"{_faults(faults)} found; run again with --fix.")
        self._mend(broken)
        broken, wrong = self._look()
        if remaining := len(broken) + wrong:
            raise CommandError(f"{_faults(remaining)} could not be mended.")
        self.stdout.write(self.style.SUCCESS(f"{_faults(faults)} found, all well now."))

    def _look(self) -> tuple[list[checking.Fault], int]:
        """Print every fault; gives those of trees, and how many numbers are wrong."""
        broken = checking.find_broken()
        for fault in broken:
            self.stdout.write(f"tree {fault.tree_id} (post {fault.post_id}): {fault.reason}")
        wrong = 0
        for post in queries.miscounted():
            wrong += 1
            self.stdout.write(
                f"post {post.post_id}: says {post.stored.comment_count} comments, active at {post.stored.active_at}; "
                f"counted are {post.counted.comment_count}, {post.counted.active_at}"
            )
        for person in self._behind():
            wrong += 1
            self.stdout.write(f"{person.username}: says {person.unseen} unseen notices; counted are {person.counted}")
        return broken, wrong

    def _behind(self) -> list[Any]:
        """Whose number has not followed. It may be on its way, so whoever is found is looked at once more."""
        if not (found := [person.pk for person in inboxes.miscounted()]):
            return []
        time.sleep(ON_ITS_WAY)
        return list(inboxes.miscounted().filter(pk__in=found))

    def _mend(self, broken: list[checking.Fault]) -> None:
        by_post = attrgetter("post_id")
        for post_id, faults in groupby(sorted(broken, key=by_post), key=by_post):
            with transaction.atomic():
                rebuilt = checking.rebuild({fault.tree_id for fault in faults})
                for touched in sorted(rebuilt.posts):
                    services.recount(post_id=touched)
            self.stdout.write(f"post {post_id}: {rebuilt.comments} comments put in their places")
        for post in list(queries.miscounted()):
            with transaction.atomic():
                services.recount(post_id=post.post_id)
            self.stdout.write(f"post {post.post_id}: counted anew")
        count_unseen(person.pk for person in list(inboxes.miscounted()))


def _faults(number: int) -> str:
    return f"{number} fault{'s' if number != 1 else ''}"
