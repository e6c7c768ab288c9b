"""Django's SQLite backend, with writers that stand in line.

SQLite's own writers do not: one that finds the file locked sleeps and looks again, up to 100 ms later, and whoever
comes just then goes first. With eight threads that write, the slowest took 0.9 s for what took the others 20 ms
(docs/decisions/0010-writers-stand-in-line.md). Here the threads of one process take turns (turns.py), from BEGIN to
COMMIT or ROLLBACK. Readers do not stand in line. Other processes are waited for as before.
"""

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from forum.kit.fair_sqlite3.turns import Turns, turns_at

READS = re.compile(r"\s*(?:SELECT|PRAGMA|EXPLAIN|VALUES)\b", re.IGNORECASE)
DEFAULT_TIMEOUT = 5.0  # seconds; Python's own for SQLite


class DatabaseWrapper(base.DatabaseWrapper):
    """``OPTIONS["timeout"]`` is how long a writer waits for its turn, and then as long again for other processes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turns: Turns | None = None  # at the file that is open
        self._in_turn = False
        self.execute_wrappers.append(self._stand_in_line)

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        self._turns = None if self.is_in_memory_db() else turns_at(str(self.settings_dict["NAME"]))
        return super().get_new_connection(conn_params)

    def _stand_in_line(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """Around every statement: who begins a transaction, or writes outside one, waits for their turn first."""
        if self._in_turn or self._turns is None or READS.match(sql):
            return execute(sql, params, many, context)
        timeout = self.settings_dict["OPTIONS"].get("timeout", DEFAULT_TIMEOUT)
        if not self._turns.take(self, timeout=timeout):
            locked = sqlite3.OperationalError("database is locked")  # SQLite's words
            locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise OperationalError(*locked.args) from locked
        self._in_turn = True
        try:
            return execute(sql, params, many, context)
        finally:
            self._end_turn()

    def _end_turn(self, *, at_once: bool = False) -> None:
        """Unless a transaction is still open. A full disk may have ended it without anybody's ROLLBACK."""
        if self._in_turn and (at_once or self.connection is None or not self.connection.in_transaction):
            self._in_turn = False
            if self._turns is not None:
                self._turns.give(self)

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self._end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._end_turn(at_once=True)
