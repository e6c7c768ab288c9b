"""Statements to the database: counted for the request, timed, and logged when they are slow."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any

from django.conf import settings

from forum.instruments.record import CURRENT

LONGEST = 2_000  # characters of a statement that is logged; a tree's new numbers come by the hundred
OURS = tuple(str(Path(settings.BASE_DIR) / room) + "/" for room in ("accounts", "forum"))
BETWEEN = tuple(
    str(Path(settings.BASE_DIR) / "forum" / part) for part in ("instruments", "kit/compiled.py", "kit/fair_sqlite3")
)

logger = logging.getLogger(__name__)


def watch(*, connection: Any, **signal: Any) -> None:
    """Measure what a new connection is asked, if anybody wants to know. Else it costs nothing."""
    wanted = settings.SLOW_QUERY_MS or settings.LOG_REQUESTS or settings.METRICS_TOKEN or settings.DEBUG
    if wanted and measured not in connection.execute_wrappers:
        connection.execute_wrappers.append(measured)


def measured(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
    begun = perf_counter()
    failed = True
    try:
        answer = execute(sql, parameters, many, context)
        failed = False
    finally:
        note(sql, perf_counter() - begun, failed=failed)
    return answer


def note(sql: str, seconds: float, *, failed: bool = False) -> None:
    """On SQLite these are the seconds until the first row: it finds the others as they are taken."""
    if record := CURRENT.get():
        record.queries += 1
        record.query_seconds += seconds
        record.query_errors += failed
    if settings.SLOW_QUERY_MS and seconds * 1000 >= settings.SLOW_QUERY_MS:
        fields = {"ms": round(seconds * 1000), "sql": str(sql)[:LONGEST], "place": place()}
        logger.warning(
            "Slow query: %d ms at %s: %s", fields["ms"], fields["place"], fields["sql"], extra={"fields": fields}
        )


def place() -> str:
    """The innermost line of our own code that wanted this; "-" where there is none, as for a session."""
    # inspect.stack() reads every file on the way, which takes 20 ms.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame:
        name = frame.f_code.co_filename
        if name.startswith(OURS) and not name.startswith(BETWEEN):
            return f"{name.removeprefix(f'{settings.BASE_DIR}/')}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back
    return "-"
