import multiprocessing
import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from forum.env import (
    env_bool,
    env_choice,
    env_hosts,
    env_int,
    env_ip,
    env_list,
    env_mailbox,
    env_secret,
    env_str,
    env_url,
    kept_secret,
)

NAME = "COLLOQUY_TRIAL"


@pytest.fixture
def given(monkeypatch):
    def given(value: str, name: str = NAME) -> None:
        monkeypatch.setenv(name, value)

    return given


def test_what_is_not_set_or_blank_has_its_default(given):
    readers = [
        (lambda: env_str(NAME, default="x"), "x"),
        (lambda: env_bool(NAME, default=True), True),
        (lambda: env_int(NAME, default=7), 7),
        (lambda: env_hosts(NAME), []),
        (lambda: env_list(NAME), []),
        (lambda: env_choice(NAME, default="a", choices=("a", "b")), "a"),
        (lambda: env_url(NAME, default="https://a.example", schemes=("https",)), "https://a.example"),
        (lambda: env_secret(NAME), ""),
    ]
    for value in (None, "", "  "):
        if value is not None:
            given(value)
        for read, default in readers:
            assert read() == default


@pytest.mark.parametrize(
    "raw,value", [("1", True), ("True", True), ("YES", True), ("0", False), ("false", False), ("no", False)]
)
def test_yes_and_no_are_understood_in_several_spellings(given, raw, value):
    given(raw)
    assert env_bool(NAME, default=not value) is value


def test_a_list_of_hosts_drops_what_is_empty(given):
    given(" a.example , ,b.example,")
    assert env_hosts(NAME) == ["a.example", "b.example"]


def test_a_choice_has_no_case(given):
    given("TLS")
    assert env_choice(NAME, default="none", choices=("tls", "none")) == "tls"


def test_an_address_loses_its_closing_slash(given):
    given("https://forum.example.org:8443/")
    assert env_url(NAME, schemes=("https",)) == "https://forum.example.org:8443"


REFUSED = [
    (lambda: env_str(NAME), ["two\nlines", "a\tb", "\x7f"]),
    (lambda: env_hosts(NAME), ["*", "https://a.example", "a.example b.example", "a.example/x", "-a.example"]),
    (lambda: env_ip(NAME, default="127.0.0.1"), ["localhost", "127.0.0.1:80", "1.2.3"]),
    (lambda: env_mailbox(NAME, default="a@example.org"), ["forum", "Forum <forum>"]),
    (lambda: env_bool(NAME, default=False), ["maybe", "2", "on!"]),
    (lambda: env_int(NAME, default=5, at_least=1, at_most=9), ["0", "10", "-1", "five", "1.5", "1e3", "9" * 30]),
    (lambda: env_choice(NAME, default="a", choices=("a", "b")), ["c", "a,b"]),
    (
        lambda: env_url(NAME, schemes=("https",)),
        [
            "forum.example.org",
            "http://forum.example.org",
            "ftp://forum.example.org",
            "https://",
            "https://forum.example.org/path",
            "https://forum.example.org?q=1",
            "https://forum.example.org/#top",
            "https://ann:secret@forum.example.org",
            "https://forum.example.org:port",
            "https://forum.example.org:99999",
            "https://[::1",
        ],
    ),
    (lambda: env_secret(NAME, at_least=50), ["short", "x" * 49]),
]


@pytest.mark.parametrize("read,raw", [(read, raw) for read, raws in REFUSED for raw in raws])
def test_nonsense_is_refused_by_the_name_of_the_variable(given, read, raw):
    given(raw)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        read()


def test_a_refused_secret_is_not_printed(given):
    given("hush-hush")
    with pytest.raises(ImproperlyConfigured) as refused:
        env_secret(NAME, at_least=50)
    assert "hush" not in str(refused.value)


def test_a_secret_may_stand_in_a_file(given, tmp_path):
    (tmp_path / "secret").write_text("from-the-file\n")
    given("from-the-variable")
    given(str(tmp_path / "secret"), f"{NAME}_FILE")
    assert env_secret(NAME) == "from-the-file"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_refused_by_name(given, tmp_path, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    given(str(file), f"{NAME}_FILE")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}_FILE"):
        env_secret(NAME)


def test_a_kept_secret_is_private_and_stays_the_same(tmp_path):
    path = tmp_path / "var" / "secret-key"

    first = kept_secret(path)

    assert len(first) >= 50
    assert kept_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ImproperlyConfigured, match="COLLOQUY_VAR"):
        kept_secret(tmp_path / "file" / "secret-key")


def _keep(path, start, secrets):
    start.wait()
    secrets.put(kept_secret(path))


def test_processes_that_start_at_once_agree_on_the_kept_secret(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    start, secrets = spawn.Barrier(4), spawn.SimpleQueue()
    processes = [spawn.Process(target=_keep, args=(tmp_path / "secret-key", start, secrets)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert len({secrets.get() for _ in processes}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
