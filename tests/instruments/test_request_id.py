"""Every request has an id: in its answer's header, in each line of the log, on the page of a fault."""

import logging
import re

import pytest

from forum.instruments.logs import TextFormatter
from forum.instruments.record import CURRENT, current_id
from forum.markup.child import Child
from forum.markup.pool import SAVING, Pool

GIVEN = "0123456789abcdef-of-the-proxy"
MADE = re.compile(r"[0-9a-f]{16}")


def plain(environ, start_response):
    logging.getLogger("forum.tests").warning("In the middle of it.")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [current_id().encode()]


def test_it_is_the_same_in_the_header_and_inside_and_new_each_time(ask):
    answers = [ask("/", application=plain) for _ in range(3)]

    assert all(headers["X-Request-ID"] == body and MADE.fullmatch(body) for _, headers, body in answers)
    assert len({body for _, _, body in answers}) == 3


def test_outside_of_a_request_there_is_none(ask):
    ask("/", application=plain)
    assert current_id() == ""


def test_a_proxy_of_our_own_may_give_it(ask, settings):
    settings.PROXIES = 1
    assert ask("/", application=plain, HTTP_X_REQUEST_ID=GIVEN)[2] == GIVEN


def test_without_a_proxy_nobody_may(ask, settings):
    settings.PROXIES = 0
    assert MADE.fullmatch(ask("/", application=plain, HTTP_X_REQUEST_ID=GIVEN)[2])


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 129, "two words", "12345678\n", "12345678\nx", "١٢٣٤٥٦٧٨", "1234567<"]
)
def test_one_that_is_not_well_formed_is_replaced(ask, settings, given):
    settings.PROXIES = 1
    assert MADE.fullmatch(ask("/", application=plain, HTTP_X_REQUEST_ID=given)[2])


def test_a_line_that_is_logged_meanwhile_has_it(ask, logged):
    stream = logged(TextFormatter())

    _, headers, _ = ask("/", application=plain)
    logging.getLogger("forum.tests").warning("Afterwards.")

    assert f"forum.tests [{headers['X-Request-ID']}]: In the middle of it." in stream.getvalue()
    assert "forum.tests [-]: Afterwards." in stream.getvalue()


def test_a_streamed_answer_has_it_until_its_end(ask, logged):
    stream = logged(TextFormatter())

    def streaming(environ, start_response):
        start_response("200 OK", [])
        yield b"a"
        logging.getLogger("forum.tests").warning("Between two pieces.")
        yield b"b"

    _, headers, body = ask("/", application=streaming)

    assert body == "ab"
    assert f"[{headers['X-Request-ID']}]: Between two pieces." in stream.getvalue()
    assert CURRENT.get() is None


@pytest.mark.django_db(transaction=True)  # a server's requests end with a look at the connection
def test_the_page_of_a_fault_names_it_and_so_does_its_traceback(ask, logged, monkeypatch):
    from forum.pages import health

    stream = logged(TextFormatter())
    monkeypatch.setattr(health.questions, "ask", lambda: 1 / 0)

    status, headers, body = ask("/readyz")

    assert status == 500
    assert f"<code>{headers['X-Request-ID']}</code>" in body
    line = next(line for line in stream.getvalue().splitlines() if "ERROR django.request" in line)
    assert f"[{headers['X-Request-ID']}]" in line
    assert "builtins.ZeroDivisionError: division by zero" in stream.getvalue()


def test_what_a_child_that_renders_logs_has_it(ask, logged, monkeypatch):
    stream = logged(TextFormatter())
    answer = {"html": "", "version": 1, "refused": "", "people": [], "titles": [], "cpu": 0.0, "notes": ["A note."]}
    monkeypatch.setattr(Child, "__init__", lambda self: None)
    monkeypatch.setattr(Child, "ask", lambda self, question, *, wall: answer)
    monkeypatch.setattr(Child, "is_worn", False)

    def rendering(environ, start_response):
        Pool(1).render("Text.", key="c1", source_format="markdown", limits=SAVING)
        return plain(environ, start_response)

    _, headers, _ = ask("/", application=rendering)

    assert f"forum.markup.pool [{headers['X-Request-ID']}]: From a child: A note." in stream.getvalue()
