"""The worker that does what requests leave to it, where COLLOQUY_TASKS is `database`."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from forum.posts import citations


class Command(BaseCommand):
    help = "Do the tasks that requests leave behind, until it is interrupted. Several of them share the work."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        if settings.TASK_MODE != "database":
            raise CommandError(
                "There is nothing to work on: COLLOQUY_TASKS must be database, here and for the servers."
            )
        if left := citations.sweep():
            self.stdout.write(f"{left:,} posts whose texts had not all followed: begun again.")
        call_command("db_worker", verbosity=verbosity)
