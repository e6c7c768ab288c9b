"""Around everything that answers: each request gets its record, its id and, where somebody asks, its accounts."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from forum.instruments import access
from forum.instruments.record import CURRENT, Record

type Watcher = Callable[[Record], None]
type StartResponse = Callable[..., Any]
type Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def watchers() -> list[Watcher]:
    """Whom the settings want to be told of each request that was answered."""
    found: list[Watcher] = []
    if settings.LOG_REQUESTS and access.logger.isEnabledFor(logging.INFO):
        found.append(access.log)
    if settings.METRICS_TOKEN:
        from forum.instruments import metrics  # noqa: PLC0415 - it counts from its import on

        metrics.start()
        found.append(metrics.count)
    return found


class Instruments:
    """A WSGI application around the site's own. With no watchers it costs about a microsecond."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.watchers = watchers()
        self.believes_proxy = settings.PROXIES > 0
        self.tells_browser = settings.DEBUG

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        record = Record(environ, believe_proxy=self.believes_proxy)
        if self.watchers:
            record.cpu_begun = time.thread_time()
        CURRENT.set(record)

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            record.status = status
            named = [*headers, ("X-Request-ID", record.id)]
            if self.tells_browser:
                named.append(("Server-Timing", timing(record)))
            return start_response(status, named, *fault)

        try:
            answer = self.application(environ, start)
        except BaseException:
            self.finish(record)
            raise
        if not isinstance(answer, list):
            return Watched(answer, record, self.finish)
        if self.watchers:
            record.size = sum(map(len, answer))
        self.finish(record)
        return answer

    def finish(self, record: Record) -> None:
        for watcher in self.watchers:
            watcher(record)
        CURRENT.set(None)


def timing(record: Record) -> str:
    """For the developer tools of a browser; in milliseconds, until the headers go out."""
    parts = {
        "total": (record.seconds, ""),
        "db": (record.query_seconds, f"{record.queries} queries"),
        "render": (sum(text.seconds for text in record.renderings), f"{len(record.renderings)} texts"),
    }
    return ", ".join(
        f"{name};dur={seconds * 1000:.1f}" + (f';desc="{words}"' if words else "")
        for name, (seconds, words) in parts.items()
    )


class Watched:
    """An answer that the server takes piece by piece. It ends when the server closes it."""

    def __init__(self, answer: Iterable[bytes], record: Record, finish: Watcher) -> None:
        self.answer = answer
        self.record = record
        self.finish = finish

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.answer:
            self.record.size += len(piece)
            yield piece

    def close(self) -> None:
        try:
            getattr(self.answer, "close", bool)()
        finally:
            self.finish(self.record)


class ViewMiddleware:
    """Notes what only Django knows of a request: the name of its address, and who asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if record := CURRENT.get():
            # What AuthenticationMiddleware has found, if anybody wanted to know: to look now would be a query.
            record.viewer = getattr(getattr(request, "_cached_user", None), "pk", None)
        return response

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        if (record := CURRENT.get()) and request.resolver_match:
            record.route = request.resolver_match.view_name
