"""Hostile texts in the browser they are meant for: through the whole pipeline, and through each wall alone.

A wall alone must hold what the dialect gives, and html that no dialect has seen: raw html as it was typed, and what
Python-Markdown makes of every text when raw html is on.
"""

import logging
from collections import Counter
from functools import cache
from html import escape
from itertools import batched

import markdown
import pytest

from forum.markup import NOBODY, Known, Place, anchors, clean, dialect, named_in, render, sanitize
from forum.markup.references import References
from tests.markup.hostile import BARE, EVERY, SEEDS, WRAPS, rotation
from tests.markup.visit import ALLOWED, HOME, SETTLE, Visit, faults_of, sections

pytestmark = pytest.mark.browser

KEY = "c1"
NONCE = "0123456789abcdef"
PAGE = 300  # cases; more of them make the parses of one page slow
FRAMES = 60  # of a page; each costs the more, the more there are
OF_MAIL = ("mail's quote", "signature", "patch", "columns")


def known_in(source):
    """All that is named in every other text exists, and the posts bear titles that are hostile themselves."""
    if len(source) % 2:
        return NOBODY
    names = named_in(source)
    return Known(
        people={name: Place(1, f"/u/{name}/", name) for name in names.people},
        titles={key: Place(2, "/posts/2/x/", f'"><img src=x onerror=alert(1)>{key}') for key in names.titles},
    )


def rendered(sources, source_format):
    answers = [render(source, key=KEY, source_format=source_format, known=known_in(source)) for source in sources]
    assert [one.refused for one in answers if one.refused] == []  # all can be shown, and the sanitizers agree
    return {one.html: source for source, one in zip(sources, answers, strict=True)}


def by_dialect(source):
    return dialect.to_html(clean(source), nonce=NONCE, references=References(known_in(source)))


@cache  # both walls are given the same
def dirty_htmls():
    return [
        *((source, by_dialect(source)) for source in EVERY),
        *((source, markdown.markdown(clean(source))) for source in EVERY),
        *((source, source.encode(errors="replace").decode()) for source in SEEDS["raw html"]),
    ]


def past(wall):
    return {anchors.publish(wall(dirty, nonce=NONCE), nonce=NONCE, key=KEY): source for source, dirty in dirty_htmls()}


HARMLESS = set()  # html that a browser has had: most of what one wall leaves is what both of them leave


def assert_harmless(page, cases, *, whole):
    """``cases`` is html and the source it came from; what two sources have in common is looked at once."""
    new = {html: source for html, source in cases.items() if html not in HARMLESS}
    visit = Visit(page)
    for some in batched(new.items(), PAGE, strict=False):
        visit.open(sections(html for html, _ in some))
        found = faults_of(visit, key=KEY, whole=whole)
        assert {some[case][1]: faulty for case, faulty in found.items()} == {}
        assert page.evaluate("document.querySelectorAll('main > section').length") == len(some)
        assert visit.ran == []
        assert visit.foreign == []
        assert visit.jumps == []
        assert page.url == HOME
    HARMLESS.update(new)


def test_no_hostile_text_runs_a_script_or_reaches_out(chromium_page, caplog):
    with caplog.at_level(logging.ERROR):
        cases = rendered(EVERY, "markdown")
    assert caplog.records == []
    assert_harmless(chromium_page, cases, whole=True)


def test_no_hostile_mail_runs_a_script_or_reaches_out(chromium_page):
    wrapped = [WRAPS[name](seed) for at, seed in enumerate(BARE) for name in (OF_MAIL[at % len(OF_MAIL)],)]
    assert_harmless(chromium_page, rendered([*BARE, *wrapped], "plain"), whole=True)


@pytest.mark.parametrize("wall", [sanitize.with_bleach, sanitize.with_nh3], ids=["bleach", "nh3"])
def test_each_wall_holds_by_itself(wall, chromium_page):
    assert_harmless(chromium_page, past(wall), whole=False)


def test_the_same_texts_do_run_when_nobody_sanitizes_them(chromium_page):
    """The control: the eyes of the tests above are open, each of them."""
    unsafe = {source: markdown.markdown(source.encode(errors="replace").decode()) for source in BARE[::2]}
    visit = Visit(chromium_page)
    faults, ran, foreign, jumps = [], set(), [], []
    for some in batched(enumerate(unsafe.values()), FRAMES, strict=False):
        visit.open(
            "".join(
                f'<iframe data-case="{at}" sandbox="allow-scripts allow-same-origin allow-forms allow-popups" '
                f'srcdoc="{escape(html)}"></iframe>'
                for at, html in some
            )
        )
        faults += chromium_page.evaluate(
            """(allowed) => {
                const found = [];
                for (const frame of document.querySelectorAll("iframe")) {
                    const body = frame.contentDocument?.body;
                    if (!body) continue;  // it has left for another site
                    found.push(faults(body, allowed));
                    frame.contentWindow.poke?.(body);
                }
                return found;
            }""",
            {**ALLOWED, "key": KEY, "settledLinks": True, "math": None},
        )
        chromium_page.wait_for_timeout(SETTLE)
        ran.update(visit.ran)
        foreign += visit.foreign
        jumps += visit.jumps

    kinds = Counter(fault.split(" ")[-1] if fault[0] != "i" else "id" for faulty in faults for fault in set(faulty))
    assert len(ran) >= 60
    assert sum(map(bool, faults)) >= 80
    for kind in ("id", "name", "style", "<form>", "<script>", "<svg>", "<math>", "<iframe>", "onclick"):
        assert kinds[kind] >= 2, kind
    assert len(foreign) >= 5
    assert jumps


def test_there_are_enough_hostile_texts_and_no_two_alike():
    assert len(set(BARE)) == len(BARE) >= 450
    assert len(EVERY) >= 1_800


@pytest.mark.parametrize("family", SEEDS)
def test_every_family_stands_in_every_construct(family):
    assert {name for _, name in rotation(family)} == set(WRAPS)
