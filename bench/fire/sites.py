"""A site under test: its server, as ``manage.py serve`` starts it, its task worker, and the processes of both."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from bench.fire.browsing import Browser

ROOT = Path(__file__).resolve().parents[2]
START = 90.0  # seconds until a server must serve; it takes three of CPU
RESTART = 0.1  # seconds from the end of a task worker to the next one
PLENTY = "1000000"
LIMITS = ("COMMENTS_PER_MINUTE", "COMMENTS_PER_DAY", "POSTS_PER_DAY", "EDITS_PER_HOUR", "PREVIEWS_PER_MINUTE")


def free_port() -> int:
    """At this moment. Not one of those that the system gives to clients (from 32,768 on): who asks there again and
    again while nobody listens is in the end connected with itself, and the port is taken."""
    for port in random.SystemRandom().sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("There is no free port between 20,000 and 30,000.")


class Site:
    """``folder`` takes what the site keeps, and its log. ``settings`` come on top of those that every site has."""

    def __init__(self, folder: Path, database: str, *, workers: int, port: int = 0, **settings: str) -> None:
        self.workers = workers
        self.port = port or free_port()
        own = {
            "DATABASE_URL": database,
            "COLLOQUY_VAR": str(folder / "var"),
            "PORT": str(self.port),
            "COLLOQUY_WORKERS": str(workers),
            "COLLOQUY_TASKS": "database",
            "COLLOQUY_LOG_LEVEL": "error",
            "PYTHONPATH": str(ROOT),
        }
        self.env = os.environ | own | {f"COLLOQUY_{name}": PLENTY for name in LIMITS} | settings
        self.log = folder / "server.log"
        self.server: subprocess.Popen[bytes] | None = None

    def manage(self, *words: str) -> str:
        """What the command prints. Raises CalledProcessError; why, the command says on our own error output."""
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=self.env, check=True, stdout=subprocess.PIPE, text=True).stdout

    def prepare(self) -> None:
        self.manage("migrate", "-v0")
        self.manage("collectstatic", "--no-input", "-v0")

    def launch(self) -> None:
        """Begin to start."""
        with self.log.open("a") as log:
            self.server = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def start(self) -> None:
        self.launch()
        self.wait()

    def wait_for_workers(self) -> None:
        """Until each of them listens. The socket of one that was killed counts for a moment longer than its process."""
        deadline = time.monotonic() + START
        while min(len(self.worker_processes()), listening(self.port)) < self.workers:
            if self.has_ended or time.monotonic() > deadline:
                raise RuntimeError(f"The server does not come up; {self.log} says why.")
            time.sleep(0.05)

    def wait(self) -> None:
        """Until every worker listens and the site says that it can serve."""
        self.wait_for_workers()
        if not Browser(self.port).wait_until_up(START):
            raise RuntimeError(f"The server is not ready; {self.log} says why.")

    @property
    def has_ended(self) -> bool:
        return self.server is None or self.server.poll() is not None

    def master(self) -> list[int]:
        return [] if self.server is None or self.has_ended else [self.server.pid]

    def worker_processes(self) -> list[int]:
        return [pid for master in self.master() for pid in children(master) if "spawn_main" in command(pid)]

    def renderers(self) -> list[int]:
        return [pid for worker in self.worker_processes() for pid in renderers_of(worker)]

    def stop(self) -> None:
        """Whatever state it is in; what does not end when it is told to is killed."""
        if self.server is None:
            return
        known = {pid: command(pid) for pid in [*self.renderers(), *self.worker_processes()]}
        self.server.terminate()
        try:
            self.server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        for pid, words in known.items():
            if command(pid) == words:
                kill(pid)
        self.server = None


class TaskWorker:
    """``manage.py work``, started again whenever it ends, as systemd does with ``Restart=always``."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.starts = 0
        self._stopped = False
        self._starting = threading.Lock()
        self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def master(self) -> list[int]:
        return [self._process.pid] if self._process.poll() is None else []

    def renderers(self) -> list[int]:
        return [pid for master in self.master() for pid in renderers_of(master)]

    def stop(self) -> None:
        """What it is doing it does to the end."""
        with self._starting:
            self._stopped = True
        self._process.terminate()
        self._keeper.join(timeout=60)
        known = self.renderers()
        self._process.kill()
        for pid in known:
            kill(pid)

    def _start(self) -> None:
        with self.site.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "work", "-v0"],
                cwd=ROOT,
                env=self.site.env,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self.starts += 1

    def _keep(self) -> None:
        while True:
            self._process.wait()
            time.sleep(RESTART)
            with self._starting:
                if self._stopped:
                    return
                self._start()


def renderers_of(pid: int) -> list[int]:
    return [child for child in children(pid) if "forum.markup.worker" in command(child)]


def children(pid: int) -> Iterator[int]:
    """Of all threads of a process: each has a list of its own."""
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            yield from map(int, (task / "children").read_text().split())


def command(pid: int) -> str:
    """Empty for a process that is gone, or dead and not yet buried."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def hold(pid: int) -> None:
    """Stop a process where it is, and wait until it stands still."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: _state(pid) in {"T", ""}, seconds=5)


def _state(pid: int) -> str:
    """One letter: T for a process that stands still; empty for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return ""


def wait_until(true: Callable[[], object], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(found)


def wait_until_gone(pids: list[int], *, seconds: float) -> list[int]:
    """Those that are still there when the time is over."""
    wait_until(lambda: not any(map(command, pids)), seconds=seconds)
    return [pid for pid in pids if command(pid)]


def listening(port: int) -> int:
    """How many sockets of this machine listen at the port: one for each worker."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    states = (row.split() for row in rows)
    return sum(fields[1].endswith(f":{port:04X}") and fields[3] == "0A" for fields in states)
