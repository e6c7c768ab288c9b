"""The desk in a real browser: quiet under the content security policy, and within reach of everybody."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from accounts.models import User
from forum.comments.models import Comment
from forum.moderation.models import Decision, Report
from forum.moderation.services import lock, report
from forum.posts.models import Post
from tests.factories import make_chain, make_moderator, make_person, make_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def thread():
    """A chain of three comments, the second of them reported."""
    boss, reader = make_moderator("boss", is_superuser=True), make_person("reader")
    chain = make_chain(make_post(boss, title="On sleep"), 3, boss)
    report(reader=reader, target=chain[1], kind="attack", words="He insults me.")
    lock(post=chain[0].post, moderator=boss, reason="Enough said.")
    return chain


@pytest.fixture
def page(thread, live_server, browse, monkeypatch):
    """A page of the moderator ``boss``; what its console says fails the test."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium on this machine")
    session = browse(User.objects.get(username="boss")).cookies["sessionid"].value
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page
        connections.close_all()  # inside Playwright's loop Django opens connections of its own, known only here
        browser.close()
    assert said == []


def test_every_page_of_the_desk_is_quiet_and_has_no_barrier(page, thread, desk_url, act_url):
    comment, post, person = thread[1], thread[0].post, User.objects.get(username="reader")
    decision, row = Decision.objects.get(), Report.objects.get()
    addresses = [
        reverse("admin:index"),
        *(desk_url(model) for model in (Post, Comment, User, Report, Decision)),
        *(desk_url(one) for one in (post, comment, person, row, decision)),
        act_url("hide-branch", comment),
        act_url("hide", *thread),
        act_url("move", comment),
        act_url("suspend", person),
        act_url("roles", person),
        act_url("restore", comment),
        reverse("moderation:log"),
    ]
    for size, scheme in (((1280, 900), "light"), ((390, 800), "dark")):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        for address in addresses:
            page.goto(address)
            barriers = [
                (found["id"], found["nodes"][0]["html"])
                for found in Axe().run(page, options=WCAG).response["violations"]
            ]
            assert barriers == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_moderator_goes_from_the_report_to_the_hidden_branch_and_the_log(page, thread):
    page.goto(reverse("admin:index"))
    page.get_by_role("link", name="Personal attack").click()
    page.get_by_role("link", name="Hide the whole branch").click()
    expect(page.get_by_text("2 comments will go from view")).to_be_visible()
    page.get_by_label("Reason").fill("A quarrel.")
    page.get_by_role("button", name="Hide the whole branch").click()
    page.get_by_role("link", name="See the log").click()

    expect(page.get_by_text("A quarrel.")).to_be_visible()
    assert Comment.objects.filter(hidden_at=None).get() == thread[0]
    assert not Report.objects.open().exists()


def test_several_comments_are_chosen_in_the_list_and_hidden_at_once(page, thread):
    page.goto(reverse("admin:comments_comment_changelist"))
    for number in (0, 2):
        page.locator(f'input.action-select[value="{thread[number].pk}"]').check()
    page.locator('select[name="action"]').select_option("hide")
    page.get_by_role("button", name="Run").click()
    page.get_by_label("Reason").fill("Spam.")
    page.get_by_role("button", name="Hide").click()

    expect(page.get_by_text("Hidden 2 of 2.")).to_be_visible()
    assert Comment.objects.filter(hidden_at=None).get() == thread[1]
