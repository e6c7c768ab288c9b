"""The eyes of the other tests are open."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import TURNS, Looks

pytestmark = pytest.mark.browser


def test_the_watch_hears_errors_violations_and_requests_that_should_not_be(live_server, browsers):
    visit = browsers.open(own=True)
    page, watch = visit.page, visit.watch
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


def test_the_examination_sees_barriers_faint_colours_and_what_is_too_wide(live_server, browsers):
    page = browsers.open(own=True).page
    page.goto("/")
    page.evaluate("""() => {
        const field = document.querySelector("main").appendChild(document.createElement("input"));
        field.style.width = "700px";
        const words = document.querySelector("main").appendChild(document.createElement("p"));
        words.textContent = "Hardly to be read.";
        words.style.color = "#777";  // on white as on black
    }""")
    first, both = Looks(), Looks()
    first.over(page)
    for _ in TURNS:
        both.over(page)
    page.context.close()

    seen = "\n".join(first.faults)
    for fault in ("390: wider than the window", "1280 light: label", "390 dark: label", "1280 light: color-contrast"):
        assert fault in seen
    assert "1280: wider" not in seen
    seen = "\n".join(both.faults)
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            assert f"{width} {scheme}: color-contrast" in seen


def test_a_browser_that_is_handed_on_holds_nothing_of_who_had_it(live_server, browsers, ann):
    def found(page):
        return page.evaluate("[innerWidth, localStorage.length, sessionStorage.length, matchMedia('print').matches]")

    first = browsers.open(ann)
    first.page.goto("/")
    first.page.evaluate("localStorage.setItem('typed', 'x'), sessionStorage.setItem('seen', 'x')")
    first.page.set_viewport_size({"width": 390, "height": 844})
    first.page.emulate_media(media="print")
    assert found(first.page) == [390, 1, 1, True]
    browsers.leave(first)

    second = browsers.open()
    page = second.page
    assert page is first.page
    page.goto("/")
    assert found(page) == [1280, 0, 0, False]
    assert page.get_by_role("link", name="Log in").count() == 1
    page.evaluate("console.error('said by the second')")
    browsers.leave(second)

    assert first.watch.faults == []
    assert "said by the second" in "".join(second.watch.faults)
