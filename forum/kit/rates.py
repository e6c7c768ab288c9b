"""How long somebody has to wait who has done enough of something for now."""

from datetime import datetime, timedelta

from forum.kit.refusal import Refusal


def refusal_by_rate(
    earlier: list[datetime], *, limit: int, window: timedelta, now: datetime, what: str
) -> Refusal | None:
    """Refuse when ``limit`` acts already lie inside ``window`` before ``now``.

    ``earlier`` holds the times of the newest ``limit`` acts, newest first (fewer when there are not so many);
    ``what`` names them in the sentence ("comments a minute").
    """
    if len(earlier) < limit:
        return None
    free_at = earlier[limit - 1] + window
    if free_at <= now:
        return None
    seconds = int((free_at - now).total_seconds()) + 1
    return Refusal(
        "too-many",
        f"That is {limit} {what}, the most there may be. It will work again in {in_words(seconds)}.",
        status=429,
        retry_after=seconds,
    )


def in_words(seconds: int) -> str:
    """A wait for people: never shorter than it is."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds > size:
            count = -(-seconds // size)
            return f"{count} {unit}s"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
