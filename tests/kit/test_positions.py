"""Which replicas may be read from, by what the databases said last."""

import pytest

from forum.kit.positions import LEFT_OUT, SILENT, Positions

LAG = 5.0


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def positions(clock):
    """Of two replicas that have all that was written until now: 100 bytes."""
    positions = Positions(["near", "far"], lag=LAG, clock=clock)
    positions.note_primary(100)
    for alias in ("near", "far"):
        positions.note_replica(alias, 100)
    return positions


def go_on(positions, clock, *, seconds: float, primary: int | None, **replicas: int | None) -> None:
    """Half a second at a time, as the threads look."""
    for _ in range(int(seconds * 2)):
        clock.now += 0.5
        positions.note_primary(primary)
        for alias, position in replicas.items():
            positions.note_replica(alias, position)


def test_all_that_answer_are_read_from(positions):
    assert positions.usable() == ["near", "far"]


def test_a_writer_reads_where_the_write_has_come(positions, clock):
    go_on(positions, clock, seconds=0.5, primary=120, near=119, far=120)
    assert positions.usable(at_least=120) == ["far"]
    assert positions.usable(at_least=121) == []
    assert positions.usable() == ["near", "far"]


def test_one_that_is_silent_is_left_out_and_comes_back(positions, clock):
    go_on(positions, clock, seconds=SILENT, primary=100, near=100, far=None)
    assert positions.usable() == ["near"]
    positions.note_replica("far", 100)
    assert positions.usable() == ["near", "far"]


def test_one_that_is_too_far_behind_is_left_out_until_it_has_caught_up(positions, clock):
    go_on(positions, clock, seconds=LAG - 0.5, primary=200, near=200, far=150)
    assert positions.usable() == ["near", "far"], "it need not have what was written just now"
    go_on(positions, clock, seconds=1, primary=300, near=300, far=150)
    assert positions.usable() == ["near"]
    go_on(positions, clock, seconds=0.5, primary=300, near=300, far=200)
    assert positions.usable() == ["near", "far"]


def test_one_that_stands_still_while_nothing_is_written_is_not_behind(positions, clock):
    go_on(positions, clock, seconds=10 * LAG, primary=100, near=100, far=100)
    assert positions.usable() == ["near", "far"]


def test_one_that_failed_a_request_is_left_out_for_some_seconds_though_it_answers(positions, clock):
    positions.leave_out("near")
    go_on(positions, clock, seconds=LEFT_OUT - 0.5, primary=100, near=100, far=100)
    assert positions.usable() == ["far"]
    go_on(positions, clock, seconds=0.5, primary=100, near=100, far=100)
    assert positions.usable() == ["near", "far"]


def test_replicas_serve_on_while_the_primary_is_away(positions, clock):
    go_on(positions, clock, seconds=10 * LAG, primary=None, near=100, far=100)
    assert positions.usable() == ["near", "far"]


def test_one_that_was_behind_when_the_primary_went_away_stays_out(positions, clock):
    go_on(positions, clock, seconds=LAG, primary=300, near=300, far=90)
    go_on(positions, clock, seconds=10 * LAG, primary=None, near=300, far=90)
    assert positions.usable() == ["near"]


def test_before_the_primary_has_spoken_no_replica_is_used(clock):
    positions = Positions(["near"], lag=LAG, clock=clock)
    positions.note_replica("near", 100)
    assert positions.usable() == []


def test_a_process_that_has_just_started_trusts_no_replica_that_is_behind(clock):
    positions = Positions(["near"], lag=LAG, clock=clock)
    positions.note_primary(100)
    positions.note_replica("near", 99)
    assert positions.usable() == []


def test_a_new_primary_that_is_behind_the_old_one_counts_after_the_lag(positions, clock):
    go_on(positions, clock, seconds=LAG, primary=500, near=500, far=400)
    go_on(positions, clock, seconds=LAG + 0.5, primary=450, near=450, far=450)
    assert positions.usable() == ["near", "far"]


def test_the_marks_do_not_pile_up(positions, clock):
    go_on(positions, clock, seconds=100 * LAG, primary=100)
    assert len(positions.marks) <= LAG * 2 + 2
