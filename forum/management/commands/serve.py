import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connections
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from forum.kit.ports import trouble_with_port

KILL_TIMEOUT = 10  # seconds for what is being answered when the server is told to stop, or is gone


def load_application(target: str) -> Callable[..., Any]:
    """What a worker serves; called in the worker itself, once it has started.

    It leaves the server's process group, so that Ctrl-C reaches the server alone, which then stops its workers:
    a worker that hears of it twice within a moment may hang (seen in one of four with granian 2).
    """
    os.setpgid(0, 0)
    threading.Thread(target=end_with_the_server, daemon=True).start()
    return import_string(target)


def end_with_the_server() -> None:
    """Wait in a worker until its server is gone, however it ended, and end too.

    Else a server that was killed could not be started again: its workers would go on, with the old code, and hold the
    port.
    """
    if (server := multiprocessing.parent_process()) is None:
        return
    server.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(KILL_TIMEOUT)
    os._exit(1)


def keep_private(database: dict[str, Any]) -> None:
    """Let nobody else on this machine read an SQLite file: it holds sessions and the hashes of passwords.

    SQLite gives the files beside it the same rights.
    """
    name = str(database["NAME"])
    if database["ENGINE"].endswith("sqlite3") and name != ":memory:" and not name.startswith("file:"):
        path = Path(name)
        try:
            path.touch(mode=0o600)
            path.chmod(path.stat().st_mode & 0o700)
        except OSError as fault:
            raise CommandError(f"The file that DATABASE_URL names cannot be used: {fault}") from None


def share_metrics() -> None:
    """An empty folder for the numbers of all workers; those of the server that was before are gone with it."""
    folder = settings.VAR_DIR / f"metrics-{settings.PORT}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


class Command(BaseCommand):
    help = "Serve the site with granian, at COLLOQUY_BIND and PORT, until it is interrupted."
    requires_system_checks = []  # `migrate` and `check --deploy` have looked; workers should start at once

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first migrate, collect the static files, and load the demonstration into an empty database",
        )

    def handle(self, *, prepare: bool, **options: object) -> None:
        if trouble := trouble_with_port(settings.PORT, settings.BIND):
            raise CommandError(trouble)
        if prepare:  # in one process: each start of Django costs a second
            settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
            keep_private(settings.DATABASES["default"])
            try:
                call_command("migrate", verbosity=0)
            except OperationalError as fault:
                raise CommandError(f"The database that DATABASE_URL names does not answer: {fault}") from None
            call_command("demo", if_empty=True, stdout=self.stdout)
            call_command("collectstatic", interactive=False, verbosity=0)
            connections.close_all()
        if settings.METRICS_TOKEN:
            share_metrics()
        # Else the memory that a long thread took stays with the thread that made it: 13 MB in each. One holds the
        # interpreter's lock at a time, so they do not get in each other's way.
        os.environ.setdefault("MALLOC_ARENA_MAX", "1")
        # A worker that starts from nothing takes in new code when the server is told to (SIGHUP).
        multiprocessing.set_start_method("spawn", force=True)
        server = Granian(
            "forum.wsgi.application",
            address=settings.BIND,
            port=settings.PORT,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,  # what proxies speak to a site behind them
            http1_settings=HTTP1Settings(
                header_read_timeout=10_000,  # milliseconds
                max_buffer_size=65_536,  # bytes; headers of twice that are refused with 431
            ),
            websockets=False,
            workers=settings.WORKERS,
            blocking_threads=settings.THREADS,
            backlog=1024,  # connections
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_TIMEOUT,
            log_level=LogLevels.warning,
        )
        server.on_startup(self.greet)
        server.serve(target_loader=load_application)

    def greet(self) -> None:
        self.stdout.write(f"{settings.SITE_NAME} is served at {settings.SITE_URL}/ (Ctrl-C stops it)")
        self.stdout.flush()
