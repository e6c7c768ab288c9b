"""A moderator at the desk, and what readers see of it."""

import pytest
from playwright.sync_api import Page, expect

from forum.moderation import services
from forum.moderation.models import ReportKind
from tests.factories import make_comment, make_post

pytestmark = pytest.mark.browser


def decide(page: Page, act: str, reason: str) -> None:
    """On the desk's page of a row: choose an act, give the reason, send."""
    page.get_by_role("link", name=act, exact=True).click()
    page.get_by_label("Reason").fill(reason)
    page.locator(".act-form input[type=submit]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_a_moderator_hides_a_comment_and_everybody_reads_why(visit, script, ann, ben, mo):
    post = make_post(ann)
    comment = make_comment(post, ben, source="Buy my book.")
    make_comment(post, ann, parent=comment, source="Please do not.")
    page, reader = visit(mo, script=script), visit(script=script)
    place = f"#{comment.key} > details > article"

    page.goto(post.get_absolute_url())
    page.locator(place).get_by_role("link", name="Moderate").click()
    decide(page, "Hide", "Advertisement.")
    reader.goto(post.get_absolute_url())
    expect(reader.locator(place)).to_contain_text("Hidden by a moderator: Advertisement.")
    expect(reader.locator("main")).not_to_contain_text("Buy my book.")
    expect(reader.locator(f"#{comment.key} .replies .text")).to_have_text("Please do not.")
    reader.locator(place).get_by_role("link", name="In the log").click()
    expect(reader.locator("ol.log")).to_contain_text("Mo Moderator")
    expect(reader.locator("ol.log .why")).to_have_text("Advertisement.")
    expect(reader.locator("main")).not_to_contain_text("Buy my book.")

    decide(page, "Restore", "It was a quotation.")
    reader.goto(post.get_absolute_url())
    expect(reader.locator(place).locator(".text")).to_have_text("Buy my book.")
    reader.goto("/moderation/log/")
    expect(reader.locator("ol.log .why")).to_have_text(["It was a quotation.", "Advertisement."])


def test_an_act_without_a_reason_is_asked_for_one(visit, script, ann, mo):
    post = make_post(ann, title="On samples")
    page = visit(mo, script=script, refused={422})

    page.goto(post.get_absolute_url())
    page.get_by_role("link", name="Moderate").click()
    page.get_by_role("link", name="Lock").click()
    page.locator(".act-form input[type=submit]").click()

    expect(page.locator(".errorlist")).to_contain_text("Give a reason")
    page.get_by_label("Reason").fill("Said enough.")
    page.locator(".act-form input[type=submit]").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Locked")


def test_a_locked_post_takes_no_comment_and_says_why(visit, script, ann, ben, mo):
    post = make_post(ann)
    make_comment(post, ben)
    services.lock(post=post, moderator=mo, reason="Said enough.")
    page = visit(ben, script=script)

    page.goto(post.get_absolute_url())

    expect(page.get_by_text("Said enough.")).to_be_visible()
    expect(page.get_by_role("link", name="Write a comment")).to_have_count(0)
    expect(page.get_by_role("link", name="Reply")).to_have_count(0)


def test_a_report_leads_to_the_comment_and_is_closed_with_it(visit, script, ann, ben, zoe, mo):
    comment = make_comment(make_post(ann), ben, source="Buy my book.")
    services.report(reader=zoe, target=comment, kind=ReportKind.OTHER, words="Once more.")
    page = visit(mo, script=script)

    page.goto("/")
    page.get_by_role("link", name="desk").click()
    expect(page.get_by_text("Once more.")).to_be_visible()
    page.get_by_role("link", name="Buy my book.").click()
    page.get_by_role("link", name="Hide the whole branch").click()
    expect(page.get_by_text("1 comment will go from view")).to_be_visible()
    page.go_back()
    decide(page, "Hide the whole branch", "Advertisement.")
    page.goto("/admin/")

    expect(page.get_by_text("Nothing waits.")).to_be_visible()


def test_several_comments_are_hidden_from_the_list(visit, script, ann, ben, mo):
    post = make_post(ann)
    for number in range(3):
        make_comment(post, ben, source=f"Book number {number}.")
    page = visit(mo, script=script)

    page.goto("/admin/comments/comment/")
    for box in page.locator("input.action-select").all()[:2]:
        box.check()
    page.locator("select[name=action]").select_option(label="Hide…")
    page.get_by_role("button", name="Run").click()
    page.get_by_label("Reason").fill("Advertisements.")
    page.locator(".act-form input[type=submit]").click()

    expect(page.locator(".messagelist .success")).to_contain_text("2 of 2")
    reader = visit()
    reader.goto(post.get_absolute_url())
    expect(reader.locator(".tomb")).to_have_count(2)
    expect(reader.locator("article:not(.post) .text:not(.tomb)")).to_have_text("Book number 0.")


def test_a_suspended_person_reads_but_does_not_write(visit, script, ann, ben, mo):
    post = make_post(ann)
    page = visit(mo, script=script)
    page.goto(f"/admin/accounts/user/{ben.pk}/change/")
    page.get_by_role("link", name="Suspend").click()
    page.get_by_label("For").select_option("7")
    page.get_by_label("Reason").fill("Advertisements.")
    page.locator(".act-form input[type=submit]").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Suspended")

    reader = visit(ben, script=script, refused={403})
    reader.goto(post.get_absolute_url())
    expect(reader.get_by_role("link", name="Write a comment")).to_have_count(0)
    reader.goto(f"/posts/{post.pk}/reply")
    expect(reader.get_by_role("main")).to_contain_text("may read but not write until")
