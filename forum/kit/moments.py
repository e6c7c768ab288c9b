"""Points in time as people read them. ``static/js/local.js`` says the same in the reader's own zone."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Func, TextField

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
RELATIVE_DAYS = 7  # longer ago than this, a date says more


def in_words(at: datetime, *, now: datetime) -> str:
    """ "3 hours ago", within a week; then the date, with the year when it is not this one."""
    seconds = (now - at).total_seconds()
    if seconds < MINUTE:
        return "just now"
    for size, unit in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            if unit == "day" and count >= RELATIVE_DAYS:
                break
            return f"{count} {unit}{'s' if count != 1 else ''} ago"
    return on_day(at, year=at.astimezone(UTC).year != now.astimezone(UTC).year)


def on_day(at: datetime, *, year: bool = True) -> str:
    """ "18 November 2026", or "18 Nov" without the year."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y}" if year else f"{at.day} {at:%b}"


def exact(at: datetime) -> str:
    """ "18 November 2026, 09:14 UTC"."""
    return f"{on_day(at)}, {at.astimezone(UTC):%H:%M} UTC"


def machine(at: datetime) -> str:
    """For ``datetime`` of a ``<time>``: RFC 3339 in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Written(Func):
    """A moment as text in UTC, "2026-11-18 09:14:03.000001": for thousands at once, which sort and show as they read.

    To make each a datetime costs SQLite more than to read its row. What a whole second lacks is the fraction.
    """

    template = "CAST(%(expressions)s AS text)"  # SQLite, where Django keeps them so
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        )


def machine_of(written: str) -> str:
    """As ``machine``, for what ``Written`` gives."""
    return f"{written[:10]}T{written[11:19]}Z"


def exact_of(written: str) -> str:
    """ "18 Nov 2026, 09:14 UTC", for what ``Written`` gives."""
    return f"{day_of(written[:10])}, {written[11:16]} UTC"


@lru_cache(maxsize=4096)
def day_of(date: str) -> str:
    """ "18 Nov 2026", for "2026-11-18"."""
    year, month, day = date.split("-")
    return f"{int(day)} {MONTHS[int(month)]} {year}"
