"""What an actor did, as lines of JSON in a file of its own: what was sent, before it was, and what came of it.

A writer's file is synced to the disk at every line, so that it stands whatever is killed, and so that nobody judges the
site by what only memory knew.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DONE, REFUSED, UNKNOWN = "done", "refused", "unknown"  # acknowledged; answered no; nobody knows


class Ledger:
    def __init__(self, path: Path, *, synced: bool) -> None:
        self.path = path
        self.synced = synced

    def write(self, **line: Any) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            if self.synced:
                os.fsync(file.fileno())


class Tail:
    """How many acts were acknowledged so far, for who watches the files grow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places: dict[Path, int] = defaultdict(int)
        self.rests: dict[Path, str] = defaultdict(str)
        self.comments: set[int] = set()
        self.marks: set[str] = set()

    @property
    def done(self) -> int:
        return len(self.marks)

    def read(self) -> int:
        for path in sorted(self.folder.glob("writer-*.jsonl")):
            with path.open(encoding="utf-8") as file:
                file.seek(self.places[path])
                text = self.rests[path] + file.read()
                self.places[path] = file.tell()
            *lines, self.rests[path] = text.split("\n")
            for line in map(json.loads, lines):
                if line.get("outcome") == DONE:
                    self.marks.add(line["mark"])
                    if comment := line.get("made_comment"):
                        self.comments.add(comment)
        return self.done


def lines_of(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """Of all actors of ``kind``; the last line of one that was stopped may be half a line, and is left out."""
    for path in sorted(folder.glob(f"{kind}-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line) | {"actor": path.stem}
            except ValueError:
                continue


def acts_of(folder: Path) -> dict[str, dict[str, Any]]:
    """By mark all acts that were sent, with the last that is known of each. A resent form is the same act.

    A refusal says nothing of an earlier sending whose outcome nobody knows: it may be why this one was refused.
    """
    acts: dict[str, dict[str, Any]] = {}
    for line in lines_of(folder, "writer"):
        if "mark" in line:
            act = acts.setdefault(line["mark"], {"outcome": UNKNOWN, "sendings": 0})
            left_open = act["sendings"] and act["outcome"] == UNKNOWN
            act.update(line)
            if left_open and act["outcome"] == REFUSED:
                act["outcome"] = UNKNOWN
            act["sendings"] += "outcome" in line
    return acts


def now() -> float:
    """Seconds on a clock that all processes of a machine share."""
    return time.monotonic()
