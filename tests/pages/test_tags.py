import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_comment, make_post

TAGS = reverse("pages:tags")


def rows(response) -> list[str]:
    return [" ".join(row.text.split()) for row in BeautifulSoup(response.content, "html.parser").select("#tags li")]


def test_tags_stand_by_name_with_the_number_of_posts_everybody_may_see(ann, browse):
    make_post(ann, tags=["statistics", "replication"])
    make_post(ann, tags=["statistics"])
    make_post(ann, tags=["statistics", "gone"], hidden_at=timezone.now())

    assert rows(browse().get(TAGS)) == ["replication1 post", "statistics2 posts"]


def test_the_list_counts_the_posts_of_a_common_tag_only_so_far(ann, browse, monkeypatch):
    monkeypatch.setattr("forum.pages.queries.COUNTED", 2)
    for tags in (["rare", "common"], ["rare", "common"], ["common"]):
        make_post(ann, tags=tags)

    assert rows(browse().get(TAGS)) == ["common2+ posts", "rare2 posts"]


@pytest.mark.parametrize("size", [2, 25])
def test_the_list_of_tags_costs_the_same_at_any_size(size, mo, browse, django_assert_max_num_queries):
    for number in range(size):
        make_post(mo, tags=[f"tag {number}"])

    with django_assert_max_num_queries(1):
        assert len(rows(browse().get(TAGS))) == size


def test_a_tag_has_a_page_of_its_posts(ann, browse):
    make_post(ann, title="On it", tags=["Décision theory"])
    make_post(ann, title="Not on it")

    page = browse().get("/tags/décision-theory/")

    assert page.status_code == 200
    assert b"On it" in page.content
    assert b"Not on it" not in page.content


@pytest.mark.parametrize("address", ["/tags/unknown/", "/tags/a%00b/", "/tags/%ed%a0%80/", "/tags/?page=nonsense"])
def test_an_unknown_tag_or_page_is_not_there(address, browse, db):
    assert browse().get(address).status_code == 404


def test_no_tags_yet(browse, db):
    assert b"No post has a tag yet" in browse().get(TAGS).content


@pytest.mark.parametrize("few", [0, 1000], ids=["a common tag", "a rare tag"])
@pytest.mark.parametrize("sort", ["new", "active"])
def test_the_posts_of_a_tag_stand_in_order_however_common_it_is(few, sort, ann, ben, browse, monkeypatch):
    monkeypatch.setattr("forum.pages.queries.FEW", few)
    first = make_post(ann, title="The first", tags=["statistics"])
    make_post(ann, title="Another matter", tags=["replication"])
    make_post(ann, title="Withdrawn", tags=["statistics"], hidden_at=timezone.now())
    make_post(ann, title="The second", tags=["statistics"])
    make_comment(first, ben)

    page = BeautifulSoup(browse().get(f"{TAGS}statistics/?sort={sort}").content, "html.parser")

    titles = [link.text for link in page.select("#rows .title")]
    assert titles == (["The second", "The first"] if sort == "new" else ["The first", "The second"])
