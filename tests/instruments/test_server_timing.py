import re

import pytest
from django.db import connection

from forum.instruments.database import measured
from forum.instruments.record import note_rendering


def working(environ, start_response):
    with connection.execute_wrapper(measured), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT 2")
    note_rendering(0.25, cpu=0.125, outcome="rendered")
    start_response("200 OK", [])
    return [b""]


@pytest.mark.django_db
def test_a_browsers_tools_are_told_where_the_time_went(ask, settings):
    settings.DEBUG = True
    said = ask("/", application=working)[1]["Server-Timing"]
    assert re.fullmatch(
        r'total;dur=\d+\.\d, db;dur=\d+\.\d;desc="2 queries", render;dur=250\.0;desc="1 texts"', said
    ), said


@pytest.mark.django_db
def test_nobody_else_is(ask):
    assert "Server-Timing" not in ask("/", application=working)[1]
