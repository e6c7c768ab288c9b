"""Bring a whole site from an SQLite file into a PostgreSQL that has been migrated and holds nothing yet.

`dumpdata` would keep all of it in memory, and leaves the sequences where they are. This goes table by table through the
same models on both sides, in one transaction, then reads both sides again and compares them row by row.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2s
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.color import no_style
from django.db import DatabaseError, IntegrityError, connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from forum.kit.statistics import renew_statistics

SOURCE = "copied file"
BATCH = 1000  # rows in memory at once


class Command(BaseCommand):
    help = "Copy a site from an SQLite FILE into the empty, migrated PostgreSQL of DATABASE_URL, and compare the two."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the SQLite file; nothing is written to it")

    def handle(self, *, file: Path, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("DATABASE_URL must name the PostgreSQL to copy into.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        add_source(file)
        try:
            # The file as it is at this moment, whoever writes to it meanwhile.
            with transaction.atomic(using=SOURCE), transaction.atomic():
                self.copy(file)
        except IntegrityError as fault:
            raise CommandError(f"Nothing was copied. PostgreSQL refuses what the file holds: {fault}") from fault
        finally:
            connections[SOURCE].close()
            remove_source()
        self.stdout.write("Every table holds the same on both sides. Now run check_trees.")
        renew_statistics()

    def copy(self, file: Path) -> None:
        try:
            theirs = set(MigrationRecorder(connections[SOURCE]).applied_migrations())
        except DatabaseError as fault:
            raise CommandError(f"{file} is no SQLite file of a site: {fault}") from None
        ours = set(MigrationRecorder(connection).applied_migrations())
        if theirs != ours:
            names = ", ".join(sorted(".".join(name) for name in theirs ^ ours))
            raise CommandError(f"Migrate both databases with this code first; they differ in {names}.")
        tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
        tables = [model for model in tables if not model._meta.proxy]
        self.clear(tables)
        for model in tables:
            for batch in batches(model, using=SOURCE):
                raw_insert(model, batch)
        set_sequences(tables)
        for model in tables:
            self.compare(model)

    def clear(self, tables: list[type[models.Model]]) -> None:
        """Only what `migrate` itself wrote may stand in the target, and gives way."""
        made_by_migrate = {"contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions"}
        for model in tables:
            rows = rows_of(model, "default")
            if model._meta.label in made_by_migrate:
                rows._raw_delete("default")  # noqa: SLF001 - delete() would look for what refers to them
            elif rows.exists():
                raise CommandError(f"The PostgreSQL is not empty: there are rows in {model._meta.db_table}.")

    def compare(self, model: type[models.Model]) -> None:
        before, after = summary(model, using=SOURCE), summary(model, using="default")
        if before != after:
            raise CommandError(
                f"Nothing was copied: {model._meta.db_table} has {before[0]:,} rows with the hash {before[1]} in the "
                f"file, and would have {after[0]:,} with {after[1]}."
            )
        self.stdout.write(f"{model._meta.db_table}: {after[0]:,} rows, {after[1]}")


def add_source(file: Path) -> None:
    described = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{file.absolute().as_uri()}?mode=ro",
        "OPTIONS": {"uri": True},
    }
    connections.settings[SOURCE] = connections.configure_settings({"default": {}, SOURCE: described})[SOURCE]


def remove_source() -> None:
    del connections[SOURCE]
    del connections.settings[SOURCE]


def rows_of(model: type[models.Model], alias: str) -> models.QuerySet[Any]:
    """Past the model's own manager, which may hide some or change their order."""
    return models.QuerySet(model, using=alias)


def batches(model: type[models.Model], *, using: str) -> Iterator[list[Any]]:
    """All rows in the order of their keys."""
    rows = rows_of(model, using).order_by("pk")
    found = list(rows[:BATCH])
    while found:
        yield found
        found = list(rows.filter(pk__gt=found[-1].pk)[:BATCH])


def raw_insert(model: type[models.Model], rows: list[Any]) -> None:
    """As they are: ``bulk_create`` would write the time of the copy where a field says when its row was made."""
    target: Any = rows_of(model, "default")
    target._insert(rows, fields=model._meta.local_concrete_fields, using="default", raw=True)  # noqa: SLF001


def set_sequences(tables: list[type[models.Model]]) -> None:
    """To the last number that was given, also where its row is gone: an address never leads to something else."""
    with connections[SOURCE].cursor() as cursor:
        cursor.execute("SELECT name, seq FROM sqlite_sequence")
        given = dict(cursor.fetchall())
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(sql)
        for model in tables:
            table, column = model._meta.db_table, model._meta.pk.column
            if given.get(table):
                quoted = connection.ops.quote_name(table)
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [quoted, column, given[table]])


def summary(model: type[models.Model], *, using: str) -> tuple[int, str]:
    """How many rows there are, and a hash of all that stands in them."""
    count, digest = 0, blake2s(digest_size=8)
    names = [field.attname for field in model._meta.local_concrete_fields]
    for batch in batches(model, using=using):
        for row in batch:
            digest.update(json.dumps([as_word(getattr(row, name)) for name in names]).encode())
        count += len(batch)
    return count, digest.hexdigest()


def as_word(value: object) -> str:
    """The same for the same value, whichever database gave it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return json.dumps(value, sort_keys=True, default=repr)
