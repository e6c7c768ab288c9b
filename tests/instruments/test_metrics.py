"""Numbers for Prometheus: for who has the token, of all processes, in few words."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bench.fire.sites import free_port
from forum.instruments import metrics
from forum.instruments.front import Instruments
from forum.instruments.record import Record
from tests.factories import make_post

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-of-some-length"
LOCKED = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}


def numbers(text: str) -> dict[str, float]:
    """By name and labels: ``colloquy_refusals_total{code=locked}``."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def told(**noted) -> Record:
    record = Record({"REQUEST_METHOD": noted.pop("method", "GET"), "PATH_INFO": noted.pop("path", "/")})
    record.__dict__.update(noted)
    return record


@pytest.fixture
def grown(settings):
    """``grown(record)`` is what one more request adds, by name and labels."""

    def by(record: Record) -> dict[str, float]:
        before = numbers(metrics.exposed().decode())
        metrics.count(record)
        after = numbers(metrics.exposed().decode())
        return {name: round(after[name] - before.get(name, 0), 6) for name in after if after[name] != before.get(name)}

    return by


def test_without_a_token_there_is_nothing_there(client, settings, db):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer a-token-of-some-lengt", TOKEN, f"Basic {TOKEN}", "Bearer é"])
def test_a_wrong_token_is_refused(client, settings, given):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"colloquy_" not in answer.content
    assert "no-store" in answer["Cache-Control"]


def test_who_has_it_gets_what_prometheus_can_read_and_nobody_keeps(client, settings):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in answer["Cache-Control"]
    found = numbers(answer.text)
    assert {"colloquy_workers", "colloquy_render_waiting", "colloquy_process_cpu_seconds_total"} <= found.keys()
    assert found["colloquy_process_resident_bytes"] > 1_000_000


def test_machines_inside_may_ask_over_plain_http(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize(
    "noted, labels",
    [
        ({"route": "pages:thread", "status": "200 OK"}, "method=GET,route=pages:thread,status=2xx"),
        ({"method": "BREW", "status": "405 No"}, "method=other,route=none,status=4xx"),
        ({"path": "/wp-login.php", "status": "404 Not Found"}, "method=GET,route=none,status=4xx"),
        ({"path": "/static/css/base.css", "status": "200 OK"}, "method=GET,route=static,status=2xx"),
        ({"path": "/static/made-up", "status": "404 Not Found"}, "method=GET,route=none,status=4xx"),
    ],
)
def test_a_request_counts_by_the_name_of_its_address_and_never_by_the_address(grown, noted, labels):
    more = grown(told(**noted))
    assert more[f"colloquy_request_seconds_count{{{labels}}}"] == 1
    assert "wp-login" not in metrics.exposed().decode()


def test_what_happened_meanwhile_counts_too(grown):
    from forum.instruments.record import Rendering

    more = grown(
        told(
            status="409 Conflict", door="kept", refusal="locked", queries=7, query_seconds=0.5, query_errors=1,
            renderings=(Rendering(0.3, 0.25, "rendered"), Rendering(2, 0, "as_typed")), lost_children=2,
        )
    )  # fmt: skip
    expected = {
        "colloquy_door_answers_total{kind=kept}": 1,
        "colloquy_refusals_total{code=locked}": 1,
        "colloquy_database_statements_total": 7,
        "colloquy_database_seconds_total": 0.5,
        "colloquy_database_errors_total": 1,
        "colloquy_render_seconds_sum{outcome=rendered}": 0.3,
        "colloquy_render_seconds_count{outcome=as_typed}": 1,
        "colloquy_render_cpu_seconds_total": 0.25,
        "colloquy_render_lost_children_total": 2,
    }
    assert {name: more[name] for name in expected} == expected


@pytest.mark.django_db(transaction=True)  # a server's requests end with a look at the connection
def test_what_the_site_does_is_noted(ask, settings, ann, zoe, browse, monkeypatch):
    """The whole way: from the door, the views and the refusals to the numbers."""
    from django.core.handlers.wsgi import WSGIHandler

    from forum.pages.door import Door

    seen = []
    monkeypatch.setattr(Instruments, "finish", lambda self, record: seen.append(record))
    post = make_post(ann)
    door = Door(WSGIHandler())

    _, headers, _ = ask(post.get_absolute_url(), application=door)
    ask(post.get_absolute_url(), application=door)
    ask(post.get_absolute_url(), application=door, HTTP_IF_NONE_MATCH=headers["ETag"])
    cookie = f"sessionid={browse(zoe).cookies['sessionid'].value}"
    ask(f"/posts/{post.pk}/edit", application=door, HTTP_COOKIE=cookie)

    assert [(record.route, record.door, record.refusal, record.viewer) for record in seen] == [
        ("pages:thread", "made", "", None),
        ("pages:thread", "kept", "", None),
        ("pages:thread", "304", "", None),
        ("posts:edit", "", "not-yours", zoe.pk),
    ]


@pytest.fixture
def two_processes(tmp_path):
    """A server of two processes, and the port it is asked at."""
    port = free_port()
    given = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3", "COLLOQUY_VAR": str(tmp_path), "PORT": str(port),
        "COLLOQUY_WORKERS": "2", "COLLOQUY_METRICS_TOKEN": TOKEN, "DJANGO_SETTINGS_MODULE": "forum.settings",
        "COLLOQUY_SITE_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    stale = tmp_path / f"metrics-{port}"
    stale.mkdir()
    (tmp_path / "static").mkdir()
    (stale / "counter_1.db").write_bytes(b"of the server that was before")
    server = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env=os.environ | given)
    yield port, stale
    server.terminate()
    try:
        server.wait(timeout=60)
    except subprocess.TimeoutExpired:
        server.kill()


def asked(port: int, path: str) -> str:
    """A connection each, so that both processes get some."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}", "Connection": "close"})
        return connection.getresponse().read().decode()


def eventually(found, wanted) -> None:
    """Bounded by minutes, for a machine that is busy; it takes a second or two."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if wanted(found()):
                return
        except (OSError, HTTPException, ValueError, KeyError):
            pass  # the server is not there yet, or reads what another process has only begun
        time.sleep(0.2)
    raise AssertionError(found())


def test_all_processes_are_counted_together_and_a_dead_one_leaves_only_what_it_did(two_processes):
    port, folder = two_processes
    eventually(lambda: numbers(asked(port, "/metrics")), lambda found: found["colloquy_workers"] == 2)
    alive = "colloquy_request_seconds_count{method=GET,route=pages:alive,status=2xx}"

    for _ in range(20):
        asked(port, "/healthz")
    # A request is counted when it has ended, which is after its answer was sent.
    eventually(lambda: numbers(asked(port, "/metrics")).get(alive), lambda count: count == 20)

    first, second = sorted(folder.glob("gauge_livesum_*.db"))
    killed = int(re.findall(r"\d+", first.name)[0])
    os.kill(killed, signal.SIGKILL)
    eventually(
        lambda: numbers(asked(port, "/metrics")),
        lambda found: not first.exists() and found["colloquy_workers"] == 2,
    )
    assert second.exists()
    eventually(lambda: numbers(asked(port, "/metrics"))[alive], lambda count: count == 20)
