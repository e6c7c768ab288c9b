"""Real troubles with the database, each as a context manager: no stand-in raises what a database would raise."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import OperationalError, connection

from bench.fire.sites import free_port


@contextmanager
def elsewhere(**settings: object) -> Iterator[None]:
    """Connections go where ``settings`` say, of which OPTIONS add to those there are."""
    known = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(settings | {"OPTIONS": known["OPTIONS"] | settings.get("OPTIONS", {})})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(known)


@contextmanager
def away() -> Iterator[None]:
    with elsewhere(NAME="/nowhere/forum.sqlite3") if connection.vendor == "sqlite" else elsewhere(PORT=free_port()):
        yield


@contextmanager
def hanging() -> Iterator[None]:
    """A server that takes connections and never says a word."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        elsewhere(HOST="127.0.0.1", PORT=silent.getsockname()[1], OPTIONS={"connect_timeout": 2}),
    ):
        yield


@contextmanager
def read_only() -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        where = elsewhere(NAME=f"file:{name}?mode=ro")
    else:
        where = elsewhere(OPTIONS={"options": "-c default_transaction_read_only=on"})
    with where:
        yield


@contextmanager
def full() -> Iterator[None]:
    """On PostgreSQL the server itself says so, told by a trigger: no disk of the machine's is filled for it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            with elsewhere(OPTIONS={"init_command": f"PRAGMA max_page_count = {pages}"}):
                yield
        else:
            cursor.execute(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE disk_full; END $$;"
                "CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON posts_post EXECUTE FUNCTION no_room();"
                "CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON comments_commentbody EXECUTE FUNCTION no_room()"
            )
            try:
                yield
            finally:
                with connection.cursor() as again:
                    again.execute("DROP FUNCTION no_room CASCADE")


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else writes and does not come to an end."""
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        begin, waits = "BEGIN IMMEDIATE", elsewhere(OPTIONS={"timeout": 0.05})
    else:
        other = connection.copy()
        begin, waits = "LOCK TABLE posts_post", elsewhere(OPTIONS={"options": "-c lock_timeout=50"})
        other.set_autocommit(False)
    cursor = other.cursor()
    cursor.execute(begin)
    try:
        with waits:
            yield
    finally:
        other.rollback()
        other.close()


@contextmanager
def cut() -> Iterator[None]:
    """The server has ended the connection that we hold."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor, suppress(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])
    other.close()
    yield
