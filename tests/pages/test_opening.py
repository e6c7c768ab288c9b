"""A thread of more comments than a page holds: what it opens with, and where the others are."""

import re
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse
from django.utils import timezone

from forum.comments import budget
from forum.comments import services as comments
from forum.comments.listing import DEPTH_CAP
from forum.comments.models import Comment
from forum.pages.door import QUESTIONS, Door
from forum.posts import services as posts
from forum.posts.models import Post
from tests.concurrency.neighbour import ask
from tests.factories import make_comment, make_post, make_thread

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


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def shown_on(page: BeautifulSoup) -> list[str]:
    return [node["id"] for node in page.select("ol.thread li:has(> details)")]


def stubs_on(page: BeautifulSoup) -> list[Tag]:
    return page.select("ol.thread li.stub > a")


def count_of(stub: Tag) -> int:
    return int(re.sub(r"\D", "", stub.text.split(" more")[0]))


def test_it_opens_with_as_many_as_a_page_holds_and_stubs_that_count_the_others(post, browse):
    page = soup_of(browse().get(post.get_absolute_url()))

    assert len(shown_on(page)) == 24
    assert page.select_one("#discussion h2").text == "57 comments"
    assert sum(map(count_of, stubs_on(page))) == 57 - 24
    assert page.select_one(".opening").text == "24 of 57 comments are shown. Show all on one page"
    assert [node["id"] for node in page.select("ol.thread > li:has(> details)")] == [
        comment.key for comment in post.comments.filter(parent=None).order_by("pk")
    ]


@pytest.mark.parametrize("sort", ["old", "new", "active"])
def test_every_comment_can_be_reached_by_stubs_alone(sort, post, browse):
    client, seen = browse(), []
    pages = [f"{post.get_absolute_url()}?sort={sort}"]
    while pages:
        address = pages.pop()
        page = soup_of(client.get(address))
        seen += shown_on(page)
        for stub in stubs_on(page):
            pages.append(urljoin(address, stub["href"]))
            there = soup_of(client.get(pages[-1]))
            assert there.select_one("#discussion h2").text.startswith(f"{count_of(stub)} more ")
            assert there.select_one("ol.thread")["data-count"] == str(count_of(stub))

    assert sorted(seen) == sorted(comment.key for comment in post.comments.all())


def test_all_of_it_is_one_link_away_in_the_same_order(post, browse):
    client = browse()
    opening = f"{post.get_absolute_url()}?sort=new"
    link = soup_of(client.get(opening)).select_one(".opening a")

    page = soup_of(client.get(urljoin(opening, link["href"])))

    assert len(shown_on(page)) == 57
    assert shown_on(page)[0] == post.comments.filter(parent=None).latest("pk").key
    assert stubs_on(page) == page.select(".opening") == []
    assert page.select_one(".thread-head [aria-current]").text == "New"
    other = page.select_one(".thread-head nav a")
    assert len(shown_on(soup_of(client.get(urljoin(opening, other["href"]))))) == 57


def test_more_than_a_page_can_hold_are_not_shown_at_once_whoever_asks(post, browse, monkeypatch):
    monkeypatch.setattr(budget, "ALL", 56)
    client, comment = browse(), post.comments.filter(level=2).first()

    page = soup_of(client.get(f"{post.get_absolute_url()}?all"))
    branch = soup_of(client.get(comment.get_branch_url()))

    assert len(shown_on(page)) == 24
    assert page.select_one(".opening").text.endswith("They are too many for one page; an export has them all.")
    assert branch.find("a", string="See the discussion")["href"] == f"{post.get_absolute_url()}#discussion"
    monkeypatch.setattr(budget, "ALL", 57)
    assert len(shown_on(soup_of(client.get(f"{post.get_absolute_url()}?all")))) == 57


def test_all_of_a_branch_is_promised_only_where_it_is_given(post, browse, monkeypatch):
    """Its tombstones count: they take their place on a page too."""
    top = post.comments.filter(level=0).earliest("pk")
    top.children.filter(pk__in=list(top.children.values_list("pk", flat=True)[:3])).update(retracted_at=timezone.now())
    client, rows = browse(), top.get_descendant_count() + 1
    monkeypatch.setattr(budget, "WHOLE", 10)

    for most in (rows - 1, rows):
        monkeypatch.setattr(budget, "ALL", most)
        opening = soup_of(client.get(top.get_branch_url())).select_one(".opening")
        whole = soup_of(client.get(f"{top.get_branch_url()}?all"))
        assert (opening.a is not None) == (most == rows)
        assert (whole.select(".opening") == []) == (most == rows)
    monkeypatch.setattr(budget, "WHOLE", rows - 1)  # which those that can be read do not reach
    orders = soup_of(client.get(f"{top.get_branch_url()}?all")).select(".thread-head nav a")
    assert [link["href"].endswith("&all#discussion") for link in orders] == [True] * len(orders)


def test_a_thread_that_fits_is_shown_as_it_always_was(ann, browse, monkeypatch):
    post = make_post(ann)
    make_thread(post, SHAPE[:24], ann)
    fitting = browse().get(post.get_absolute_url()).content
    assert browse().get(f"{post.get_absolute_url()}?all").content == fitting
    assert not re.search(rb"stub|opening|canonical", fitting)

    monkeypatch.setattr(budget, "WHOLE", 10_000)
    assert browse().get(post.get_absolute_url()).content == fitting


def test_the_first_line_of_a_folded_branch_counts_what_is_not_shown_too(post, browse):
    page = soup_of(browse().get(post.get_absolute_url()))
    first = page.select_one("ol.thread > li:has(> details)")

    assert len(first.select("li:has(> details)")) < 20
    assert "and 20 replies" in " ".join(first.select_one("summary").text.split())


def test_what_cannot_be_read_is_neither_counted_nor_announced(post, mo, browse):
    last = post.comments.order_by("pk").filter(parent=None).first().children.order_by("pk").last()
    before = soup_of(browse().get(post.get_absolute_url()))
    comments.set_hidden(comment=last, at=timezone.now(), reason="Rude.")

    after = soup_of(browse().get(post.get_absolute_url()))

    assert after.select_one("#discussion h2").text == "56 comments"
    counts = [sum(map(count_of, stubs_on(page))) for page in (before, after)]
    assert counts == [33, 32]


def test_a_big_branch_opens_like_a_big_thread(ann, browse):
    post = make_post(ann)
    top, *_ = make_thread(post, [None, *[0] * 40])
    address = top.get_branch_url()

    page = soup_of(browse().get(address))

    assert shown_on(page)[0] == top.key
    assert len(shown_on(page)) == 24
    assert page.select_one(".opening").text.startswith("24 of 41 comments are shown.")
    (stub,) = stubs_on(page)
    assert count_of(stub) == 17
    rest = soup_of(browse().get(urljoin(address, stub["href"])))
    assert [details["id"] for details in rest.select(".ancestors details")] == [top.key]
    assert len(shown_on(rest)) == 8
    assert len(shown_on(soup_of(browse().get(f"{address}?all")))) == 41


def test_a_part_says_whose_replies_it_brings_and_starts_as_deep_as_it_is_asked_to(ann, browse):
    post = make_post(ann)
    chain = make_thread(post, [None, *range(DEPTH_CAP + 20)], ann)
    parent, reply = chain[DEPTH_CAP], chain[DEPTH_CAP + 1]
    address = f"{parent.get_branch_url()}?after={parent.pk}"

    alone = soup_of(browse().get(address))
    deep = soup_of(browse().get(f"{address}&level={DEPTH_CAP + 1}"))

    assert shown_on(alone)[0] == shown_on(deep)[0] == reply.key
    assert alone.select_one(f"#{reply.key} .in-reply-to") is None
    assert len(alone.select("ol.thread > li")) == 1
    assert deep.select_one(f"#{reply.key} .in-reply-to a")["href"] == f"#{parent.key}"
    assert len(deep.select("ol.thread > li")) == 8 + 1  # all flat, and a stub
    assert deep.select_one("li.stub.flat > a").text.startswith("12 more replies to Ann Author")


def test_links_of_a_part_hold_on_any_page_it_is_put_into(post, browse):
    address = post.get_absolute_url()
    stub = next(each for each in stubs_on(soup_of(browse().get(address))) if "/" in each["href"])

    part = soup_of(browse().get(urljoin(address, stub["href"])))

    links = [link["href"] for link in part.select("ol.thread a")]
    assert links
    assert all(link.startswith(("/", "#")) for link in links)


def test_a_stub_whose_place_is_gone_leads_to_all_that_is_there(post, mo, browse):
    other = make_post(mo)
    first, second = post.comments.filter(parent=None).order_by("pk")[:2]
    comments.move(comment=Comment.objects.get(pk=second.pk), parent_id=None, post=other)
    address = post.get_absolute_url()

    assert browse().get(f"{address}?after={second.pk}")["Location"] == address
    assert browse().get(f"{first.get_branch_url()}?after={second.pk}")["Location"] == first.get_branch_url()


def test_what_no_stub_asks_for_is_not_found(post, browse):
    for question in ("after=", "after=x", "after=-1", f"after={2**70}", "after=1&level=10", "level=x", "sort=best&all"):
        assert browse().get(f"{post.get_absolute_url()}?{question}").status_code == 404


def test_a_comment_of_a_big_thread_is_addressed_where_it_is_shown(post, ann, browse):
    comment = make_comment(post, ann, parent=post.comments.order_by("pk").last())
    comment.post.refresh_from_db()
    path, _, anchor = comment.get_absolute_url().partition("#")

    assert anchor == comment.key
    page = soup_of(browse().get(path))
    assert page.select_one(f"#{anchor}") is not None
    whole, _, there = page.find("a", string="See it in the whole discussion")["href"].partition("#")
    assert there == comment.key
    assert soup_of(browse().get(whole)).select_one(f"#{there}") is not None


def test_who_answers_without_script_is_led_to_the_answer(post, ben, browse):
    client = browse(ben)
    parent = post.comments.order_by("pk").last()

    answer = client.post(
        reverse("comments:reply", args=[post.pk]), {"source": "My answer.", "parent": parent.pk}, follow=True
    )

    page = soup_of(answer)
    fresh = Comment.objects.latest("pk")
    assert "My answer." in page.select_one(f"#{fresh.key} .text").text
    assert answer.redirect_chain[-1][0].endswith(f"#{fresh.key}")
    assert page.select(".ancestors details")[-1]["id"] == parent.key


def test_search_engines_are_told_which_of_the_addresses_counts(post, browse):
    address = post.get_absolute_url()
    for question in ("", "?sort=new", "?all"):
        page = soup_of(browse().get(f"{address}{question}"))
        assert page.select_one("link[rel=canonical]")["href"].endswith(address)
        assert page.select_one("meta[name=robots]") is None
    stub = stubs_on(soup_of(browse().get(address)))[0]
    part = soup_of(browse().get(urljoin(address, stub["href"])))
    assert part.select_one("meta[name=robots]")["content"] == "noindex"


def test_an_opening_costs_eight_queries_at_most(post, ann, ben, mo, browse, django_assert_max_num_queries):
    address = post.get_absolute_url()
    asked = [address, f"{address}?all", f"{address}?sort=active"]
    asked += [urljoin(address, stub["href"]) for stub in stubs_on(soup_of(browse().get(address)))[:3]]
    asked += [comment.get_branch_url() for comment in post.comments.order_by("pk")[:40:39]]
    for viewer in (None, ben, ann, mo):
        client = browse(viewer)
        for page in asked:
            with django_assert_max_num_queries(8):
                assert client.get(page).status_code == 200


def test_a_hidden_text_is_in_no_form_of_the_thread(post, mo, browse):
    comment = make_comment(post, mo, source="Unspeakable words")
    comments.set_hidden(comment=comment, at=timezone.now(), reason="Rude.")
    address = post.get_absolute_url()
    for page in (address, f"{address}?all", f"{address}?sort=new", f"{comment.get_branch_url()}?after={comment.pk}"):
        assert b"Unspeakable" not in browse().get(page).content


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("question", ["", "all", "sort=new&all", "after={first}", "sort=new&after={first}&level=3"])
def test_every_form_is_kept_in_front_of_django_until_something_changes(question, post, ben):
    asked = []

    def counting(environ, start_response):
        asked.append(environ["QUERY_STRING"])
        return WSGIHandler()(environ, start_response)

    door = Door(counting)
    question = question.format(first=post.comments.filter(parent=None).order_by("pk")[5].pk)
    address = f"{post.get_absolute_url()}?{question}".rstrip("?")
    first = ask(door, address)
    assert first["status"] == 200
    assert ask(door, address) == first
    assert ask(door, address, HTTP_IF_NONE_MATCH=first["headers"]["ETag"])["status"] == 304
    assert len(asked) == 1

    top = post.comments.filter(parent=None).order_by("pk")[2 if "new" in question else 7]
    posts.edit(editor=post.author, post=post, title="Another title", source="New.", tags=[], saves=post.saves)
    comments.set_hidden(comment=top, at=timezone.now(), reason="Rude.")

    fresh = Post.objects.get(pk=post.pk)
    address = f"{fresh.get_absolute_url()}?{question}".rstrip("?")
    assert "Rude." in ask(door, address)["body"]


def test_the_door_knows_the_questions_that_pages_ask_and_no_others():
    for question in ("", "sort=new", "all", "sort=active&all", "after=12", "sort=old&after=12", "after=12&level=9"):
        assert QUESTIONS.fullmatch(question), question
    for question in (
        "sort=best",
        "all&sort=new",
        "after=",
        "after=x",
        "level=3",
        "after=1&level=10",
        "page=2",
        "all=1",
    ):
        assert not QUESTIONS.fullmatch(question), question
