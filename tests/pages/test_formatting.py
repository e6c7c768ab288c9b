"""The help page says what the renderer does, in the renderer's own words."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from forum.pages.formatting import sections
from tests.factories import make_post

EXAMPLES = [(section.title, example) for section in sections() for example in section.examples]


@pytest.fixture(scope="module")
def soup():
    """The page; it asks the database nothing, and is the same for everybody."""
    return BeautifulSoup(Client().get(reverse("pages:formatting")).content, "html.parser")


@pytest.mark.parametrize("title, example", EXAMPLES)
def test_an_example_is_rendered(title, example):
    assert "This text is shown as it was typed" not in example.html


@pytest.mark.parametrize(
    "element",
    ["em", "strong", "del", "code", "h2", "ul ul", "ol", "input[checked]", "blockquote blockquote", "details.spoiler",
     "a[href='https://arxiv.org/abs/2206.02841']", "a[href^='https://doi.org/']", ".highlight", "pre",
     "td[align=right]", "sup a.footnote-ref", "a[href$='#people']", "a[href$='#posts-by-title']",
     "span.unresolved", "dl dd", "hr", "br"],
)  # fmt: skip
def test_the_whole_language_is_shown(soup, element):
    assert soup.select(f".example > .text {element}")


def test_every_place_on_the_page_has_its_own_name(soup):
    names = [element["id"] for element in soup.select("[id]")]
    assert sorted(set(names)) == sorted(names)


def test_links_within_the_page_lead_somewhere(soup):
    for link in soup.select("a[href^='#']"):
        assert soup.find(id=link["href"][1:])


def test_the_page_asks_the_database_nothing(browse, db, django_assert_num_queries):
    client = browse()
    with django_assert_num_queries(0):
        client.get(reverse("pages:formatting"))


def test_editors_and_the_foot_of_every_page_lead_there(ann, browse):
    post = make_post(ann)
    address = reverse("pages:formatting")
    for name, arguments in (
        ("posts:new", []),
        ("posts:edit", [post.pk]),
        ("comments:reply", [post.pk]),
        ("accounts:profile", []),
    ):
        page = BeautifulSoup(browse(ann).get(reverse(name, args=arguments)).content, "html.parser")
        assert page.select(f"form a[href='{address}']"), name
        assert page.select(f"footer a[href='{address}']"), name


def test_the_gallery_has_a_hundred_formulas_each_beside_its_own_source(soup):
    figures = soup.select(".gallery figure")
    assert len(figures) >= 100
    for figure in figures:
        assert figure.math.annotation.string == figure.figcaption.get_text()
