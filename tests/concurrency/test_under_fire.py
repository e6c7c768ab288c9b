"""The short form of ``make soak``: a small load over HTTP on the test's own database, and a kill of each kind."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.fire.kills import OF_THE_SITE

ROOT = Path(__file__).resolve().parents[2]


def url_of(database: dict) -> str:
    """Of the database that the test runs on."""
    name = str(database["NAME"])
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{name}"
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path=f"/{name}").geturl()


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_nothing_acknowledged_is_lost_and_nothing_doubled_when_processes_are_killed():
    from django.db import connection

    words = ["--seconds=0", "--acts=36", "--kills=4", "--every=8", "--workers=1"]
    words += ["--writers=4", "--readers=4", "--texts=20"]
    soak = subprocess.Popen(
        [sys.executable, "bench/soak.py", "--database", url_of(connection.settings_dict), *words],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = soak.communicate(timeout=900)
    finally:
        soak.terminate()  # not killed: it has a server to stop
        soak.communicate()
    assert soak.returncode == 0, said
    assert {f"{kind} | 1 " for kind in OF_THE_SITE} <= set(re.findall(r"^[\w ]+ \| 1 ", said, re.MULTILINE))
    assert int(re.search(r"(\d+) acknowledged", said)[1]) >= 36
    assert int(re.search(r"(\d+) texts with another title", said)[1]) >= 20
