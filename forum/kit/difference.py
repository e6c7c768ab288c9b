"""What changed between two texts, as pieces that a template can mark."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Anybody may ask for any two revisions, so the time is bounded whatever the texts are. A step is one place looked at;
# two million take about a second. Where they do not suffice, what lies between the ends counts as replaced whole.
LINE_STEPS = 1_000_000
WORD_STEPS = 1_000_000  # of all changed blocks together
BLOCK_STEPS = 200_000  # of one of them

type Match = tuple[int, int, int]  # where in the old one, where in the new one, how many


@dataclass(frozen=True, slots=True)
class Piece:
    """``kind`` is "same", "added" or "removed"."""

    kind: str
    text: str


@dataclass(slots=True)
class Purse:
    """The steps that are left."""

    steps: int


def differences(old: str, new: str) -> list[Piece]:
    """How ``old`` becomes ``new``: by lines first, then by words inside changed lines.

    Joining the texts that are not "added" gives ``old``; joining those that are not "removed" gives ``new``.
    """
    pieces: list[Piece] = []
    lines, words = Purse(LINE_STEPS), Purse(WORD_STEPS)
    for same, before, after in _blocks(old.splitlines(keepends=True), new.splitlines(keepends=True), lines):
        if same or not (before and after):
            pieces += _pieces(same, before, after)
            continue
        block = Purse(min(words.steps, BLOCK_STEPS))
        allowed = block.steps
        for inner, few, others in _blocks(_words(before), _words(after), block):
            pieces += _pieces(inner, few, others)
        words.steps -= allowed - block.steps
    return pieces


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)


def _blocks(old: list[str], new: list[str], purse: Purse) -> Iterator[tuple[bool, str, str]]:
    """Runs that are the same, and what stands between them."""
    numbers: dict[str, int] = {}
    a = [numbers.setdefault(part, len(numbers)) for part in old]  # numbers are quicker to compare than texts
    b = [numbers.setdefault(part, len(numbers)) for part in new]
    x = y = 0
    for start, other, size in [*_matches(a, b, purse), (len(a), len(b), 0)]:
        if start > x or other > y:
            yield False, "".join(old[x:start]), "".join(new[y:other])
        if size:
            yield True, "".join(old[start : start + size]), "".join(new[other : other + size])
        x, y = start + size, other + size


def _matches(a: Sequence[int], b: Sequence[int], purse: Purse) -> list[Match]:
    """Where ``a`` and ``b`` agree, in order: their ends, and as much between as ``purse`` allows to find."""
    most = min(len(a), len(b))
    head = next((at for at in range(most) if a[at] != b[at]), most)
    tail = next((at for at in range(most - head) if a[-1 - at] != b[-1 - at]), most - head)
    inner = _shortest(a[head : len(a) - tail], b[head : len(b) - tail], purse)
    found = [(0, 0, head), *((x + head, y + head, size) for x, y, size in inner)]
    return [match for match in [*found, (len(a) - tail, len(b) - tail, tail)] if match[2]]


def _shortest(a: Sequence[int], b: Sequence[int], purse: Purse) -> list[Match]:
    """The runs that the fewest removals and additions leave; none when finding them would take too many steps.

    E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986): ``furthest[k]`` is how far into ``a`` one
    comes on diagonal k with so many changes.
    """
    if not a or not b:
        return []
    reach = len(a) + len(b) + 1
    furthest = [0] * (2 * reach + 1)
    past: list[list[int]] = []  # of each number of changes, the diagonals from -changes to changes
    for changes in range(reach):
        steps = changes + 1
        for k in range(-changes, changes + 1, 2):
            left, right = furthest[reach + k - 1], furthest[reach + k + 1]
            x = right if k == -changes or (k != changes and left < right) else left + 1
            start = x
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            steps += x - start
            furthest[reach + k] = x
            if x >= len(a) and x - k >= len(b):
                return _way_back(past, changes, x, x - k)
        past.append(furthest[reach - changes : reach + changes + 1])
        purse.steps -= steps
        if purse.steps <= 0:
            purse.steps = 0
            return []
    raise AssertionError("so many changes lead from any text to any other")


def _way_back(past: list[list[int]], changes: int, x: int, y: int) -> list[Match]:
    """The runs on the way that led to ``x`` and ``y``."""
    found: list[Match] = []
    for count in range(changes, 0, -1):
        k = x - y
        before = past[count - 1]  # diagonal j is at j + count - 1
        left = before[k + count - 2] if 0 <= k + count - 2 < len(before) else -1
        right = before[k + count] if 0 <= k + count < len(before) else -1
        down = k == -count or (k != count and left < right)
        start = right if down else left + 1  # where this change led to, before the run that follows it
        if x > start:
            found.append((start, start - k, x - start))
        x, y = (start, start - k - 1) if down else (start - 1, start - k)
    if x:
        found.append((0, 0, x))
    return found[::-1]


def _pieces(same: bool, before: str, after: str) -> Iterator[Piece]:
    if same:
        yield Piece("same", before)
        return
    if before:
        yield Piece("removed", before)
    if after:
        yield Piece("added", after)
