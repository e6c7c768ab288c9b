"""Looks for texts that cost the renderer too much: draws them from a grammar, renders each in a child, breeds the dear.

Prints every fault as it is found (over a second of CPU, a lost child, a text that could not be rendered, memory), and
in the end what was slowest and what was refused. A fault's genome gives the same text again: ``--again 17-3-9``. Exits
with 1 when there was a fault.
"""

import argparse
import heapq
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.grammar import shown, text  # noqa: E402
from forum.markup.child import Child, Lost  # noqa: E402
from forum.markup.references import Known, Place, named_in  # noqa: E402

MOST = 1.0  # seconds of CPU
MEMORY = 250_000_000  # bytes, the highest that one child ever held
CPU, WALL = 8, 120.0  # seconds: far more than a text may take, to learn what it does take
BRED = 60  # the dearest texts, which are bred from
GENES = 7
SHRUNK = 20  # faults whose texts are made smaller; more of them are counted only
SHRINKING = 40.0  # seconds for one of them


@dataclass(frozen=True, slots=True)
class Outcome:
    cpu: float = 0.0  # seconds
    held: int = 0  # bytes at most
    refused: str = ""
    fault: str = ""


class Bench:
    """A child, and another when it is lost or worn."""

    def __init__(self) -> None:
        self.child: Child | None = None

    def measure(self, source: str, source_format: str) -> Outcome:
        """A second render where the first one was too dear or lost: other work on the machine costs time too."""
        outcome = self.render(source, source_format)
        if not outcome.fault.startswith(("time", "lost")):
            return outcome
        again = self.render(source, source_format)
        if outcome.fault.startswith("lost") and not again.fault:
            return replace(again, fault=f"once {outcome.fault}")
        return again

    def render(self, source: str, source_format: str) -> Outcome:
        known = asdict(known_in(source))
        question: dict[str, Any] = {"source": source, "key": "c1", "source_format": source_format, "known": known}
        child = self.child = self.child or Child()
        try:
            answer = child.ask(question | {"cpu": CPU}, wall=WALL)
        except Lost as lost:
            self.close()
            return Outcome(fault=f"lost: {lost} (text {child.renders + 1} of this child)")
        held = peak(child.process.pid)
        if child.is_worn or held > MEMORY / 2:
            self.close()  # the next one's peak is its own
        fault = ""
        if "could not be rendered" in answer["refused"]:
            fault = "fault: " + " ".join(note.strip().splitlines()[-1] for note in answer["notes"])
        elif answer["cpu"] > MOST:
            fault = f"time: {answer['cpu']:.2f} s"
        elif held > MEMORY:
            fault = f"memory: {held / 1e6:.0f} MB"
        return Outcome(answer["cpu"], held, answer["refused"], fault)

    def close(self) -> None:
        if self.child:
            self.child.end()
        self.child = None


def known_in(source: str) -> Known:
    """Everybody and every post that is named exists: a link is more work than none."""
    names = named_in(source)
    return Known(
        people={name: Place(1, f"/u/{name}/", name) for name in names.people},
        titles={key: Place(2, "/posts/2/a/", key) for key in names.titles},
    )


def peak(pid: int) -> int:
    """Bytes that the process held at most, so far."""
    status = (Path("/proc") / str(pid) / "status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def shrink(source: str, is_faulty: Callable[[str], bool], seconds: float) -> str:
    """Less of ``source`` that has the fault still; what a quarter of the rest, an eighth and so on can be left out."""
    until = time.monotonic() + seconds
    parts = 2
    while parts <= len(source) and time.monotonic() < until:
        size = max(len(source) // parts, 1)
        for at in range(0, len(source), size):
            less = source[:at] + source[at + size :]
            if time.monotonic() < until and less and is_faulty(less):
                source = less
                break
        else:
            parts *= 2
    return source


class Hunt:
    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.bench = Bench()
        self.texts = self.characters = self.held = 0
        self.refused: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.slowest: list[tuple[float, str, tuple[int, ...]]] = []  # a heap: seconds, format, genome

    def go(self, minutes: float) -> None:
        until = time.monotonic() + minutes * 60
        while time.monotonic() < until:
            source_format = self.rng.choice(("markdown",) * 6 + ("plain",))
            self.try_one(self.next_genome(source_format), source_format)

    def next_genome(self, source_format: str) -> tuple[int, ...]:
        seed = self.rng.getrandbits(32)
        parents = [genome for _, bred_format, genome in self.slowest if bred_format == source_format]
        if not parents or self.rng.random() < 0.5:
            return (seed,)
        return (*self.rng.choice(parents)[: GENES - 1], seed)

    def try_one(self, genome: tuple[int, ...], source_format: str) -> None:
        source = text(genome)
        outcome = self.bench.measure(source, source_format)
        self.texts += 1
        self.characters += len(source)
        self.held = max(self.held, outcome.held)
        if outcome.fault:
            self.report(genome, source, source_format, outcome)
            return
        if outcome.refused:
            self.refused[re.sub(r"[\d,]*\d", "…", outcome.refused.partition(": ")[2])] += 1
        heapq.heappush(self.slowest, (outcome.cpu, source_format, genome))
        if len(self.slowest) > BRED:
            heapq.heappop(self.slowest)

    def report(self, genome: tuple[int, ...], source: str, source_format: str, outcome: Outcome) -> None:
        kind = outcome.fault.partition(":")[0]
        self.faults[kind] += 1
        print(
            f"FAULT {outcome.fault} | {source_format} | genome {named(genome)} | {len(source)} characters", flush=True
        )
        if self.faults.total() <= SHRUNK and not kind.startswith("once"):
            less = shrink(source, lambda less: self.is_still(kind, less, source_format), SHRINKING)
            print(f"  shrunk: {shown(less)}")
        sys.stdout.flush()

    def is_still(self, kind: str, source: str, source_format: str) -> bool:
        return self.bench.measure(source, source_format).fault.startswith(kind)

    def summary(self) -> None:
        print(f"\n{self.texts:,} texts, {self.characters / 1e6:.1f} million characters, load {os.getloadavg()[0]:.1f}")
        print(f"Most memory held by a child: {self.held / 1e6:.0f} MB")
        print("Slowest of those that were taken:")
        for cpu, source_format, genome in sorted(self.slowest, reverse=True)[:10]:
            print(f"  {cpu:.2f} s | {source_format} | {named(genome)} | {shown(text(genome), 160)}")
        print("Refused:")
        for sentence, count in self.refused.most_common():
            print(f"  {count:6} {sentence}")
        print(f"Faults: {dict(self.faults) or 'none'}")


def named(genome: tuple[int, ...]) -> str:
    return "-".join(map(str, genome))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--minutes", type=float, default=5)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--again", metavar="GENOME", help="render this one text, as markdown and as plain text")
    given = arguments.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # what runs in the background ignores the first
        signal.signal(number, signal.default_int_handler)
    hunt = Hunt(given.seed)
    try:
        if given.again:
            for source_format in ("markdown", "plain"):
                hunt.try_one(tuple(map(int, given.again.split("-"))), source_format)
        else:
            hunt.go(given.minutes)
    except KeyboardInterrupt:
        print("Interrupted.")
    finally:
        hunt.bench.close()
    hunt.summary()
    return 1 if hunt.faults else 0


if __name__ == "__main__":
    sys.exit(main())
