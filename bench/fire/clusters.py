"""A PostgreSQL of the test's own, to be killed: cluster, folder and port are nobody else's."""

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from typing import Self

import psycopg

from bench.fire.sites import children, command, free_port, hold, kill, wait_until_gone

WAIT = 60  # seconds for a start


def binaries() -> Path | None:
    """The folder of ``initdb`` and its kin, of the newest version there is."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in folders), key=lambda folder: int(folder.parent.name), default=None)


class Cluster:
    """Made and started, as a replica ``of`` another where there is one; ``stop`` leaves nothing of it.

    PostgreSQL refuses root: then it is run by ``postgres``.
    """

    def __init__(self, folder: Path, *, port: int = 0, of: Self | None = None, **settings: str) -> None:
        if (found := binaries()) is None:
            raise RuntimeError("There is no initdb: install PostgreSQL (Debian: apt-get install postgresql).")
        self.binaries = found
        self.user = "postgres" if os.getuid() == 0 else None
        self.folder = folder
        self.port = port or free_port()
        self.settings = {"max_connections": "60"} | settings
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        folder.mkdir()
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            folder.parent.chmod(0o711)  # so that it may pass
        data = ["--pgdata", str(folder / "data")]
        if of is None:
            words = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
            self._run("initdb", *data, *words)
        else:
            self._run("pg_basebackup", *data, "--write-recovery-conf", "--dbname", of.url, "--checkpoint=fast")
        self.start()

    def start(self) -> None:
        """Recovers first, where it has been killed.

        As our own child: we bury it when it is dead. Until somebody does, its number counts as taken, and the next one
        takes it for alive.
        """
        words = ["-D", str(self.folder / "data"), "-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder)]
        words += [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("a") as log:
            self.postmaster = subprocess.Popen(
                [self.binaries / "postgres", *words],
                cwd=self.folder,
                user=self.user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self.wait()

    def wait(self) -> None:
        deadline = time.monotonic() + WAIT
        ready = [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            if self.postmaster.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not come up: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def sql(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def master(self) -> list[int]:
        """Postmaster first, then all that it has started."""
        if self.postmaster.poll() is not None:
            return []
        return [self.postmaster.pid, *children(self.postmaster.pid)]

    def backends(self) -> list[int]:
        """Those that serve somebody."""
        return [pid for pid in self.master()[1:] if "127.0.0.1(" in command(pid)]

    def kill(self) -> None:
        """All of it at once. The postmaster is held first: a backend that it starts meanwhile would live on, and keep
        the shared memory from the next."""
        for pid in self.master()[:1]:
            hold(pid)
        pids = self.master()
        for pid in pids:
            kill(pid)
        self.postmaster.wait()
        if left := wait_until_gone(pids, seconds=30):
            raise RuntimeError(f"Processes of PostgreSQL cannot be killed: {left}")

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self.binaries / program, *words],
            cwd=self.folder,
            user=self.user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
