"""A site on many machines, all of them this one: does it stay whole when the databases die?

Starts a primary and a streaming replica, Redis, two servers, a worker and a proxy in front, and lets people write and
read through the proxy. The replica is killed and comes back; the primary is killed and the replica promoted; a worker
is killed. In the end every acknowledged act must be there exactly once. Prints a table; ends with 1 when something is
missing. Needs Debian's postgresql, redis-server and haproxy.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import machines
from bench.fire.browsing import Browser
from bench.fire.clusters import Cluster
from bench.fire.sites import Site, TaskWorker, kill, wait_until
from bench.visitors import PASSWORD, Diary, Reader, Visitor, Writer
from forum.kit.positions import EVERY

WRITERS, READERS, POSTS = 4, 3, 2
SETTLED = 2.0  # seconds after a promotion until every connection has found the new primary
SECRET = "servers-" * 8
SITES = 2
OF_CLUSTERS = {
    "shared_buffers": "64MB",
    "wal_keep_size": "256MB",  # what a replica may miss while it is away
    "recovery_min_apply_delay": "300ms",  # so near, a replica would hardly ever be behind
}

TOWN = f"""
from allauth.account.models import EmailAddress
from accounts.models import User
from forum.posts.services import publish
for number in range({WRITERS}):
    person = User.objects.create_user(f"writer{{number}}", f"writer{{number}}@example.org", {PASSWORD!r})
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
for number in range({POSTS}):
    print(publish(author=person, title=f"Thread {{number}}", source="The claim.").get_absolute_url())
"""

RENAME = """
from forum.posts.models import Post
from forum.posts.services import edit
post = Post.objects.get(title="Thread 0")
edit(editor=post.author, post=post, title="Another name", source=post.source, tags=[], saves=post.saves)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of each of the six parts (default 10)")
    parser.add_argument("--first-port", type=int, default=8260, help="of the six that are used (default 8260)")
    wanted = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # by which everything else is stopped too
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {WRITERS} writers, {READERS} readers\n")
    print("what happened | seen\n---|---")
    with (
        tempfile.TemporaryDirectory(prefix="colloquy-servers-", ignore_cleanup_errors=True) as folder,
        ExitStack() as running,
    ):
        faults = Story(Path(folder), running, first_port=wanted.first_port).play(seconds=wanted.seconds)
    print(f"\n{len(faults)} faults")
    for fault in faults:
        print(f"- {fault}")
    sys.exit(bool(faults))


def row(what: str, seen: object) -> None:
    print(f"{what} | {seen}", flush=True)


def seconds_until(true: Callable[[], object], what: str) -> float:
    """Raises TimeoutError when it never becomes true."""
    begun = time.monotonic()
    if not wait_until(true, seconds=machines.PATIENCE):
        raise TimeoutError(f"{what}: not within {machines.PATIENCE:.0f} seconds")
    return time.monotonic() - begun


class Story:
    """``running`` stops what is started, the proxy first and the databases last."""

    def __init__(self, folder: Path, running: ExitStack, *, first_port: int) -> None:
        self.diary = Diary()
        self.faults: list[str] = []
        first, second, redis_port, self.port, *ports = range(first_port, first_port + 4 + SITES)
        self.primary = Cluster(folder / "primary", port=first, **OF_CLUSTERS)
        running.callback(self.primary.stop)
        self.replica = Cluster(folder / "replica", port=second, of=self.primary, **OF_CLUSTERS)
        running.callback(self.replica.stop)
        running.callback(machines.redis(folder, port=redis_port).stop)
        hosts = f"host=127.0.0.1,127.0.0.1&port={first},{second}&target_session_attrs=read-write"
        settings = {
            "DATABASE_REPLICA_URLS": self.replica.url,
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "COLLOQUY_SECRET_KEY": SECRET,
            "COLLOQUY_SITE_URL": f"http://127.0.0.1:{self.port}",
            "COLLOQUY_PROXIES": "1",
            "COLLOQUY_RENDERERS": "1",
        }
        url = f"postgres://postgres@/postgres?{hosts}"
        self.sites = [Site(folder, url, workers=1, port=port, **settings) for port in ports]
        self.site = self.sites[0]  # for commands, which are the same from all
        self.site.prepare()
        self.threads = self.site.manage("shell", "-v0", "-c", TOWN).split()  # their addresses
        for site in self.sites:
            running.callback(site.stop)
            site.start()
        self.tasks = TaskWorker(self.site)
        running.callback(self.tasks.stop)
        running.callback(machines.proxy(folder, sites=self.sites, port=self.port).stop)
        seconds_until(lambda: Browser(self.port).wait_until_up(1), "the site behind the proxy")

    def play(self, *, seconds: float) -> list[str]:
        stop = threading.Event()
        crowd = self.gather(stop)
        try:
            self.disturb(seconds)
        finally:
            stop.set()
            for visitor in crowd:
                visitor.join(60)
        self.sum_up()
        self.look_into_the_database()
        self.rename()
        return self.faults

    def gather(self, stop: threading.Event) -> list[Visitor]:
        common = {"port": self.port, "diary": self.diary, "stop": stop}
        writers = [
            Writer(f"writer{number}", thread=self.threads[number % POSTS], seed=number, **common)
            for number in range(WRITERS)
        ]
        for writer in writers:
            writer.log_in()
        crowd: list[Visitor] = [*writers]
        crowd += [Reader(thread=self.threads[number % POSTS], seed=100 + number, **common) for number in range(READERS)]
        for visitor in crowd:
            visitor.start()
        return crowd

    # --- What happens -------------------------------------------------------------------------------------------------

    def disturb(self, seconds: float) -> None:
        reads = self.reads_of_the_replica()
        time.sleep(seconds)
        row("all is well: transactions that the replica read", self.reads_of_the_replica() - reads)

        self.replica.kill()
        row("the replica is killed", f"{seconds:.0f} s without it")
        time.sleep(seconds)

        self.replica.start()
        row("the replica comes back", f"has caught up after {seconds_until(self.has_caught_up, 'catching up'):.1f} s")
        reads = self.reads_of_the_replica()
        time.sleep(seconds)
        after = self.reads_of_the_replica() - reads
        row("transactions that it read then", after)
        if after < 2 * SITES * seconds / EVERY:  # half of which would be the servers' own looks
            self.faults.append("hardly anything was read from the replica that came back")

        # From here on a commit is acknowledged when the replica has it too: so nothing is lost by the promotion. With
        # one replica alone this could not stand before, since its death would have held up every writer.
        self.primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.sql("SELECT pg_reload_conf()")
        time.sleep(seconds)

        killed = time.monotonic()
        self.primary.kill()
        row("the primary is killed", f"{seconds / 2:.0f} s without one")
        time.sleep(seconds / 2)
        self.replica.sql("SELECT pg_promote()")
        promoted, known = time.monotonic(), len(self.diary.replies)
        after_that = seconds_until(lambda: len(self.diary.replies) > known, "writing again")
        row("the replica is promoted", f"the first reply after {after_that:.1f} s, no server told")
        time.sleep(seconds)
        self.judge_troubles(killed, promoted + SETTLED)

    def reads_of_the_replica(self) -> int:
        found = self.replica.sql("SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'")
        return int(str(found[0][0]))

    def has_caught_up(self) -> bool:
        return bool(self.primary.sql("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"))

    def judge_troubles(self, killed: float, settled: float) -> None:
        without = Counter(status for at, status, _ in self.diary.troubles if killed <= at <= settled)
        row("answers 5xx while there was no primary", dict(without) or "none")
        for at, status, what in self.diary.troubles:
            if not (killed <= at <= settled and status == 503):
                self.faults.append(f"{status} {at - killed:+.1f} s from the primary's death: {what}")

    # --- What is left of it -------------------------------------------------------------------------------------------

    def sum_up(self) -> None:
        for kind, waits in self.diary.waits.items():
            cuts = statistics.quantiles(waits, n=100)
            row(f"{kind}s", f"{len(waits)}; median {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms")
        row("own writes that the next page did not show", f"{len(self.diary.unread)} of {self.looks}")
        if not self.looks:
            self.faults.append("nobody could write anything")
        self.faults += [f"not shown to who wrote it: {text}" for text in self.diary.unread]

    @property
    def looks(self) -> int:
        return len(self.diary.replies) + sum(map(len, self.diary.edits.values()))

    def look_into_the_database(self) -> None:
        rows = self.replica.sql("SELECT comment_id, number, source FROM comments_commentrevision")
        found = Counter(str(source) for _, _, source in rows)
        acknowledged = [*self.diary.replies, *(text for texts in self.diary.edits.values() for text in texts)]
        row("acknowledged acts found exactly once", f"{sum(found[text] == 1 for text in acknowledged)} of {self.looks}")
        self.faults += [
            f"acknowledged, and {found[text]} times there: {text}" for text in acknowledged if found[text] != 1
        ]
        row("acts that were never answered", len(self.diary.unanswered))
        strangers = found.keys() - set(acknowledged) - set(self.diary.unanswered)
        self.faults += [f"there, but by nobody: {text}" for text in strangers]
        self.faults += [f"doubled: {text}" for text in self.diary.unanswered if found[text] > 1]
        bodies = self.replica.sql("SELECT comment_id, source FROM comments_commentbody")
        current = {int(str(number)): str(source) for number, source in bodies}
        for number, texts in self.diary.edits.items():
            if texts and current[number] not in {texts[-1], *self.diary.unanswered}:
                self.faults.append(f"comment {number} does not say what was saved last")
        try:
            row("trees and counters", self.site.manage("check_trees").strip())
        except subprocess.CalledProcessError as fault:
            self.faults.append(fault.stdout)

    def rename(self) -> None:
        """A post that texts refer to; the worker is killed, wherever it is with that, and another one starts."""
        self.site.manage("shell", "-v0", "-c", RENAME)
        for pid in self.tasks.master():
            kill(pid)
        marked = "SELECT 1 FROM posts_post WHERE citations_stale_at IS NOT NULL"
        seconds = seconds_until(lambda: not self.replica.sql(marked), "the worker")
        query = "SELECT count(*), count(*) FILTER (WHERE html LIKE '%Another name%') FROM comments_commentbody WHERE {}"
        ((texts, right),) = self.replica.sql(query.format("source LIKE '%[[Thread 0]]%'"))
        row("texts that a new worker rendered after a rename", f"{right} of {texts}, in {seconds:.1f} s with its start")
        if texts != right or not texts:
            self.faults.append("texts show an old title")


if __name__ == "__main__":
    main()
