"""The database is away, full, busy or may only be read: what people are told, with what they typed given back.

The answer needs neither database nor session, and nothing has to be started again: the next request tries anew.
"""

import logging
import sqlite3
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, UnreadablePostError
from django.template.loader import render_to_string

from forum.instruments.record import current_id

logger = logging.getLogger(__name__)


class Trouble(NamedTuple):
    """``retry_after`` is in seconds; None where it takes somebody to mend it."""

    title: str
    message: str
    retry_after: int | None


AWAY = Trouble("The site cannot answer just now", "Its database is out of reach. It should be back in a moment.", 10)
BUSY = Trouble("The site is very busy", "Your turn did not come in time. It should work in a moment.", 5)
FULL = Trouble("Nothing can be saved just now", "There is no room left on the disk of the site.", None)
READ_ONLY = Trouble("Nothing can be saved just now", "The site can only be read at the moment.", None)

OF_SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_IOERR: AWAY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: AWAY,
}
OF_POSTGRESQL = {  # SQLSTATE, or how it begins
    "25006": READ_ONLY,
    "53100": FULL,
    "53": AWAY,  # too many connections, out of memory
    "08": AWAY,
    "57P": AWAY,  # it is stopping or starting
    "57014": BUSY,  # a statement took longer than it may
    "55P03": BUSY,
    "40001": BUSY,
    "40P01": BUSY,
}
# Fields in which somebody may have typed, and what to call them. All others of a form are sent again as they came.
LINES = {"title": "Title", "tags": "Tags", "note": "What changed"}
TEXTS = {"source": "Your text", "bio": "About you", "reason": "Reason", "words": "Your words"}


def trouble_of(fault: BaseException | None) -> Trouble | None:
    """What ``fault``, or one that it came from, says about the database; None when it is a fault of our own."""
    while fault is not None:
        if isinstance(fault, OperationalError | InterfaceError | InternalError) and (found := _named(fault.__cause__)):
            return found
        fault = fault.__cause__
    return None


def _named(cause: BaseException | None) -> Trouble | None:
    if isinstance(cause, sqlite3.Error):
        return OF_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)  # the other bits say more than we need
    state = getattr(cause, "sqlstate", "none")
    if state is None:  # psycopg found no server that could have named one
        return AWAY
    return next((OF_POSTGRESQL[state[:length]] for length in (5, 3, 2) if state[:length] in OF_POSTGRESQL), None)


class TroubleMiddleware:
    """The innermost one, so that no other asks the database for a session before this one knows better."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        trouble = trouble_of(exception)
        return answer(request, trouble, exception) if trouble else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler for what no view and no middleware has answered."""
    fault = sys.exception()
    trouble = trouble_of(fault)
    return answer(request, trouble, fault) if trouble else _fault_of_our_own()


def _fault_of_our_own() -> HttpResponse:
    """With nothing but the number under which the log has it: whatever else is looked up may be what went wrong."""
    return HttpResponseServerError(render_to_string("500.html", {"request_id": current_id()}))


def answer(request: HttpRequest, trouble: Trouble, fault: BaseException | None) -> HttpResponse:
    """A page, or for htmx one sentence, which a script of ours shows beside the form as it stands."""
    logger.error("%s %s: %s: %s", request.method, request.path, type(fault).__name__, str(fault).strip())
    _hang_up()
    if request.headers.get("HX-Request"):
        what_now = "Your text is still here: try again." if request.method == "POST" else "Try again."
        response = HttpResponse(f"{trouble.message} {what_now}", content_type="text/plain; charset=utf-8")
    else:
        context = {"trouble": trouble, "site_name": settings.SITE_NAME, "path": request.get_full_path()}
        response = HttpResponse(render_to_string("trouble.html", context | typed_into(request)))
    response.status_code = 503
    response["Cache-Control"] = "no-store"  # a word on it keeps PersonalMiddleware from asking who this is
    if trouble.retry_after is not None:
        response["Retry-After"] = str(trouble.retry_after)
    return response


def _hang_up() -> None:
    """The next request gets a new connection: SQLite goes on refusing to write to what it once could only read."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            try:
                connection.close()
            except DatabaseError as fault:
                logger.warning("A connection could not be closed: %s", fault)


def typed_into(request: HttpRequest) -> dict[str, Any]:
    """The form that was sent, to be sent again: what was typed to be seen, all else hidden as it was.

    Nothing when no text was typed. The token stands there as it was sent, and is judged again: a form from elsewhere
    gets no token of ours.
    """
    try:
        sent = request.POST if request.method == "POST" else None
    except (UnreadablePostError, SuspiciousOperation):
        sent = None
    if not sent or not any(sent.get(name, "").strip() for name in LINES | TEXTS):
        return {}
    return {
        "lines": [(label, name, sent[name]) for name, label in LINES.items() if name in sent],
        "texts": [(label, name, sent[name]) for name, label in TEXTS.items() if name in sent],
        "hidden": list(_others(request)),
    }


def _others(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in LINES | TEXTS and "password" not in name:
            yield from ((name, value) for value in values)
