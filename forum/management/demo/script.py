"""Reads the history of a thread as a list of steps. No database.

A step begins with a line ``%%% …`` and holds the lines below it. Each stands at a time: the first one days before now,
every other one later than the step before it::

    %%% publish by ines, 9 days ago at 08:40        also: draft by …
    title: …
    tags: one, two

    The text.
    %%% a1 by ben to post, 1d 2h 30m later          a reply; a1 is its name in this file
    %%% edit a1, 20m later: what was changed        "old words ==> new words" in each line below; also: edit post, …
    %%% retract a1, 20m later
    %%% report a1 by jonas, 20m later: the words to the moderators
    %%% hide a1 by mo, 20m later: the public reason
    %%% lock by mo, 20m later: the public reason
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

NAME = r"[a-z][a-z0-9-]*"
LATER = r", (?P<later>(?:\d+[dhm] ?)+) later"
HEADERS = [
    re.compile(rf"(?P<act>publish|draft) by (?P<person>{NAME}), (?P<days>\d+) days ago at (?P<clock>\d\d:\d\d)"),
    re.compile(rf"(?P<key>{NAME}) by (?P<person>{NAME}) to (?P<target>{NAME}){LATER}"),
    re.compile(rf"(?P<act>edit) (?P<target>{NAME}){LATER}: (?P<note>.+)"),
    re.compile(rf"(?P<act>retract) (?P<target>{NAME}){LATER}"),
    re.compile(rf"(?P<act>report|hide) (?P<target>{NAME}) by (?P<person>{NAME}){LATER}: (?P<note>.+)"),
    re.compile(rf"(?P<act>lock) by (?P<person>{NAME}){LATER}: (?P<note>.+)"),
]
UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


@dataclass(slots=True)
class Step:
    """One act of the history."""

    act: str  # publish, draft, reply, edit, retract, report, hide, lock
    at: datetime
    person: str = ""
    key: str = ""  # a reply's own name in its file
    target: str = ""  # what it answers or changes: a reply's name, or "post"
    note: str = ""
    title: str = ""
    tags: list[str] = field(default_factory=list)
    text: str = ""

    def changed(self, source: str) -> str:
        """``source`` after the replacements that an edit names."""
        for line in self.text.splitlines():
            old, arrow, new = line.partition(" ==> ")
            if not arrow or source.count(old) != 1:
                raise ValueError(f"an edit must name words that stand there once: {line!r}")
            source = source.replace(old, new)
        return source


def parse(script: str, *, now: datetime) -> list[Step]:
    """The steps of one file, in the order of time; the last is not later than ``now``. Raises ValueError."""
    opening, *parts = re.split(r"^%%% ", script, flags=re.MULTILINE)
    if opening.strip() or not parts:
        raise ValueError("a history begins with a step")
    steps: list[Step] = []
    for part in parts:
        header, _, text = part.partition("\n")
        steps.append(_step(header.strip(), text.strip("\n"), before=steps[-1].at if steps else None, now=now))
    if steps[-1].at > now:
        raise ValueError(f"the last step would stand in the future: {steps[-1].at}")
    return steps


def _step(header: str, text: str, *, before: datetime | None, now: datetime) -> Step:
    found = next((match for pattern in HEADERS if (match := pattern.fullmatch(header))), None)
    if found is None:
        raise ValueError(f"not a step: {header!r}")
    said = found.groupdict()
    step = Step(
        act=said.get("act") or "reply",
        at=now,
        person=said.get("person") or "",
        key=said.get("key") or "",
        target=said.get("target") or "",
        note=said.get("note") or "",
        text=text,
    )
    if days := said.get("days"):
        hour, minute = said["clock"].split(":")
        step.at = (now - timedelta(days=int(days))).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        front, _, step.text = text.partition("\n\n")
        fields = dict(line.split(": ", 1) for line in front.splitlines())
        step.title, step.tags = fields["title"], fields.get("tags", "").split(", ")
    elif before is None:
        raise ValueError(f"a history begins with publish or draft: {header!r}")
    else:
        step.at = before + sum((int(word[:-1]) * UNITS[word[-1]] for word in said["later"].split()), timedelta())
    return step
