"""A line of the log is one line, and holds nothing that somebody typed."""

import json
import logging
import sys

import pytest

from forum.instruments.logs import JSONFormatter, TextFormatter

HOSTILE = ["/a\nERROR forged", "/a\r\n", "/a\x1b[31m", "/a\x00", "/a\u2028b", "/a\x85b", "/a\u202eb", "/\ud800"]
FORMATTERS = [TextFormatter(), JSONFormatter()]


def record(message="Said.", *arguments, fault=None, **fields):
    made = logging.LogRecord(
        "forum.tests", logging.WARNING, __file__, 1, message, arguments, (type(fault), fault, None) if fault else None
    )
    made.__dict__.update(fields)
    return made


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["text", "json"])
@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_nothing_that_is_logged_makes_a_line_of_its_own_or_moves_the_cursor(formatter, path):
    line = formatter.format(record("Not found: %s", path))

    assert line.isprintable()
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("path", ["/\n[x]: forged", "/%0Aforged", "/caf\xc3\xa9"])
def test_a_path_is_logged_as_one_line_and_without_its_question(ask, logged, settings, path):
    settings.LOG_REQUESTS = True
    text, objects = logged(TextFormatter()), logged(JSONFormatter())

    ask(path, application=lambda environ, start: start("404 Not Found", []) or [b""], QUERY_STRING="q=secret+thought")

    assert len(text.getvalue().splitlines()) == len(objects.getvalue().splitlines()) == 1
    assert json.loads(objects.getvalue())["path"] == path.encode("latin-1").decode()
    assert "secret" not in text.getvalue() + objects.getvalue()


def test_an_object_says_when_where_what_and_in_which_request(ask, logged):
    stream = logged(JSONFormatter())

    def application(environ, start_response):
        try:
            {}["nothing"]
        except KeyError:
            logging.getLogger("forum.tests").exception("Lost: %d.", 7)
        start_response("200 OK", [])
        return [b""]

    _, headers, _ = ask("/posts/1/", application=application)
    line = json.loads(stream.getvalue())

    assert line.pop("time").endswith("Z")
    assert line.pop("exception").splitlines()[-1] == "builtins.KeyError: 'nothing'"
    assert line == {
        "level": "error",
        "logger": "forum.tests",
        "message": "Lost: 7.",
        "request_id": headers["X-Request-ID"],
        "method": "GET",
        "path": "/posts/1/",
    }


def test_djangos_own_lines_have_the_status(ask, logged, db):
    stream = logged(JSONFormatter())
    ask("/nothing/here")
    assert json.loads(stream.getvalue())["status"] == 404


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["text", "json"])
def test_of_what_a_fault_says_only_the_first_line_is_kept(formatter):
    fault = ValueError("value too long\nDETAIL:  Failing row contains (7, a private thought).")
    fault.__cause__ = LookupError("first\nand a secret")

    line = formatter.format(record("Failed.", fault=fault))

    assert "value too long" in line
    assert "LookupError: first" in line
    assert "private" not in line
    assert "secret" not in line


def test_a_traceback_is_indented_so_that_no_line_of_it_is_taken_for_another():
    def fail():
        raise RuntimeError("boom\u20282026-11-23 ERROR forged")

    try:
        fail()
    except RuntimeError as fault:
        made = record("Failed.", fault=fault)
        made.exc_info = sys.exc_info()
    first, *rest = TextFormatter().format(made).splitlines()

    assert first.endswith("WARNING forum.tests [-]: Failed.")
    assert len(rest) > 2
    assert all(line.startswith("    ") for line in rest)
