"""Writers and readers, each a process: ``python -m bench.fire.crowd``, told on its first line of input what to do.

They go on until the input ends, and so with whoever started them.
"""

import json
import multiprocessing
import sys
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from bench.fire.browsing import Browser
from bench.fire.ledger import Ledger
from bench.fire.reading import Reader
from bench.fire.writing import Writer

READY = "ready"  # printed when all are logged in


def main() -> None:
    task = json.loads(sys.stdin.readline())
    fork = multiprocessing.get_context("fork")
    stop = fork.Event()
    gate = fork.Barrier(task["writers"] + task["readers"] + 1)
    wanted = [("writer", number) for number in range(task["writers"])]
    wanted += [("reader", number) for number in range(task["readers"])]
    crowd = [fork.Process(target=play, args=[task, *each, gate, stop], daemon=True) for each in wanted]
    for process in crowd:
        process.start()
    try:
        gate.wait(timeout=120)  # seconds: each log-in is half a second of hashing
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        sys.stdin.read()
        stop.set()
        for process in crowd:
            process.join(timeout=180)  # seconds: more than any wait in an act
    finally:
        for process in crowd:
            process.kill()
    sys.exit(any(process.exitcode for process in crowd))


def play(task: dict[str, Any], kind: str, number: int, gate: Any, stop: Event) -> None:
    stage, folder = task["stage"], Path(task["folder"])
    browser = Browser(task["port"])
    ledger = Ledger(folder / f"{kind}-{number}.jsonl", synced=kind == "writer")
    try:
        if kind == "writer":
            browser.log_in(stage["writers"][number]["username"], stage["password"])
        elif number % 2:
            browser.log_in(stage["readers"][number], stage["password"])
        of_its_kind = Writer if kind == "writer" else Reader
        actor = of_its_kind(number, stage, browser, ledger, seed=task["seed"])
    except BaseException:
        gate.abort()
        raise
    gate.wait()
    while not stop.is_set():
        actor.turn()


if __name__ == "__main__":
    main()
