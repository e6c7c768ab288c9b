"""A post's life: drafted, published, changed, compared, withdrawn, reported, taken away."""

import json
import mailbox
import re
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from forum.exports.formats import FORMATS
from forum.moderation.models import Report
from forum.posts import services
from forum.posts.models import Post
from tests.browser.visitor import session_of
from tests.factories import make_comment, make_post

pytestmark = pytest.mark.browser


def write(page: Page, *, title: str, source: str, tags: str = "") -> None:
    page.goto("/posts/new")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Text").fill(source)
    page.get_by_label("Tags").fill(tags)


def test_a_post_is_drafted_previewed_and_published(visit, script, ann):
    page = visit(ann, script=script)
    write(page, title="On *counting*", source="We **count** wrongly.", tags="statistics, birds")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview strong")).to_have_text("count")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("status")).to_contain_text("Only you can see it")
    stranger = visit(refused={404})
    stranger.goto(Post.objects.get().get_absolute_url())
    expect(stranger.get_by_role("heading", name="Not here")).to_be_visible()

    page.get_by_role("link", name="Drafts", exact=True).click()
    page.get_by_role("link", name="On *counting*").click()
    expect(page.get_by_label("Text")).to_have_value("We **count** wrongly.")
    page.get_by_role("button", name="Publish").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("On *counting*")
    expect(page.locator("article.post strong")).to_have_text("count")
    stranger.goto("/tags/birds/")
    stranger.get_by_role("link", name="On *counting*").click()
    expect(stranger.locator("article.post strong")).to_have_text("count")


def test_a_refused_post_stands_in_the_form_again(visit, script, ann):
    page = visit(ann, script=script, refused={422})
    write(page, title="Tagged too much", source="All of it.", tags=",".join("abcdefghi"))

    page.get_by_role("button", name="Publish").click()

    expect(page.locator(".errorlist")).to_contain_text("9 tags")
    expect(page.get_by_label("Text")).to_have_value("All of it.")
    expect(page.get_by_label("Tags")).to_have_value("a,b,c,d,e,f,g,h,i")


@pytest.mark.concurrency
def test_a_double_click_publishes_one_post(visit, script, ann):
    page = visit(ann, script=script)
    write(page, title="Once", source="And for all.")

    page.get_by_role("button", name="Publish").dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text("Once")
    assert Post.objects.count() == 1


def test_a_typed_post_survives_a_reload_and_is_gone_once_published(visit, ann):
    page = visit(ann)
    write(page, title="A long evening", source="Typed for hours.")
    expect(page.get_by_text("Kept in this browser")).to_be_visible()

    page.goto("/posts/new")
    expect(page.get_by_label("Title")).to_have_value("A long evening")
    expect(page.get_by_label("Text")).to_have_value("Typed for hours.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A long evening")
    page.wait_for_load_state()  # its script has seen by then that the text was accepted

    page.goto("/posts/new")
    expect(page.get_by_label("Text")).to_have_value("")


def test_a_post_that_something_else_answered_waits_in_its_form(visit, ann):
    other = make_post()
    page = visit(ann, refused={503})
    write(page, title="A long evening", source="Typed for hours.")
    page.route("**/posts/new", lambda route: route.fulfill(status=503, body="From a proxy."))
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("From a proxy.")).to_be_visible()

    page.unroute("**/posts/new")
    page.goto(other.get_absolute_url())
    page.wait_for_load_state()
    page.goto("/posts/new")

    expect(page.get_by_label("Title")).to_have_value("A long evening")
    expect(page.get_by_label("Text")).to_have_value("Typed for hours.")


def test_what_was_typed_a_moment_ago_is_kept_too(visit, ann):
    page = visit(ann)
    write(page, title="A long evening", source="Typed for hours, and left.")

    page.goto("/posts/new")

    expect(page.get_by_label("Title")).to_have_value("A long evening")
    expect(page.get_by_label("Text")).to_have_value("Typed for hours, and left.")


def test_nobody_gets_what_another_has_typed_in_the_same_browser(visit, ann, ben, live_server):
    page = visit(ann)
    write(page, title="A secret", source="Known to me alone.")
    page.context.clear_cookies()
    page.context.add_cookies([session_of(ben, live_server.url)])

    page.goto("/posts/new")
    expect(page.get_by_label("Title")).to_have_value("")
    page.get_by_label("Title").fill("My own")

    page.context.clear_cookies()
    page.context.add_cookies([session_of(ann, live_server.url)])
    page.goto("/posts/new")
    expect(page.get_by_label("Title")).to_have_value("A secret")


def test_a_post_is_edited_and_any_two_revisions_compared(visit, script, ann):
    post = make_post(ann, title="On samples", source="One sample is enough.")
    for number, (title, source) in enumerate([("On samples", "Two are."), ("On many samples", "Three are.")], start=1):
        page = visit(ann, script=script)
        page.goto(post.get_absolute_url())
        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_label("Title").fill(title)
        page.get_by_label("Text").fill(source)
        page.get_by_label("What changed").fill(f"Note {number}.")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("article.post .text")).to_have_text(source)

    stranger = visit(script=script)
    stranger.goto(f"/posts/{post.pk}/")
    stranger.get_by_role("link", name="edited, revision 3").click()
    expect(stranger.locator(".difference")).to_contain_text("Three")
    expect(stranger.get_by_text("Note 2.")).to_be_visible()
    stranger.get_by_label("from revision 1").check()
    stranger.get_by_label("to revision 2").check()
    stranger.get_by_role("button", name="Compare").click()
    expect(stranger.get_by_role("heading", name="From revision 1 to 2")).to_be_visible()
    expect(stranger.locator(".difference del").first).to_have_text("One")
    expect(stranger.locator(".difference ins").first).to_have_text("Two")


def test_two_tabs_that_edit_one_post_lose_nothing(visit, script, ann):
    post = make_post(ann, title="On samples", source="The first state.")
    page = visit(ann, script=script, refused={409})
    page.goto(f"/posts/{post.pk}/edit")
    services.edit(editor=ann, post=post, title="On samples", source="The other tab.", tags=[], saves=post.saves)

    page.get_by_label("Text").fill("Typed in this tab.")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("The two versions")).to_contain_text("The other tab.")
    expect(page.get_by_label("Text")).to_have_value("Typed in this tab.")
    page.get_by_role("button", name="Save").click()  # having read both
    expect(page.locator("article.post .text")).to_have_text("Typed in this tab.")


def test_a_retracted_post_keeps_its_discussion(visit, script, ann):
    post = make_post(ann, title="Too soon", source="All wrong.")
    make_comment(post, source="I had my doubts.")
    page = visit(ann, script=script)

    page.goto(post.get_absolute_url())
    page.get_by_role("link", name="Retract").click()
    page.get_by_role("button", name="Retract").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Retracted post")
    expect(page.get_by_role("main")).not_to_contain_text("All wrong.")
    expect(page.get_by_text("I had my doubts.").last).to_be_visible()


def test_a_reader_reports_a_post(visit, script, ann, zoe):
    post = make_post(ann)
    page = visit(zoe, script=script)

    page.goto(post.get_absolute_url())
    page.get_by_role("link", name="Report").click()
    page.get_by_role("main").get_by_role("radio").first.check()
    page.get_by_role("button", name="Send the report").click()

    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    assert Report.objects.get().post == post


def test_a_draft_can_be_thrown_away(visit, script, ann):
    services.save_draft(author=ann, title="Never mind", source="Not this.")
    page = visit(ann, script=script)

    page.goto("/drafts/")
    page.get_by_role("link", name="Discard").click()
    page.get_by_role("button", name="Discard").click()

    expect(page.get_by_text("No drafts.")).to_be_visible()
    assert not Post.objects.exists()


def test_every_format_is_downloaded_from_the_menu(visit, script, ann, ben, tmp_path):
    post = make_post(ann, title="On samples", source="Take *many*.")
    first = make_comment(post, ben, source="How many?")
    make_comment(post, ann, parent=first, source="Twelve.")
    page = visit(script=script)
    page.goto(post.get_absolute_url())

    taken = {}
    for name, kind in FORMATS.items():
        page.locator("summary", has_text="Export").click()
        with page.expect_download() as download:
            page.get_by_role("link", name=kind.label).click()
        taken[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(taken[name])
        assert taken[name].suffix == kind.suffix
        page.locator("summary", has_text="Export").click()

    for name in ("md", "html"):
        text = taken[name].read_text()
        assert all(words in text for words in ("On samples", "Ben Reader", "How many?", "Twelve."))
    assert "Take *many*." in taken["md"].read_text()
    assert "<em>many</em>" in taken["html"].read_text()
    document = json.loads(taken["json"].read_text())
    assert [comment["source"] for comment in document["comments"]] == ["How many?", "Twelve."]
    with closing(mailbox.mbox(taken["mbox"], create=False)) as box:
        letters = list(box)
    assert letters[2]["In-Reply-To"] == letters[1]["Message-ID"]


def test_an_exported_page_reads_without_a_server(visit, ann, tmp_path):
    post = make_post(ann, title="On samples", source="Take *many*.")
    make_comment(post, ann, source="More still.")
    page = visit()
    page.goto(post.get_absolute_url())
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Web page")).click()
    download.value.save_as(tmp_path / "thread.html")

    offline = page.context.browser.new_context(offline=True, java_script_enabled=False)
    asked = []
    offline.on("request", lambda request: asked.append(request.url))
    copy = offline.new_page()
    copy.goto((tmp_path / "thread.html").as_uri())
    expect(copy.get_by_role("heading", level=1)).to_have_text("On samples")
    expect(copy.get_by_text("More still.").last).to_be_visible()
    assert asked == [(tmp_path / "thread.html").as_uri()]
    offline.close()
