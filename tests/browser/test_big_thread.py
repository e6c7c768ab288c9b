"""A thread that opens with a part of its comments, as somebody reads it and writes in it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from forum.comments import budget, services
from forum.comments.listing import DEPTH_CAP
from forum.comments.models import Comment
from forum.posts.models import Post
from tests.factories import make_post, make_thread

pytestmark = pytest.mark.browser

# Ten branches; the first has twenty replies, each of the others a chain of three.
SHAPE = [*[None] * 10, *[0] * 20, *range(1, 10), *range(30, 39), *range(39, 48)]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(budget, "WHOLE", 24)
    monkeypatch.setattr(budget, "PART", 8)


@pytest.fixture
def post(ann):
    post = make_post(ann, title="A long one")
    make_thread(post, SHAPE)
    return Post.objects.get(pk=post.pk)


def article(page: Page, comment: Comment) -> Locator:
    return page.locator(f"#{comment.key} > details > article")


def first(post: Post) -> Comment:
    return post.comments.order_by("pk").first()


def stub_below(page: Page, comment: Comment) -> Locator:
    return page.locator(f"#{comment.key} > details > ol > li.stub > a")


def shown(page: Page) -> list[str]:
    return page.locator("ol.thread li:has(> details > article)").evaluate_all("all => all.map(each => each.id)")


def bring_in(page: Page, stub: Locator) -> None:
    address = stub.get_attribute("href")
    stub.click()
    expect(page.locator(f'.stub > a[href="{address}"]')).to_have_count(0)


def top_of(page: Page, comment: Comment) -> float:
    return article(page, comment).evaluate("each => each.getBoundingClientRect().top")


def test_a_stub_brings_in_what_it_stands_for(visit, script, post):
    top = first(post)
    replies = list(top.children.order_by("pk"))
    page = visit(script=script)
    page.goto(post.get_absolute_url())
    before = shown(page)
    stub = stub_below(page, top)
    known = top.children.filter(pk__in=[int(each[1:]) for each in before]).count()
    expect(stub).to_have_text(re.compile(f"^{20 - known} more replies"))
    stub.scroll_into_view_if_needed()
    height = top_of(page, replies[known - 1])

    if not script:
        stub.click()
        expect(page.get_by_role("heading", name=f"{20 - known} more replies")).to_be_visible()
        expect(page.locator("ol.thread li:has(> details > article)")).to_have_count(8)
        assert shown(page) == [reply.key for reply in replies[known : known + 8]]
        expect(page.get_by_label("What it answers").locator("details")).to_have_id(top.key)
        page.get_by_role("link", name="From the start of this branch").click()
        expect(article(page, replies[-1])).to_be_attached()
        return

    stub.focus()
    page.keyboard.press("Enter")
    expect(article(page, replies[known])).to_be_focused()
    expect(page).to_have_url(re.compile(f"{post.get_absolute_url()}$"))
    assert abs(top_of(page, replies[known - 1]) - height) <= 1, "what was in view stays where it was"
    expect(stub).to_have_text(re.compile(f"^{20 - known - 8} more replies"))
    while stub.count():
        bring_in(page, stub)
    assert page.locator(f"#{top.key} > details > ol > li").evaluate_all("all => all.map(each => each.id)") == [
        reply.key for reply in replies
    ]
    assert len(shown(page)) == len(set(shown(page)))


def test_what_was_brought_in_behaves_like_the_rest(visit, post, ben):
    page = visit(ben)
    page.goto(post.get_absolute_url())
    top = first(post)
    bring_in(page, stub_below(page, top))
    last = Comment.objects.get(
        pk=page.locator(f"#{top.key} li:has(> details > article)").last.evaluate("each => each.id.slice(1)")
    )

    expect(article(page, last).locator("header time")).to_have_text("just now")
    page.locator(f"#{last.key} > details > summary").click()
    expect(page.locator(f"#{last.key} > details > summary")).to_contain_text("Written in bulk.")
    page.locator(f"#{top.key} > details > summary").click()
    page.goto(f"{post.get_absolute_url()}#{last.key}")  # on this page: nothing is loaded anew
    expect(article(page, last)).not_to_be_visible()
    page.locator(f"#{last.key} > details > summary").click()
    expect(article(page, last)).to_be_in_viewport()
    article(page, last).get_by_role("link", name="Reply").click()
    page.get_by_label("Your reply to").fill("Below what came late.")
    page.get_by_role("button", name="Reply").click()
    expect(page.locator(f"#{last.key} .replies .text")).to_have_text("Below what came late.")
    article(page, last).get_by_role("link", name="Link", exact=True).click()
    expect(page.locator("ol.thread > li")).to_have_id(last.key)


def test_below_the_last_level_what_comes_in_stays_flat(visit, ann):
    post = make_post(ann)
    chain = make_thread(post, [None, *range(40)], ann)
    page = visit(viewport={"width": 390, "height": 844})
    page.goto(post.get_absolute_url())
    bring_in(page, page.locator("li.stub > a"))

    late = chain[-12]
    assert page.locator(f"#{late.key}").evaluate("each => each.closest('ol').querySelectorAll('ol').length") == 0
    assert page.locator("ol.replies").count() == DEPTH_CAP
    expect(article(page, late).locator(".in-reply-to a")).to_have_attribute("href", f"#{chain[-13].key}")


def test_a_stub_that_cannot_be_loaded_stays_and_says_so(visit, post):
    top = first(post)
    page = visit(refused={503})
    page.goto(post.get_absolute_url())
    known = len(shown(page))
    page.route(re.compile("after="), lambda route: route.fulfill(status=503, body="Later."))
    stub_below(page, top).click()
    expect(page.get_by_role("alert")).to_have_text("They could not be loaded. Try again.")
    assert len(shown(page)) == known

    page.unroute(re.compile("after="))
    bring_in(page, stub_below(page, top))
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_stub_whose_discussion_has_changed_says_so(visit, post):
    top = first(post)
    page = visit(refused={404})
    page.goto(post.get_absolute_url())
    replies = top.children.order_by("pk")
    services.set_hidden(comment=replies.last(), at=top.post.published_at, reason="Rude.")
    stub_below(page, top).click()
    expect(page.get_by_role("status")).to_contain_text("Fewer than announced")

    before = Comment.objects.get(
        pk=page.locator(f"#{top.key} > details > ol > li:has(> details > article)").last.evaluate(
            "li => li.id.slice(1)"
        )
    )
    services.move(comment=before, parent_id=None, post=make_post())
    stub_below(page, top).click()
    expect(page.get_by_role("alert")).to_contain_text("The discussion has changed here")


def test_an_answer_is_seen_at_once_and_once(visit, script, post, ben):
    parent = first(post)
    page = visit(ben, script=script)
    page.goto(post.get_absolute_url())

    article(page, parent).get_by_role("link", name="Reply").click()
    page.get_by_label("Your reply to").fill("My own words.")
    page.get_by_role("button", name="Reply").click()

    mine = page.locator("article:not(.post) .text", has_text="My own words.")
    expect(mine).to_be_in_viewport()
    if script:
        while stub_below(page, parent).count():
            bring_in(page, stub_below(page, parent))
        expect(mine).to_have_count(1)
        assert (
            page.locator(f"#{parent.key} > details > ol > li").last.evaluate("li => li.id")
            == Comment.objects.latest("pk").key
        )


def test_an_address_of_a_comment_that_is_not_among_those_shown_leads_to_it(visit, post):
    """Without script the browser finds nothing of that name, and the head of the thread leads on."""
    last = post.comments.order_by("pk").last()
    page = visit()

    page.goto(f"{post.get_absolute_url()}#{last.key}")
    expect(page).to_have_url(re.compile(f"/c/{last.pk}/#{last.key}$"))
    expect(article(page, last)).to_be_in_viewport()
    expect(page.get_by_label("What it answers").locator("details")).to_have_count(3)

    page.goto(post.get_absolute_url())
    page.goto(f"{post.get_absolute_url()}#{last.key}")  # on this page: nothing is loaded anew
    expect(page).to_have_url(re.compile(f"/c/{last.pk}/#{last.key}$"))
    page.go_back()
    expect(page).to_have_url(re.compile(f"{post.get_absolute_url()}$"))
    page.goto(f"{post.get_absolute_url()}#c{first(post).pk}")
    expect(page).to_have_url(re.compile(f"#{first(post).key}$"))


def test_an_address_of_a_comment_that_is_nowhere_says_so_and_leaves_the_thread(visit, post):
    page = visit(refused={404})
    page.goto(f"{post.get_absolute_url()}#c999999")

    expect(page.get_by_role("status")).to_have_text("The comment of this address is not here.")
    expect(page).to_have_url(re.compile(f"{post.get_absolute_url()}#c999999$"))
    expect(article(page, first(post))).to_be_visible()


def test_all_of_it_comes_on_one_page(visit, script, post):
    last = post.comments.order_by("pk").last()
    page = visit(script=script)
    page.goto(last.get_absolute_url())
    page.get_by_role("link", name="See it in the whole discussion").click()
    expect(article(page, last)).to_be_in_viewport()
    page.goto(post.get_absolute_url())
    page.get_by_role("link", name="Show all on one page").click()
    expect(page.locator("li.stub")).to_have_count(0)
    expect(page.locator("ol.thread li:has(> details > article)")).to_have_count(57)
