"""Bring threads in: thread documents (JSON), mbox files, maildirs, folders and files of single messages.

Safe to run twice: a text whose uid is here already is left alone. A JSON file is taken whole or refused whole, with
the place of the fault; of a mailbox, a bad message is reported and the rest comes in. Mail given in one call is read
together, since a thread may be spread over several files. docs/export-formats.md has the rules.
"""

from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone

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
        reading, refused = read_all(paths, name=name, now=now)
        plans, refused_here = save_all(reading, now=now, dry_run=dry_run)
        for fault in reading.faults:
            self.stderr.write(f"Left out: {fault.place}: {fault.reason}")
        for line in [*refused, *refused_here]:
            self.stderr.write(f"Refused: {line}")
        if verbosity:
            self.stdout.write(summary(reading, plans, dry_run=dry_run))
        if refused or refused_here:
            raise CommandError(f"{len(refused) + len(refused_here)} refused; nothing of it was imported.")


def read_all(paths: list[Path], *, name: str | None, now: datetime) -> tuple[Reading, list[str]]:
    """What ``paths`` hold, and a line for each that is refused."""
    reading = Reading()
    refused: list[str] = []
    mail: list[Path] = []
    for path in paths:
        try:
            if (name or guess_format(path)) == "json":
                thread = read_json(path.read_bytes())
                reading.threads.append(thread)
                reading.messages += 1 + len(thread.comments)
            else:
                path.stat()
                mail.append(path)
        except Unreadable as fault:
            refused.append(f"{path}: {fault}")
        except OSError as fault:
            refused.append(f"{path}: {fault.strerror or fault}")
    if not mail:
        return reading, refused
    try:
        letters = read_mail(mail, now=now, known=lookup)
    except OSError as fault:
        return reading, [*refused, f"{fault.filename or mail[0]}: {fault.strerror or fault}"]
    if len(letters.faults) == letters.messages:
        refused.append(f"{', '.join(map(str, mail))}: no mail was found")
    reading.add(letters)
    return reading, refused


def guess_format(path: Path) -> str:
    """By its name, else by its first bytes. Raises OSError when there is nothing to read."""
    if path.is_dir():
        return "maildir"
    if path.suffix.lower() in {".json", ".mbox"}:
        return path.suffix.lower()[1:]
    with path.open("rb") as file:
        return "json" if file.read(200).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "mbox"


def save_all(reading: Reading, *, now: datetime, dry_run: bool) -> tuple[list[Plan], list[str]]:
    """Each thread in a transaction of its own; gives what was done, and a line for each thread that is refused."""
    plans: list[Plan] = []
    refused: list[str] = []
    for thread in reading.threads:
        try:
            plan = plan_thread(thread)
            if not dry_run:
                save_thread(plan, now=now)
        except Unreadable as fault:
            refused.append(f"thread {thread.post.uid}: {fault}")
        except IntegrityError:
            refused.append(f"thread {thread.post.uid}: it was imported elsewhere meanwhile; run the command again")
        else:
            plans.append(plan)
    return plans, refused


def summary(reading: Reading, plans: list[Plan], *, dry_run: bool) -> str:
    """The numbers of threads, messages, skipped, placed and faults, a line each."""
    posts = sum(plan.adds_post for plan in plans)
    comments = sum(len(plan.fresh) for plan in plans)
    here = reading.here + sum(plan.here for plan in plans)
    placed = reading.placed + sum(plan.placed for plan in plans)
    deep = sum(plan.too_deep for plan in plans)
    done = "would be added" if dry_run else "added"
    return (
        f"Threads:  {len(plans)} ({posts} posts and {comments} comments {done})\n"
        f"Messages: {reading.messages} read\n"
        f"Skipped:  {reading.repeated + here} ({reading.repeated} came twice, {here} were here already)\n"
        f"Placed:   {placed} whose parent is missing, under the nearest known ancestor or a placeholder"
        f" ({reading.placeholders} placeholders; {reading.loops} loops cut; {deep} too deep, put higher up)\n"
        f"Faults:   {len(reading.faults)} messages left out"
    )
