import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from accounts.forms import BIO_LIMIT
from tests.factories import days_ago

PROFILE = reverse("accounts:profile")


def typed(**changes) -> dict[str, str]:
    return {"display_name": "Ann", "bio": "", "affiliation": "", "website": "", "orcid": ""} | changes


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def error_at(response, name: str) -> str:
    """What is said to be wrong with a field, found by the id with which the field names it."""
    page = soup_of(response)
    (control,) = page.select(f"[name={name}]")
    assert control["aria-invalid"] == "true"
    ids = control["aria-describedby"].split()
    return " ".join(page.find(id=name).text for name in ids if name.endswith("_error"))


def test_a_stranger_has_to_log_in_first(browse, db):
    response = browse().get(PROFILE)

    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={PROFILE}"


def test_a_saved_profile_is_shown(ann, browse):
    client = browse(ann)

    response = client.post(
        PROFILE,
        typed(
            display_name="Ann  of\tEarth",
            bio="I study *tests*.",
            affiliation="Institute of Care",
            website="example.org/ann",
            orcid="https://orcid.org/000000021825009 7".replace(" ", ""),
        ),
        follow=True,
    )

    assert "Your profile is saved" in soup_of(response).text
    ann.refresh_from_db()
    assert ann.display_name == "Ann of Earth"
    assert ann.bio == "I study *tests*."
    assert "<em>tests</em>" in ann.bio_html
    assert ann.website == "https://example.org/ann"
    assert ann.orcid == "0000-0002-1825-0097"
    assert client.get(PROFILE).context["form"].initial["bio"] == "I study *tests*."


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("bio", "x" * (BIO_LIMIT + 1), "10,001 characters long, and the limit is 10,000"),
        ("display_name", "x" * 81, "81 characters long, and the limit is 80"),
        ("affiliation", "x" * 121, "limit is 120"),
        ("website", "javascript:alert(1)", "http"),
        ("website", "ftp://example.org/", "http"),
        ("website", "//", "http"),
        ("website", "https://" + "x" * 200, "limit is 200"),
        ("orcid", "0000-0002-1825-0098", "does not fit"),
        ("orcid", "nonsense", "16 characters"),
    ],
)
def test_what_cannot_be_saved_is_said_and_stands_in_the_form_again(name, text, words, ann, browse):
    response = browse(ann).post(PROFILE, typed(**{"bio": "Kept *as typed*.", name: text}))

    assert response.status_code == 422
    assert words in error_at(response, name)
    (control,) = soup_of(response).select(f"[name={name}]")
    assert (control.get("value") or control.text.removeprefix("\n").removeprefix("\r\n")) == text
    if name != "bio":
        assert "Kept *as typed*." in soup_of(response).select_one("[name=bio]").text
    ann.refresh_from_db()
    assert ann.bio == ""


@pytest.mark.parametrize("name", ["display_name", "bio", "affiliation", "website", "orcid"])
@pytest.mark.parametrize("odd", ["\0", "\x07", "\ud800", "\u202e", "\ufdd0"], ids=ascii)
def test_characters_that_no_text_may_hold_are_refused_or_taken_out(name, odd, ann, browse):
    good = {"website": "https://example.org/a", "orcid": "0000-0002-1825-0097"}.get(name, "abc")
    sent = typed(**{name: f"{good}{odd}"})

    response = browse(ann).post(PROFILE, {key: text.encode("utf-8", "surrogatepass") for key, text in sent.items()})

    assert response.status_code in {302, 422}
    ann.refresh_from_db()
    assert odd not in getattr(ann, name)


def test_a_preview_shows_the_biography_and_saves_nothing(ann, browse):
    response = browse(ann).post(PROFILE, typed(bio="I study *tests*.", action="preview"))

    assert soup_of(response).select_one(".preview em").text == "tests"
    assert soup_of(response).textarea.text.strip() == "I study *tests*."
    ann.refresh_from_db()
    assert ann.bio == ""


def test_a_preview_of_too_long_a_text_says_so(ann, browse):
    response = browse(ann).post(PROFILE, typed(bio="x" * (BIO_LIMIT + 1), action="preview"))

    assert response.status_code == 422
    assert "limit is 10,000" in soup_of(response).select_one(".preview").text


def test_a_suspended_person_is_told_why_and_loses_nothing(ann, browse):
    ann.suspended_until, ann.suspension_reason = days_ago(-2), "Personal remarks."
    ann.save(update_fields=["suspended_until", "suspension_reason"])
    client = browse(ann)
    assert "may read but not write until" in soup_of(client.get(PROFILE)).text

    response = client.post(PROFILE, typed(bio="Still me."))

    assert response.status_code == 403
    assert "Personal remarks." in soup_of(response).text
    assert soup_of(response).textarea.text.strip() == "Still me."
    ann.refresh_from_db()
    assert ann.bio == ""
