"""Redis is away, or hangs: the site goes on with a cache of its own, and finds Redis again."""

import socket
import threading
from contextlib import contextmanager
from queue import SimpleQueue

import pytest
from django.core.cache import caches
from redis.backoff import NoBackoff
from redis.retry import Retry

from bench.fire.sites import free_port
from forum.kit import steady_cache
from tests.factories import make_post


def with_redis_at(settings, port: int) -> None:
    redis = {"BACKEND": "forum.kit.steady_cache.RedisCache", "LOCATION": f"redis://127.0.0.1:{port}/0"}
    settings.CACHES = {
        "default": redis | {"STAND_IN": "default here"},
        "pages": redis | {"STAND_IN": "pages here", "KEY_PREFIX": "pages"},
        "default here": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "stand-in"},
        "pages here": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "stand-in for pages"},
    }
    for name in ("default here", "pages here"):
        caches[name].clear()


@contextmanager
def silent_redis():
    """A server on loopback that takes what it is told and never answers; yields its port and what it has heard."""
    heard: SimpleQueue[bytes] = SimpleQueue()
    visitors: list[socket.socket] = []

    def serve(server: socket.socket) -> None:
        while True:
            try:
                visitor, _ = server.accept()
            except OSError:
                return
            visitors.append(visitor)
            heard.put(visitor.recv(65_536))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=[server], daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(30)
    for visitor in visitors:
        visitor.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(steady_cache, "_away_until", {})
    limits = {"socket_connect_timeout": 5, "socket_timeout": 0.1, "retry": Retry(NoBackoff(), 0)}
    monkeypatch.setattr(steady_cache, "LIMITS", limits)


@pytest.fixture(params=["dead", "hanging"])
def lost(request, settings):
    if request.param == "dead":
        with_redis_at(settings, free_port())
        yield
    else:
        with silent_redis() as (port, _):
            with_redis_at(settings, port)
            yield


def test_a_cache_goes_on_in_the_process(lost, caplog):
    cache = caches["default"]
    cache.set("a", 1)
    cache.set_many({"b": 2, "c": 3})
    assert cache.add("a", 5) is False
    assert cache.incr("a") == 2
    assert cache.get_many(["a", "b", "d"]) == {"a": 2, "b": 2}
    assert cache.has_key("c")
    cache.delete("c")
    assert cache.get("c") is None
    assert cache.get_or_set("e", 7) == 7
    assert caches["pages"].get("a") is None  # the caches stay apart

    (warning,) = [record for record in caplog.records if record.name == "forum.kit.steady_cache"]
    assert warning.levelname == "WARNING"


def test_it_is_left_alone_for_a_while_and_then_asked_again(settings, monkeypatch):
    with silent_redis() as (port, heard):
        with_redis_at(settings, port)
        cache = caches["default"]
        address = f"redis://127.0.0.1:{port}/0"
        steady_cache._away_until[address] = float("inf")
        cache.set("a", 1)
        assert heard.empty()

        steady_cache._away_until[address] = 0.0
        cache.set("a", 1)
        assert heard.get(timeout=30)


def test_people_read_and_write_and_are_counted_without_it(lost, settings, browse, ann):
    settings.PREVIEWS_PER_MINUTE = 2
    post, client = make_post(ann), browse(ann)
    page = post.get_absolute_url()
    assert client.get(page).status_code == 200
    answers = [client.post(f"/posts/{post.pk}/reply", {"source": f"Reply {n}."}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert b"Reply 1." in client.get(page).content


def test_nobody_is_logged_out_when_redis_forgets(settings):
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"


def test_a_count_that_was_forgotten_in_between_begins_anew(settings, browse, ann, monkeypatch):
    monkeypatch.setattr("forum.kit.http.cache.add", lambda *_, **__: True)  # and yet it is not there
    assert browse(ann).post("/posts/preview", {"source": "x"}).status_code == 200
