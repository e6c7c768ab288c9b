import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from forum.pages.queries import POSTS_ON_A_PAGE
from forum.posts.models import Post
from tests.factories import days_ago, make_comment, make_draft, make_post

FRONT = reverse("pages:front")


def titles(response) -> list[str]:
    return [link.text for link in BeautifulSoup(response.content, "html.parser").select("#rows a.title")]


def load_more(response) -> str:
    link = BeautifulSoup(response.content, "html.parser").select_one("#rows a.more")
    return link["href"] if link else ""


def test_the_newest_post_stands_first(ann, browse):
    make_post(ann, title="Older", published_at=days_ago(2))
    make_post(ann, title="Newer")

    assert titles(browse().get(FRONT)) == ["Newer", "Older"]


def test_by_activity_the_newest_comment_decides(ann, ben, browse):
    talked = make_post(ann, title="Talked about")
    Post.objects.filter(pk=talked.pk).update(active_at=days_ago(3))
    make_post(ann, title="Silent", active_at=days_ago(1))
    assert titles(browse().get(FRONT, {"sort": "active"})) == ["Silent", "Talked about"]

    make_comment(talked, ben)

    assert titles(browse().get(FRONT, {"sort": "active"})) == ["Talked about", "Silent"]


def test_a_row_names_author_tags_and_number_of_comments(ann, ben, browse):
    post = make_post(ann, tags=["statistics"])
    make_comment(post, ben)

    row = BeautifulSoup(browse().get(FRONT).content, "html.parser").select_one("#rows li")

    assert "Ann Author" in row.text
    assert "1 comment" in row.select_one(".talk").text
    assert row.find("a", string="statistics")["href"] == "/tags/statistics/"


@pytest.mark.parametrize("state", ["hidden_at", "retracted_at"])
def test_what_was_withdrawn_is_in_no_list(state, ann, browse):
    make_post(ann, title="Withdrawn words", source="Withdrawn words", tags=["secret"], **{state: timezone.now()})
    make_draft(ann, title="Withdrawn words too")

    for address in (FRONT, "/tags/", "/tags/secret/", "/u/ann/"):
        for reader in (None, ann):
            page = browse(reader).get(address)
            assert page.status_code == 200
            assert b"Withdrawn words" not in page.content


def test_a_tag_narrows_the_list(ann, browse):
    make_post(ann, title="On it", tags=["statistics"])
    make_post(ann, title="Not on it")

    assert titles(browse().get(FRONT, {"tag": "statistics"})) == ["On it"]


@pytest.mark.parametrize(
    "question",
    [
        {"sort": "best"},
        {"sort": ""},
        {"tag": "unknown"},
        {"tag": "a\0b"},
        {"page": "2"},
        {"page": "nonsense"},
        {"page": "\0"},
    ],
)
def test_what_the_front_page_does_not_know_is_not_there(question, browse, db):
    response = browse().get(FRONT, question)

    assert response.status_code == 404
    assert b"There is nothing at this address" in response.content


def test_load_more_leads_through_all_posts_once(ann, mo, browse):
    count = 2 * POSTS_ON_A_PAGE + 1
    for number in range(count):
        make_post(mo, title=f"Number {number}")
    client = browse()

    response = client.get(FRONT, {"sort": "active"})
    shown = titles(response)
    while address := load_more(response):
        assert "sort=active" in address
        response = client.get(FRONT + address)
        shown += titles(response)

    assert sorted(shown) == sorted(f"Number {number}" for number in range(count))


@pytest.mark.parametrize("size", [2, 25])
def test_the_front_page_costs_the_same_at_any_size(size, mo, ben, browse, django_assert_max_num_queries):
    for number in range(size):
        make_post(mo, tags=[f"tag {number}", "all"])
    reader = browse(ben)

    with django_assert_max_num_queries(6):  # session, person, tag, how common it is, posts, their tags
        assert len(titles(reader.get(FRONT, {"tag": "all"}))) == size


def test_an_empty_site_says_so(browse, ann):
    assert b"Nothing has been published here yet" in browse().get(FRONT).content
    assert b"Write the first post" in browse(ann).get(FRONT).content


def test_the_bar_leads_only_where_there_is_something(ann, browse):
    for client in (browse(), browse(ann)):
        page = BeautifulSoup(client.get(FRONT).content, "html.parser")
        links = [link["href"] for link in page.select("header.bar a, footer a")]
        assert links
        for address in links:
            assert client.get(address).status_code == 200, address
