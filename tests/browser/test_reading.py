"""A thread and the lists, as somebody reads them."""

import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from forum.comments.models import Comment
from forum.comments.services import set_hidden
from forum.posts.models import Post
from tests.browser.visitor import until
from tests.factories import days_ago, make_chain, make_comment, make_moderator, make_post, make_thread

pytestmark = pytest.mark.browser


def shown(page: Page, comment: Comment) -> Locator:
    return page.locator(f"#c{comment.pk} > details > article")


def fold(page: Page, comment: Comment) -> Locator:
    return page.locator(f"#c{comment.pk} > details > summary")


def test_a_branch_is_folded_and_unfolded_by_mouse_and_keyboard(visit, script, ann):
    post = make_post(ann)
    first, answer, _ = make_chain(post, 3, ann)
    page = visit(script=script)
    page.goto(post.get_absolute_url())
    expect(shown(page, answer)).to_be_visible()

    fold(page, first).click()
    expect(shown(page, answer)).not_to_be_visible()
    expect(shown(page, first)).not_to_be_visible()
    expect(fold(page, first)).to_contain_text("Ann Author and 2 replies")

    fold(page, first).press("Enter")
    expect(shown(page, answer)).to_be_visible()


def test_a_folded_line_says_once_how_the_text_begins(visit, ann):
    post = make_post(ann)
    long = make_comment(post, ann, source=f"One *two* & <b>\n\n{'three ' * 20}")
    hidden = make_comment(post, ann)
    set_hidden(comment=hidden, at=timezone.now(), reason="Rude.")
    page = visit()
    page.goto(post.get_absolute_url())

    for comment in (long, hidden):
        for _ in range(3):
            fold(page, comment).click()

    expect(fold(page, long)).to_have_text(re.compile(r"^Ann Author: “One two & <b> three( three)+…”$"))
    expect(fold(page, hidden)).to_have_text("Withdrawn comment")


def test_a_link_to_a_comment_in_a_folded_branch_opens_it(visit, script, ann):
    """Without script it is the browser itself that opens the branch."""
    post = make_post(ann)
    first, _, deep = make_chain(post, 3, ann)
    make_comment(post, ann, source=f"As I [said]({post.get_absolute_url()}#c{deep.pk}).")
    page = visit(script=script)
    page.goto(post.get_absolute_url())
    fold(page, first).click()
    expect(shown(page, deep)).not_to_be_visible()

    page.get_by_role("link", name="said").click()
    expect(shown(page, deep)).to_be_in_viewport()

    fold(page, first).click()
    page.get_by_role("link", name="said").click()  # the same address a second time
    expect(shown(page, deep)).to_be_in_viewport()


def test_an_address_with_a_comment_goes_to_it(visit, script, ann):
    post = make_post(ann)
    deep = make_chain(post, 30)[-1]
    page = visit(script=script)

    page.goto(deep.get_absolute_url())

    expect(shown(page, deep)).to_be_in_viewport()
    expect(page.locator("li:target")).to_have_attribute("id", f"c{deep.pk}")


def test_in_a_long_thread_too_an_address_goes_to_its_comment(visit, script, ann):
    """Where branches out of view are not laid out."""
    post = make_post(ann)
    deep = make_thread(post, [None] * 900 + list(range(899, 1000)), ann)[-1]
    page = visit(script=script)

    page.goto(deep.get_absolute_url())

    expect(shown(page, deep)).to_be_in_viewport()
    expect(page.locator("ol.thread.long")).to_have_count(1)


@pytest.mark.parametrize("come_to", ["", "a comment"], ids=["from the top", "from a comment"])
def test_a_jump_within_a_long_thread_ends_at_its_comment_and_back_where_one_was(visit, ann, come_to):
    """In a branch of many replies, most of which are not laid out when the jump begins."""
    post = make_post(ann)
    replies = make_thread(post, [None, *[0] * 300, *range(1, 301), *range(301, 601), *range(601, 801)], ann)
    page = visit()
    page.goto(f"{post.get_absolute_url()}{come_to and f'#{replies[280].key}'}")
    expect(page.locator("ol.thread.long")).to_have_count(1)
    for comment in (replies[250], replies[1000], replies[20]):
        before = page.evaluate("scrollY")
        page.mouse.wheel(0, 1_000)
        until(page, f"scrollY !== {before}")
        left = _at_rest(page)

        page.evaluate("key => { location.hash = key }", comment.key)

        expect(shown(page, comment)).to_be_in_viewport()
        _at_rest(page)
        assert abs(shown(page, comment).evaluate("each => each.getBoundingClientRect().top") - 16) < 3  # 1rem
        page.go_back()
        expect(page.locator(f"#{left[0]}")).to_be_in_viewport()
        comment_there, height = _at_rest(page)
        assert comment_there == left[0]
        assert abs(height - left[1]) < 3
        page.go_forward()
        expect(shown(page, comment)).to_be_in_viewport()
        _at_rest(page)


@pytest.mark.parametrize("leave", ["reload", "back", "forward"])
def test_who_comes_back_to_a_long_thread_is_where_they_were(visit, db, leave):
    """Deep within a branch, most of which is not laid out when they come."""
    call_command("bench_data", posts=1, comments=1_900, one_thread=True)
    page = visit()
    page.goto("/")
    page.goto(Post.objects.latest("pk").get_absolute_url())
    for _ in range(60):
        before = page.evaluate("scrollY")
        page.mouse.wheel(0, 700)
        until(page, f"scrollY !== {before}")
    left = _at_rest(page)

    if leave == "reload":
        page.reload()
    elif leave == "back":
        page.goto("/tags/")
        page.go_back()
    else:
        page.go_back()
        page.go_forward()

    expect(page.locator(f"#{left[0]}")).to_be_in_viewport()
    comment, height = _at_rest(page)
    assert comment == left[0]
    assert abs(height - left[1]) < 3


def test_an_address_that_is_no_encoding_of_anything_stops_nothing(visit, ann):
    post = make_post(ann)
    page = visit(ann)
    page.goto(f"{post.get_absolute_url()}#50%")

    page.get_by_role("link", name="Write a comment").click()
    page.get_by_label("Your comment").fill("Typed for hours.")

    expect(page.get_by_text("Kept in this browser")).to_be_visible()


def _at_rest(page: Page) -> tuple[str, int]:
    """What stands in the middle of the window, and where; once that has not changed for fifteen frames."""
    return page.evaluate("""() => new Promise((done) => {
        let [last, frames] = ["", 0];
        const look = () => {
            const comment = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest("li[id]");
            const now = comment ? [comment.id, Math.round(comment.getBoundingClientRect().top)] : ["nothing", 0];
            frames = String(now) === last ? frames + 1 : 0;
            last = String(now);
            if (frames > 15) done(now); else requestAnimationFrame(look);
        };
        look();
    })""")


def test_the_order_of_the_comments_can_be_switched(visit, script, ann):
    post = make_post(ann)
    old = make_comment(post, ann, source="The older.", at=days_ago(2))
    new = make_comment(post, ann, source="The newer.", at=days_ago(1))
    page = visit(script=script)
    page.goto(post.get_absolute_url())
    order = page.get_by_role("navigation", name="Order")
    expect(page.locator("ol.thread > li")).to_have_count(2)
    expect(page.locator("ol.thread > li").first).to_have_id(f"c{old.pk}")

    order.get_by_role("link", name="New").click()

    expect(page.locator("ol.thread > li").first).to_have_id(f"c{new.pk}")
    expect(order.get_by_role("link", name="New")).to_have_attribute("aria-current", "true")


def test_deep_replies_stand_flat_and_say_what_they_answer(visit, ann):
    post = make_post(ann)
    chain = make_chain(post, 12, make_moderator("mo"))
    page = visit(viewport={"width": 390, "height": 844})
    page.goto(post.get_absolute_url())

    shown(page, chain[-1]).locator(".in-reply-to a").click()

    expect(page).to_have_url(re.compile(f"#c{chain[-2].pk}$"))
    assert shown(page, chain[-1]).bounding_box()["width"] > 200  # a measure that still reads


def test_a_branch_has_a_page_with_what_it_answers(visit, script, ann):
    post = make_post(ann, title="On samples")
    make_comment(post, ann, source="Elsewhere.")
    first, second, third = make_chain(post, 3, ann)
    page = visit(script=script)
    page.goto(post.get_absolute_url())

    shown(page, second).get_by_role("link", name="Link", exact=True).click()

    expect(page.locator("ol.thread > li")).to_have_id(f"c{second.pk}")
    expect(shown(page, third)).to_be_visible()
    expect(page.get_by_label("What it answers").locator("details")).to_have_id(f"c{first.pk}")
    expect(page.locator(".text", has_text="Elsewhere.")).to_have_count(0)
    page.get_by_role("link", name="See it in the whole discussion").click()
    expect(shown(page, second)).to_be_in_viewport()
    expect(page.locator(".text", has_text="Elsewhere.")).to_have_count(1)


def test_the_keyboard_reaches_the_text_in_one_step(visit, ann):
    page = visit()
    page.goto(make_post(ann).get_absolute_url())

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_more_posts_come_in_place_or_on_a_page_of_their_own(visit, script, mo):
    for number in range(33):
        make_post(mo, title=f"Number {number}", published_at=days_ago(number))
    page = visit(script=script)
    page.goto("/")
    titles = page.locator("ul.rows a.title")
    expect(titles).to_have_count(30)

    page.get_by_role("link", name="Load more").click()

    if script:
        expect(titles).to_have_count(33)
        expect(page.locator("ul.rows a.title", has_text="Number 30")).to_be_focused()
        expect(page).to_have_url(re.compile(r"/$"))
    else:
        expect(titles).to_have_text(["Number 30", "Number 31", "Number 32"])
    expect(page.get_by_role("link", name="Load more")).to_have_count(0)


def test_a_spoiler_opens(visit, script):
    page = visit(script=script)
    page.goto("/help/formatting")
    spoiler = page.locator("details.spoiler").first
    expect(spoiler.locator("p")).not_to_be_visible()
    spoiler.locator("summary").click()
    expect(spoiler.locator("p")).to_be_visible()
