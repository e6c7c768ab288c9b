from datetime import UTC, datetime, timedelta

import pytest

from forum.kit.rates import in_words, refusal_by_rate

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ask(*seconds_ago: float, limit: int = 3):
    earlier = [NOW - timedelta(seconds=ago) for ago in seconds_ago]
    return refusal_by_rate(earlier, limit=limit, window=MINUTE, now=NOW, what="comments a minute")


def test_fewer_acts_than_the_limit_are_not_refused():
    assert ask() is None
    assert ask(1, 2) is None


def test_the_limit_is_refused_until_its_oldest_act_leaves_the_window():
    refusal = ask(1, 20, 50)

    assert refusal.code == "too-many"
    assert refusal.status == 429
    assert refusal.retry_after == 11  # the act of 50 seconds ago leaves in 10: rounded up, never early
    assert "3 comments a minute" in refusal.message
    assert "again in 11 seconds" in refusal.message


def test_an_act_that_has_just_left_the_window_counts_no_more():
    assert ask(1, 20, 60) is None
    assert ask(1, 20, 59.999) is not None


def test_only_the_newest_acts_up_to_the_limit_count():
    assert ask(1, 58, limit=2).retry_after == 3


@pytest.mark.parametrize(
    "seconds, words",
    [
        (1, "1 second"),
        (2, "2 seconds"),
        (60, "60 seconds"),
        (61, "2 minutes"),
        (3600, "60 minutes"),
        (3601, "2 hours"),
        (86_400, "24 hours"),
    ],
)
def test_a_wait_in_words_is_never_shorter_than_it_is(seconds, words):
    assert in_words(seconds) == words
