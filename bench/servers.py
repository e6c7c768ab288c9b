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
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machines import Machines, manage, wait_until
from bench.visitors import PASSWORD, Diary, Reader, Visitor, Writer
from forum.kit.positions import EVERY

WRITERS, READERS, POSTS = 4, 3, 2
SETTLED = 2.0  # seconds after a promotion until every connection has found the new primary
SECRET = "servers-" * 8
SITES = ["site_1", "site_2"]

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
        Machines(Path(folder), first_port=wanted.first_port) as machines,
    ):
        faults = Story(machines).play(seconds=wanted.seconds)
    print(f"\n{len(faults)} faults")
    for fault in faults:
        print(f"- {fault}")
    sys.exit(bool(faults))


def row(what: str, seen: object) -> None:
    print(f"{what} | {seen}", flush=True)


class Story:
    def __init__(self, machines: Machines) -> None:
        self.machines = machines
        self.diary = Diary()
        self.faults: list[str] = []
        first, second = machines.port("primary"), machines.port("replica")
        hosts = f"host=127.0.0.1,127.0.0.1&port={first},{second}&target_session_attrs=read-write"
        machines.port("redis")
        self.env = os.environ | {
            "DATABASE_URL": f"postgres://colloquy@/colloquy?{hosts}",
            "DATABASE_REPLICA_URLS": f"postgres://colloquy@127.0.0.1:{second}/colloquy",
            "REDIS_URL": f"redis://127.0.0.1:{machines.port('redis')}/0",
            "COLLOQUY_VAR": str(machines.folder / "var"),
            "COLLOQUY_SECRET_KEY": SECRET,
            "COLLOQUY_SITE_URL": f"http://127.0.0.1:{machines.port('proxy')}",
            "COLLOQUY_PROXIES": "1",
            "COLLOQUY_RENDERERS": "1",
            "COLLOQUY_TASKS": "database",
            "COLLOQUY_LOG_LEVEL": "warning",
        }
        self.env |= {
            f"COLLOQUY_{what}": "1000000"
            for what in ("COMMENTS_PER_MINUTE", "COMMENTS_PER_DAY", "EDITS_PER_HOUR", "PREVIEWS_PER_MINUTE")
        }

    def play(self, *, seconds: float) -> list[str]:
        threads = self.build()
        stop = threading.Event()
        crowd = self.gather(threads, stop)
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

    def build(self) -> list[str]:
        """Gives the addresses of the threads."""
        machines = self.machines
        machines.make_primary("primary")
        machines.start_cluster("primary")
        machines.sql("primary", "CREATE DATABASE colloquy", database="template1")
        machines.make_replica("replica", of="primary")
        machines.start_cluster("replica")
        machines.start_redis("redis")
        manage(self.env, "migrate", "-v0")
        manage(self.env, "collectstatic", "--no-input", "-v0")
        threads = manage(self.env, "shell", "-v0", "-c", TOWN).split()
        for site in SITES:
            machines.start_site(site, self.env)
        machines.start_worker("worker", self.env)
        machines.start_proxy("proxy", sites=SITES)
        wait_until(lambda: Visitor.ask(self.passer_by(), "GET", "/")[0] == 200, "the site behind the proxy")
        self.diary = Diary()
        return threads

    def passer_by(self) -> Visitor:
        stop = threading.Event()
        return Visitor(port=self.machines.port("proxy"), diary=Diary(), stop=stop, thread="/", seed=0)

    def gather(self, threads: list[str], stop: threading.Event) -> list[Visitor]:
        common = {"port": self.machines.port("proxy"), "diary": self.diary, "stop": stop}
        crowd: list[Visitor] = [
            Writer(f"writer{number}", thread=threads[number % POSTS], seed=number, **common)
            for number in range(WRITERS)
        ]
        crowd += [Reader(thread=threads[number % POSTS], seed=100 + number, **common) for number in range(READERS)]
        for visitor in crowd:
            visitor.start()
        return crowd

    # --- What happens -------------------------------------------------------------------------------------------------

    def disturb(self, seconds: float) -> None:
        machines = self.machines
        reads = self.reads_of_the_replica()
        time.sleep(seconds)
        row("all is well: transactions that the replica read", self.reads_of_the_replica() - reads)

        machines.kill("replica")
        row("the replica is killed", f"{seconds:.0f} s without it")
        time.sleep(seconds)

        machines.start_cluster("replica")
        row("the replica comes back", f"has caught up after {wait_until(self.has_caught_up, 'catching up'):.1f} s")
        reads = self.reads_of_the_replica()
        time.sleep(seconds)
        after = self.reads_of_the_replica() - reads
        row("transactions that it read then", after)
        if after < 2 * len(SITES) * seconds / EVERY:  # half of which would be the servers' own looks
            self.faults.append("hardly anything was read from the replica that came back")

        # From here on a commit is acknowledged when the replica has it too: so nothing is lost by the promotion. With
        # one replica alone this could not stand before, since its death would have held up every writer.
        machines.sql("primary", "ALTER SYSTEM SET synchronous_standby_names = '*'")
        machines.sql("primary", "SELECT pg_reload_conf()")
        time.sleep(seconds)

        killed = time.monotonic()
        machines.kill("primary")
        row("the primary is killed", f"{seconds / 2:.0f} s without one")
        time.sleep(seconds / 2)
        machines.promote("replica")
        promoted = time.monotonic()
        wait_until(lambda: len(self.diary.replies) > known, "writing again") if (
            known := len(self.diary.replies)
        ) else 0
        row("the replica is promoted", f"the first reply after {time.monotonic() - promoted:.1f} s, no server told")
        time.sleep(seconds)
        self.judge_troubles(killed, promoted + SETTLED)

    def reads_of_the_replica(self) -> int:
        found = self.machines.sql("replica", "SELECT xact_commit FROM pg_stat_database WHERE datname = 'colloquy'")
        return int(str(found[0][0]))

    def has_caught_up(self) -> bool:
        return bool(self.machines.sql("primary", "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"))

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
        rows = self.machines.sql("replica", "SELECT comment_id, number, source FROM comments_commentrevision")
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
        bodies = self.machines.sql("replica", "SELECT comment_id, source FROM comments_commentbody")
        current = {int(str(number)): str(source) for number, source in bodies}
        for number, texts in self.diary.edits.items():
            if texts and current[number] not in {texts[-1], *self.diary.unanswered}:
                self.faults.append(f"comment {number} does not say what was saved last")
        try:
            row("trees and counters", manage(self.env, "check_trees").strip())
        except RuntimeError as fault:
            self.faults.append(str(fault))

    def rename(self) -> None:
        """A post that texts refer to; the worker is killed, wherever it is with that, and another one started."""
        manage(self.env, "shell", "-v0", "-c", RENAME)
        if self.machines.running["worker"].poll() is None:
            self.machines.kill("worker")
        self.machines.start_worker("worker_2", self.env)
        marked = "SELECT 1 FROM posts_post WHERE citations_stale_at IS NOT NULL"
        seconds = wait_until(lambda: not self.machines.sql("replica", marked), "the worker")
        query = "SELECT count(*), count(*) FILTER (WHERE html LIKE '%Another name%') FROM comments_commentbody WHERE {}"
        ((texts, right),) = self.machines.sql("replica", query.format("source LIKE '%[[Thread 0]]%'"))
        row("texts that a new worker rendered after a rename", f"{right} of {texts}, in {seconds:.1f} s with its start")
        if texts != right or not texts:
            self.faults.append("texts show an old title")


if __name__ == "__main__":
    main()
