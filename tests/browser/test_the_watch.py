"""The eyes of the other tests are open."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import Looks
from tests.browser.visitor import open_browser

pytestmark = pytest.mark.browser


def test_the_watch_hears_errors_violations_and_requests_that_should_not_be(live_server, chromium):
    page, watch = open_browser(chromium, live_server.url)
    page.goto("/")
    assert watch.faults == []

    page.goto("/nowhere")
    page.evaluate("""() => {
        console.error("said aloud");
        setTimeout(() => { throw new Error("thrown"); });
        fetch("http://localhost:9/").catch(() => {});
        const script = document.createElement("script");
        script.textContent = "document.title = 'run'";
        document.body.append(script);
    }""")
    expect(page).to_have_title("Not here · Colloquy")
    expected = ("answered 404: GET", "said aloud", "uncaught: thrown", "policy: connect-src", "policy: script-src")
    for _ in range(100):  # some of it is told a moment later
        page.wait_for_timeout(100)
        unheard = [each for each in expected if each not in "\n".join(watch.faults)]
        if not unheard:
            break
    page.context.close()

    assert unheard == []


def test_the_examination_sees_barriers_faint_colours_and_what_is_too_wide(live_server, chromium):
    page, _ = open_browser(chromium, live_server.url)
    page.goto("/")
    page.evaluate("""() => {
        const field = document.querySelector("main").appendChild(document.createElement("input"));
        field.style.width = "700px";
        const words = document.querySelector("main").appendChild(document.createElement("p"));
        words.textContent = "Hardly to be read.";
        words.style.color = "#888";
    }""")
    looks = Looks()
    looks.over(page)
    page.context.close()

    seen = "\n".join(looks.faults)
    for fault in ("390: wider than the window", "1280 light: label", "1280 light: color-contrast", "390 light: color-"):
        assert fault in seen
    assert "1280: wider" not in seen
