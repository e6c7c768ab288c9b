"""A test that reaches the database is seen before it runs, however it says so; no other can reach one."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SAMPLE = """
import os, subprocess, sys

import pytest
from django.core.management import call_command
from accounts.models import User

@pytest.fixture
def person(db): return User.objects.create(username="ann")

def test_counted_by_a_fixture(person): assert User.objects.get() == person
@pytest.mark.django_db
def test_counted_by_a_mark(): assert not User.objects.exists()
def test_counted_by_a_server(live_server): assert not User.objects.exists()

def test_once(): assert 1
def test_once_but_asks(): User.objects.exists()
def test_once_but_asks_later(request): request.getfixturevalue("db")
def test_once_but_a_child_asks():
    script = "import django; django.setup(); from accounts.models import User; User.objects.exists()"
    subprocess.run([sys.executable, "-c", script], check=True)
"""


def outcomes(folder: Path, chosen: str) -> str:
    (folder / "test_sample.py").write_text(SAMPLE)
    command = [sys.executable, "-m", "pytest", "-p", "tests.reach", "-p", "no:cacheprovider", "-rA", "--no-migrations"]
    environment = os.environ | {"DATABASE_URL": "", "COLLOQUY_VAR": str(folder)}
    return subprocess.run(
        [*command, "-c", "pyproject.toml", f"--rootdir={folder}", "-m", chosen, str(folder)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip


def named(outcome: str, output: str) -> set[str]:
    return {line.partition("::")[2].split()[0] for line in output.splitlines() if line.startswith(f"{outcome} ")}


def test_what_asks_for_the_database_in_any_way_is_chosen(tmp_path):
    output = outcomes(tmp_path, "database")

    assert "3 passed, 4 deselected" in output
    assert named("PASSED", output) == {f"test_counted_by_a_{way}" for way in ("fixture", "mark", "server")}


def test_what_is_not_chosen_cannot_reach_it(tmp_path):
    output = outcomes(tmp_path, "not database")

    assert named("FAILED", output) == {"test_once_but_asks", "test_once_but_a_child_asks"}
    assert named("ERROR", output) == {"test_once_but_asks_later"}  # said when it is over
    assert named("PASSED", output) == {"test_once", "test_once_but_asks_later"}
    assert "it would run on one only" in output
