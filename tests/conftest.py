from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as profiles

from accounts.models import User
from forum.markup import pool
from tests.factories import make_moderator, make_person
from tests.reach import _no_database_by_the_back_door, pytest_collection_modifyitems  # noqa: F401

# Tests must depend neither on how busy the machine is nor on what is drawn.
profiles.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
profiles.load_profile("house")


@pytest.fixture(autouse=True, scope="session")
def _few_rows_go_one_by_one():
    """After a test that commits. To truncate fifty tables took PostgreSQL 0.2 s each time: each gets a new file.

    Numbers go on where they were.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            DatabaseOperations,
            "sql_flush",
            lambda self, style, tables, **options: [
                # For whoever still writes, as TRUNCATE would.
                f"LOCK TABLE {', '.join(map(self.quote_name, tables))} IN ACCESS EXCLUSIVE MODE",
                *(f"DELETE FROM {self.quote_name(table)}" for table in tables),
            ],
        )
        yield


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch):
    """What is counted by the minute of the clock must not begin anew in the midst of a test."""
    monkeypatch.setattr("forum.kit.http.time", SimpleNamespace(time=lambda: 0.0))


@pytest.fixture(autouse=True)
def _texts_may_wait(monkeypatch):
    """What a text may take of the CPU stays bounded; when it gets it depends on what else the machine does."""
    for name in ("SAVING", "PREVIEW"):
        monkeypatch.setattr(pool, name, replace(getattr(pool, name), wall=300, wait=300))


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Rate limits and pages of one test must not reach the next."""
    for name in settings.CACHES:
        caches[name].clear()


@pytest.fixture
def ann(db) -> User:
    """Writes."""
    return make_person("ann", display_name="Ann Author")


@pytest.fixture
def ben(db) -> User:
    """Answers."""
    return make_person("ben", display_name="Ben Reader")


@pytest.fixture
def mo(db) -> User:
    """Moderates."""
    return make_moderator("mo", display_name="Mo Moderator")


@pytest.fixture
def zoe(db) -> User:
    """Is a stranger to all of it."""
    return make_person("zoe")


@pytest.fixture
def act(django_capture_on_commit_callbacks):
    """``act(service, …)`` is the act with all that follows its commit."""

    def acted(service, **arguments):
        with django_capture_on_commit_callbacks(execute=True):
            return service(**arguments)

    return acted


@pytest.fixture
def browse():
    """``browse(ann)`` is a client logged in as ann; ``browse()`` an anonymous one."""

    def client_of(person: User | None = None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person)
        return client

    return client_of
