"""Several processes that write at once. Tests start it with ``run_crowd``; as a program it is all crowds of a test run.

It sets Django up once and never has a connection, so that it can fork: to start Python and Django for each crowd, or
for each of its processes, would take longer than what they do.
"""

import atexit
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OF_THE_CROWD = {"role", "processes", "database", "seed"}  # what a role is not told


def run_crowd(role: str, *, processes: int = 8, timeout: float = 120, **task: Any) -> list[dict[str, Any]]:
    """Let that many processes play ``role``, a function of ``tests.concurrency.roles``, against the test's database.

    Each gets its own number as ``number``, waits for the others, and hands back a report, in which ``waits`` are the
    seconds each act took and ``errors`` the exceptions that were no refusals.
    """
    from django.db import connection

    task |= {"role": role, "processes": processes, "database": str(connection.settings_dict["NAME"])}
    crowds = start_crowds()
    # With its children, who hold the other end of what we read.
    patience = threading.Timer(timeout, os.killpg, [crowds.pid, signal.SIGKILL])
    patience.start()
    try:
        print(json.dumps(task), file=crowds.stdin, flush=True)
        answer = crowds.stdout.readline()
    finally:
        patience.cancel()
    if not answer:
        start_crowds.cache_clear()
        raise AssertionError(f"The crowd is gone: {crowds.wait()}. Its last words are with what was captured.")
    return json.loads(answer)


@cache
def start_crowds() -> subprocess.Popen:
    """The process that all crowds are forked from; it ends with this one."""
    crowds = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.concurrency.crowd"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        process_group=0,
        env=os.environ | {"COLLOQUY_RENDERERS": "0"},  # it is about locks, not about texts
    )
    atexit.register(crowds.communicate)  # to the end of its input
    return crowds


class Diary:
    """What one process did: the acts that were acknowledged, how long each took, and what went wrong."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.acknowledged: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.errors: list[str] = []
        self.waits: list[float] = []

    def act(self, kind: str, do: Callable[..., dict[str, Any]], *args: Any) -> None:
        from forum.kit.refusal import Refusal

        begun = time.monotonic()
        try:
            self.acknowledged.append({"kind": kind} | do(*args))
        except Refusal as refusal:
            self.refused.append(f"{kind}: {refusal.code}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            self.errors.append(f"{kind}: {type(error).__name__}: {error}")
        self.waits.append(time.monotonic() - begun)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.db import connections

    from forum import markup
    from tests.concurrency import roles

    markup.render("Warm: *all* imports before the fork.", key="warm")
    for line in sys.stdin:
        task = json.loads(line)
        connections["default"].settings_dict["NAME"] = task["database"]
        json.dump(reports_of(task, getattr(roles, task["role"])), sys.stdout)
        sys.stdout.write("\n")
        sys.stdout.flush()


def reports_of(task: dict[str, Any], role: Callable[..., None]) -> list[dict[str, Any]]:
    fork = multiprocessing.get_context("fork")
    gate, reports = fork.Barrier(task["processes"]), fork.SimpleQueue()

    def play(number: int) -> None:
        diary = Diary(task.get("seed", 0) * 1000 + number)
        gate.wait()
        try:
            role(diary, number=number, **{key: task[key] for key in task.keys() - OF_THE_CROWD})
        except Exception as error:  # noqa: BLE001 - a report that never comes would be waited for
            diary.errors.append(f"{task['role']}: {error!r}")
        reports.put({key: value for key, value in vars(diary).items() if key != "random"} | {"number": number})

    crowd = [fork.Process(target=play, args=[number]) for number in range(task["processes"])]
    for process in crowd:
        process.start()
    found = [reports.get() for _ in crowd]
    for process in crowd:
        process.join()
    return sorted(found, key=lambda report: report["number"])


if __name__ == "__main__":
    main()
