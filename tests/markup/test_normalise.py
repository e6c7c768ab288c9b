import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.markup import COMMENT_LIMIT, TextRefused, normalise, normalise_line


@pytest.mark.parametrize(
    "typed, stored",
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("    code\n", "    code"),
        ("\n\ntext \n\t\n", "\n\ntext"),
        ("a\x00b\x08c\x1bd\x7fe\x85f", "abcdef"),
        ("tab\tstays", "tab\tstays"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("non\ufffecharacter\U0001ffff\ufdd0", "noncharacter"),
        ("e" + "\u0301" * 40 + "x", "e" + "\u0301" * 8 + "x"),
        ("👩\u200d🔬 family", "👩\u200d🔬 family"),
        ("\u200fשלם", "\u200fשלם"),
        ("two  \nspaces inside", "two  \nspaces inside"),
    ],
)
def test_only_what_deceives_is_taken_out(typed, stored):
    assert normalise(typed, limit=COMMENT_LIMIT) == stored


@pytest.mark.parametrize("typed", ["", " ", "\n\t\n", "\x00", "\u200b\u200b", "\u00a0"])
def test_a_text_that_shows_nothing_is_refused(typed):
    with pytest.raises(TextRefused, match="Write something") as refused:
        normalise(typed, limit=COMMENT_LIMIT)
    assert refused.value.code == "blank"


def test_a_text_that_is_too_long_hears_the_limit_and_its_length():
    with pytest.raises(TextRefused) as refused:
        normalise("x" * 20_001, limit=COMMENT_LIMIT)
    assert refused.value.code == "too-long"
    assert "20,001 characters" in refused.value.message
    assert "limit is 20,000" in refused.value.message


def test_the_length_is_that_of_what_would_be_stored():
    assert len(normalise("x" * 20_000 + "\r\n\x00 ", limit=COMMENT_LIMIT)) == 20_000


def test_a_line_has_single_spaces_and_no_newlines():
    assert normalise_line("  A\r\n title\twith \x00\u202e  room ", limit=50) == "A title with room"


def test_a_line_may_be_too_long_too():
    with pytest.raises(TextRefused, match="limit is 5"):
        normalise_line("abcdef", limit=5)


@settings(deadline=None)  # a busy machine is no fault of the text
@given(st.text(st.characters(categories=None), max_size=200))
def test_normalising_twice_changes_nothing(typed):
    try:
        once = normalise(typed, limit=COMMENT_LIMIT)
    except TextRefused as refused:
        assert refused.code == "blank"  # noqa: PT017 - any other is a failure
        return
    assert normalise(once, limit=COMMENT_LIMIT) == once
    once.encode("utf-8")
