"""Hostile texts in the browser they are meant for, without the content security policy that is the second wall."""

import logging
from html import escape
from pathlib import Path

import markdown
import pytest

from forum.markup import render
from forum.markup.allowlist import TAGS
from tests.markup.hostile import EVERY

pytestmark = pytest.mark.browser

HOME = "http://forum.test/thread"
PROBE = Path(__file__).with_name("probe.js")
ATTRIBUTES = ["id", "class", "href", "title", "rel", "src", "alt", "align", "start", "type", "disabled", "checked"]
PARSES = 4  # as it came, and three times through innerHTML: what changes on the way is how mutation gets in
SETTLE = 300  # ms; errors of pictures and jumps come a moment later


class Visit:
    """One page with many texts on it, and everything the browser did because of them."""

    def __init__(self, page, body):
        self.page = page
        self.requests = []
        self.jumps = []
        page.add_init_script(path=PROBE)
        page.route("**/*", self.answer)
        self.body = body
        page.goto(HOME)
        page.on("framenavigated", lambda frame: self.jumps.append(frame.url))
        page.on("popup", lambda popup: self.jumps.append(popup.url))

    def answer(self, route):
        url = route.request.url
        if url == HOME:
            route.fulfill(body=f"<!doctype html><meta charset=utf-8><main>{self.body}</main>", content_type="text/html")
            return
        self.requests.append(url)
        route.fulfill(status=404, body="")

    @property
    def ran(self):
        return self.page.evaluate("window.ran")

    @property
    def foreign(self):
        return [url for url in self.requests if not url.startswith("http://forum.test/")]


@pytest.mark.parametrize("source_format", ["markdown", "plain"])
def test_no_hostile_text_runs_a_script_or_reaches_out(chromium_page, source_format, caplog):
    with caplog.at_level(logging.ERROR):
        rendered = [render(source, key=f"c{at}", source_format=source_format) for at, source in enumerate(EVERY)]
    assert [one.refused for one in rendered if one.refused] == []  # all of it can be shown, and the sanitizers agree

    visit = Visit(
        chromium_page,
        "".join(f'<section id="c{at}">{one.html}</section><i class="sentinel"></i>' for at, one in enumerate(rendered)),
    )

    for _ in range(PARSES):
        faults = chromium_page.evaluate(
            """([tags, attributes]) => {
                const found = {};
                for (const section of document.querySelectorAll("main > section")) {
                    poke(section);
                    const faulty = faults(section, section.id, tags, attributes);
                    if (faulty.length) found[section.id] = faulty;
                    if (!section.nextElementSibling?.matches("i.sentinel")) found[section.id] = ["breaks out"];
                    section.innerHTML = section.innerHTML;
                }
                return found;
            }""",
            [sorted(TAGS), ATTRIBUTES],
        )
        assert {EVERY[int(case[1:])]: found for case, found in faults.items()} == {}
    chromium_page.wait_for_timeout(SETTLE)

    assert chromium_page.evaluate("document.querySelectorAll('main > section').length") == len(EVERY)
    assert visit.ran == []
    assert visit.foreign == []
    assert visit.jumps == []
    assert chromium_page.url == HOME


def test_the_same_texts_do_run_when_nobody_sanitizes_them(chromium_page):
    """The control: the eyes of the test above are open."""
    unsafe = [markdown.markdown(source.encode(errors="replace").decode()) for source in EVERY]
    frames = "".join(f'<iframe data-case="{at}" srcdoc="{escape(html)}"></iframe>' for at, html in enumerate(unsafe))
    visit = Visit(chromium_page, frames)

    faults = chromium_page.evaluate(
        """([tags, attributes]) => {
            let count = 0;
            for (const frame of document.querySelectorAll("iframe")) {
                if (!frame.contentDocument?.body) continue;  // it has left for another site
                const inside = frame.contentWindow;
                count += faults(frame.contentDocument.body, "c1", tags, attributes).length > 0;
                inside.poke?.(frame.contentDocument.body);
            }
            return count;
        }""",
        [sorted(TAGS), ATTRIBUTES],
    )
    chromium_page.wait_for_timeout(SETTLE)

    assert len(set(visit.ran)) >= 40
    assert faults >= 60
    assert visit.foreign
    assert visit.jumps


def test_there_are_enough_hostile_texts_and_no_two_alike():
    assert len(EVERY) >= 160
    assert len(set(EVERY)) == len(EVERY)
