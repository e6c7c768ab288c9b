"""Which message answers which, from References and In-Reply-To alone; never from subjects.

The rules, in their order:

1. An id that In-Reply-To names and References list too is the parent: both say it is above, and one says directly.
2. Else the nearest known message in References. That is the last one, unless another listed one is itself an answer to
   it: some programs write the list in other orders (in one real archive of 176 messages, 20 name the start last).
3. Else the nearest known message in In-Reply-To.
4. Else a message that is not in the archive. Others' References may say what that one answered; so replies to one
   missing message meet under the nearest message above it that is there, or under a placeholder for the first.
5. A loop is cut above its oldest message, which then takes its next candidate, or starts a thread.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from forum.imports.readers.letters import Letter


@dataclass(slots=True)
class Placing:
    """``parent`` and ``root`` by the uid of a letter: the parent is None for a thread's first message; a root that is
    neither a letter nor known from outside is a message that is not in the archive."""

    parent: dict[str, str | None] = field(default_factory=dict)
    root: dict[str, str] = field(default_factory=dict)
    placed: int = 0
    loops: int = 0


def place(letters: Mapping[str, Letter], *, outside: Collection[str], sent_at: Mapping[str, datetime]) -> Placing:
    """Place every letter. ``outside`` are the uids of texts that are here already; ``sent_at`` has every letter's."""
    placing = Placing()
    order = sorted(letters, key=lambda uid: (sent_at[uid], letters[uid].position))
    there = letters.keys() | set(outside)
    links: dict[str, str | None] = _links_between_missing(letters, order, there)
    choices: dict[str, Iterator[str]] = {}
    for uid in order:
        letter = letters[uid]
        choices[uid] = iter(_candidates(letter, letters, there))
        links[uid] = next(choices[uid], None)
        nearest = {*letter.references[-1:], *letter.answers[:1]} - {uid}
        placing.placed += bool(nearest) and not nearest & there

    while loop := _find_loop(links, order):
        placing.loops += 1
        oldest = min((uid for uid in loop if uid in letters), key=lambda uid: (sent_at[uid], letters[uid].position))
        links[oldest] = next((above for above in choices[oldest] if not _leads_to(links, above, oldest)), None)

    for uid in order:
        _settle(uid, links, there, placing)
    return placing


def _candidates(letter: Letter, letters: Mapping[str, Letter], there: Collection[str]) -> list[str]:
    """What ``letter`` may answer, best first; the last one may be missing from the archive."""
    listed = [uid for uid in letter.references if uid != letter.uid]
    named = [uid for uid in letter.answers if uid != letter.uid]
    known = [uid for uid in listed if uid in there]
    best: list[str] = [uid for uid in named[:1] if uid in known]
    if known and not best:
        nearest = known[-1]
        for other in reversed(known):
            if nearest in _claims(other, letters) and other not in _claims(nearest, letters):
                nearest = other
        best = [nearest]
    found = [*best, *reversed(known), *(uid for uid in named if uid in there)]
    if not found:
        both = [uid for uid in named[:1] if uid in listed]
        found = both or listed[-1:] or named[:1]
    return list(dict.fromkeys(found))


def _claims(uid: str, letters: Mapping[str, Letter]) -> set[str]:
    letter = letters.get(uid)
    return {*letter.references, *letter.answers} if letter else set()


def _links_between_missing(
    letters: Mapping[str, Letter], order: list[str], there: Collection[str]
) -> dict[str, str | None]:
    """What missing messages answered, as far as others' References say; the first to say it is believed."""
    links: dict[str, str | None] = {}
    for uid in order:
        for above, below in pairwise(each for each in letters[uid].references if each != uid):
            if below not in there and below not in links and not _leads_to(links, above, below):
                links[below] = above
    return links


def _leads_to(links: Mapping[str, str | None], start: str, goal: str) -> bool:
    """Whether going up from ``start`` passes ``goal``, or never ends."""
    seen: set[str] = set()
    current: str | None = start
    while current is not None:
        if current == goal or current in seen:
            return True
        seen.add(current)
        current = links.get(current)
    return False


def _find_loop(links: Mapping[str, str | None], order: list[str]) -> list[str]:
    settled: set[str] = set()
    for uid in order:
        path: dict[str, None] = {}
        current: str | None = uid
        while current is not None and current not in settled:
            if current in path:
                loop = list(path)
                return loop[loop.index(current) :]
            path[current] = None
            current = links.get(current)
        settled |= path.keys()
    return []


def _settle(uid: str, links: Mapping[str, str | None], there: Collection[str], placing: Placing) -> None:
    """Fill in parent and root of ``uid``, going up past messages that are not in the archive."""
    trail = []
    current = uid
    while current not in placing.root:
        above = links.get(current)
        while above is not None and above not in there and links.get(above) is not None:
            above = links[above]
        placing.parent[current] = above
        if above is None:
            placing.root[current] = current
            break
        trail.append(current)
        current = above
    for each in trail:
        placing.root[each] = placing.root[current]
