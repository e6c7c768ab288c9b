"""What is killed, when and in which order: all drawn from a seed before it begins."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.fire.clusters import Cluster
from bench.fire.ledger import now
from bench.fire.sites import Site, TaskWorker, kill, listening, renderers_of, wait_until, wait_until_gone
from bench.fire.witness import Witness

OF_THE_SITE = ("server", "worker", "renderer", "task worker")
OF_THE_CLUSTER = ("backend", "cluster")
UNSEEN = {"renderer", "task worker"}  # whose deaths no request may notice
PATIENCE = 20.0  # seconds for somebody to be there who can be killed, and for those to go who should
FOLLOWING = 120.0  # seconds for the texts that refer to a renamed post; a task that failed waits 30 of them


@dataclass(frozen=True, slots=True)
class Kill:
    kind: str
    after: int  # acknowledged acts since the last recovery
    delay: float  # seconds more, so that it falls into the middle of something
    choice: float  # which of several, from 0 to 1


@dataclass(frozen=True, slots=True)
class Struck:
    """A kill that was done. Between ``at`` and ``back`` an answer may fail, unless it was one that is ``UNSEEN``."""

    kind: str
    at: float
    back: float
    orphans: int = 0  # processes that outlived the one that had started them


def plan(seed: int, kinds: tuple[str, ...], number: int, *, every: int) -> list[Kill]:
    """``number`` kills, of all kinds equally often, about ``every`` acts apart; the same for the same seed."""
    chance = random.Random(f"kills/{seed}")
    drawn = [kinds[place % len(kinds)] for place in range(number)]
    chance.shuffle(drawn)
    after = (every // 2, every + every // 2)
    return [Kill(kind, chance.randint(*after), chance.uniform(0, 0.1), chance.random()) for kind in drawn]


class Killer:
    def __init__(self, site: Site, tasks: TaskWorker, cluster: Cluster | None, witness: Witness) -> None:
        self.site = site
        self.tasks = tasks
        self.cluster = cluster
        self.witness = witness
        self.found: dict[str, Callable[[], list[int]]] = {
            "server": site.master,
            "worker": site.worker_processes,
            "renderer": lambda: [*site.renderers(), *tasks.renderers()],
            "task worker": tasks.master,
        }
        if cluster is not None:
            self.found |= {"backend": cluster.backends, "cluster": cluster.master}

    def strike(self, planned: Kill) -> Struck:
        """Kill, and see to it that the site comes back, as the service manager of a real one would."""
        time.sleep(planned.delay)
        victims = self._found(planned.kind)
        victim = victims[int(planned.choice * len(victims))]
        workers, at = self.site.worker_processes(), now()
        match planned.kind:
            case "server":
                return self._kill_server(victim, workers, at)
            case "worker":
                kill(victim)
                wait_until_gone([victim], seconds=PATIENCE)
            case "renderer":
                kill(victim)
            case "task worker":
                return self._kill_task_worker(planned.delay)
            case "backend":
                self._kill_backend(victim)
            case "cluster":
                self._kill_cluster()
        self._come_back()
        return Struck(planned.kind, at, now())

    def _found(self, kind: str) -> list[int]:
        if not wait_until(self.found[kind], seconds=PATIENCE):
            raise RuntimeError(f"There is no {kind} to be killed.")
        return self.found[kind]()

    def _kill_server(self, victim: int, workers: list[int], at: float) -> Struck:
        kill(victim)
        orphans = wait_until_gone(workers, seconds=PATIENCE)
        for pid in orphans:
            kill(pid)
        wait_until(lambda: not listening(self.site.port), seconds=PATIENCE)
        self.site.stop()
        self.site.start()
        return Struck("server", at, now(), len(orphans))

    def _kill_task_worker(self, delay: float) -> Struck:
        """In the middle of what a rename has left to it. It is back when the next one has done that."""
        if not wait_until(lambda: self.witness.ask("keep_busy", seconds=PATIENCE), seconds=FOLLOWING):
            raise RuntimeError("The task worker does not begin what it should do.")
        time.sleep(delay)
        (victim,) = self._found("task worker")
        renderers, at = renderers_of(victim), now()
        kill(victim)
        orphans = wait_until_gone(renderers, seconds=PATIENCE)
        for pid in orphans:
            kill(pid)
        if not wait_until(lambda: self.witness.ask("has_been_followed"), seconds=FOLLOWING):
            raise RuntimeError("The next task worker does not do what the killed one left.")
        return Struck("task worker", at, now(), len(orphans))

    def _kill_backend(self, victim: int) -> None:
        assert self.cluster is not None
        others = self.cluster.backends()
        kill(victim)
        wait_until_gone(others, seconds=PATIENCE)  # the postmaster ends them all, since shared memory may be torn
        self.cluster.wait()

    def _kill_cluster(self) -> None:
        assert self.cluster is not None
        self.cluster.kill()
        self.cluster.start()

    def _come_back(self) -> None:
        """The server replaces a worker by itself; where two die within 5.5 s it gives up, and is started again."""
        try:
            self.site.wait()
        except RuntimeError:
            if not self.site.has_ended:
                raise
            self.site.stop()
            self.site.start()
