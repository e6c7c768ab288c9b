"""Whether the site stays whole under fire: writers and readers over HTTP, and ``kill -9`` in the middle of them.

Starts the server and the task worker as in production, lets writers and readers loose on the site, kills what it was
told to kill, and compares the database with what the writers noted down. Prints tables and every fault; the exit code
is 1 when there is one. Without words: a minute of load on SQLite with one and with two workers and on PostgreSQL with
two, then 50 kills on each. PostgreSQL is a cluster of its own, in a folder that goes again.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.fire import report  # noqa: E402
from bench.fire.clusters import Cluster  # noqa: E402
from bench.fire.crowd import READY  # noqa: E402
from bench.fire.kills import FOLLOWING, OF_THE_CLUSTER, OF_THE_SITE, Killer, Struck, plan  # noqa: E402
from bench.fire.ledger import Tail  # noqa: E402
from bench.fire.sites import Site, TaskWorker, wait_until  # noqa: E402
from bench.fire.witness import Witness  # noqa: E402

STANDSTILL = 120.0  # seconds without one acknowledged act, after which it is no use to wait
BETWEEN_LOOKS = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Trial:
    """One site, one load. It ends when all three are reached: seconds, acknowledged acts, kills."""

    database: str  # sqlite, postgres, or the URL of one that is there and migrated
    workers: int
    seconds: float
    acts: int
    kills: int
    every: int  # acknowledged acts from one kill to the next, about
    seed: int
    texts: int  # that refer to the post which is renamed before the task worker is killed
    writers: int
    readers: int

    @property
    def kinds(self) -> tuple[str, ...]:
        return (*OF_THE_SITE, *OF_THE_CLUSTER) if self.database == "postgres" else OF_THE_SITE

    def __str__(self) -> str:
        name = self.database.partition(":")[0]
        what = f"{self.kills} kills, seed {self.seed}" if self.kills else f"{self.seconds:g} s of load"
        return f"{name}, {self.workers} worker{'s' if self.workers > 1 else ''}, {what}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="of load; 60")
    parser.add_argument("--kills", type=int, default=50, help="on each database; 50")
    parser.add_argument("--every", type=int, default=30, help="acknowledged acts from one kill to the next; 30")
    parser.add_argument("--acts", type=int, default=0, help="acknowledged acts to wait for; 0")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--writers", type=int, default=8, help="at once, 3 at least; 8")
    parser.add_argument("--readers", type=int, default=8, help="at once; 8")
    parser.add_argument("--texts", type=int, default=60, help="for a killed task worker to leave to the next one; 60")
    parser.add_argument("--workers", type=int, default=2, help="server processes, where it is not 1 and 2 in turn; 2")
    parser.add_argument("--only", choices=["sqlite", "postgres"], help="one database alone")
    parser.add_argument("--database", help="the URL of an empty and migrated database, for one trial on it alone")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    faults = [fault for trial in trials(wanted) for fault in held(trial)]
    sys.exit(1 if faults else 0)


def stop(*_: object) -> None:
    """Once: whoever presses Ctrl-C again must not keep us from stopping what we have started."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit("Stopped.")


def trials(wanted: argparse.Namespace) -> list[Trial]:
    common = {name: getattr(wanted, name) for name in ("acts", "every", "seed", "texts", "writers", "readers")}
    if wanted.database:
        numbers = {"seconds": wanted.seconds, "kills": wanted.kills}
        return [Trial(wanted.database, wanted.workers, **numbers, **common)]
    found = []
    for database, workers in (("sqlite", (1, 2)), ("postgres", (wanted.workers,))):
        if wanted.only in {None, database}:
            if wanted.seconds:
                found += [Trial(database, number, wanted.seconds, kills=0, **common) for number in workers]
            if wanted.kills:
                found.append(Trial(database, wanted.workers, seconds=0, kills=wanted.kills, **common))
    return found


def held(trial: Trial) -> list[str]:
    """Hold a trial and print what came of it; gives the faults."""
    print(f"\n## {trial}\n", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True)))
        cluster = None
        if trial.database == "postgres":
            cluster = Cluster(folder / "cluster")
            stack.callback(cluster.stop)
        own = f"sqlite:///{folder}/site.sqlite3" if trial.database == "sqlite" else trial.database
        port = int(os.environ.get("PORT", "0"))
        site = Site(folder, cluster.url if cluster else own, workers=trial.workers, port=port)
        stack.callback(site.stop)
        if trial.database in {"sqlite", "postgres"}:
            site.prepare()
        witness = Witness(site.env)
        stack.callback(witness.leave)
        crowd = {"writers": trial.writers, "readers": trial.readers}
        stage = witness.ask("stage", **crowd, texts=trial.texts, seed=trial.seed)
        site.start()
        tasks = TaskWorker(site)
        stack.callback(tasks.stop)
        begun, load = time.monotonic(), os.getloadavg()[0]
        try:
            struck, faults = _under_fire(trial, Killer(site, tasks, cluster, witness), witness, stage, folder)
        except RuntimeError:
            print(site.log.read_text()[-6000:])
            raise
        lasted = time.monotonic() - begun
        wait_until(lambda: witness.ask("all_have_followed"), seconds=FOLLOWING)
        tasks.stop()
        judged = witness.ask("judge", folder=str(folder), crashed=bool(struck), ended=tasks.starts - 1)
        faults += report.faults_of(folder, struck) + judged.pop("faults")
        print(report.table_of_waits(folder))
        if struck:
            print(f"\n{report.table_of_kills(struck)}")
        failed = ", ".join(f"{number} {what}" for what, number in sorted(report.failed(folder).items())) or "none"
        words = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in judged.items())
        print(
            f"\n{lasted:.0f} s at load {load:.1f} to {os.getloadavg()[0]:.1f}; {words}. Answers that failed: {failed}."
        )
        if faults:
            print(f"\n{len(faults)} faults:", *faults[:40], site.log.read_text()[-6000:], sep="\n")
        else:
            print("No faults.", flush=True)
        return faults


def _under_fire(
    trial: Trial, killer: Killer, witness: Witness, stage: dict[str, object], folder: Path
) -> tuple[list[Struck], list[str]]:
    task = {"stage": stage, "folder": str(folder), "port": killer.site.port, "seed": trial.seed}
    task |= {"writers": trial.writers, "readers": trial.readers}
    crowd = subprocess.Popen(
        [sys.executable, "-m", "bench.fire.crowd"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        crowd.stdin.write(json.dumps(task) + "\n")
        crowd.stdin.flush()
        if crowd.stdout.readline().strip() != READY:
            raise RuntimeError("The writers and readers did not begin; they say why above.")
        found = _fire(trial, killer, witness, Tail(folder))
        crowd.stdin.close()
        if crowd.wait(timeout=300):
            raise RuntimeError("A writer or a reader has died; it says why above.")
        return found
    finally:
        if crowd.poll() is None:
            os.killpg(crowd.pid, signal.SIGKILL)
            crowd.wait()


def _fire(trial: Trial, killer: Killer, witness: Witness, tail: Tail) -> tuple[list[Struck], list[str]]:
    """The load goes on by itself; look at the database now and then, and after every kill."""
    struck: list[Struck] = []
    faults: list[str] = []
    kills = plan(trial.seed, trial.kinds, trial.kills, every=trial.every)
    begun = looked = moved = time.monotonic()
    since, goal = 0, trial.acts
    while kills or tail.read() < goal or time.monotonic() - begun < trial.seconds:
        time.sleep(0.02)
        at = time.monotonic()
        done = tail.done
        if tail.read() > done:
            moved = at
        elif at - moved > STANDSTILL:
            return struck, [*faults, f"nothing was acknowledged for {STANDSTILL:g} s"]
        hit = bool(kills) and tail.done - since >= kills[0].after
        if hit:
            struck.append(killer.strike(kills.pop(0)))
            since, moved = tail.read(), time.monotonic()
        if hit or at - looked > BETWEEN_LOOKS:
            faults += witness.ask("look", acknowledged=sorted(tail.comments))
            looked = time.monotonic()
    return struck, faults


if __name__ == "__main__":
    main()
