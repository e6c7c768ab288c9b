import io
import logging
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler

from forum.instruments.front import Instruments
from forum.instruments.logs import RequestFilter


@pytest.fixture
def logged():
    """``logged(formatter)`` is what the house writes from then on, as one text."""
    root, level, handlers = logging.getLogger(), logging.getLogger().level, []
    django, django_level = logging.getLogger("django"), logging.getLogger("django").level

    def to(formatter: logging.Formatter) -> io.StringIO:
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(formatter)
        handler.addFilter(RequestFilter())
        handlers.append(handler)
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        django.setLevel(logging.INFO)
        return handler.stream

    yield to
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(level)
    django.setLevel(django_level)


@pytest.fixture
def ask():
    """``ask(path)`` is what the server would send: status, headers and body."""

    def answer(path, *, application=None, **environ):
        everything = {"PATH_INFO": path, "QUERY_STRING": "", "REQUEST_METHOD": "GET", "HTTP_HOST": "testserver"}
        everything |= environ
        setup_testing_defaults(everything)
        begun = []
        front = Instruments(application or WSGIHandler())
        found = front(everything, lambda status, headers, *_: begun.append((status, dict(headers))))
        try:
            body = b"".join(found)
        finally:
            getattr(found, "close", bool)()
        status, headers = begun[-1]
        return int(status[:3]), headers, body.decode()

    return answer
