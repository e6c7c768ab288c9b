"""What it costs to read: required and reached, as a Markdown table. Makes its own data, in a folder that goes again.

CPU is that of the server's process, from /proc, over many requests to granian as in production. Requests a second are
compared with those of a WSGI application of one line that sends the same bytes under the same server, asked by the same
client: on a machine that others use too only the ratio says something. `--lists` adds the long lists, which take half
an hour to fill. With a DATABASE_URL that names PostgreSQL it makes databases of its own on that server, `bench_…`, and
drops them in the end; the CPU is still that of the site alone, but what the lists take in time holds its work too.
"""

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from asking import Reader, cost, memory_of, rate, value, wait

ROOT = Path(__file__).resolve().parents[1]
PART = 500  # comments, as forum/comments/budget.py has it
ONE_LINE = """
import os
BODY = open(os.environ["BENCH_BODY"], "rb").read()
STATUS = os.environ["BENCH_STATUS"]
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("ETag", 'W/"x"')]
def application(environ, start_response): start_response(STATUS, HEADERS); return [BODY]
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lists", action="store_true", help="also the lists, at 1,000 and at 100,000 posts")
    wanted = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {kind()}\n")
    print("what | required | reached\n---|---|---")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_the_end:
        threads(Path(folder), until_the_end)
        if wanted.lists:
            lists(Path(folder), until_the_end)


def row(what: str, required: str, reached: str) -> None:
    print(f"{what} | {required} | {reached}", flush=True)


# --- Data and servers -------------------------------------------------------------------------------------------------


def manage(env: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def kind() -> str:
    return "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"


def database(folder: Path, name: str, until_the_end: ExitStack) -> str:
    """The address of an empty one, which goes when it is no longer needed."""
    if kind() == "SQLite":
        return f"sqlite:///{folder}/{name}.sqlite3"
    server = os.environ["DATABASE_URL"]
    drop = f"DROP DATABASE IF EXISTS bench_{name} WITH (FORCE)"
    for statement in (drop, f"CREATE DATABASE bench_{name}"):
        execute(server, statement)
    until_the_end.callback(execute, server, drop)
    return urlsplit(server)._replace(path=f"/bench_{name}").geturl()


def execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def environment(folder: Path, name: str, until_the_end: ExitStack) -> dict[str, str]:
    """Of a site with a database of its own."""
    site = {
        "DATABASE_URL": database(folder, name, until_the_end),
        "COLLOQUY_VAR": str(folder / "var"),
        "PORT": free_port(),
    }
    env = os.environ | site | {"COLLOQUY_LOG_LEVEL": "warning", "PYTHONPATH": str(ROOT)}
    manage(env, "migrate", "-v0")
    manage(env, "collectstatic", "--no-input", "-v0")
    return env


def filled(env: dict[str, str], **numbers: object) -> str:
    """The address of the longest thread."""
    words = [f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}") for name, value in numbers.items()]
    return manage(env, "bench_data", *words).strip().rpartition(" ")[2]


def free_port() -> str:
    """One that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


SESSION = """
from django.test import Client
from accounts.models import User
client = Client()
client.force_login(User.objects.get(username="bench-1"))
print(client.cookies["sessionid"].value)
"""


def session(env: dict[str, str]) -> str:
    """The cookies of somebody who has written in every thread."""
    return f"sessionid={manage(env, 'shell', '-v0', '-c', SESSION).strip()}; csrftoken={'b' * 32}"


@contextmanager
def serving(env: dict[str, str], *command: str) -> Iterator[int]:
    """The process number of the one worker."""
    server = subprocess.Popen(
        command or [sys.executable, "manage.py", "serve"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", int(env["PORT"])), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        yield max(
            int(child) for child in children if "resource_tracker" not in Path(f"/proc/{child}/cmdline").read_text()
        )
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def one_line(folder: Path, env: dict[str, str], body: bytes, status: str = "200 OK") -> Iterator[int]:
    (folder / "one_line.py").write_text(ONE_LINE)
    (folder / "body").write_bytes(body)
    more = {"BENCH_BODY": str(folder / "body"), "BENCH_STATUS": status, "PYTHONPATH": str(folder)}
    with serving(env | more, *granian(env, "one_line:application")) as worker:
        yield worker


def granian(env: dict[str, str], application: str) -> list[str]:
    """The command that serves another application than the site, as the site is served."""
    words = ["--interface", "wsgi", "--http", "1", "--no-ws", "--workers", "1", "--blocking-threads", "4"]
    return [sys.executable, "-m", "granian", *words, "--port", env["PORT"], application]


# --- What is measured -------------------------------------------------------------------------------------------------


def threads(folder: Path, until_the_end: ExitStack) -> None:
    env = environment(folder, "threads", until_the_end)
    path = filled(env, posts=1, comments=1000, one_thread=True)
    full = filled(env, posts=1, comments=2_000, one_thread=True, seed=4)
    ten_thousand = filled(env, posts=1, comments=10_000, one_thread=True, seed=2)
    large = filled(env, posts=1, comments=100_000, one_thread=True, seed=3)
    cookie = session(env)
    with serving(env) as pid:
        page = Reader(env, path, Cookie=cookie)
        megabytes = len(page.first()[1]) / 1e6
        signed_in = cost(pid, page, requests=10)
        row("1,000 comments, signed in, nothing kept", "15 ms, 1.2 MB", f"{signed_in:.1f} ms, {megabytes:.2f} MB")
        row("the same beside bench/sketch.py", "15 to 8, 1.9", beside_the_sketch(pid, page, env, path.split("/")[2]))
        for method in ("zstd", "gzip"):
            reader = Reader(env, path, Cookie=cookie, Accept_Encoding=method)
            size, spent = len(reader.first()[1]) / 1000, cost(pid, reader, requests=10)
            row(f"the same in {method}", "stated", f"{spent - signed_in:.1f} ms more, {size:.0f} kB")
        tag = value(Reader(env, path, Cookie=cookie).first()[0], "etag")
        unchanged = cost(pid, Reader(env, path, Cookie=cookie, If_None_Match=tag), requests=100)
        row("the same, unchanged", "304", f"{unchanged:.1f} ms")
        before = memory_of(pid)
        ten = cost(pid, Reader(env, f"{ten_thousand}?all", Cookie=cookie), requests=2)
        more = memory_of(pid, name="VmHWM") - before
        row("10,000 whole, signed in", "12 times the 1,000, 60 MB", f"{ten / signed_in:.1f} times, {more:.0f} MB")
        two = cost(pid, Reader(env, full, Cookie=cookie), requests=5)
        row("2,000 whole, signed in", "stated", f"{two / signed_in:.1f} times ({two:.0f} ms)")
        for name, thread in (("10,000", ten_thousand), ("100,000", large)):
            opening = Reader(env, thread, Cookie=cookie)
            size, spent = len(opening.first()[1]) / 1e6, cost(pid, opening, requests=5)
            part = cost(pid, Reader(env, stub_in(opening.first()[1], thread), Cookie=cookie), requests=5)
            row(
                f"the opening of {name}", "stated", f"{spent / two:.1f} times the 2,000 ({spent:.0f} ms, {size:.2f} MB)"
            )
            row(
                f"the largest branch left out of it, its best {PART}",
                "stated",
                f"{part / two:.1f} times ({part:.0f} ms)",
            )
        small, big = (
            cost(pid, Reader(env, branch_of(env, thread), Cookie=cookie), requests=30) for thread in (path, large)
        )
        row("a branch of about 20, in a thread of 100,000", "as in a thread of 1,000", f"{big / small:.2f} times")
    _rates(folder, env, path)


def stub_in(page: bytes, thread: str) -> str:
    """The address of the stub on ``page`` that stands for most replies to one comment."""
    stubs = re.findall(r'<li class="stub[^>]*><a href="(c/[^"]+)">([0-9,]+) more', page.decode())
    return thread + max(stubs, key=lambda stub: int(stub[1].replace(",", "")))[0]


BRANCH = """
from django.db.models import F
from django.db.models.functions import Abs
from forum.comments.models import Comment
found = Comment.objects.filter(post={post}, level=2).order_by(Abs(F("rght") - F("lft") - 41), "pk")
print(found.first().get_branch_url())
"""


def branch_of(env: dict[str, str], thread: str) -> str:
    """The address of a comment with about twenty below it."""
    return manage(env, "shell", "-v0", "-c", BRANCH.format(post=thread.split("/")[2])).strip()


def beside_the_sketch(pid: int, page: Reader, env: dict[str, str], post: str) -> str:
    """A page beside the least that its comments take under the same server, both measured in turns."""
    env = env | {"PORT": free_port(), "PYTHONPATH": f"{ROOT}:{ROOT / 'bench'}"}
    with serving(env, *granian(env, "sketch:application")) as other:
        sketch = Reader(env, f"/{post}/")
        turns = [
            (cost(pid, page, requests=10, rounds=1), cost(other, sketch, requests=10, rounds=1)) for _ in range(15)
        ]
    ours, theirs = (statistics.median(costs) for costs in zip(*turns, strict=True))
    ratio = statistics.median(our / their for our, their in turns)
    return f"{ratio:.2f} times ({ours:.1f} ms and {theirs:.1f} ms)"


def _rates(folder: Path, env: dict[str, str], path: str) -> None:
    """Of the anonymous page and its 304, beside the application of one line; each measured twice, in turns."""
    asks = {"zstd": {"Accept_Encoding": "zstd"}, "as it is": {}}
    with serving(env):
        pages = {name: Reader(env, path, **headers).first() for name, headers in asks.items()}
    tag = value(pages["zstd"][0], "etag")
    for name, headers in asks.items():
        ours, theirs = [], []
        for _ in range(2):
            with serving(env):
                ours.append(rate(env, path, **headers))
            with one_line(folder, env, pages[name][1]):
                theirs.append(rate(env, path, **headers))
        row(f"1,000, not logged in, unchanged, {name}", "a third of the one line", compared(ours, theirs))
    ours, theirs = [], []
    for _ in range(2):
        with serving(env):
            ours.append(rate(env, path, If_None_Match=tag, Accept_Encoding="zstd"))
        with one_line(folder, env, b"", "304 Not Modified"):
            theirs.append(rate(env, path, If_None_Match=tag, Accept_Encoding="zstd"))
    row("the same with If-None-Match", "304, two thirds of the one line", compared(ours, theirs))


def compared(ours: list[float], theirs: list[float]) -> str:
    us, them = max(ours), max(theirs)
    return f"{us / them:.2f} of it ({us:.0f} and {them:.0f} a second)"


PROLIFIC = """
from accounts.models import User
Post.objects.filter(pk__lte=60).update(author=User.objects.get(username="bench-7"))
"""  # so that their page has as many rows with few posts as with many


def lists(folder: Path, until_the_end: ExitStack) -> None:
    """Each list at 1,000 and at 100,000 posts, with ten comments to a post: the ratios of CPU and of time."""
    pages = ("/", "/?sort=active", "/u/bench-7/", "/tags/statistics/", "/tags/statistics/?sort=active")
    found: dict[str, list[tuple[float, float]]] = {page: [] for page in pages}
    for name, posts in (("few", 1_000), ("many", 100_000)):
        env = environment(folder, name, until_the_end)
        filled(env, posts=posts, comments=10 * posts)
        manage(env, "shell", "-v0", "-c", PROLIFIC)
        with serving(env) as pid:
            for page, measured in found.items():
                reader = Reader(env, page)
                wait(reader)  # until all is in memory that will be
                measured.append((cost(pid, reader, requests=20), wait(reader)))
    for page, ((few, few_wait), (many, many_wait)) in found.items():
        row(
            f"{page} at 100,000 posts",
            "1.3 times the CPU at 1,000 posts",
            f"{many / few:.2f} times ({few:.1f} ms, {many:.1f} ms); "
            f"{many_wait / few_wait:.2f} times the time ({few_wait:.1f} ms, {many_wait:.1f} ms)",
        )


if __name__ == "__main__":
    main()
