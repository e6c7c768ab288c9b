"""What the actors noted down, as faults and as tables."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.fire.kills import UNSEEN, Struck
from bench.fire.ledger import DONE, acts_of, lines_of


def faults_of(folder: Path, struck: list[Struck]) -> list[str]:
    """What was answered, and should not have been. Only between a kill and the recovery may an answer fail."""
    windows = [(each.at, each.back) for each in struck if each.kind not in UNSEEN]
    faults = [f"{each.orphans} processes outlived the {each.kind} that was killed" for each in struck if each.orphans]
    contents: dict[str, set[str]] = defaultdict(set)
    made: dict[str, set[Any]] = defaultdict(set)
    for line in _lines(folder):
        failed = line.get("lost") or line.get("status", 0) >= 500
        if failed and any(line["at"] <= back and line["until"] >= at for at, back in windows):
            continue
        if failed or line.get("fault"):
            what = line.get("asked") or line["mark"]
            faults.append(f"{line['actor']}, {what}: status {line.get('status')}, {line.get('fault')}")
        if "etag" in line:
            contents[line["etag"]].add(line["content"])
        if line.get("outcome") == DONE and "made_comment" in line:
            made[line["mark"]].add((line["made_comment"], line["made_post"]))
    faults += [f"one version, {len(found)} contents: {tag}" for tag, found in contents.items() if len(found) > 1]
    return faults


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    yield from lines_of(folder, "writer")
    yield from lines_of(folder, "reader")


def failed(folder: Path) -> Counter[str]:
    """Answers that did not come, or said 5xx."""
    found: Counter[str] = Counter()
    for line in _lines(folder):
        if line.get("lost"):
            found["no answer"] += 1
        elif line.get("status", 0) >= 500:
            found[str(line["status"])] += 1
    return found


def waits(folder: Path) -> dict[str, list[float]]:
    """Seconds, of each act that was acknowledged and of each page that was read."""
    kinds = {mark: act["kind"] for mark, act in acts_of(folder).items()}
    found: dict[str, list[float]] = defaultdict(list)
    for line in _lines(folder):
        if line.get("outcome") == DONE:
            found[kinds[line["mark"]]].append(line["took"])
        elif line.get("status") == 200 and "took" in line and "asked" in line:
            who = {True: ", logged in", False: ""}[line["logged_in"]]
            found[line["asked"] + (who if line["asked"] == "thread" else "")].append(line["took"])
    return found


def table_of_waits(folder: Path) -> str:
    rows = ["what | times | p50, ms | p99, ms | longest, ms", "---|---|---|---|---"]
    for what, found in sorted(waits(folder).items(), key=lambda item: -len(item[1])):
        middle, late = statistics.median(found), quantile(found, 0.99)
        rows.append(f"{what} | {len(found)} | {middle * 1000:.0f} | {late * 1000:.0f} | {max(found) * 1000:.0f}")
    return "\n".join(rows)


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def table_of_kills(struck: list[Struck]) -> str:
    rows = ["killed | times | back after, median, s | longest, s", "---|---|---|---"]
    by_kind: dict[str, list[float]] = defaultdict(list)
    for each in struck:
        by_kind[each.kind].append(each.back - each.at)
    for kind, found in sorted(by_kind.items()):
        rows.append(f"{kind} | {len(found)} | {statistics.median(found):.1f} | {max(found):.1f}")
    return "\n".join(rows)
