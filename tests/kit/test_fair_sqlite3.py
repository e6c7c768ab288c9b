"""Writers to one SQLite file stand in line: by order and counts, not by seconds."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connections, transaction

from forum.kit.fair_sqlite3 import turns as line
from forum.kit.fair_sqlite3.turns import Turns, turns_at

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until a thread that should come counts as lost
ALIASES = ("fair", "again", "other")  # two names of one file, and another file


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch, django_db_blocker):
    """The file of the database ``fair``, where nobody waits longer than PATIENCE."""
    for alias in ALIASES:
        name = tmp_path / ("other.sqlite3" if alias == "other" else "fair.sqlite3")
        options = {"transaction_mode": "IMMEDIATE", "timeout": PATIENCE, "init_command": "PRAGMA journal_mode=WAL"}
        own = {"ENGINE": "forum.kit.fair_sqlite3", "NAME": str(name), "OPTIONS": options}
        monkeypatch.setitem(connections.databases, alias, {**connections.databases["default"], **own})
    with django_db_blocker.unblock():
        for alias in ("fair", "other"):
            run("CREATE TABLE word (word text)", alias)
        yield tmp_path / "fair.sqlite3"
        hang_up()


def hang_up() -> None:
    for alias in ALIASES:
        connections[alias].close()
        del connections[alias]


def run(sql: str, alias: str = "fair") -> list[tuple]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def say(word: object, alias: str = "fair") -> None:
    run(f"INSERT INTO word VALUES ('{word}')", alias)


def words(alias: str = "fair") -> list[str]:
    return [row[0] for row in run("SELECT word FROM word ORDER BY rowid", alias)]


def say_in_transaction(word: object) -> None:
    with transaction.atomic(using="fair"):
        say(word)


class Writer(threading.Thread):
    """Does one thing in a thread with connections of its own. ``fault`` is what went wrong."""

    def __init__(self, do, *args):
        super().__init__(daemon=True)
        self.do, self.args = do, args
        self.fault = None
        self.start()

    def run(self):
        try:
            self.do(*self.args)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test must hear of it
            self.fault = fault
        finally:
            hang_up()

    def done(self) -> Exception | None:
        self.join(PATIENCE)
        assert not self.is_alive()
        return self.fault


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def in_line(path: Path, *jobs) -> list[Writer]:
    """Writers who came one after the other and all wait."""
    writers = []
    for job in jobs:
        writers.append(Writer(*job))
        until(lambda: turns_at(str(path)).waiting == len(writers))
    return writers


def test_who_waited_longest_writes_first(path):
    with transaction.atomic(using="fair"):
        writers = in_line(path, *((say_in_transaction if n % 3 else say, n) for n in range(9)))
        say("first")

    assert [writer.done() for writer in writers] == [None] * 9
    assert words() == ["first", *map(str, range(9))]


def test_who_comes_back_stands_at_the_end(path):
    def twice(name):
        say_in_transaction(name)
        say_in_transaction(name)

    with transaction.atomic(using="fair"):
        writers = in_line(path, (twice, "a"), (say, "b"), (say_in_transaction, "c"))

    assert [writer.done() for writer in writers] == [None] * 3
    assert words() == ["a", "b", "c", "a"]


def test_readers_do_not_stand_in_line(path):
    say("before")
    seen = []
    with transaction.atomic(using="fair"):
        say("now")
        reader = Writer(lambda: seen.extend(words()))
        assert reader.done() is None

    assert seen == ["before"]


def fails(path):
    with pytest.raises(ZeroDivisionError), transaction.atomic(using="fair"):
        say(1 // 0)


def fails_inside_a_savepoint(path):
    with transaction.atomic(using="fair"):
        with pytest.raises(DatabaseError), transaction.atomic(using="fair"):
            run("INSERT INTO nothing VALUES (1)")
        assert turns_at(str(path)).is_taken  # it goes on
        say("kept")


def is_closed_in_its_midst(path):
    with transaction.atomic(using="fair"):
        say("lost")
        connections["fair"].close()
    assert words() == []


def finds_the_disk_full(path):
    pages = run("PRAGMA page_count")[0][0]
    run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OperationalError, match="full"), transaction.atomic(using="fair"):
        say("x" * 100_000)
    run("PRAGMA max_page_count = 1000000")


def may_not_write(path):
    run("PRAGMA query_only = 1")
    with pytest.raises(OperationalError, match="readonly"):
        say("no")
    run("PRAGMA query_only = 0")


def manages_itself(path):
    connections["fair"].set_autocommit(False)
    say("kept")
    assert turns_at(str(path)).is_taken
    connections["fair"].commit()
    connections["fair"].set_autocommit(True)


ENDS = [fails, fails_inside_a_savepoint, is_closed_in_its_midst, finds_the_disk_full, may_not_write, manages_itself]


@pytest.mark.parametrize("one_that", ENDS, ids=lambda one: one.__name__)
def test_however_a_turn_ends_the_next_one_begins(path, one_that):
    one_that(path)

    assert not turns_at(str(path)).is_taken
    assert Writer(say_in_transaction, "next").done() is None
    assert words()[-1] == "next"


def test_who_has_waited_too_long_is_told_in_the_words_of_sqlite(path, monkeypatch):
    monkeypatch.setitem(connections.databases["fair"]["OPTIONS"], "timeout", 0.05)
    with transaction.atomic(using="fair"):
        for job in (say, say_in_transaction):
            fault = Writer(job, "late").done()
            assert isinstance(fault, OperationalError)
            assert str(fault) == "database is locked"
        assert turns_at(str(path)).waiting == 0
        say("in time")

    assert words() == ["in time"]


def test_a_thread_never_waits_for_itself(path, monkeypatch):
    monkeypatch.setitem(connections.databases["again"]["OPTIONS"], "timeout", 0.05)
    with transaction.atomic(using="fair"):
        say("one")
        say("elsewhere", "other")
        with pytest.raises(OperationalError, match="locked"):  # SQLite's own: it is the same file
            say("two", "again")
        assert turns_at(str(path)).take(Holder(), timeout=0)
        assert turns_at(str(path)).is_taken
    say("two", "again")

    assert words() == ["one", "two"]
    assert words("other") == ["elsewhere"]
    assert not turns_at(str(path)).is_taken


def test_one_file_has_one_line_whatever_it_is_called(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.sqlite3").symlink_to(path)

    assert turns_at("fair.sqlite3") is turns_at(str(path)) is turns_at(str(tmp_path / "link.sqlite3"))
    assert turns_at(str(path)) is not turns_at(str(tmp_path / "other.sqlite3"))


class Holder:
    pass


@pytest.mark.parametrize("ended", ["the thread", "the connection"])
def test_a_turn_that_nobody_gives_back_is_passed_over(monkeypatch, ended):
    monkeypatch.setattr(line, "LOOK", 0.01)
    turns, holders = Turns(), [Holder()]
    if ended == "the thread":
        Writer(lambda: turns.take(holders[0], timeout=1)).done()
    else:
        turns.take(holders[0], timeout=1)
        holders.clear()
    assert turns.is_taken
    got = []

    Writer(lambda: got.append(turns.take(Holder(), timeout=PATIENCE))).done()

    assert got == [True]


def test_giving_back_what_one_does_not_have_ends_nobodys_turn():
    turns, mine = Turns(), Holder()
    turns.take(mine, timeout=1)

    turns.give(Holder())

    assert turns.is_taken
    turns.give(mine)
    assert not turns.is_taken


FORK = """
import os
from forum.kit.fair_sqlite3.turns import turns_at
class Holder: pass
holder = Holder()
turns_at("x").take(holder, timeout=1)
child = os.fork()
if child == 0:
    os._exit(turns_at("x").is_taken)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), turns_at("x").is_taken)
"""


def test_a_child_of_a_fork_begins_anew():
    done = subprocess.run([sys.executable, "-c", FORK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "0 True\n"


def test_a_database_in_memory_has_no_line():
    wrapper = connections.create_connection("fair")
    wrapper.settings_dict = {**wrapper.settings_dict, "NAME": ":memory:"}
    with wrapper.cursor() as cursor:
        cursor.execute("CREATE TABLE word (word text)")
    assert wrapper._turns is None
    wrapper.connection.close()
