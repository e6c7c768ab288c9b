"""In front of everything: takes in the body of a request, within bounds, before anybody works on it.

The server hands a body on as fast as it comes, to one of the few threads that make pages, and has no limit of its own:
a client that sends half a form and then nothing holds that thread until it hangs up. To read in another thread that
could be given up is no way out: with granian 2.8 the whole server stood still as soon as such a request was answered.
So at most half of the threads read bodies at a time, and the others go on to answer who reads.
"""

import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

PATIENCE = 0.5  # seconds to wait for leave to read; a whole form from a proxy is read in less than a millisecond

type StartResponse = Callable[..., Any]
type Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Intake:
    """A WSGI application around another one, which gets bodies that are there whole, of at most ``largest`` bytes."""

    def __init__(self, application: Application, *, largest: int, threads: int) -> None:
        self.application = application
        self.largest = largest
        self.readers = threading.BoundedSemaphore(max(1, threads // 2))

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        chunked = "HTTP_TRANSFER_ENCODING" in environ  # its length is not known before it is read
        length = None if chunked else int(environ.get("CONTENT_LENGTH") or 0)
        if length == 0:
            return self.application(environ, start_response)
        if length is not None and length > self.largest:
            return self._too_large(start_response)
        if not self.readers.acquire(timeout=PATIENCE):
            sentence = "Too many are sending at once, and slowly. Nothing was saved. Go back and send it again."
            return _refuse(start_response, "503 Service Unavailable", sentence, ("Retry-After", "10"))
        try:
            body = environ["wsgi.input"].read(self.largest + 1)
        finally:
            self.readers.release()
        if len(body) > self.largest:
            return self._too_large(start_response)
        if length not in {None, len(body)}:  # hung up on: half a text must not be taken for the whole
            return _refuse(start_response, "400 Bad Request", "The text did not arrive whole. Nothing was saved.")
        return self.application(
            environ | {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}, start_response
        )

    def _too_large(self, start_response: StartResponse) -> Iterable[bytes]:
        sentence = (
            f"That is more than the {self.largest:,} bytes a form may have. Nothing was saved. Send less at once."
        )
        return _refuse(start_response, "413 Content Too Large", sentence)


def _refuse(start_response: StartResponse, status: str, sentence: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    """In plain words, which fault.js shows beside a form. The connection ends: the body may still be on its way."""
    plain = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), ("Connection", "close")]
    start_response(status, [*plain, *headers])
    return [f"{sentence}\n".encode()]
