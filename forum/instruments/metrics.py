"""Counters for Prometheus. Imported only where COLLOQUY_METRICS_TOKEN is set, since it starts to count then.

``manage.py serve`` names a folder (PROMETHEUS_MULTIPROC_DIR) in which all server processes keep their numbers, so that
any of them can tell those of all. What a process has counted stays when it ends; what it was at the moment (a "live"
gauge) goes with it. Names of addresses, never addresses, stand in labels: their number is that of the code's own words.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from forum.instruments import rendering
from forum.instruments.process import resident
from forum.instruments.record import Record

METHODS = frozenset({"GET", "HEAD", "POST"})
SAMPLED_EVERY = 1.0  # seconds

registry = CollectorRegistry()
requests = Histogram(
    "colloquy_request_seconds",
    "Requests that were answered, by the name of their address",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
door = Counter(
    "colloquy_door_answers", "Thread pages for who is not logged in, by how they came", ["kind"], registry=registry
)
refusals = Counter(
    "colloquy_refusals", "Acts that were refused, by the code of the refusal", ["code"], registry=registry
)
statements = Counter("colloquy_database_statements", "Statements to the database", registry=registry)
statement_seconds = Counter("colloquy_database_seconds", "Seconds spent in statements", registry=registry)
statement_errors = Counter("colloquy_database_errors", "Statements that failed", registry=registry)
texts = Histogram(
    "colloquy_render_seconds",
    "Texts that were rendered, from the question to the answer, waiting included",
    ["outcome"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=registry,
)
render_cpu = Counter("colloquy_render_cpu_seconds", "Seconds of CPU of the children that render", registry=registry)
lost_children = Counter(
    "colloquy_render_lost_children",
    "Children that died or gave no answer, and waits for one in vain",
    registry=registry,
)
cpu = Counter("colloquy_process_cpu_seconds", "Seconds of CPU of the server processes", registry=registry)


def _live(name: str, what: str) -> Gauge:
    """A sum over the processes that live."""
    return Gauge(name, what, multiprocess_mode="livesum", registry=registry)


waiting = _live("colloquy_render_waiting", "Texts that wait for a child")
children = _live("colloquy_render_children", "Children that render")
places = _live("colloquy_render_places", "Children that there may be")
memory = _live("colloquy_process_resident_bytes", "Memory of the server processes")
workers = _live("colloquy_workers", "Server processes")


class _Sample:
    """Of this process, taken after a request at most once a second."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.taken_at = 0.0
        self.cpu = 0.0

    def take(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if now - self.taken_at < SAMPLED_EVERY and not at_once:
            return
        with self.lock:
            self.taken_at = now
            spent = time.process_time()
            cpu.inc(max(spent - self.cpu, 0))
            self.cpu = spent
        memory.set(resident())


_sample = _Sample()


def start() -> None:
    """For a process that begins to answer."""
    workers.set(1)
    places.set(settings.RENDERERS)
    rendering.watch = rendering.Watch(waiting=waiting.inc, children=children.set)


def count(record: Record) -> None:
    method = record.method if record.method in METHODS else "other"
    requests.labels(method, record.route or _without_a_route(record), f"{record.status[0]}xx").observe(record.seconds)
    if record.door:
        door.labels(record.door).inc()
    if record.refusal:
        refusals.labels(record.refusal).inc()
    if record.queries:
        statements.inc(record.queries)
        statement_seconds.inc(record.query_seconds)
        statement_errors.inc(record.query_errors)
    for text in record.renderings:
        texts.labels(text.outcome).observe(text.seconds)
        render_cpu.inc(text.cpu)
    if record.lost_children:
        lost_children.inc(record.lost_children)
    _sample.take()


def _without_a_route(record: Record) -> str:
    """Static files are answered before addresses are looked up, as is what is sent elsewhere or refused."""
    is_file = record.path.startswith(settings.STATIC_URL) and record.status.startswith(("200", "206", "304"))
    return "static" if is_file else "none"


def exposed() -> bytes:
    """All numbers of all processes, in the text format of Prometheus."""
    _sample.take(at_once=True)
    if not (folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR")):
        return generate_latest(registry)
    forget_the_dead(Path(folder))
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together, path=folder)
    return generate_latest(together)


def forget_the_dead(folder: Path) -> None:
    """Let go of what the processes were that are no more: killed ones have nobody else to do it."""
    for pid in {int(path.stem.rpartition("_")[2]) for path in folder.glob("gauge_live*.db")}:
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, PermissionError):  # gone, and perhaps its number given to somebody else's
            with suppress(FileNotFoundError):  # another process was asked at the same moment
                multiprocess.mark_process_dead(pid, str(folder))
