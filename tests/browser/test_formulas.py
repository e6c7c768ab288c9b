"""Formulas as a browser lays them out, and as they come out of it again."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from forum.pages.formatting import gallery
from tests.factories import make_comment, make_post

pytestmark = pytest.mark.browser

WIDE = "$$" + " + ".join(f"x_{{{n}}}^{{{n}}}" for n in range(60)) + "$$"


def test_every_formula_of_the_gallery_is_drawn_in_the_font_for_mathematics(visit):
    page = visit()
    page.goto(reverse("pages:formatting"))
    expect(page.locator(".gallery .not-math")).to_have_count(0)
    formulas = page.locator(".gallery .display > math")
    expect(formulas).to_have_count(sum(len(group.formulas) for group in gallery()))

    boxes = formulas.evaluate_all(
        """async (all) => {
            await document.fonts.ready;
            return all.map((math) => {
                const { width, height } = math.querySelector("semantics > :first-child").getBoundingClientRect();
                return [math.querySelector("annotation").textContent, width, height];
            });
        }"""
    )

    assert [tex for tex, width, height in boxes if width < 8 or height < 8] == []
    assert page.evaluate("""() => [...document.fonts].some((font) =>
        font.family.includes("STIX Two Math") && font.status === "loaded")""")


def test_parentheses_are_as_high_as_what_they_hold(visit, ann):
    post = make_post(ann, source=r"$$( a ) \left( \frac{\frac{a}{b}}{\frac{c}{d}} \right)$$")
    page = visit()
    page.goto(post.get_absolute_url())

    heights = page.locator("math mo[form=prefix]").evaluate_all(
        "async (all) => { await document.fonts.ready; return all.map((mo) => mo.getBoundingClientRect().height); }"
    )

    assert heights[1] > 2 * heights[0]


def test_a_root_in_running_text_does_not_push_the_next_line_away(visit, ann):
    roots = (r"\sqrt{n}", r"\sqrt{2}", r"1/\sqrt{\pi}", r"\sqrt{2\pi n}", r"\sqrt[3]{x + 1}")
    post = make_post(ann, source="\n\n".join(f"Let ${root}$ be.\\\nNext." for root in ("n", *roots)))
    page = visit()
    page.goto(post.get_absolute_url())

    plain, *heights = page.locator(".post .text > p").evaluate_all(
        "async (all) => { await document.fonts.ready; return all.map((p) => p.getBoundingClientRect().height); }"
    )

    assert [root for root, height in zip(roots, heights, strict=True) if height > plain + 1.5] == []  # pixels


def test_a_wide_display_scrolls_in_its_own_box(visit, ann):
    post = make_post(ann, source=f"Look:\n\n{WIDE}")
    make_comment(post, ann, source=f"> - {WIDE}")
    page = visit(viewport={"width": 390, "height": 800})
    page.goto(post.get_absolute_url())

    for display in page.locator(".display").all():
        assert display.evaluate("(box) => box.scrollWidth > box.clientWidth")
        assert display.evaluate("(box) => { box.scrollLeft = 1e6; return box.scrollLeft > 0; }")
        # Centred boxes may begin to the left of where scrolling can reach.
        assert display.evaluate(
            """(box) => {
                box.scrollLeft = 0;
                return box.querySelector("math").getBoundingClientRect().left >= box.getBoundingClientRect().left - 1;
            }"""
        )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


COPY = """(select) => {
    const [from, begin, to, end] = select;
    const node = (path) => path.reduce((at, step) => at.childNodes[step], document.querySelector(".post .text"));
    getSelection().setBaseAndExtent(node(from), begin, node(to), end);
    const clipboardData = new DataTransfer();
    const event = new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true });
    document.dispatchEvent(event);
    return {
        ours: event.defaultPrevented,
        plain: clipboardData.getData("text/plain"),
        html: clipboardData.getData("text/html"),
    };
}"""


def copied(page, *selection):
    return page.evaluate(COPY, selection)


def test_a_copied_formula_is_its_source(visit, ann):
    post = make_post(ann, source="Let $x^2$ *be*.\n\n$$\n\\frac{a}{b}\n$$\n\nThen.")
    page = visit()
    page.goto(post.get_absolute_url())

    copy = copied(page, [], 0, [], page.locator(".post .text").evaluate("(text) => text.childNodes.length"))

    assert copy["ours"]
    assert [line for line in copy["plain"].split("\n") if line] == ["Let $x^2$ be.", "$$\\frac{a}{b}$$", "Then."]
    assert "<math" in copy["html"]
    expect(page.locator("body > .unseen")).to_have_count(0)


def test_a_piece_of_a_formula_is_copied_as_the_whole_of_it(visit, ann):
    post = make_post(ann, source="Let $x^2 + y$ be.")
    page = visit()
    page.goto(post.get_absolute_url())
    paragraph = page.locator(".post .text > p").evaluate("(p) => [...p.parentNode.childNodes].indexOf(p)")

    assert copied(page, [paragraph, 1, 0], 0, [paragraph, 2], 4)["plain"] == "$x^2 + y$ be."


def test_text_without_formulas_is_copied_by_the_browser_itself(visit, ann):
    post = make_post(ann, source="Plain words.")
    page = visit()
    page.goto(post.get_absolute_url())

    assert not copied(page, [], 0, [], 1)["ours"]
