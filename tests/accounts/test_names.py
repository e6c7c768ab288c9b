import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.names import clean_orcid, username_validators
from tests.factories import make_person


def check_digit(digits: str) -> str:
    """ISO 7064 MOD 11-2 by its definition: the weighted sum of all 16 characters is 1 modulo 11."""
    weighted = sum(int(digit) * pow(2, 15 - place, 11) for place, digit in enumerate(digits))
    return "0123456789X"[(1 - weighted) % 11]


@pytest.mark.parametrize(
    "typed",
    [
        "0000-0002-1825-0097",
        "0000000218250097",
        " 0000-0002-1825-0097 ",
        "https://orcid.org/0000-0002-1825-0097",
        "http://orcid.org/0000-0002-1825-0097/",
    ],
)
def test_an_orcid_is_understood_as_people_write_it(typed):
    assert clean_orcid(typed) == "0000-0002-1825-0097"


def test_the_last_character_may_be_an_x_of_either_case():
    assert clean_orcid("0000-0002-1694-233x") == "0000-0002-1694-233X"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0000",
        "0000-0002-1825-009",
        "0000-0002-1825-00977",
        "X000-0002-1825-0097",
        "\u0660" * 16,
        "\x00" * 16,
    ],
)
def test_what_is_no_orcid_is_refused_by_its_form(typed):
    with pytest.raises(ValidationError) as refused:
        clean_orcid(typed)
    assert refused.value.code == "orcid-form"


@given(st.text("0123456789", min_size=15, max_size=15))
def test_exactly_one_last_character_fits(digits):
    fitting = []
    for last in "0123456789X":
        try:
            fitting.append(clean_orcid(digits + last)[-1])
        except ValidationError as refused:
            assert refused.code == "orcid-check"  # noqa: PT017 - ten of eleven are refused
    assert fitting == [check_digit(digits)]


@pytest.mark.parametrize("name", ["ab", "a.b-c_d", "0x", "A" * 40])
def test_a_username_of_plain_letters_is_taken(name):
    for validate in username_validators:
        validate(name)


@pytest.mark.parametrize(
    "name", ["", "a", ".ab", "ab-", "a b", "ann\n", "änn", "\u0430nn", "a" * 41, "a/b", "a@b", "ann\x00", "a\u202eb"]
)
def test_a_username_that_could_mislead_or_break_an_address_is_refused(name):
    with pytest.raises(ValidationError):
        User(username=name, password="x").full_clean(exclude=["email"])


@pytest.mark.parametrize("other", ["ann", "ANN", "aNn"])
def test_a_name_is_taken_in_any_case(ann, other):
    with pytest.raises(IntegrityError):
        make_person(other, email="other@example.org")


def test_an_address_is_taken_in_any_case(ann):
    with pytest.raises(IntegrityError):
        make_person("other", email="ANN@Example.ORG")


def test_a_taken_name_is_said_in_a_sentence(ann):
    with pytest.raises(ValidationError, match="taken"):
        User(username="ANN", email="other@example.org").validate_constraints()


def test_many_people_may_have_no_address(db):
    assert make_person("one", email="").email == make_person("two", email="").email == ""


def test_a_person_is_found_by_name_in_any_case(ann):
    assert User.objects.named("ANN").get() == ann
    assert User.objects.get_by_natural_key("aNN") == ann


def test_cleaning_a_person_writes_the_orcid_in_its_usual_form(ann):
    ann.orcid = "https://orcid.org/0000-0002-1825-0097"
    ann.clean()
    assert ann.orcid == "0000-0002-1825-0097"


def test_a_person_is_shown_by_display_name_or_else_by_username(ann, zoe):
    assert (ann.name, zoe.name) == ("Ann Author", "zoe")
    assert ann.get_full_name() == ann.get_short_name() == "Ann Author"
