"""Every page of django-allauth wears the site's look, and what people do with them works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from bs4 import BeautifulSoup
from django.test import Client, override_settings
from django.urls import get_resolver, reverse

from accounts.models import User
from tests.factories import make_person

PASSWORD = "correct horse battery"

OPEN = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",  # 401
]
OWN = [
    "account_logout",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "socialaccount_connections",
]
WITH_SECOND_FACTOR = [
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
]
WITH_KEY = ["mfa_edit_webauthn", "mfa_remove_webauthn"]
TESTED_ALONE = [
    "mfa_reauthenticate_webauthn",  # test_passkeys_in_chromium.py: it needs a key
    "account_confirm_email",
    "account_reset_password_from_key",
    "account_set_password",
    "mfa_authenticate",
]
NO_PAGES = [
    "account_confirm_login_code",  # a code by mail instead of a password: not switched on
    "mfa_download_recovery_codes",  # a text file
    "mfa_login_webauthn",  # answers the passkey script
    "socialaccount_signup",  # only on the way from another site
]


def routes(patterns=None, prefix: str = ""):
    for pattern in patterns or get_resolver().url_patterns:
        address = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, address)
        elif address.startswith("accounts/") and pattern.name:
            yield pattern.name


def in_our_look(response) -> BeautifulSoup:
    assert response.status_code in {200, 401}
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one("header.bar")
    assert page.select_one("main h1")
    assert page.title.text.strip().endswith("Colloquy")
    assert page.select('link[href$="css/tokens.css"]')
    assert not page.select("[style], style")
    for script in page.select("script:not([src])"):
        assert script["type"] == "application/json"
    for control in page.select("main :is(input, textarea, select):not([type=hidden])"):
        assert page.find("label", {"for": control["id"]}), control
    return page


def verified(person: User) -> Client:
    """A client of somebody with a confirmed address who has just logged in and typed the password once more."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client = Client()
    client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.session["_auth_user_id"] == str(person.pk)
    return client


def with_second_factor(person: User) -> tuple[Client, str]:
    client = verified(person)
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return client, secret


def test_every_page_of_allauth_is_looked_at():
    assert set(routes()) == {*OPEN, *OWN, *WITH_SECOND_FACTOR, *WITH_KEY, *TESTED_ALONE, *NO_PAGES}


@pytest.mark.parametrize("name", OPEN)
def test_open_pages_wear_the_look(name, db):
    in_our_look(Client().get(reverse(name)))


@pytest.mark.parametrize("name", OWN)
def test_pages_of_ones_account_wear_the_look(name, ann):
    in_our_look(verified(ann).get(reverse(name)))


@pytest.mark.parametrize("name", WITH_SECOND_FACTOR)
def test_pages_of_a_second_factor_wear_the_look(name, ann):
    client, _ = with_second_factor(ann)

    in_our_look(client.get(reverse(name)))


@pytest.mark.parametrize("name", WITH_KEY)
def test_pages_of_a_passkey_wear_the_look(name, ann):
    client = verified(ann)
    key = Authenticator.objects.create(
        user=ann, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop", "credential": {}}
    )

    in_our_look(client.get(reverse(name, args=[key.pk])))


def test_somebody_signs_up_confirms_and_is_in(db, mailoutbox):
    client = Client()
    form = {"username": "lin", "email": "lin@example.org", "password1": PASSWORD, "password2": PASSWORD}

    sent = client.post(reverse("account_signup"), form, follow=True)

    assert in_our_look(sent).h1.text == "Verify your address"
    letter = mailoutbox[-1]
    assert letter.subject == "[Colloquy] Confirm your address"
    (link,) = re.findall(r"http://testserver(/accounts/confirm-email/\S+)", letter.body)
    page = in_our_look(client.get(link))
    assert "lin@example.org" in page.text
    client.post(link)
    assert EmailAddress.objects.get(user__username="lin").verified


@override_settings(MAILERS={"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}})
def test_where_mail_goes_to_the_console_the_page_says_so(db):
    page = in_our_look(Client().get(reverse("account_email_verification_sent")))

    assert "printed in the terminal" in page.text


@override_settings(MAILERS={"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}})
def test_where_mail_goes_out_nothing_is_said_of_a_terminal(db):
    assert "terminal" not in in_our_look(Client().get(reverse("account_email_verification_sent"))).text


@pytest.mark.parametrize("login", ["ann", "ANN", "ann@example.org", "Ann@Example.org"])
def test_people_log_in_by_name_or_address(login, ann):
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)
    client = Client()

    response = client.post(reverse("account_login"), {"login": login, "password": PASSWORD})

    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(ann.pk)


def test_logging_out_needs_a_form(ann, browse):
    client = browse(ann)
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session

    client.post(reverse("account_logout"))

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "changes, name, words",
    [
        ({"username": "ANN"}, "username", "already exists"),
        ({"username": "admin"}, "username", "can not be used"),
        ({"username": "a\0b"}, "username", "Null characters"),
        ({"username": "аnn"}, "username", "letters (a to z)"),  # noqa: RUF001 - a Cyrillic letter
        ({"username": "x" * 41}, "username", "at most 40"),
        ({"email": "nonsense"}, "email", "valid email"),
        ({"password1": "short", "password2": "short"}, "password1", "at least 8"),
        ({"password2": "another one"}, "password2", "same password"),
    ],
)
def test_what_is_wrong_with_a_sign_up_stands_at_its_field(changes, name, words, ann):
    form = {"username": "lin", "email": "lin@example.org", "password1": PASSWORD, "password2": PASSWORD}

    response = Client().post(reverse("account_signup"), form | changes)

    page = in_our_look(response)
    control = page.find(attrs={"name": name})
    assert control["aria-invalid"] == "true"
    (errors,) = [page.find(id=each) for each in control["aria-describedby"].split() if each.endswith("_error")]
    assert words in errors.text
    assert page.find(attrs={"name": "username"})["value"] == (form | changes)["username"]


def test_a_forgotten_password_is_replaced(ann, mailoutbox):
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)
    client = Client()
    done = client.post(reverse("account_reset_password"), {"email": ann.email}, follow=True)
    assert in_our_look(done).h1.text == "Look into your mail"
    (link,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[-1].body)

    form = client.get(link, follow=True)
    in_our_look(form)
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": "a new long password", "password2": "a new long password"})

    ann.refresh_from_db()
    assert ann.check_password("a new long password")
    assert "no longer works" in in_our_look(Client().get(link, follow=True)).text


def test_a_link_that_was_never_sent_is_said_to_be_of_no_use(db):
    for address in ("/accounts/password/reset/key/1-set-password/", "/accounts/confirm-email/nonsense/"):
        assert "no longer works" in in_our_look(Client().get(address)).text


def test_an_account_without_a_password_can_set_one(ann):
    client = verified(ann)
    ann.set_unusable_password()
    ann.save()
    client.force_login(ann)

    in_our_look(client.get(reverse("account_set_password")))


def test_a_second_factor_is_asked_for(ann):
    with_second_factor(ann)
    client = Client()

    response = client.post(reverse("account_login"), {"login": "ann", "password": PASSWORD}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("mfa_authenticate")
    in_our_look(response)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("action", ["action_send", "action_remove", "action_primary", "action_add"])
@pytest.mark.parametrize("address", ["a\0b@example.org", "\ufffd@example.org", "x" * 400 + "@example.org"])
def test_odd_addresses_are_no_fault_of_ours(action, address, ann):
    response = verified(ann).post(reverse("account_email"), {"email": address, action: ""}, follow=True)

    in_our_look(response)


@pytest.mark.parametrize("host, works", [("localhost:8000", True), ("127.0.0.1:8000", False)])
def test_passkeys_are_offered_where_browsers_allow_them(host, works, db):
    page = in_our_look(Client(headers={"host": host}).get(reverse("account_login")))

    assert bool(page.find(id="passkey_login")) == works


def test_a_placeholder_cannot_log_in(db):
    make_person("lin", placeholder=True).set_unusable_password()
    User.objects.filter(username="lin").update(password="!")

    response = Client().post(reverse("account_login"), {"login": "lin", "password": PASSWORD})

    assert "not correct" in in_our_look(response).text


def test_no_other_site_is_named_unless_it_is_set_up(db):
    assert "or with" not in in_our_look(Client().get(reverse("account_login"))).text
    assert Client().get("/accounts/github/login/").status_code == 404


def test_a_site_that_is_set_up_is_offered(tmp_path):
    script = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.test import Client\n"
        "call_command('migrate', verbosity=0)\n"
        "print(Client(headers={'host': 'localhost'}).get('/accounts/login/').content.decode())"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "COLLOQUY_VAR": str(tmp_path),
        "COLLOQUY_GITHUB_CLIENT_ID": "x",
        "COLLOQUY_GITHUB_SECRET": "y",
    }

    shown = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout

    assert 'href="/accounts/github/login/?process=login"' in shown
    assert "Google" not in shown


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password", "account_email"])
def test_an_address_is_called_by_one_word_everywhere(name, ann, browse):
    page = in_our_look(browse(ann if name == "account_email" else None).get(reverse(name)))
    assert [label.text for label in page.select("label[for=id_email]")] == ["E-mail"]
