"""Which database a request reads from, and what happens when that one fails. bench/servers.py has real ones."""

from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.test import RequestFactory

from accounts.models import User
from forum.kit import replicas
from forum.kit.compiled import Compiled
from forum.kit.positions import PRIMARY
from forum.kit.replicas import COOKIE, Reading, Router, reading_from
from forum.posts.models import Post, Tag

ROUTER = Router()


class Known:
    """Positions as they are given: both replicas have come to 100."""

    def __init__(self) -> None:
        self.aliases = ["one", "two"]
        self.left_out: list[str] = []

    def usable(self, *, at_least: int = 0) -> list[str]:
        return [alias for alias in self.aliases if at_least <= 100]

    def leave_out(self, alias: str) -> None:
        self.left_out.append(alias)


class Site:
    """Asks as views do, and fails where it is told to. ``read`` are the aliases it read from."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.status = dict.fromkeys([PRIMARY, "one", "two"], "200 OK")
        self.act = lambda: None
        self.closed = 0

    def __call__(self, environ, start_response):
        alias = ROUTER.db_for_read(Post)
        self.read.append(alias)
        self.act()
        start_response(self.status[alias], [("X-Read-From", alias)])
        return self

    def __iter__(self):
        yield self.read[-1].encode()

    def close(self):
        self.closed += 1


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def known():
    return Known()


@pytest.fixture
def ask(site, known, monkeypatch):
    """``ask("/", …)`` gives status, the database whose answer came out, and the cookie that was set."""
    monkeypatch.setattr(replicas, "position_of", lambda alias: 0xABC)

    def ask(path="/", method="GET", **environ):
        begun = []
        request = RequestFactory().generic(method, path, **environ)
        body = b"".join(Reading(site, known)(request.environ, lambda *words: begun.append(words)))
        ((status, headers),) = begun
        assert dict(headers)["X-Read-From"] == body.decode(), "headers and body are of one answer"
        return status, body.decode(), dict(headers).get("Set-Cookie")

    return ask


@pytest.fixture
def broken(monkeypatch):
    """``broken("one")``: an error came from that connection."""
    there = {alias: SimpleNamespace(errors_occurred=False) for alias in ("one", "two")}
    there[PRIMARY] = SimpleNamespace(errors_occurred=False, in_atomic_block=False)
    monkeypatch.setattr(replicas, "connections", there)

    def broken(alias: str) -> None:
        there[alias].errors_occurred = True

    return broken


def test_who_only_reads_is_answered_from_a_replica(ask, broken):
    assert ask("/")[1] in {"one", "two"}
    assert ask("/", method="HEAD")[1] in {"one", "two"}


def test_one_reader_keeps_to_one_replica_and_all_readers_use_all(ask, broken):
    seen = {ask("/", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")[1] for number in range(40)}
    assert seen == {"one", "two"}
    assert len({ask("/", HTTP_X_FORWARDED_FOR="192.0.2.7")[1] for _ in range(10)}) == 1


@pytest.mark.parametrize("path", ["/admin/", "/accounts/login/", "/readyz"])
def test_where_only_the_truth_will_do_the_primary_answers(ask, broken, path):
    assert ask(path)[1] == PRIMARY


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_whatever_is_no_reading_goes_to_the_primary(ask, broken, method):
    assert ask("/", method=method)[1] == PRIMARY


@pytest.mark.parametrize(
    "cookies,database",
    [
        (f"{COOKIE}=64", "a replica"),  # 100 in hexadecimal
        (f"{COOKIE}=65", PRIMARY),
        (f"csrftoken=x; {COOKIE}=65; sessionid=y", PRIMARY),
        (f"csrftoken=x;{COOKIE}=65", PRIMARY),
        (f"{COOKIE}=1; {COOKIE}=65", PRIMARY),
        (f"un{COOKIE}=65", "a replica"),
        (f"{COOKIE}=", "a replica"),
        (f"{COOKIE}=nonsense", "a replica"),
        (f"{COOKIE}={'f' * 1000}", "a replica"),
    ],
)
def test_who_has_written_is_answered_where_that_is_to_be_seen(ask, broken, cookies, database):
    assert (ask("/", HTTP_COOKIE=cookies)[1] == PRIMARY) == (database == PRIMARY)


def test_who_writes_takes_the_place_of_it_along(ask, site, broken):
    site.act = lambda: ROUTER.db_for_write(Post)
    assert ask("/", method="POST")[2] == f"{COOKIE}=abc; Max-Age=120; Path=/; HttpOnly; SameSite=Lax"


def test_over_tls_the_place_travels_by_tls_alone(ask, site, broken, settings):
    settings.SESSION_COOKIE_SECURE = True
    site.act = lambda: ROUTER.db_for_write(Post)
    assert ask("/", method="POST")[2].endswith("; Secure")


def test_a_place_that_the_primary_cannot_tell_any_more_is_beyond_all(ask, site, broken, monkeypatch):
    site.act = lambda: ROUTER.db_for_write(Post)
    monkeypatch.setattr(replicas, "position_of", lambda alias: None)
    cookie = ask("/", method="POST")[2].partition(";")[0]
    assert cookie == f"{COOKIE}=7fffffffffffffff"
    assert ask("/", HTTP_COOKIE=cookie)[1] == PRIMARY


def test_who_writes_nothing_gets_no_cookie(ask, broken):
    assert ask("/")[2] is None
    assert ask("/", method="POST")[2] is None


def test_the_first_write_takes_a_request_to_the_primary_for_good(ask, site, broken):
    seen = []

    def act():
        ROUTER.db_for_write(Post)
        seen.append(ROUTER.db_for_read(Post))

    site.act = act
    assert ask("/")[2] is not None
    assert seen == [PRIMARY]


def test_in_a_transaction_all_is_read_from_the_primary_and_after_it(ask, site, broken):
    seen = []

    def act():
        replicas.connections[PRIMARY].in_atomic_block = True
        seen.append(ROUTER.db_for_read(Post))
        replicas.connections[PRIMARY].in_atomic_block = False
        seen.append(ROUTER.db_for_read(Post))

    site.act = act
    ask("/")
    assert seen == [PRIMARY, PRIMARY]


def test_a_replica_that_fails_is_left_out_and_the_next_one_answers(ask, site, known, broken):
    first = ask("/")[1]
    broken(first)
    site.status[first] = "503 Service Unavailable"
    other = ({"one", "two"} - {first}).pop()
    assert ask("/")[:2] == ("200 OK", other)
    assert known.left_out == [first]
    assert site.closed == 1, "the answer that nobody saw"


def test_when_all_replicas_fail_the_primary_answers(ask, site, known, broken):
    for alias in ("one", "two"):
        broken(alias)
        site.status[alias] = "500 Internal Server Error"
    assert ask("/")[:2] == ("200 OK", PRIMARY)
    assert sorted(known.left_out) == ["one", "two"]


def test_a_fault_of_our_own_is_not_made_twice(ask, site, known, broken):
    site.status |= {"one": "500 Internal Server Error", "two": "500 Internal Server Error"}
    assert ask("/")[0] == "500 Internal Server Error"
    assert len(site.read) == 1
    assert known.left_out == []


def test_after_a_write_nothing_is_done_a_second_time(ask, site, broken):
    for alias in ("one", "two"):
        broken(alias)
        site.status[alias] = "500 Internal Server Error"
    site.act = lambda: ROUTER.db_for_write(Post)
    assert ask("/")[0] == "500 Internal Server Error"
    assert len(site.read) == 1


def test_what_a_replica_does_not_know_the_primary_is_asked_for(ask, site, known, broken):
    site.status |= {"one": "404 Not Found", "two": "404 Not Found"}
    assert ask("/posts/7/new/")[:2] == ("200 OK", PRIMARY)
    assert known.left_out == []


def test_outside_of_requests_everything_is_the_primarys(broken):
    assert reading_from() == ROUTER.db_for_read(Post) == ROUTER.db_for_write(Post) == PRIMARY


def test_a_request_that_fails_altogether_leaves_no_choice_behind(known, broken):
    def fails(environ, start_response):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Reading(fails, known)(RequestFactory().get("/").environ, print)
    assert reading_from() == PRIMARY


def test_who_somebody_is_is_asked_of_the_primary(ask, site, broken):
    seen = []
    site.act = lambda: seen.extend([ROUTER.db_for_read(User), ROUTER.db_for_read(Session), ROUTER.db_for_read(Tag)])
    ask("/")
    assert seen[:2] == [PRIMARY, PRIMARY]
    assert seen[2] != PRIMARY


def test_tables_are_made_in_the_primary_alone():
    assert ROUTER.allow_migrate(PRIMARY, "posts") is True
    assert ROUTER.allow_migrate("one", "posts") is False


@pytest.fixture
def reading(monkeypatch):
    """A request that reads from ``elsewhere``, as Django sees it: any query there fails by the name."""
    monkeypatch.setattr("django.db.router.routers", [ROUTER])
    choice = replicas.Choice("elsewhere")
    token = replicas._choice.set(choice)
    yield choice
    replicas._choice.reset(token)


def test_queries_of_all_kinds_go_where_they_should(transactional_db, reading):
    assert Post.objects.all().db == "elsewhere"
    with pytest.raises(connections.exception_class, match="elsewhere"):
        Compiled(lambda pk: Post.objects.filter(pk=pk).values_list("uid")).row(1)
    assert User.objects.all().db == PRIMARY
    assert reading.wrote is False
    assert Post.objects.select_for_update().db == PRIMARY
    assert reading.wrote is True
    assert Post.objects.all().db == PRIMARY


def test_an_act_reads_its_own_transaction(transactional_db, reading):
    with transaction.atomic():
        assert Post.objects.all().db == PRIMARY
