"""Paper, and people who want nothing to move."""

import pytest
from playwright.sync_api import expect

from tests.browser.town import make_town

pytestmark = pytest.mark.browser

ONLY_ON_SCREEN = [".bar", ".site-foot", ".acts", ".comment-box", ".thread-head nav", ".thread-head .menu", ".skip"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_printed_thread_is_the_text_and_who_wrote_it(visit, ann, ben, mo, zoe, scheme):
    town = make_town(ann, ben, mo, zoe)
    page = visit(ben, color_scheme=scheme)
    page.goto(town.post.get_absolute_url())
    article = page.locator(f"#{town.comment.key} > details > article")
    for part in ONLY_ON_SCREEN:
        expect(page.locator(part).first).to_be_attached()

    page.set_viewport_size({"width": 650, "height": 900})  # as wide as the text of a sheet of A4
    page.emulate_media(media="print", color_scheme=scheme)

    for part in ONLY_ON_SCREEN:
        assert (
            page.locator(part).evaluate_all("all => all.map(each => getComputedStyle(each).display)")
            == ["none"] * page.locator(part).count()
        )
    expect(article.locator("header > a").first).to_be_visible()
    expect(article.locator(".text")).to_be_visible()
    assert page.locator("body").evaluate("body => getComputedStyle(body).color") == "rgb(29, 28, 26)"  # on white
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_nothing_moves_for_who_does_not_want_it(visit, mo, ann):
    """The site itself has no motion at all; Django's admin has, and is told not to."""
    page = visit(mo, reduced_motion="reduce")
    for address in ("/", "/admin/", "/admin/posts/post/"):
        page.goto(address)
        moving = page.evaluate(
            """() => [...document.querySelectorAll("*")].filter(each => {
                const {transitionDuration, animationName, scrollBehavior} = getComputedStyle(each);
                return parseFloat(transitionDuration) > 0 || animationName !== "none" || scrollBehavior === "smooth";
            }).map(each => each.outerHTML.slice(0, 80))"""
        )
        assert moving == []
