"""What is set wrongly is refused at the start, by its name; what is set rightly arrives."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
KEY = "k" * 50
PRODUCTION = {"COLLOQUY_SITE_URL": "https://forum.example.org", "COLLOQUY_SECRET_KEY": KEY}


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    """``settings_with(NAME="value")`` is what forum.settings makes of an environment with just these variables."""

    def run(**variables: str) -> dict:
        for name in list(os.environ):
            if name.startswith("COLLOQUY_") or name in {
                "PORT",
                "DATABASE_URL",
                "DATABASE_REPLICA_URLS",
                "DATABASE_POOL",
                "REDIS_URL",
            }:
                monkeypatch.delenv(name)
        for name, value in {"COLLOQUY_VAR": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value)
        for name in [name for name in sys.modules if name.startswith("forum.settings")]:
            monkeypatch.delitem(sys.modules, name)  # until the end of the test
        return vars(importlib.import_module("forum.settings"))

    return run


@pytest.mark.parametrize(
    "name,value",
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("COLLOQUY_BIND", "localhost:8000"),
        ("COLLOQUY_WORKERS", "0"),
        ("COLLOQUY_THREADS", "many"),
        ("COLLOQUY_DEBUG", "perhaps"),
        ("COLLOQUY_TASKS", "celery"),
        ("COLLOQUY_SITE_URL", "forum.example.org"),
        ("COLLOQUY_SITE_URL", "http://forum.example.org"),
        ("COLLOQUY_SITE_URL", "https://forum.example.org/forum"),
        ("COLLOQUY_SITE_NAME", "Two\nlines"),
        ("COLLOQUY_EXTRA_HOSTS", "*"),
        ("COLLOQUY_EXTRA_HOSTS", "https://forum.example.org"),
        ("COLLOQUY_SECRET_KEY", "too short"),
        ("COLLOQUY_SECRET_KEY_FILE", "/nowhere/secret"),
        ("COLLOQUY_PROXIES", "6"),
        ("COLLOQUY_HSTS_DAYS", "-1"),
        ("COLLOQUY_HSTS_SUBDOMAINS", "sometimes"),
        ("DATABASE_URL", "mysql://root@127.0.0.1/colloquy"),
        ("DATABASE_URL", "colloquy.sqlite3"),
        ("DATABASE_URL", "postgres://postgres@127.0.0.1:port/colloquy"),
        ("DATABASE_POOL", "65"),
        ("DATABASE_POOL", "4"),  # an SQLite file has none
        ("DATABASE_REPLICA_URLS", "10.0.0.2"),
        ("DATABASE_REPLICA_URLS", "postgres://postgres@10.0.0.2/colloquy"),  # of an SQLite file there are none
        ("COLLOQUY_REPLICA_LAG", "0"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("COLLOQUY_ORCID_CLIENT_ID", "without its secret"),
        ("COLLOQUY_GITHUB_SECRET", "without its id"),
        ("COLLOQUY_GOOGLE_CLIENT_ID", "without its secret"),
        ("COLLOQUY_OIDC_URL", "https://sso.example.org"),
        ("COLLOQUY_OIDC_CLIENT_ID", "without an address"),
        ("COLLOQUY_EMAIL_SECURITY", "ssl3"),
        ("COLLOQUY_EMAIL_PORT", "mail"),
        ("COLLOQUY_EMAIL_FROM", "the forum"),
        ("COLLOQUY_COMMENTS_PER_MINUTE", "0"),
        ("COLLOQUY_COMMENTS_PER_DAY", "lots"),
        ("COLLOQUY_POSTS_PER_DAY", """ "10" """),
        ("COLLOQUY_EDITS_PER_HOUR", "0.5"),
        ("COLLOQUY_REPORTS_PER_DAY", "-3"),
        ("COLLOQUY_PREVIEWS_PER_MINUTE", "none"),
        ("COLLOQUY_LOG_LEVEL", "loud"),
        ("COLLOQUY_LOG_FORMAT", "xml"),
        ("COLLOQUY_LOG_REQUESTS", "some"),
        ("COLLOQUY_SLOW_QUERY_MS", "-1"),
        ("COLLOQUY_METRICS_TOKEN", "too short"),
    ],
)
def test_nonsense_is_refused_by_name(settings_with, name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        settings_with(**{name: value})


def test_a_public_site_must_be_given_its_secret(settings_with):
    with pytest.raises(ImproperlyConfigured, match="COLLOQUY_SECRET_KEY"):
        settings_with(COLLOQUY_SITE_URL="https://forum.example.org")


def test_out_of_the_box_nothing_needs_to_be_set(settings_with, tmp_path):
    found = settings_with()
    assert found["SITE_URL"] == "http://127.0.0.1:8000"
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "colloquy.sqlite3")
    assert found["DATABASES"]["default"]["ENGINE"] == "forum.kit.fair_sqlite3"
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_SECURE"] is False  # over plain HTTP a browser would not send it back
    assert found["SECURE_HSTS_SECONDS"] == 0


def test_redis_has_a_stand_in_for_each_cache_and_no_sessions(settings_with):
    found = settings_with(REDIS_URL="redis://127.0.0.1:6379/0")
    for name in ("default", "pages"):
        assert found["CACHES"][name]["BACKEND"] == "forum.kit.steady_cache.RedisCache"
        assert found["CACHES"][found["CACHES"][name]["STAND_IN"]] == found["LOCAL_CACHES"][name]
    assert "SESSION_ENGINE" not in found


def test_the_address_follows_the_port(settings_with):
    assert settings_with(PORT="8137")["SITE_URL"] == "http://127.0.0.1:8137"


def test_an_https_address_raises_the_walls(settings_with):
    found = settings_with(**PRODUCTION)
    assert found["ALLOWED_HOSTS"] == ["forum.example.org"]
    assert found["SECRET_KEY"] == KEY
    for wall in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS"):
        assert found[wall], wall
    assert "SECURE_PROXY_SSL_HEADER" not in found  # nobody said that there is a proxy to be believed


def test_of_several_hosts_libpq_finds_the_one_that_takes_writes(settings_with):
    url = "postgres://me:secret@/colloquy?host=10.0.0.1,10.0.0.2&port=5432,5433&target_session_attrs=read-write"
    found = settings_with(DATABASE_URL=url)["DATABASES"]["default"]
    assert (found["HOST"], found["PORT"], found["USER"], found["NAME"]) == ("", "", "me", "colloquy")
    wanted = {"host": "10.0.0.1,10.0.0.2", "port": "5432,5433", "target_session_attrs": "read-write"}
    assert found["OPTIONS"].items() >= wanted.items()


def test_replicas_get_names_and_a_router(settings_with):
    assert "DATABASE_ROUTERS" not in settings_with()
    one, two = (f"postgres://me@10.0.0.{number}/colloquy?connect_timeout=9" for number in (2, 3))
    found = settings_with(DATABASE_URL="postgres://me@10.0.0.1/colloquy", DATABASE_REPLICA_URLS=f"{one}, {two}")
    assert found["REPLICAS"] == ["replica_1", "replica_2"]
    assert found["DATABASES"]["replica_2"]["HOST"] == "10.0.0.3"
    assert found["DATABASES"]["replica_2"]["OPTIONS"]["connect_timeout"] == 9
    assert found["DATABASE_ROUTERS"] == ["forum.kit.replicas.Router"]


def test_a_pool_is_shared_and_nobody_keeps_its_connections(settings_with):
    urls = {
        "DATABASE_URL": "postgres://me@10.0.0.1/colloquy",
        "DATABASE_REPLICA_URLS": "postgres://me@10.0.0.2/colloquy",
    }
    assert {base["CONN_MAX_AGE"] for base in settings_with(**urls)["DATABASES"].values()} == {60}
    found = settings_with(**urls, DATABASE_POOL="4")["DATABASES"]
    assert (found["default"]["CONN_MAX_AGE"], found["default"]["OPTIONS"]["pool"]["max_size"]) == (0, 4)
    assert (found["replica_1"]["CONN_MAX_AGE"], "pool" in found["replica_1"]["OPTIONS"]) == (60, False)


def test_a_sign_in_provider_appears_with_both_its_settings(settings_with):
    found = settings_with(COLLOQUY_ORCID_CLIENT_ID="id", COLLOQUY_ORCID_SECRET="secret")
    assert list(found["SOCIALACCOUNT_PROVIDERS"]) == ["orcid"]
    assert "https://orcid.org" in found["SECURE_CSP"]["form-action"]


def manage(*words: str, **variables: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_refusal_is_one_line_on_the_command_line():
    done = manage("check", PORT="http")
    assert done.returncode == 1
    assert done.stderr == "Colloquy cannot start: PORT must be a whole number, not 'http'.\n"


def test_a_taken_port_is_said_before_anything_else(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = manage("serve", "--prepare", PORT=port, COLLOQUY_VAR=str(tmp_path), DATABASE_URL="")
    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: Port {port} is taken by another program.")
    assert not (tmp_path / "colloquy.sqlite3").exists()
