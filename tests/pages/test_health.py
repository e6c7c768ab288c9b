import threading

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from forum.pages import health
from tests import troubles

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_living_process_says_so_without_the_database(client, ann):
    client.force_login(ann)
    with troubles.away():
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")


def test_a_site_whose_database_answers_is_ready(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")
    assert "no-store" in answer["Cache-Control"]


def test_a_site_without_its_database_is_not_ready_and_tells_nothing_of_it(client, ann):
    client.force_login(ann)
    with troubles.away():
        answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: the database does not answer\n")
    assert client.get("/readyz").status_code == 200


def test_a_database_that_hangs_holds_nobody_and_is_asked_once(client, monkeypatch):
    go_on, asked = threading.Event(), []

    def hang():
        asked.append(1)
        go_on.wait(60)
        return ""

    monkeypatch.setattr(health, "_trouble", hang)
    monkeypatch.setattr(health, "PATIENCE", 0.01)
    answers = [client.get("/readyz") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {503}
    assert asked == [1]

    go_on.set()
    health.questions.last.join(60)
    monkeypatch.setattr(health, "PATIENCE", 60)
    assert client.get("/readyz").status_code == 200


def test_a_site_with_a_migration_to_apply_is_not_ready(client):
    executor = MigrationExecutor(connection)
    (newest,) = executor.loader.graph.leaf_nodes("posts")
    executor.recorder.record_unapplied(*newest)
    try:
        answer = client.get("/readyz")
    finally:
        executor.recorder.record_applied(*newest)
    assert (answer.status_code, answer.content) == (503, b"not ready: migrations are not applied\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_machines_may_ask_over_plain_http(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get("/accounts/login/").status_code == 301


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nobody_posts_there(client, path):
    assert client.post(path).status_code == 405
