"""One line for each request, when it is asked for: what it cost, and nothing of anybody's."""

import json

import pytest

from forum.instruments.logs import JSONFormatter
from forum.instruments.record import CURRENT
from tests.factories import make_post

pytestmark = pytest.mark.django_db(transaction=True)  # a server's requests end with a look at the connection


def lines(stream):
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line for line in found if line["logger"] == "forum.instruments.access"]


def test_it_says_who_asked_for_what_and_what_it_cost(ask, logged, settings, ann, browse):
    settings.LOG_REQUESTS = True
    stream = logged(JSONFormatter())
    session = browse(ann).cookies["sessionid"].value

    status, headers, body = ask("/drafts/", HTTP_COOKIE=f"sessionid={session}", QUERY_STRING="page=")

    (line,) = lines(stream)
    assert (line["method"], line["path"], line["status"], line["viewer"]) == ("GET", "/drafts/", status, ann.pk)
    assert line["request_id"] == headers["X-Request-ID"]
    assert line["bytes"] == len(body.encode())
    assert line["ms"] > 0
    assert {"cpu_ms", "queries"} < line.keys()
    assert "ann" not in stream.getvalue()
    assert session not in stream.getvalue()


def test_who_is_not_logged_in_is_a_stroke(ask, logged, settings, ann):
    settings.LOG_REQUESTS = True
    stream = logged(JSONFormatter())
    ask(make_post(ann).get_absolute_url())
    assert lines(stream)[0]["viewer"] == "-"


def test_an_application_that_breaks_is_logged_as_a_fault(ask, logged, settings):
    settings.LOG_REQUESTS = True
    stream = logged(JSONFormatter())

    def broken(environ, start_response):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ask("/", application=broken)

    assert lines(stream)[0]["status"] == 500
    assert CURRENT.get() is None


def test_out_of_the_box_there_is_none(ask, logged):
    stream = logged(JSONFormatter())
    ask("/healthz")
    assert lines(stream) == []
