"""Reading from replicas of the database, without anybody noticing.

A request is given one database to read from before anything else looks at it: a replica for one that only reads, else
the primary. The first write of a request takes it to the primary for good. Whoever has written carries the place where
that write ended in a cookie, and reads from a replica again once it shows that place.
"""

import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import connections, models

from forum.kit.positions import PRIMARY, Positions, position_of

# Who somebody is and what they may: a log-out, a new password and a suspension hold at once, in every process.
IDENTITY = frozenset({"accounts", "account", "mfa", "socialaccount", "sessions", "auth"})
TRUTH_ONLY = ("/admin/", "/accounts/", "/healthz", "/readyz")

COOKIE = "written"
KEPT_FOR = 120  # seconds; twice the lag that may be set, so no replica in use is ever behind a place that is forgotten
WRITTEN = re.compile(rf"(?:^|[;\s]){COOKIE}=([0-9a-f]{{1,16}})(?=;|$)")
UNKNOWN = 2**63 - 1  # no replica ever gets there: for who wrote as the primary went away

type StartResponse = Callable[..., Any]
type Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


@dataclass(slots=True)
class Choice:
    """Where the request at hand reads."""

    alias: str
    asked: bool = False  # whether anything was read there
    wrote: bool = False


_choice: ContextVar[Choice | None] = ContextVar("choice", default=None)


def reading_from() -> str:
    """The alias of the database that the request at hand reads from; outside of requests the primary."""
    choice = _choice.get()
    if choice is None:
        return PRIMARY
    if connections[PRIMARY].in_atomic_block:
        choice.alias = PRIMARY  # for good: older rows after newer ones would contradict them
    choice.asked = True
    return choice.alias


class Router:
    """Django's questions, answered by the request's choice."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return PRIMARY if model._meta.app_label in IDENTITY else reading_from()

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        """Locks count as writes: ``select_for_update`` asks here too."""
        if choice := _choice.get():
            choice.alias, choice.wrote = PRIMARY, True
        return PRIMARY

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True  # the databases are copies of one

    def allow_migrate(self, alias: str, app_label: str, **hints: Any) -> bool:
        return alias == PRIMARY


class Reading:
    """A WSGI application around the whole site, which gives each request its database."""

    def __init__(self, application: Application, positions: Positions) -> None:
        self.application = application
        self.positions = positions

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        for alias in self._candidates(environ):
            answer = self._attempt(environ, start_response, alias)
            if answer is not None:
                return answer
        return self._attempt(environ, start_response, PRIMARY) or []

    def _candidates(self, environ: dict[str, Any]) -> list[str]:
        """The replicas that may answer. One reader begins at the same one each time, and so never goes back in time."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ["PATH_INFO"].startswith(TRUTH_ONLY):
            return []
        written = max((int(place, 16) for place in WRITTEN.findall(environ.get("HTTP_COOKIE", ""))), default=0)
        usable = self.positions.usable(at_least=written)
        reader = str(environ.get("HTTP_X_FORWARDED_FOR") or environ.get("REMOTE_ADDR", ""))
        return sorted(usable, key=lambda alias: crc32(f"{alias} {reader}".encode(errors="replace")))

    def _attempt(self, environ: dict[str, Any], start_response: StartResponse, alias: str) -> Iterable[bytes] | None:
        """The answer, with ``alias`` to read from. None when a replica could not give it, and nothing was sent."""
        begun: list[tuple[Any, ...]] = []
        choice = Choice(alias)
        token = _choice.set(choice)
        try:
            answer = self.application(dict(environ), lambda *words: begun.append(words))
        finally:
            _choice.reset(token)
        status, headers, *fault = begun[-1]
        if alias != PRIMARY and self._is_to_be_asked_again(status, alias, choice):
            getattr(answer, "close", bool)()
            return None
        if choice.wrote:
            headers = [*headers, ("Set-Cookie", _cookie())]
        start_response(status, headers, *fault)
        return answer

    def _is_to_be_asked_again(self, status: str, alias: str, choice: Choice) -> bool:
        """Whether the replica failed, or knows nothing of what somebody was told about a moment ago.

        Never after a write: it would be done twice.
        """
        if choice.wrote:
            return False
        if status.startswith("5") and connections[alias].errors_occurred:
            self.positions.leave_out(alias)
            return True
        return status.startswith("404") and choice.asked


def _cookie() -> str:
    position = position_of(PRIMARY)
    secure = "; Secure" if settings.SESSION_COOKIE_SECURE else ""
    place = UNKNOWN if position is None else position
    return f"{COOKIE}={place:x}; Max-Age={KEPT_FOR}; Path=/; HttpOnly; SameSite=Lax{secure}"
