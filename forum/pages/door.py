"""In front of Django: a thread that has not changed, for who is not logged in.

That is most of what a public site is asked, and Django's way to a view costs ten times what the answer does. Whether a
page still holds is asked of the database each time, by one small query, so it does not matter which process kept it.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connections

from forum.instruments.record import note_door
from forum.kit.compression import chosen
from forum.kit.replicas import reading_from
from forum.pages.versions import VERSIONS, digest, etag_of, house

PAGE = re.compile(r"/posts/([1-9][0-9]{0,17})/[^/]+/(?:c/[0-9]+/)?")
# As the pages ask them: an order, and all comments, or those that a stub stands for.
QUESTIONS = re.compile(r"(?:sort=(?:old|new|active))?&?(?:all|after=[0-9]{1,18}(?:&level=[0-9])?)?")
LARGEST = 2_000_000  # bytes of a page that is kept as it goes out: compressed, a thread of 20,000
KEPT_FOR = 7 * 24 * 3600  # seconds; a page that has changed is never asked for again, and goes in time
VARY = "Cookie, Accept-Encoding"

type Headers = list[tuple[str, str]]
type StartResponse = Callable[..., Any]
type Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Door:
    """A WSGI application around Django's. Pages are kept as they went out: compressed, with their headers."""

    def __init__(self, application: Application) -> None:
        self.application = application
        house()  # of the files as they are now, when Django loads them: an update may replace them before we end

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        etag = _etag(environ)
        if etag is None:
            return self.application(environ, start_response)
        if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            _note("304", environ)
            start_response("304 Not Modified", [("ETag", etag), ("Cache-Control", "no-cache"), ("Vary", VARY)])
            return []
        key = _key(environ, etag)
        if kept := caches["pages"].get(key):
            headers, body = kept
            _note("kept", environ)
            start_response("200 OK", list(headers))
            return [body]
        return self._ask(environ, start_response, etag, key)

    def _ask(self, environ: dict[str, Any], start_response: StartResponse, etag: str, key: str) -> Iterable[bytes]:
        """Django's answer; kept if it is a page for everybody, of the version that we know."""
        begun: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, *fault: Any) -> Any:
            begun[:] = [(status, headers)]
            return start_response(status, headers, *fault)

        answer = self.application(environ, start)
        status, headers = begun[0]
        named = dict(headers)
        shared = named.get("Cache-Control") == "no-cache" and "Set-Cookie" not in named
        if not (status.startswith("200") and shared and named.get("ETag") == etag):
            return answer
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", bool)()
        if len(body) <= LARGEST:
            caches["pages"].set(key, (tuple(headers), body), KEPT_FOR)
        _note("made", environ)
        return [body]


def _note(kind: str, environ: dict[str, Any]) -> None:
    """Four strokes in a thread's address, six in a branch's."""
    note_door(kind, "pages:branch" if environ["PATH_INFO"].count("/") > 4 else "pages:thread")


def _etag(environ: dict[str, Any]) -> str | None:
    """Of the page that is asked for, as everybody sees it now; None for what is Django's alone to answer."""
    if environ["REQUEST_METHOD"] != "GET" or settings.DEBUG:
        return None
    if not QUESTIONS.fullmatch(environ.get("QUERY_STRING", "")):
        return None
    page = PAGE.fullmatch(environ["PATH_INFO"])
    if page is None or _is_known(environ.get("HTTP_COOKIE", "")):
        return None
    try:
        found = VERSIONS.row(int(page[1]))
        connections[reading_from()].close_if_unusable_or_obsolete()  # no request of Django's ends here to do it
    except DatabaseError:
        return None  # Django has a page for it, and opens the connection anew
    return etag_of(environ, uid=found[0], version=found[1]) if found else None


def _is_known(cookies: str) -> bool:
    """Whether somebody is logged in, or a message waits for them; the token of a form they once saw is neither."""
    return settings.SESSION_COOKIE_NAME in cookies or "messages" in cookies


def _key(environ: dict[str, Any], etag: str) -> str:
    """A page in the form that is asked for. Host and scheme too: Django answers some of them with a refusal."""
    asked = [str(environ.get(name, "")) for name in ("HTTP_HOST", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO")]
    return digest(etag, *asked, chosen(environ.get("HTTP_ACCEPT_ENCODING", "")))
