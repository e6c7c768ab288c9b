"""A comment's life: written, previewed, sent, changed, withdrawn, reported."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from forum.comments import services
from forum.comments.models import Comment
from forum.markup import COMMENT_LIMIT
from forum.moderation.models import Report
from forum.posts.models import Post
from tests.browser.visitor import session_of
from tests.factories import make_comment, make_post

pytestmark = pytest.mark.browser


def article(page: Page, comment: Comment):
    return page.locator(f"#c{comment.pk} > details > article")


def start(page: Page, post: Post, *, parent: Comment | None = None) -> None:
    """Open the form of a reply, in place or on its own page."""
    page.goto(post.get_absolute_url())
    if parent is None:
        page.get_by_role("link", name="Write a comment").click()
    else:
        article(page, parent).get_by_role("link", name="Reply").click()


def newest() -> Comment:
    return Comment.objects.select_related("body", "parent").latest("pk")


def test_a_reply_to_the_post_appears_below_the_others(visit, script, ben):
    post = make_post()
    first = make_comment(post)
    page = visit(ben, script=script)

    start(page, post)
    if script:
        expect(page).to_have_url(re.compile(f"{post.get_absolute_url()}$"))
        expect(page.get_by_label("Your comment")).to_be_focused()
    else:
        expect(page).to_have_url(re.compile(f"/posts/{post.pk}/reply$"))
    page.get_by_label("Your comment").fill("A *first* thought.")
    page.get_by_role("button", name="Comment", exact=True).click()

    expect(page.locator("main em")).to_have_text("first")
    answer = newest()
    assert (answer.post_id, answer.parent_id, answer.body.author) == (post.pk, None, ben)
    expect(article(page, answer)).to_be_in_viewport()
    if script:
        expect(page).to_have_url(re.compile(f"{post.get_absolute_url()}$"))
        expect(article(page, answer)).to_be_focused()
        expect(page.get_by_role("link", name="Write a comment")).to_be_visible()
    else:
        expect(page).to_have_url(re.compile(f"#c{answer.pk}$"))
    page.goto(post.get_absolute_url())
    assert page.locator("ol.thread > li").evaluate_all("all => all.map(each => each.id)") == [first.key, answer.key]


def test_a_comment_in_place_is_counted_wherever_the_page_counts(visit, ben):
    post = make_post(source="# One\n\n# Two\n\n# Three\n\n" + "Words. " * 500)
    page = visit(ben)
    page.goto(post.get_absolute_url())

    for count in ("0 comments", "1 comment", "2 comments"):
        expect(page.get_by_role("heading", level=2)).to_have_text(count)
        expect(page.locator(".byline")).to_contain_text(count)
        expect(page.get_by_role("link", name="Discussion")).to_have_text(f"Discussion, {count.split()[0]}")
        page.get_by_role("link", name="Write a comment").click()
        page.get_by_label("Your comment").fill("One more.")
        page.get_by_role("button", name="Comment", exact=True).click()

    expect(page.get_by_role("heading", level=2)).to_have_text("3 comments")
    page.reload()
    expect(page.get_by_role("complementary", name="Map of the thread")).to_contain_text("3 comments")
    start(page, post, parent=newest())
    page.get_by_label("Your reply to").fill("And one more.")
    page.get_by_role("button", name="Reply").click()
    expect(page.get_by_role("complementary", name="Map of the thread")).to_contain_text("4 comments")


def test_a_reply_to_a_comment_appears_under_it(visit, script, ben):
    post = make_post()
    parent = make_comment(post)
    make_comment(post)
    page = visit(ben, script=script)

    start(page, post, parent=parent)
    page.get_by_label("Your reply to").fill("Because of this.")
    page.get_by_role("button", name="Reply").click()

    expect(page.locator(f"#{parent.key} .replies .text")).to_have_text("Because of this.")
    answer = newest()
    assert answer.parent == parent
    if script:
        expect(page).to_have_url(re.compile(f"{post.get_absolute_url()}$"))
        expect(article(page, answer)).to_be_focused()
        expect(page.locator("form.reply")).to_have_count(0)

    article(page, parent).get_by_role("link", name="Reply").click()  # a second thought, with the first in view
    page.get_by_label("Your reply to").fill("And of that.")
    page.get_by_role("button", name="Reply").click()
    expect(page.locator(f"#{parent.key} .replies .text")).to_have_count(2)
    page.goto(post.get_absolute_url())
    expect(page.locator(f"#{parent.key} .replies .text")).to_have_text(["Because of this.", "And of that."])


def test_a_preview_shows_the_text_and_sends_nothing(visit, script, ben):
    post = make_post()
    page = visit(ben, script=script)

    start(page, post)
    page.get_by_label("Your comment").fill("So **bold** a claim.")
    page.get_by_role("button", name="Preview").click()

    expect(page.locator(".preview strong")).to_have_text("bold")
    expect(page.get_by_label("Your comment")).to_have_value("So **bold** a claim.")
    assert not Comment.objects.exists()

    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("article:not(.post) strong")).to_have_text("bold")
    assert Comment.objects.count() == 1


@pytest.mark.concurrency
def test_a_double_click_makes_one_comment(visit, script, ben):
    post = make_post()
    page = visit(ben, script=script)

    start(page, post)
    page.get_by_label("Your comment").fill("Once is enough.")
    page.get_by_role("button", name="Comment", exact=True).dblclick()

    expect(page.locator("article:not(.post) .text")).to_have_text("Once is enough.")
    page.goto(post.get_absolute_url())
    expect(page.locator("article:not(.post) .text")).to_have_text("Once is enough.")
    assert Comment.objects.count() == 1


def test_a_refused_text_stands_in_the_form_again(visit, script, ben):
    post = make_post()
    page = visit(ben, script=script, refused={422, 409})
    text = "x" * (COMMENT_LIMIT + 1)

    start(page, post)
    page.get_by_label("Your comment").fill(text)
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".errorlist")).to_contain_text(f"{COMMENT_LIMIT + 1:,}")
    expect(page.get_by_label("Your comment")).to_have_value(text)

    page.get_by_label("Your comment").fill("Shorter, then.")
    Post.objects.filter(pk=post.pk).update(locked_at=post.published_at, lock_reason="Said enough.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("closed")
    expect(page.get_by_label("Your comment")).to_have_value("Shorter, then.")

    Post.objects.filter(pk=post.pk).update(locked_at=None)
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("article:not(.post) .text")).to_have_text("Shorter, then.")
    assert Comment.objects.count() == 1


def test_a_text_sent_after_the_session_ended_is_given_back(visit, script, ben, live_server):
    post = make_post()
    page = visit(ben, script=script, refused={403})

    start(page, post)
    page.get_by_label("Your comment").fill("Typed for an hour.")
    if script:
        expect(page.get_by_text("Kept in this browser")).to_be_visible()
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Comment", exact=True).click()

    expect(page.get_by_text("not logged in")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value("Typed for an hour.")
    back = quote(post.get_absolute_url() if script else f"/posts/{post.pk}/reply", safe="")
    link = page.get_by_role("main").get_by_role("link", name="Log in")
    expect(link).to_have_attribute("href", re.compile(f"next={back.replace('%2F', '(/|%2F)')}$"))
    if script:  # and it waits in the form for when they are back
        page.context.add_cookies([session_of(ben, live_server.url)])
        start(page, post)
        expect(page.get_by_label("Your comment")).to_have_value("Typed for an hour.")


def test_a_reply_can_be_thought_better_of(visit, ben):
    post = make_post()
    parent = make_comment(post)
    page = visit(ben)
    start(page, post, parent=parent)

    page.get_by_role("button", name="Cancel").click()

    expect(page.locator("form.reply")).to_have_count(0)
    expect(article(page, parent).get_by_role("link", name="Reply")).to_be_focused()
    page.get_by_role("link", name="Write a comment").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("link", name="Write a comment")).to_be_focused()


def test_a_comment_is_edited_and_everybody_reads_what_changed(visit, script, ben):
    post = make_post()
    comment = make_comment(post, ben, source="Two of five samples.")
    page = visit(ben, script=script)

    page.goto(post.get_absolute_url())
    article(page, comment).get_by_role("link", name="Edit").click()
    page.get_by_label("Your comment").fill("Three of five samples.")
    page.get_by_label("What changed").fill("Miscounted.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview .text")).to_have_text("Three of five samples.")
    page.get_by_role("button", name="Save").click()
    expect(article(page, comment).locator(".text")).to_have_text("Three of five samples.")

    stranger = visit(script=script)
    stranger.goto(post.get_absolute_url())
    stranger.get_by_role("link", name="edited, revision 2").click()
    expect(stranger.locator(".difference del")).to_contain_text("Two")
    expect(stranger.locator(".difference ins")).to_contain_text("Three")
    expect(stranger.get_by_text("Miscounted.")).to_be_visible()


def test_a_retracted_comment_leaves_its_place_and_its_replies(visit, script, ben):
    post = make_post()
    comment = make_comment(post, ben, source="Wrong of me.")
    make_comment(post, parent=comment, source="I had answered.")
    page = visit(ben, script=script)

    page.goto(post.get_absolute_url())
    article(page, comment).get_by_role("link", name="Retract").click()
    page.get_by_role("button", name="Retract").click()

    expect(page.get_by_role("status")).to_contain_text("retracted")
    expect(article(page, comment)).to_contain_text("Retracted by its author.")
    expect(page.locator(f"#{comment.key} .replies .text")).to_have_text("I had answered.")
    expect(page.locator("main")).not_to_contain_text("Wrong of me.")


def test_a_reader_reports_a_comment(visit, script, ben, zoe):
    post = make_post()
    comment = make_comment(post, ben, source="Buy my book.")
    page = visit(zoe, script=script)

    page.goto(post.get_absolute_url())
    article(page, comment).get_by_role("link", name="Report").click()
    page.get_by_role("main").get_by_role("radio").first.check()
    page.get_by_label("optional").fill("The third time today.")
    page.get_by_role("button", name="Send the report").click()

    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    report = Report.objects.get()
    assert (report.comment, report.reporter, report.words) == (comment, zoe, "The third time today.")


def test_two_tabs_that_edit_one_comment_lose_nothing(visit, script, ben):
    post = make_post()
    comment = make_comment(post, ben, source="The first state.")
    page = visit(ben, script=script, refused={409})
    page.goto(f"/comments/{comment.pk}/edit")
    services.edit(editor=ben, comment=comment, source="Saved in the other tab.", revision=1)

    page.get_by_label("Your comment").fill("Typed in this tab.")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("The two versions")).to_contain_text("Saved in the other tab.")
    expect(page.get_by_label("Your comment")).to_have_value("Typed in this tab.")
    if script:
        expect(page.get_by_text("Kept in this browser")).to_be_visible()
        page.goto(f"/comments/{comment.pk}/edit")
        expect(page.get_by_label("Your comment")).to_have_value("Typed in this tab.")
    page.get_by_role("button", name="Save", exact=True).click()  # having read both
    expect(article(page, comment).locator(".text")).to_have_text("Typed in this tab.")
    assert [row.source for row in comment.revisions.order_by("number")] == [
        "The first state.", "Saved in the other tab.", "Typed in this tab.",
    ]  # fmt: skip


def test_what_cannot_be_fetched_says_so_where_it_was_asked_for(visit, ben):
    page, post = visit(ben, refused={503}), make_post()
    page.goto(post.get_absolute_url())
    page.route("**/reply", lambda route: route.fulfill(status=503, body="<h1>From a proxy</h1>"))
    page.get_by_role("link", name="Write a comment").click()
    expect(page.get_by_role("alert")).to_contain_text("The site could not answer. Try again.")

    page.unroute("**/reply")
    page.get_by_role("link", name="Write a comment").click()
    expect(page.get_by_label("Your comment")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_count(0)
