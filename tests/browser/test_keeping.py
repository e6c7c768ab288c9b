"""What is typed stays in the browser until it has been sent."""

from urllib.parse import parse_qsl

import pytest
from django.test import RequestFactory
from playwright.sync_api import Page, expect

from forum.kit import trouble
from forum.posts.models import Post
from tests.browser.test_replying import article, start
from tests.browser.visitor import session_of, until
from tests.factories import make_comment, make_post

pytestmark = pytest.mark.browser


def expect_nothing_kept(page: Page) -> None:
    """No form's text is left in this browser, once the page's script has seen what became of it."""
    until(page, "!Object.keys(localStorage).some(name => name.startsWith('colloquy/typed/'))")


def test_typed_text_survives_a_reload_and_is_gone_once_sent(visit, ben):
    post = make_post()
    parent = make_comment(post)
    page = visit(ben)
    start(page, post, parent=parent)
    page.get_by_label("Your reply to").fill("Half a thought")
    expect(page.get_by_text("Kept in this browser")).to_be_visible()

    start(page, post, parent=parent)
    expect(page.get_by_label("Your reply to")).to_have_value("Half a thought")
    page.get_by_role("button", name="Reply").click()
    expect(page.locator(f"#{parent.key} .replies .text")).to_have_text("Half a thought")

    expect_nothing_kept(page)
    start(page, post, parent=parent)
    expect(page.get_by_label("Your reply to")).to_have_value("")


def test_text_stays_kept_while_the_server_refuses_it(visit, ben):
    post = make_post()
    page = visit(ben, refused={409})
    start(page, post)
    page.get_by_label("Your comment").fill("Not lost.")
    expect(page.get_by_text("Kept in this browser")).to_be_visible()
    Post.objects.filter(pk=post.pk).update(locked_at=post.published_at)

    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()

    Post.objects.filter(pk=post.pk).update(locked_at=None)
    start(page, post)
    expect(page.get_by_label("Your comment")).to_have_value("Not lost.")


def test_nothing_can_be_typed_into_a_reply_that_is_on_its_way(visit, ben):
    """It would go with the form once the reply is there; where the reply comes back, one types on."""
    page, post, waiting = visit(ben, refused={503}), make_post(), []
    start(page, post)
    box = page.get_by_label("Your comment")
    box.fill("Sent.")

    def hold(route):
        waiting.append(route)

    page.route("**/reply", hold)
    box.press("Control+Enter")
    expect(page.get_by_role("button", name="Comment", exact=True)).to_be_disabled()
    box.press_sequentially(" More.")
    expect(box).to_have_value("Sent.")
    expect(box).to_be_focused()
    expect(page.get_by_text("Sending …")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_disabled()

    waiting.pop().fulfill(status=503, content_type="text/plain", body="Not now.")
    expect(box).to_be_editable()
    expect(page.get_by_role("button", name="Cancel")).to_be_enabled()
    expect(page.get_by_text("Not now.")).to_be_visible()
    box.press("End")
    box.press_sequentially(" And more.")
    expect(box).to_have_value("Sent. And more.")
    page.unroute("**/reply")
    box.press("Control+Enter")
    expect(page.locator("ol.is-fresh .text")).to_have_text("Sent. And more.")
    expect_nothing_kept(page)


def test_a_reply_of_which_nobody_knows_what_became_is_offered_again(visit, ben):
    page, post = visit(ben), make_post()
    start(page, post)
    page.get_by_label("Your comment").fill("Into a tunnel.")

    def lose(route):
        if route.request.method != "POST":
            route.continue_()

    page.route("**/reply", lose)
    page.get_by_label("Your comment").press("Control+Enter")
    expect(page.get_by_role("button", name="Comment", exact=True)).to_be_disabled()

    start(page, post)

    expect(page.get_by_label("Your comment")).to_have_value("Into a tunnel.")
    page.unroute("**/reply")


def test_a_thread_says_what_was_typed_there_and_not_sent(visit, ann, ben):
    post = make_post()
    comment, answered = make_comment(post, ann), make_comment(post, ben)
    page = visit(ben)
    for parent, text in ((comment, "Half a thought"), (answered, "A whole one"), (None, "<b>On the whole,")):
        start(page, post, parent=parent)
        page.locator("form.reply textarea").fill(text)
        expect(page.get_by_text("Kept in this browser")).to_be_visible()

    page.goto(post.get_absolute_url())
    waiting = page.locator(".waiting details")
    expect(waiting).to_have_count(3)
    mine = waiting.filter(has_text="Not sent yet: your comment")
    mine.locator("summary").click()
    expect(mine).to_contain_text("<b>On the whole,")
    own = waiting.filter(has_text=f"your reply to {ben.name}")
    own.locator("summary").click()
    mine.get_by_role("link", name="Go on writing").click()
    expect(page.get_by_label("Your comment")).to_have_value("<b>On the whole,")
    expect(waiting).to_have_count(2)  # what stands in an open form does not wait
    expect(own).to_have_attribute("open", "")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("ol.is-fresh .text")).to_be_visible()
    expect(mine).to_have_count(0)  # nor does what was sent

    hers = waiting.filter(has_text=f"your reply to {ann.name}")
    hers.locator("summary").click()
    hers.get_by_role("link", name="Go on writing").click()
    expect(page.get_by_label(f"Your reply to {ann.name}")).to_have_value("Half a thought")
    expect(page.get_by_label(f"Your reply to {ann.name}")).to_be_in_viewport()

    page.goto(answered.get_branch_url())  # where hers is not shown
    expect(waiting).to_have_count(2)
    elsewhere = waiting.filter(has_text="your reply to a comment")
    elsewhere.locator("summary").click()
    elsewhere.get_by_role("link", name="Go on writing").click()
    expect(page.get_by_label(f"Your reply to {ann.name}")).to_have_value("Half a thought")


def test_a_reply_that_something_else_answered_may_not_have_been_sent(visit, ben):
    page, post = visit(ben, refused={503}), make_post()
    page.goto(f"/posts/{post.pk}/reply")
    page.get_by_label("Your comment").fill("Into a proxy.")
    page.route("**/reply", lambda route: route.fulfill(status=503, body="From a proxy."))
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text("From a proxy.")).to_be_visible()

    page.goto(post.get_absolute_url())

    expect(page.locator(".waiting summary")).to_have_text("Perhaps not sent: your comment")


def test_what_can_no_longer_be_sent_can_be_read_until_it_is_discarded(visit, ann, ben, live_server):
    post = make_post()
    parent = make_comment(post, ann)
    page = visit(ben)
    start(page, post, parent=parent)
    page.get_by_label("Your reply to").fill("Typed for an hour.")
    expect(page.get_by_text("Kept in this browser")).to_be_visible()
    Post.objects.filter(pk=post.pk).update(locked_at=post.published_at)

    page.goto(post.get_absolute_url())
    page.get_by_text("Not sent yet").click()
    expect(page.get_by_text("Typed for an hour.")).to_be_visible()
    expect(page.get_by_role("link", name="Go on writing")).to_have_count(0)

    page.context.clear_cookies()
    page.context.add_cookies([session_of(ann, live_server.url)])
    page.goto(post.get_absolute_url())
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    expect(page.get_by_text("Not sent yet")).to_have_count(0)  # it is not hers

    page.context.clear_cookies()
    page.context.add_cookies([session_of(ben, live_server.url)])
    page.goto(post.get_absolute_url())
    page.get_by_text("Not sent yet").click()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Not sent yet")).to_have_count(0)
    expect(page.get_by_role("link", name="Old", exact=True)).to_be_focused()
    expect_nothing_kept(page)


def test_a_change_typed_before_is_there_again_beside_what_is_saved(visit, ben):
    comment = make_comment(make_post(), ben, source="One sample.")
    page = visit(ben)
    box = page.get_by_label("Your comment")
    page.goto(f"/comments/{comment.pk}/edit")
    box.fill("One sample of many.")

    page.goto(f"/comments/{comment.pk}/edit")
    expect(box).to_have_value("One sample of many.")
    offer = page.get_by_role("button", name="Show what is saved")
    expect(offer).to_have_css("text-decoration-line", "underline")
    offer.click()
    expect(box).to_have_value("One sample.")
    expect(page.get_by_role("button", name="Show what you had typed")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_have_value("One sample of many.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(article(page, comment).locator(".text")).to_have_text("One sample of many.")
    expect_nothing_kept(page)

    page.goto(f"/comments/{comment.pk}/edit")
    expect(box).to_have_value("One sample of many.")
    expect(page.locator(".kept")).to_be_empty()


def test_a_site_in_trouble_says_so_beside_the_form_and_takes_the_reply_afterwards(visit, ben):
    page, post = visit(ben, refused={503}), make_post()
    start(page, post)
    page.get_by_label("Your comment").fill("Written while the disk was full.")
    sentence = "There is no room left. Your text is still here: try again."
    page.route("**/reply", lambda route: route.fulfill(status=503, content_type="text/plain", body=sentence))

    page.get_by_role("button", name="Comment", exact=True).click()

    expect(page.locator("form.reply .kept")).to_contain_text(sentence)
    expect(page.get_by_label("Your comment")).to_have_value("Written while the disk was full.")
    page.unroute("**/reply")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("ol.is-fresh")).to_contain_text("Written while the disk was full.")
    expect_nothing_kept(page)


def test_a_form_that_came_back_is_sent_in_the_place_of_the_first(visit, script, ben):
    page = visit(ben, script=script, refused={503})
    page.goto("/posts/new")
    page.get_by_label("Title").fill("Sent twice")
    page.get_by_label("Text").fill("Once into the void.")

    def refuse(route):
        sent = RequestFactory().post("/posts/new", dict(parse_qsl(route.request.post_data, keep_blank_values=True)))
        answer = trouble.answer(sent, trouble.FULL, None)
        route.fulfill(status=answer.status_code, content_type="text/html; charset=utf-8", body=answer.content)

    page.route("**/posts/new", refuse)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Nothing can be saved just now")).to_be_visible()
    page.unroute("**/posts/new")
    page.get_by_role("button", name="Send it again").click()

    expect(page.get_by_role("heading", name="Sent twice")).to_be_visible()
    assert Post.objects.get().source == "Once into the void."
    if script:
        expect_nothing_kept(page)
