"""Which tests reach the database, and so run on every one (bin/test); the others run once.

A test counts when pytest-django opens the database for it. One that does not count cannot reach it all the same, on
any database: pytest-django refuses it in this process, and the fixture below keeps it from those it starts.
"""

import pytest

DOORS = {"db", "transactional_db", "live_server"}  # fixtures, any of which may be asked for by another fixture
NOWHERE = "postgres://nobody@127.0.0.1:9/nothing"  # nobody listens at the port for what is thrown away


def reaches_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or DOORS & set(getattr(item, "fixturenames", ())))


@pytest.hookimpl(tryfirst=True)  # before -m is obeyed
def pytest_collection_modifyitems(items):
    for item in items:
        if reaches_database(item):
            item.add_marker("database")


@pytest.fixture(autouse=True)
def _no_database_by_the_back_door(request, monkeypatch):
    counted = request.node.get_closest_marker("database")
    if not counted:
        monkeypatch.setenv("DATABASE_URL", NOWHERE)
    yield
    if not counted and "django_db_setup" in request.fixturenames:
        pytest.fail("This test reached the database without a fixture that says so: it would run on one only.")
