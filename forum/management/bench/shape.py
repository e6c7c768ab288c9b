"""Who answers whom, and when: the shape of threads as they grow. No database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

TOP_LEVEL = 0.15  # of all comments answer the post; the others any earlier comment, each as likely as the next
UNEVEN = 1.4  # standard deviation of the logarithm of a thread's share: few long threads, many short ones
EDITED, RETRACTED, HIDDEN = 0.05, 0.01, 0.005  # shares of comments


@dataclass(frozen=True, slots=True)
class Planned:
    """A comment of a plan. ``parent`` is the place of another in the same plan, before it."""

    parent: int | None
    at: datetime
    edited: bool
    retracted: bool
    hidden: bool

    @property
    def is_visible(self) -> bool:
        return not (self.retracted or self.hidden)


def sizes(rng: Random, *, posts: int, comments: int, one_thread: bool) -> list[int]:
    """How many comments each post gets; the sum is ``comments``."""
    if one_thread:
        return [comments] + [0] * (posts - 1)
    shares = [rng.lognormvariate(0, UNEVEN) for _ in range(posts)]
    found = [0] * posts
    for post in rng.choices(range(posts), weights=shares, k=comments):
        found[post] += 1
    return found


def plan(rng: Random, *, size: int, start: datetime, end: datetime) -> list[Planned]:
    """A thread between ``start`` and ``end``, oldest first; most of it is written early."""
    span = (end - start).total_seconds()
    moments = sorted(start + timedelta(seconds=span * min(rng.expovariate(6), 1)) for _ in range(size))
    planned = []
    for number, at in enumerate(moments):
        fate = rng.random()
        planned.append(
            Planned(
                parent=rng.randrange(number) if number and rng.random() >= TOP_LEVEL else None,
                at=at,
                edited=rng.random() < EDITED,
                retracted=fate < RETRACTED,
                hidden=RETRACTED <= fate < RETRACTED + HIDDEN,
            )
        )
    return planned


def branches(planned: list[Planned], *, batch: int) -> Iterator[list[int]]:
    """The places of whole top-level branches, about ``batch`` at a time; parents before their replies."""
    top: list[int] = []
    members: dict[int, list[int]] = {}
    for number, comment in enumerate(planned):
        top.append(number if comment.parent is None else top[comment.parent])
        members.setdefault(top[number], []).append(number)
    gathered: list[int] = []
    for numbers in members.values():
        gathered += numbers
        if len(gathered) >= batch:
            yield gathered
            gathered = []
    if gathered:
        yield gathered
