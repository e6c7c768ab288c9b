"""What it costs to write: required and reached, as a Markdown table. Makes its own data, in a folder that goes again.

CPU is that of the thread that does it, in one process without a network, and without the rendering of the text, which
has a table of its own (bench/rendering.py). Medians of many replies, all by people who may write as much as they like.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from reading import environment, filled, kind, row

REPLIES = 30  # for each figure
WRITERS = 8
EACH = 60  # replies of each writer
SOURCE = "A reply of a few words, with *emphasis*, and a second sentence to follow the first. " * 7  # 600 bytes
UNLIMITED = 1_000_000
ENGINES = ["django.db.backends.sqlite3", "forum.kit.fair_sqlite3"]  # whose writers are compared


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {kind()}\n")
    print("what | required | reached\n---|---|---")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_the_end:
        alone, among = (environment(Path(folder), name, until_the_end) for name in ("alone", "among"))
        for env in (alone, among):
            filled(env, posts=1, comments=10_000, one_thread=True)
        filled(among, posts=2_000, comments=50_000, seed=2)
        few, many = inside(alone, "costs"), inside(among, "costs")
        for where, cost in few["act"].items():
            row(f"a reply {where}: statements of the act", "20", f"{cost['statements']}")
            row("rows of the tree that it updates", f"{cost['rows']}, right of it", f"{cost['updated']}")
            row("CPU besides rendering", "10 ms", f"{cost['cpu']:.1f} ms (one in ten above {cost['slow']:.1f})")
            other = many["act"][where]
            row("beside 2,000 other threads", "the same", f"{other['statements']} statements, {other['cpu']:.1f} ms")
        row("the whole request", "stated", f"{few['request']['statements']} statements, {few['request']['cpu']:.1f} ms")
        row("hide, restore: rows of the tree", "its own", f"{few['hide']}")
        for engine in ENGINES * 2 if kind() == "SQLite" else [""]:
            waits = inside(alone | {"BENCH_ENGINE": engine}, "waits")["waits"]
            half, most, worst = (waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99, 0.9999))
            reached = f"half in {half:.0f} ms, 99 of 100 in {most:.0f} ms, all in {worst:.0f} ms"
            row(f"{WRITERS} writers at once {engine}", "stated", reached)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


def inside(env: dict[str, str], what: str) -> dict[str, Any]:
    """What a process with that site's settings measures."""
    words = [sys.executable, __file__, what]
    done = subprocess.run(words, env=env | {"COLLOQUY_RENDERERS": "0"}, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


# --- In a process of its own ------------------------------------------------------------------------------------------


def start() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
    from forum import settings

    settings.DATABASES["default"]["ENGINE"] = os.environ.get("BENCH_ENGINE") or settings.DATABASES["default"]["ENGINE"]
    settings.COMMENTS_PER_MINUTE = settings.COMMENTS_PER_DAY = settings.PREVIEWS_PER_MINUTE = UNLIMITED
    import django

    django.setup()


@contextmanager
def tree_updates() -> Iterator[list[int]]:
    """Numbers of rows that updates of the tree's table touch."""
    from django.db import connection

    found: list[int] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        if sql.lstrip().startswith('UPDATE "comments_comment"'):
            found.append(context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(watch):
        yield found


class Rendering:
    """Stands before ``markup.render`` and counts the CPU that it takes, in seconds."""

    def __init__(self) -> None:
        from forum import markup

        self.spent = 0.0
        self.render = markup.render
        markup.render = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        begun = time.thread_time()
        try:
            return self.render(*args, **kwargs)
        finally:
            self.spent += time.thread_time() - begun


def cpu(rendering: Rendering, do: Callable[[], object]) -> list[float]:
    """Milliseconds of CPU of each time it is done, in rising order."""
    spent = []
    for _ in range(REPLIES):
        begun, rendered = time.thread_time(), rendering.spent
        do()
        spent.append((time.thread_time() - begun - rendering.spent + rendered) * 1000)
    return sorted(spent)


def costs() -> dict[str, Any]:
    from django.db import connection
    from django.db.models import F, Q
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from forum.comments.models import Comment
    from forum.comments.services import reply
    from forum.moderation.services import hide, restore

    rendering = Rendering()
    ann = User.objects.get(username="bench-1")
    largest = Comment.objects.filter(parent=None).order_by(F("lft") - F("rght")).first()
    short = Comment.objects.filter(parent=None, rght__lte=41, rght__gte=21).order_by("pk").first()
    places = {
        "in a short branch": short.get_children().first(),
        "early in the largest branch": largest.get_children().first(),
    }
    found: dict[str, Any] = {"act": {}}
    for where, parent in places.items():

        def act(parent: Comment = parent) -> Comment:
            return reply(author=ann, post=parent.post, source=SOURCE, parent_id=parent.pk)

        act()  # so that every query has been compiled once
        parent.refresh_from_db()
        right = Comment.objects.filter(Q(lft__gt=parent.rght) | Q(rght__gte=parent.rght), tree_id=parent.tree_id)
        rows = right.count()
        with CaptureQueriesContext(connection) as statements, tree_updates() as updated:
            act()
        spent = cpu(rendering, act)
        found["act"][where] = {
            "rows": rows, "statements": len(statements), "updated": sum(updated),
            "cpu": statistics.median(spent), "slow": spent[len(spent) * 9 // 10],
        }  # fmt: skip
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(ann)

    def send() -> None:
        form = {"source": f"{SOURCE} {time.monotonic_ns()}", "parent": short.pk}
        assert client.post(f"/posts/{short.post_id}/reply", form).status_code == 302

    send()
    with CaptureQueriesContext(connection) as statements:
        send()
    found["request"] = {"statements": len(statements), "cpu": statistics.median(cpu(rendering, send))}
    mo = User.objects.create_superuser("bench-moderator", "moderator@example.org")
    with tree_updates() as updated:
        hide(moderator=mo, target=places["early in the largest branch"], reason="For the measurement")
        restore(moderator=mo, target=places["early in the largest branch"], reason="For the measurement")
    found["hide"] = ", ".join(map(str, updated))
    return found


def waits() -> dict[str, Any]:
    """Seconds that each reply took of several threads that write all the time, in rising order."""
    from django.db import connection

    from accounts.models import User
    from forum.comments.services import reply
    from forum.posts.models import Post

    people, post = list(User.objects.order_by("pk")[:WRITERS]), Post.objects.order_by("-comment_count").first()
    found: list[float] = []

    def write(author: User) -> None:
        for number in range(EACH):
            begun = time.monotonic()
            reply(author=author, post=post, source=f"Reply {number}.")
            found.append(time.monotonic() - begun)
        connection.close()

    writers = [threading.Thread(target=write, args=[author]) for author in people]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(found) == WRITERS * EACH
    return {"waits": sorted(found)}


if __name__ == "__main__":
    if sys.argv[1:]:
        start()
        print(json.dumps({"costs": costs, "waits": waits}[sys.argv[1]]()))
    else:
        main()
