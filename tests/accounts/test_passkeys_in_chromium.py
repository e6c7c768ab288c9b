"""A passkey in a browser: django-allauth's scripts work under the content security policy."""

import shutil

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from tests.factories import make_person
from tests.markup.conftest import ARGUMENTS

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
KEY = {  # one that the browser itself pretends to have, with its owner's finger always on it
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def known(transactional_db):
    """Ann with a confirmed address. Before the browser: Playwright's loop then runs in this thread, and under a loop
    Django would open a second connection that nobody closes."""
    ann = make_person("ann", display_name="Ann Author")
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)
    return ann


@pytest.fixture
def page(known, live_server):
    """A page of a browser with a key; whatever it complains of fails the test."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        context = browser.new_context(base_url=live_server.url)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        yield page
        browser.close()
    assert complaints == []


def test_somebody_adds_a_passkey_and_logs_in_with_it(page, live_server):
    page.goto(reverse("account_login"))
    page.get_by_label("Username or e-mail").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url(live_server.url + "/")

    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto(reverse("mfa_list_webauthn"))
    assert "Laptop" in page.get_by_role("table").inner_text()
    page.goto(reverse("mfa_reauthenticate_webauthn"))
    assert page.get_by_role("heading", level=1).inner_text() == "Is it still you?"

    page.get_by_role("button", name="Log out").click()
    page.goto(reverse("account_login"))
    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url(live_server.url + "/")
    assert page.locator("header.bar .me").inner_text() == "Ann Author"
