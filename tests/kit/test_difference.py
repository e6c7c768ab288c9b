import random
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.kit import difference
from forum.kit.difference import Piece, Purse, differences

LIMIT = 200_000  # characters of a post


def rejoined(pieces: list[Piece]) -> tuple[str, str]:
    return (
        "".join(piece.text for piece in pieces if piece.kind != "added"),
        "".join(piece.text for piece in pieces if piece.kind != "removed"),
    )


def test_changed_words_are_marked_inside_their_line():
    assert differences("One.\nThe old claim.\n", "One.\nThe new claim.\nMore.\n") == [
        Piece("same", "One.\n"),
        Piece("same", "The "),
        Piece("removed", "old"),
        Piece("added", "new"),
        Piece("same", " claim"),
        Piece("added", ".\nMore"),
        Piece("same", ".\n"),
    ]


@settings(max_examples=300, deadline=None)
@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_the_pieces_give_both_texts_back(old, new):
    assert rejoined(differences(old, new)) == (old, new)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=30), st.lists(st.integers(0, 3), max_size=30))
def test_as_much_stays_as_can(old, new):
    """At least as much as difflib keeps, which does not look for the most."""
    matches = difference._matches(old, new, Purse(10**6))
    assert all(old[x : x + size] == new[y : y + size] for x, y, size in matches)
    kept = sum(block.size for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
    assert sum(size for _, _, size in matches) >= kept


def few_words(seed: int, separator: str) -> str:
    return "".join(random.Random(seed).choices([f"a{separator}", f"b{separator}"], k=LIMIT // 2))


HOSTILE = {
    "few lines": (few_words(1, "\n"), few_words(2, "\n")),
    "few words": (few_words(1, " "), few_words(2, " ")),
    "many blocks": (
        "".join(f"u{number}\n{'a b ' * 350}\n" for number in range(140)),
        "".join(f"u{number}\n{'b a ' * 350}x\n" for number in range(140)),
    ),
    "nothing in common": ("a\n" * (LIMIT // 2), "b\n" * (LIMIT // 2)),
    "one line turned around": ("".join(map(str, range(40_000))), "".join(map(str, range(40_000, 0, -1)))),
}


@pytest.mark.parametrize("texts", HOSTILE.values(), ids=HOSTILE)
def test_a_difference_of_hostile_texts_takes_a_bounded_number_of_steps(texts, monkeypatch):
    """Counted and not timed: no purse is asked for more than it holds, and nothing else loops."""
    taken = 0
    shortest = difference._shortest

    def counted(a, b, purse):
        nonlocal taken
        before = purse.steps
        matches = shortest(a, b, purse)
        taken += before - purse.steps
        return matches

    monkeypatch.setattr(difference, "_shortest", counted)
    old, new = texts
    assert rejoined(differences(old, new)) == (old, new)
    assert taken <= difference.LINE_STEPS + difference.WORD_STEPS


def test_a_small_change_in_a_long_text_is_found():
    lines = [f"Line {number}.\n" for number in range(15_000)]
    changed = [*lines[:7_000], "Line, another.\n", *lines[7_001:14_000], *lines[14_100:]]
    kept = sum(len(piece.text) for piece in differences("".join(lines), "".join(changed)) if piece.kind == "same")
    assert kept >= len("".join(changed)) - 20
