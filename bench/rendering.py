"""What rendering costs: by stage, in this process and in a child, and how a pool bears a burst. Prints Markdown tables.

CPU is what counts on a machine that others use too; waits are as good as the machine is quiet.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

import django

django.setup()

# The rest needs Django's settings.
# ruff: noqa: E402
from forum.management.bench.text import draw_source
from forum.markup import anchors, dialect, formulas, mathml, normalise, pipeline, sanitize, tex
from forum.markup.child import Child
from forum.markup.pool import SAVING, Pool
from forum.markup.references import NOBODY, References

SIZES = (1, 5, 20, 100)  # kB
RUNS = 9
NONCE = "0123456789abcdef"
TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    gallery()
    stages()
    start()
    throughput()
    burst()


def text(kilobytes: int, *, seed: int = 1) -> str:
    """Paragraphs, formulas as typed, code, lists, tables and quotes, as they are in discussions."""
    rng = Random(seed)
    pieces = [draw_source(rng, length=min(kilobytes, 5) * 1000) for _ in range(max(kilobytes // 5, 1))]
    return "\n\n".join(pieces)[: kilobytes * 1000]


def timed(do: Callable[[], object]) -> float:
    """Milliseconds of CPU, the median of some runs."""
    spent = []
    for _ in range(RUNS):
        begun = time.process_time()
        do()
        spent.append((time.process_time() - begun) * 1000)
    return statistics.median(spent)


def stages() -> None:
    print("ms of CPU | " + " | ".join(f"{size} kB" for size in SIZES))
    print("---|---" + "|---" * (len(SIZES) - 1))
    rows: dict[str, list[float]] = {}
    child = Child()
    for size in SIZES:
        typed = text(size)
        pipeline.render(typed, key="c1")  # regular expressions and lexers are ready now
        clean = normalise(typed, limit=200_000)
        dirty = dialect.to_html(clean, nonce=NONCE, references=References(NOBODY))
        first = sanitize.with_bleach(sanitize.plain_references(dirty), nonce=NONCE)
        second = sanitize.with_nh3(first, nonce=NONCE)
        for name, do in {
            "normalise": lambda typed=typed: normalise(typed, limit=200_000),
            "Markdown": lambda clean=clean: dialect.to_html(clean, nonce=NONCE, references=References(NOBODY)),
            "bleach": lambda dirty=dirty: sanitize.with_bleach(sanitize.plain_references(dirty), nonce=NONCE),
            "nh3": lambda first=first: sanitize.with_nh3(first, nonce=NONCE),
            "comparison": lambda first=first, second=second: compare(first, second),
            "formulas": lambda second=second: new_formulas(second),
            "ids": lambda second=second: anchors.publish(second, nonce=NONCE, key="c1"),
            "all, in this process": lambda typed=typed: pipeline.render(typed, key="c1"),
        }.items():
            rows.setdefault(name, []).append(timed(do))
        question = question_of(typed)
        answers = [child.ask(dict(question), wall=60) for _ in range(RUNS)]
        rows.setdefault("all, in a child", []).append(statistics.median(one["cpu"] * 1000 for one in answers))
        rows.setdefault("and here, to ask it", []).append(timed(lambda question=question: child.ask(question, wall=60)))
    child.end()
    for name, row in rows.items():
        print(f"{name} | " + " | ".join(f"{value:.2f}" for value in row))
    print()


def new_formulas(clean: str) -> None:
    """As if none of them had been made before; each is made once, as in life."""
    tex.to_mathml.cache_clear()
    formulas.put_in(clean, nonce=NONCE, begun=time.thread_time())


def gallery() -> None:
    """Each formula of the page on formatting, once."""
    written = (ROOT / "forum" / "pages" / "formulas.txt").read_text(encoding="utf-8").splitlines()
    typed = [line for line in written if line and not line.startswith("# ")]

    def make() -> None:
        tex.to_mathml.cache_clear()
        for formula in typed:
            mathml.rewrite(tex.to_mathml(formula, display=True))

    begun = time.process_time()
    tex.to_mathml("x", display=False)
    start = (time.process_time() - begun) * 1000
    tex.to_mathml.cache_clear()
    print(
        f"{len(typed)} formulas of the gallery: {timed(make) / len(typed):.2f} ms each; engine's start {start:.0f} ms\n"
    )


def question_of(source: str) -> dict[str, object]:
    known = asdict(NOBODY)
    return {"source": source, "key": "c1", "source_format": "markdown", "known": known, "cpu": SAVING.cpu}


def compare(first: str, second: str) -> None:
    seen = sanitize.tokens(second)
    assert sanitize.tokens(first) == seen
    for token in seen:
        sanitize.check(token, nonce=NONCE)


def start() -> None:
    spent, held = [], []
    for _ in range(RUNS):
        child = Child()
        child.ask(question_of(text(1)), wall=60)
        process = Path("/proc") / str(child.process.pid)
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        spent.append((int(fields[11]) + int(fields[12])) / TICK * 1000)
        held.append(child.resident / 1e6)
        child.end()
    print(
        f"A child's start and first text: {statistics.median(spent):.0f} ms of CPU, {statistics.median(held):.0f} MB\n"
    )


def throughput() -> None:
    texts = [draw_source(Random(seed), length=600) for seed in range(600)]
    for size in (1, 2):
        pool = Pool(size)
        asked = partial(ask, pool)
        with ThreadPoolExecutor(size) as threads:
            list(threads.map(asked, texts[:20]))
            begun = time.monotonic()
            cpu = sum(threads.map(asked, texts))
            seconds = time.monotonic() - begun
        pool.close()
        per_cpu, per_second = len(texts) / cpu, len(texts) / seconds
        print(f"Comments of 600 bytes, children: {size}: {per_cpu:.0f} a second of CPU, {per_second:.0f} a second")
    print()


def ask(pool: Pool, typed: str) -> float:
    rendered = pool.render(typed, key="c1", source_format="markdown", limits=SAVING)
    assert not rendered.refused, rendered.refused
    return rendered.cpu


def burst() -> None:
    pool = Pool(2)
    ask(pool, "warm")
    posts = [text(5, seed=seed) for seed in range(200)]

    def wait(typed: str) -> float:
        ask(pool, typed)
        return time.monotonic() - begun

    begun = time.monotonic()
    with ThreadPoolExecutor(200) as threads:
        waits = sorted(threads.map(wait, posts))
    pool.close()
    print(f"200 posts of 5 kB at once, 2 children: median {waits[100]:.2f} s, longest {waits[-1]:.2f} s")


if __name__ == "__main__":
    main()
