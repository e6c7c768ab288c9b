"""What a site on many machines is made of, started on this one: PostgreSQL clusters, Redis, servers, a proxy.

Everything has a folder and ports of its own and ends with ``Machines``. PostgreSQL refuses to run as root: then it runs
as the user ``postgres``, as Debian's package does.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

ROOT = Path(__file__).resolve().parents[1]
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
PATIENCE = 60.0  # seconds for anything to start on a loaded machine

HAPROXY = """
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    option redispatch
frontend all
    bind 127.0.0.1:{port}
    option forwardfor
    http-request set-header X-Forwarded-Proto http
    default_backend sites
backend sites
    balance roundrobin
    option httpchk
    http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host 127.0.0.1
{servers}
"""


def program(name: str) -> str:
    """Where it is: in the path, where Debian keeps PostgreSQL's own, or among what administrators run."""
    places = [
        shutil.which(name),
        *sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), reverse=True),
        shutil.which(name, path="/usr/sbin:/usr/local/sbin"),
    ]
    found = next(filter(None, places), None)
    if found is None:
        sys.exit(f"{name} is missing. On Debian: apt-get install postgresql redis-server haproxy")
    return found


def wait_until(true: Callable[[], bool], what: str) -> float:
    """Gives the seconds it took; ends the script when it never becomes true."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > PATIENCE:
            raise TimeoutError(f"{what}: not within {PATIENCE:.0f} seconds")
        time.sleep(0.05)
    return time.monotonic() - begun


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Machines:
    """Processes by name; each leads a group of its own, so that it goes with all its children, as a machine does."""

    def __init__(self, folder: Path, *, first_port: int) -> None:
        self.folder = folder
        self.folder.chmod(0o755)
        self.first_port = first_port
        self.ports: dict[str, int] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for name in reversed(list(self.running)):  # the proxy first, the databases last
            self.stop(name)

    def port(self, name: str) -> int:
        return self.ports.setdefault(name, self.first_port + len(self.ports))

    def start(self, name: str, *words: str, env: dict[str, str] | None = None) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            words, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        if name in self.ports:
            wait_until(lambda: listens(self.port(name)) or self.running[name].poll() is not None, name)
            if self.running[name].poll() is not None:
                raise RuntimeError(f"{name} ended at once: {self.log(name)[-2000:]}")

    def kill(self, name: str) -> None:
        """As when the power goes."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast way too
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it may have left behind
        process.wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    # --- PostgreSQL ---------------------------------------------------------------------------------------------------

    def make_primary(self, name: str) -> None:
        self._own_folder(name)
        options = ["--username=colloquy", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._as_postgres("initdb", "-D", str(self.folder / name), *options)

    def make_replica(self, name: str, *, of: str) -> None:
        source = f"host=127.0.0.1 port={self.port(of)} user=colloquy"
        self._own_folder(name)
        self._as_postgres("pg_basebackup", "-D", str(self.folder / name), "-R", "-d", source, "--checkpoint=fast")

    def start_cluster(self, name: str) -> None:
        settings = {
            "port": str(self.port(name)),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "60",
            "shared_buffers": "64MB",
            "wal_keep_size": "256MB",  # what a replica may miss while it is away
            "recovery_min_apply_delay": "300ms",  # so near, a replica would hardly ever be behind
        }
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self.start(name, *AS_POSTGRES, program("postgres"), "-D", str(self.folder / name), *words)
        wait_until(lambda: self.answers(name), name)

    def promote(self, name: str) -> None:
        self.sql(name, "SELECT pg_promote()")

    def answers(self, name: str) -> bool:
        try:
            self.sql(name, "SELECT 1", database="template1")
        except psycopg.OperationalError:
            return False
        return True

    def sql(self, name: str, query: str, *, database: str = "colloquy") -> list[tuple[object, ...]]:
        where = f"host=127.0.0.1 port={self.port(name)} user=colloquy dbname={database} connect_timeout=5"
        with psycopg.connect(where, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def _own_folder(self, name: str) -> None:
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        if AS_POSTGRES:
            shutil.chown(folder, "postgres", "postgres")

    def _as_postgres(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [*AS_POSTGRES, program(name), *words], cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr}")

    # --- The rest -----------------------------------------------------------------------------------------------------

    def start_redis(self, name: str) -> None:
        words = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.start(name, program("redis-server"), "--port", str(self.port(name)), *words)

    def start_site(self, name: str, env: dict[str, str]) -> None:
        self.start(name, sys.executable, "manage.py", "serve", env=env | {"PORT": str(self.port(name))})

    def start_worker(self, name: str, env: dict[str, str]) -> None:
        self.start(name, sys.executable, "manage.py", "work", env=env)

    def start_proxy(self, name: str, *, sites: list[str]) -> None:
        servers = [f"    server {site} 127.0.0.1:{self.port(site)} check inter 1s" for site in sites]
        config = self.folder / "haproxy.cfg"
        config.write_text(HAPROXY.format(port=self.port(name), servers="\n".join(servers)))
        self.start(name, program("haproxy"), "-db", "-f", str(config))


def manage(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {words[0]}: {done.stderr or done.stdout}")
    return done.stdout
