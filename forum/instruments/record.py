"""What is known of the request that is being answered, in the thread that answers it.

Whoever does something worth counting notes it here; who counts, and writes it down, stands in ``front``. Nothing here
needs Django or a database, since the children that render import it too.
"""

import re
import time
from collections.abc import Mapping
from contextvars import ContextVar
from random import getrandbits
from typing import Any, NamedTuple

WELL_FORMED = re.compile(r"[0-9A-Za-z._=:-]{8,128}")
LONGEST_PATH = 500  # characters of a path that is logged


class Rendering(NamedTuple):
    """One text."""

    seconds: float  # waiting for a child included
    cpu: float  # seconds
    outcome: str  # "rendered", "as_typed", or "busy" when no child was free in time


class Record:
    """One request. What is not noted has its default in the class, so that a record costs half a microsecond."""

    route = ""  # the name of the address, as in ``reverse``; "" when there is none
    viewer: int | None = None
    status = "500"  # and what follows it, as WSGI has it
    size = 0  # bytes of the answer's body
    door = ""  # how pages.door answered: "304", "kept" or "made"; "" when it did not
    refusal = ""
    queries = 0
    query_seconds = 0.0
    query_errors = 0
    renderings: tuple["Rendering", ...] = ()
    lost_children = 0
    cpu_begun = 0.0  # seconds of CPU of this thread; 0 when nobody asks

    def __init__(self, environ: Mapping[str, Any], *, believe_proxy: bool = False) -> None:
        self.begun = time.perf_counter()
        self.environ = environ
        given = environ.get("HTTP_X_REQUEST_ID", "") if believe_proxy else ""
        # It names a line of the log and protects nothing. A random number takes a tenth of the time of a UUID.
        self.id: str = given if given and WELL_FORMED.fullmatch(given) else f"{getrandbits(64):016x}"

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        """Without the query string, in which people's words stand."""
        path: str = self.environ["PATH_INFO"][:LONGEST_PATH]
        return path.encode("latin-1", "replace").decode("utf-8", "replace")

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.begun


CURRENT: ContextVar[Record | None] = ContextVar("record", default=None)


def current_id() -> str:
    """Of the request that is being answered; "" outside of one."""
    record = CURRENT.get()
    return record.id if record else ""


def note_refusal(code: str) -> None:
    if record := CURRENT.get():
        record.refusal = code


def note_door(kind: str, route: str) -> None:
    if record := CURRENT.get():
        record.door, record.route = kind, route


def note_rendering(seconds: float, *, cpu: float, outcome: str) -> None:
    if record := CURRENT.get():
        record.renderings += (Rendering(seconds, cpu, outcome),)


def note_lost_child() -> None:
    if record := CURRENT.get():
        record.lost_children += 1
