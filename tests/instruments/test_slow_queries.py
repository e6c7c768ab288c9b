"""A statement that takes long is logged: what it was, how long it took, who asked, and no parameter."""

import json

import pytest
from django.db import DatabaseError, connection
from django.test import override_settings

from accounts.models import User
from forum.comments.queries import miscounted
from forum.instruments.database import measured, watch
from forum.instruments.logs import JSONFormatter, TextFormatter
from forum.instruments.record import CURRENT, Record
from forum.pages.door import Door
from forum.pages.versions import VERSIONS
from tests.factories import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(settings, logged):
    """Every statement is: the log from then on."""
    settings.SLOW_QUERY_MS = 1e-6
    stream = logged(JSONFormatter())
    with connection.execute_wrapper(measured):
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def noted():
    """The record of a request, and connections that note in it."""
    record = Record({"REQUEST_METHOD": "GET", "PATH_INFO": "/"})
    token = CURRENT.set(record)
    with connection.execute_wrapper(measured):
        yield record
    CURRENT.reset(token)


def test_it_is_logged_without_what_was_asked_for(slow):
    list(User.objects.filter(email="secret@example.org"))

    (line,) = slow()
    assert line["message"].startswith("Slow query: ")
    assert 'FROM "accounts_user"' in line["sql"]
    assert line["ms"] >= 0
    assert "secret" not in json.dumps(line)


def test_it_names_the_line_of_ours_that_asked(slow, ann):
    ask_of_all_posts = miscounted()
    list(ask_of_all_posts)
    assert slow()[-1]["place"].startswith("forum/comments/queries.py:")
    assert slow()[-1]["place"].endswith(" miscounted")


def test_the_doors_own_statement_is_the_doors(slow, ask, ann):
    ask(make_post(ann).get_absolute_url(), application=Door(lambda environ, start: start("200 OK", []) or [b""]))
    assert slow()[-1]["place"].endswith(" _etag")


def test_a_long_one_is_cut(slow):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 -- {'x' * 3_000}")
    assert len(slow()[-1]["sql"]) == 2_000


def test_a_quick_one_is_not_logged(settings, logged):
    settings.SLOW_QUERY_MS = 3_600_000
    stream = logged(TextFormatter())
    with connection.execute_wrapper(measured):
        list(User.objects.all())
    assert stream.getvalue() == ""


def test_statements_and_failures_are_counted_for_the_request(noted):
    list(User.objects.all())
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT nonsense FROM nowhere")

    assert (noted.queries, noted.query_errors) == (2, 1)
    assert noted.query_seconds > 0


def test_the_one_query_of_the_door_is_counted_too(noted):
    VERSIONS.row(1)
    assert noted.queries == 1


@pytest.mark.parametrize(
    "wanted", [{"SLOW_QUERY_MS": 200}, {"LOG_REQUESTS": True}, {"METRICS_TOKEN": "t" * 20}, {"DEBUG": True}]
)
def test_a_connection_is_measured_once_and_only_when_somebody_wants_to_know(wanted):
    class Connection:
        execute_wrappers: list = []

    with override_settings(SLOW_QUERY_MS=0, LOG_REQUESTS=False, METRICS_TOKEN="", DEBUG=False):
        watch(connection=Connection)
        assert Connection.execute_wrappers == []
        with override_settings(**wanted):
            watch(connection=Connection)
            watch(connection=Connection)
        assert Connection.execute_wrappers == [measured]
    Connection.execute_wrappers.clear()


def test_a_new_connection_is_seen(settings):
    from django.db.backends.signals import connection_created

    assert any("forum.instruments.database.watch" in str(receiver[0]) for receiver in connection_created.receivers)
