"""Bring threads in: thread documents (JSON), mbox files, maildirs, folders and files of single messages.

Safe to run twice: a text whose uid is here already is left alone. A JSON file is taken whole or refused whole, with
the place of the fault; of a mailbox, a bad message is reported and the rest comes in. Mail given in one call is read
together, since a thread may be spread over several files. docs/export-formats.md has the rules.
"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone

from forum.exports.document import ThreadDocument
from forum.imports.planning import Plan, lookup, plan_thread
from forum.imports.readers.json import read_json
from forum.imports.readers.mail import read_mail
from forum.imports.reading import Reading, Unreadable
from forum.imports.save import save_thread


class Command(BaseCommand):
    help = "Import threads from JSON documents, mbox files, maildirs and folders of messages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=["json", "mbox", "maildir"], dest="name", help="if not to be guessed")
        parser.add_argument("--dry-run", action="store_true", help="read and count, write nothing")

    def handle(self, *, paths: list[Path], name: str | None, dry_run: bool, verbosity: int, **options: object) -> None:
        now = timezone.now()
        reading = Reading()
        refused: list[str] = []
        mail: list[Path] = []
        for path in paths:
            try:
                if (name or guess_format(path)) == "json":
                    _add(reading, read_json(path.read_bytes()))
                else:
                    mail.append(path)
            except Unreadable as fault:
                refused.append(f"{path}: {fault}")
            except OSError as fault:
                refused.append(f"{path}: {fault.strerror or fault}")
        if mail:
            try:
                _join(reading, read_mail(mail, now=now, known=lookup))
            except OSError as fault:
                refused.append(f"{fault.filename or mail[0]}: {fault.strerror or fault}")
        plans: list[Plan] = []
        for thread in reading.threads:
            try:
                plan = plan_thread(thread)
                if not dry_run:
                    save_thread(plan, now=now)
            except Unreadable as fault:
                refused.append(f"thread {thread.post.uid}: {fault}")
            except IntegrityError:
                refused.append(f"thread {thread.post.uid}: somebody else was importing it; run the command again")
            else:
                plans.append(plan)
        for fault in reading.faults:
            self.stderr.write(f"{fault.place}: {fault.reason}")
        for line in refused:
            self.stderr.write(f"Refused: {line}")
        if verbosity:
            self.stdout.write(summary(reading, plans, dry_run=dry_run))
        if refused:
            raise CommandError(f"{len(refused)} refused; nothing of it was imported.")


def guess_format(path: Path) -> str:
    """By its name, else by its first bytes. Raises OSError when there is nothing to read."""
    if path.is_dir():
        return "maildir"
    if path.suffix.lower() in {".json", ".mbox"}:
        return path.suffix.lower()[1:]
    with path.open("rb") as file:
        return "json" if file.read(200).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "mbox"


def summary(reading: Reading, plans: list[Plan], *, dry_run: bool) -> str:
    """Such as ``19 threads, 210 messages: 176 texts added, 34 skipped …``."""
    posts = sum(plan.adds_post for plan in plans)
    comments = sum(len(plan.fresh) for plan in plans)
    here = reading.here + sum(plan.here for plan in plans)
    placed = reading.placed + sum(plan.placed for plan in plans)
    deep = sum(plan.too_deep for plan in plans)
    done = "would be added" if dry_run else "added"
    return "\n".join(
        [
            f"Threads:  {len(plans)} read; {posts} posts and {comments} comments {done}",
            f"Messages: {reading.messages} read",
            f"Skipped:  {reading.repeated} came twice, {here} were here already",
            f"Placed:   {placed} under the nearest known ancestor or a placeholder; {reading.placeholders} placeholders for"
            f" missing first messages, {reading.loops} loops cut, {deep} deeper than trees may be",
            f"Faults:   {len(reading.faults)} messages left out",
        ]
    )


def _add(reading: Reading, thread: ThreadDocument) -> None:
    reading.threads.append(thread)
    reading.messages += 1 + len(thread.comments)


def _join(reading: Reading, mail: Reading) -> None:
    reading.threads += mail.threads
    reading.messages += mail.messages
    reading.repeated += mail.repeated
    reading.here += mail.here
    reading.placed += mail.placed
    reading.placeholders += mail.placeholders
    reading.loops += mail.loops
    reading.faults += mail.faults
