import pytest
from django.db import DatabaseError, connection


@pytest.fixture
def database_away(monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError("could not connect to db.internal as forum")

    monkeypatch.setattr(connection, "cursor", refuse)


def test_a_living_process_says_so_without_the_database(client, database_away):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")


@pytest.mark.django_db
def test_a_site_whose_database_answers_is_ready(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")
    assert "no-store" in answer["Cache-Control"]


def test_a_site_without_its_database_is_not_ready_and_tells_nothing_of_it(client, database_away):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: the database does not answer\n")


@pytest.mark.django_db
def test_a_site_with_a_migration_to_apply_is_not_ready(client):
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    (newest,) = executor.loader.graph.leaf_nodes("posts")
    executor.recorder.record_unapplied(*newest)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: migrations are not applied\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_machines_may_ask_over_plain_http(client, settings, database_away, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code != 301
    assert client.get("/accounts/login/").status_code == 301


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nobody_posts_there(client, path):
    assert client.post(path).status_code == 405
