from datetime import UTC, datetime, timedelta, timezone

import pytest

from forum.kit.moments import exact, in_words, machine

NOW = datetime(2026, 11, 18, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "ago, words",
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-5), "just now"),  # another machine's clock
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=6, hours=23), "6 days ago"),
        (timedelta(days=7), "11 Nov"),
        (timedelta(days=322), "31 December 2025"),
    ],
)
def test_a_moment_is_said_by_how_long_ago_it_was(ago, words):
    assert in_words(NOW - ago, now=NOW) == words


def test_the_exact_moment_is_in_utc_whatever_the_zone():
    at = datetime(2026, 11, 18, 1, 14, 7, tzinfo=timezone(timedelta(hours=-8)))

    assert exact(at) == "18 November 2026, 09:14 UTC"
    assert machine(at) == "2026-11-18T09:14:07Z"
