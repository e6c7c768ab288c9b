"""The PostgreSQL that ``make soak`` kills: it comes back with what was committed, and nothing of it stays behind."""

import tempfile
from pathlib import Path

import psycopg
import pytest

from bench.fire.clusters import Cluster, binaries
from bench.fire.sites import command, kill, wait_until, wait_until_gone

pytestmark = pytest.mark.skipif(binaries() is None, reason="PostgreSQL's own programs are not installed")


@pytest.fixture
def cluster():
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:  # pytest's own are for nobody but us
        cluster = Cluster(Path(folder) / "cluster")
        try:
            yield cluster
        finally:
            cluster.stop()
        assert list(Path(folder).iterdir()) == []


def rows(cluster: Cluster) -> list[tuple[int]]:
    with psycopg.connect(cluster.url) as connection:
        return connection.execute("SELECT number FROM kept ORDER BY number").fetchall()


def test_what_was_committed_is_there_after_either_kill(cluster):
    with psycopg.connect(cluster.url) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
        connection.execute("INSERT INTO kept VALUES (1)")

    cluster.kill()
    assert cluster.master() == []
    cluster.start()
    assert rows(cluster) == [(1,)]

    open_one = psycopg.connect(cluster.url)
    open_one.execute("INSERT INTO kept VALUES (2)")  # not committed
    assert wait_until(cluster.backends, seconds=60)
    victims = cluster.backends()
    kill(open_one.info.backend_pid)  # another may be on its way out, and nobody would notice
    assert wait_until_gone(victims, seconds=60) == []
    cluster.wait()
    assert rows(cluster) == [(1,)]
    open_one.close()
    assert command(cluster.postmaster.pid)
