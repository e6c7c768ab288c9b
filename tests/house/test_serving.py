"""The server as it runs in life: processes that come and go together."""

import pytest

from bench.fire.sites import Site, kill, listening, wait_until, wait_until_gone

WAIT = 60  # seconds on the busiest machine


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path, f"sqlite:///{tmp_path}/never-asked.sqlite3", workers=2)
    site.launch()
    try:
        site.wait_for_workers()
        yield site
    finally:
        site.stop()


def test_workers_do_not_outlive_a_server_that_was_killed(site):
    """They would hold its port, so that nobody could start it again."""
    workers = site.worker_processes()
    assert len(workers) == 2

    kill(site.server.pid)

    left = wait_until_gone(workers, seconds=WAIT)
    for pid in left:
        kill(pid)
    assert left == []
    assert wait_until(lambda: listening(site.port) == 0, seconds=WAIT)


def test_a_worker_that_was_killed_is_replaced(site):
    one, other = site.worker_processes()

    kill(one)

    wait_until_gone([one], seconds=WAIT)
    site.wait_for_workers()
    now = site.worker_processes()
    assert other in now
    assert one not in now
