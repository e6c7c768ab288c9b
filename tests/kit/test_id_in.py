import pytest

from forum.kit.converters import id_in


@pytest.mark.parametrize("text, number", [("1", 1), ("007", 7), (str(2**63 - 1), 2**63 - 1)])
def test_an_id_is_read(text, number):
    assert id_in(text) == number


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", "1.0", " 1", "1\n", "x", "\u0663", "\u00b2", str(2**63), "9" * 5000]
)
def test_what_no_database_holds_is_no_id(text):
    assert id_in(text) is None
