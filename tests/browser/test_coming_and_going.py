"""Signing up, logging in and out, and looking after one's account."""

import re

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import plug_in_key
from tests.factories import make_post, make_thread

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
LINK = re.compile(r"http://\S+")


def log_in(page: Page, *, name: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    fill_in(page, name=name, password=password)


def fill_in(page: Page, *, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def own_name(page: Page, name: str) -> Locator:
    """The link in the bar that only somebody who is logged in has."""
    return page.get_by_role("banner").get_by_role("link", name=name)


@pytest.fixture
def ann(ann):
    EmailAddress.objects.create(user=ann, email=ann.email, primary=True, verified=True)
    return ann


def test_who_logs_in_comes_back_to_the_comment_they_were_at(visit, script, ann):
    ann.set_password(PASSWORD)
    ann.save()
    post = make_post(ann)
    last = make_thread(post, [None] * 30, ann)[-1]
    page = visit(script=script)
    page.goto(f"{post.get_absolute_url()}#{last.key}")
    expect(page.locator(f"#{last.key}")).to_be_in_viewport()

    page.get_by_role("banner").get_by_role("link", name="Log in").click()
    fill_in(page, name=ann.username)

    expect(page).to_have_url(re.compile(f"{post.get_absolute_url()}{f'#{last.key}' if script else ''}$"))
    if script:
        expect(page.locator(f"#{last.key}")).to_be_in_viewport()


def test_a_new_person_signs_up_confirms_the_address_and_logs_in(visit, script, mailoutbox):
    page = visit(script=script)

    page.goto("/")
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Username").fill("noor")
    page.get_by_label("E-mail").fill("noor@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password, once more").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Verify your address")).to_be_visible()

    [letter] = mailoutbox
    assert letter.to == ["noor@example.org"]
    page.goto(LINK.search(letter.body)[0])
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("You have confirmed noor@example.org.")).to_be_visible()
    log_in(page, name="noor")
    expect(own_name(page, "noor")).to_be_visible()


def test_who_has_not_confirmed_the_address_does_not_get_in(visit, ben, mailoutbox):
    page = visit()

    log_in(page, name="ben")

    expect(page.get_by_role("heading", name="Verify your address")).to_be_visible()
    expect(own_name(page, "Ben Reader")).to_have_count(0)
    assert [letter.to for letter in mailoutbox] == [["ben@example.org"]]


@pytest.mark.parametrize("name", ["ann", "ANN@example.org"])
def test_people_log_in_by_name_or_by_address_and_out_again(visit, script, ann, name):
    page = visit(script=script)

    log_in(page, name=name, password="not this one")
    expect(page.locator(".errorlist")).to_be_visible()
    expect(page.get_by_label("Username or e-mail")).to_have_value(name)
    log_in(page, name=name)
    expect(own_name(page, "Ann Author")).to_be_visible()

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Log in")).to_be_visible()
    expect(own_name(page, "Ann Author")).to_have_count(0)


def test_who_follows_a_link_to_reply_comes_back_to_it_after_logging_in(visit, script, ann):
    post = make_post()
    page = visit(script=script)

    page.goto(post.get_absolute_url())
    page.get_by_role("link", name="Log in to comment").click()
    page.get_by_label("Username or e-mail").fill("ann")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()

    expect(page.get_by_label("Your comment")).to_be_visible()


def test_a_forgotten_password_is_replaced_by_way_of_the_mail(visit, script, ann, mailoutbox):
    page = visit(script=script)

    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    page.goto(LINK.search(mailoutbox[0].body)[0])
    page.get_by_label("New Password", exact=True).fill("another horse entirely")
    page.get_by_label("New Password (again)").fill("another horse entirely")
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_role("heading", name="Your password has changed")).to_be_visible()
    log_in(page, name="ann", password="another horse entirely")
    expect(own_name(page, "Ann Author")).to_be_visible()


def test_a_person_fills_in_the_profile_and_sees_it(visit, script, ann):
    page = visit(ann, script=script, refused={422})

    page.goto("/settings/")
    page.get_by_label("Name").fill("Ann B. Author")
    page.get_by_label("About you").fill("I count *things*.")
    page.get_by_label("ORCID iD").fill("0000-0002-1825-0098")  # its last digit does not fit the others
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errorlist")).to_be_visible()
    expect(page.get_by_label("About you")).to_have_value("I count *things*.")

    page.get_by_label("ORCID iD").fill("0000-0002-1825-0097")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview em")).to_have_text("things")
    page.get_by_role("button", name="Save").click()
    own_name(page, "Ann B. Author").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ann B. Author")
    expect(page.locator("main .text em")).to_have_text("things")
    expect(page.get_by_role("link", name="ORCID 0000-0002-1825-0097")).to_be_visible()


def test_who_has_a_passkey_needs_no_password(visit, ann):
    page = visit(ann, own=True)  # its key stays in the browser
    plug_in_key(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("The blue key")
    page.get_by_role("checkbox").check()
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_role("status")).to_contain_text("Security key added")
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("table")).to_contain_text("The blue key")
    page.get_by_role("button", name="Log out").click()

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()

    expect(own_name(page, "Ann Author")).to_be_visible()
