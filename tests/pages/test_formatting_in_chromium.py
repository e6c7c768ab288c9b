"""The help page on formatting in a real browser: no barrier, nothing wider than the window."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.urls import reverse
from playwright.sync_api import sync_playwright

from tests.markup.conftest import ARGUMENTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def page(live_server, monkeypatch):
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium on this machine")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        page = browser.new_page(base_url=live_server.url)
        page.on("console", lambda message: said.append(message.text))
        yield page
        connections.close_all()  # inside Playwright's loop Django opens connections of its own, known only here
        browser.close()
    assert said == []


def test_the_page_has_no_barrier_at_any_width(page):
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(reverse("pages:formatting"))
        found = Axe().run(page, options=WCAG).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_spoiler_opens(page):
    page.goto(reverse("pages:formatting"))
    spoiler = page.locator("details.spoiler").first
    assert not spoiler.locator("p").is_visible()
    spoiler.locator("summary").click()
    assert spoiler.locator("p").is_visible()
