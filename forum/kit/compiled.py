from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from threading import Lock
from time import perf_counter
from typing import Any

from django.db import connection, connections
from django.db.models import QuerySet

from forum.instruments.database import measured, note
from forum.kit.replicas import reading_from


class Compiled:
    """A query of one parameter whose SQL is made once: to make it costs more than to read a hundred rows.

    ``query`` gives the queryset for any value, with ``values_list``. Its rows come as the database gives them: nothing
    may be selected that Django would have to convert (on SQLite those are times and booleans).
    """

    def __init__(self, query: Callable[[int], QuerySet[Any, Any]]) -> None:
        self.query = query

    @cached_property
    def sql(self) -> str:
        sql, parameters = self.query(0).query.sql_with_params()
        if parameters != (0,):
            raise ValueError(f"a compiled query has one parameter, not {parameters}")
        return sql

    @cached_property
    def turn(self) -> AbstractContextManager[Any]:
        """One thread at a time in SQLite, which lets go of the interpreter several times within microseconds.

        With four threads in it at once they mostly woke each other, and a process answered half as often.
        """
        return Lock() if connection.vendor == "sqlite" else nullcontext()

    @cached_property
    def native_sql(self) -> str:
        return self.sql.replace("%s", "?") if connection.vendor == "sqlite" else self.sql

    def rows(self, value: int) -> list[tuple[Any, ...]]:
        with connections[reading_from()].cursor() as cursor:
            cursor.execute(self.sql, (value,))
            return cursor.fetchall()

    def row(self, value: int) -> tuple[Any, ...] | None:
        """The first row, past Django's cursor, which takes three times as long as SQLite; not in its log."""
        database = connections[reading_from()]
        database.ensure_connection()
        begun = perf_counter()
        with self.turn, database.wrap_database_errors:
            row: tuple[Any, ...] | None = database.connection.execute(self.native_sql, (value,)).fetchone()
        if measured in database.execute_wrappers:
            note(self.sql, perf_counter() - begun)
        return row
