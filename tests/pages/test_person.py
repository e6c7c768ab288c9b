import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from accounts.services import edit_profile
from forum.comments import services as comments
from forum.pages.queries import COMMENTS_ON_A_PAGE, POSTS_ON_A_PAGE, excerpt
from tests.factories import make_comment, make_person, make_post


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def test_a_page_says_who_somebody_is(ann, browse):
    edit_profile(
        person=ann,
        display_name="Ann Author",
        bio="I study *tests*.",
        affiliation="Institute of Care",
        website="https://www.example.org/ann",
        orcid="0000-0002-1825-0097",
    )

    page = soup_of(browse().get("/u/ann/"))

    assert page.h1.text == "Ann Author"
    assert "Institute of Care" in page.text
    assert page.select_one(".text em").text == "tests"
    assert page.find("a", href="https://orcid.org/0000-0002-1825-0097")
    website = page.find("a", href="https://www.example.org/ann")
    assert website.text == "example.org"
    assert "nofollow" in website["rel"]


def test_any_case_of_the_name_leads_to_the_one_page(ann, browse):
    response = browse().get("/u/ANN/?page=x")

    assert response.status_code == 301
    assert response["Location"] == "/u/ann/?page=x"


@pytest.mark.parametrize("address", ["/u/nobody/", "/u/a%00b/", "/u/%ed%a0%80/", "/u/ann/?page=x", "/u/ann/?posts=x"])
def test_nobody_and_nonsense_are_not_there(address, ann, browse):
    assert browse().get(address).status_code == 404


def test_comments_stand_under_their_posts_with_what_they_answer(ann, ben, browse):
    post = make_post(ben, title="The claim")
    first = make_comment(post, ben, source="Which *measurement* would tell?")
    make_comment(post, ann, parent=first, source="The second one.")
    make_comment(post, ann, source="To the post itself.")

    page = soup_of(browse().get("/u/ann/"))

    (under,) = page.select(".under")
    assert under.h3.text == "The claim"
    newest, answer = under.select("article")
    assert newest.select_one(".answers") is None
    assert "in reply to the post" in newest.text
    assert "Which measurement would tell?" in answer.select_one(".answers").text
    assert "in reply to Ben Reader" in answer.header.text


def test_withdrawn_comments_and_what_they_said_are_left_out(ann, ben, browse):
    post = make_post(ben, title="Open")
    hidden = make_comment(post, ann, source="Hidden words.")
    make_comment(post, ben, parent=hidden, source="An answer.")
    retracted = make_comment(post, ann, source="Retracted words.")
    comments.set_hidden(comment=hidden, at=timezone.now(), reason="rude")
    comments.retract(author=ann, comment=retracted)
    closed = make_post(ben, title="Hidden post")
    make_comment(closed, ann, source="Under a hidden post.")
    type(closed).objects.filter(pk=closed.pk).update(hidden_at=timezone.now())

    for reader in (None, ben):
        client = browse(reader)
        for address in ("/u/ann/", "/u/ben/"):
            text = soup_of(client.get(address)).text
            for words in ("Hidden words", "Retracted words", "Under a hidden post", "Hidden post"):
                assert words not in text
    assert "in reply to a withdrawn comment" in soup_of(browse().get("/u/ben/")).text


def test_load_more_leads_through_all_comments_once(mo, ann, browse):
    posts = [make_post(mo), make_post(mo)]
    count = COMMENTS_ON_A_PAGE + 3
    for number in range(count):
        make_comment(posts[number % 2], mo, source=f"Number {number} of many.")
    client = browse()

    shown: list[str] = []
    address = "/u/mo/"
    while address:
        page = soup_of(client.get(address))
        shown += [text.text.strip() for text in page.select("article .text")]
        link = page.select_one("#discussions a.more")
        address = f"/u/mo/{link['href']}" if link else ""

    assert sorted(shown) == sorted(f"Number {number} of many." for number in range(count))


def test_more_posts_are_shown_without_the_comments(mo, browse):
    for _ in range(POSTS_ON_A_PAGE + 1):
        post = make_post(mo)
    make_comment(post, mo)
    client = browse()

    link = soup_of(client.get("/u/mo/")).select_one("#rows a.more")
    further = soup_of(client.get(f"/u/mo/{link['href']}"))

    assert len(further.select("#rows a.title")) == 1
    assert not further.select(".under")
    assert further.find("a", string="All of Mo Moderator")


@pytest.mark.parametrize("size", [2, 25])
def test_a_person_costs_the_same_at_any_size(size, mo, ben, browse, django_assert_max_num_queries):
    for number in range(size):
        post = make_post(mo, tags=[f"tag {number}"])
        make_comment(post, mo, parent=make_comment(post, mo))
    reader = browse(ben)

    with django_assert_max_num_queries(6):  # session, reader, person, posts, their tags, comments
        page = soup_of(reader.get("/u/mo/"))

    assert len(page.select("#rows a.title")) == size


def test_an_empty_page_says_so(ann, browse):
    assert b"Nothing published yet" in browse().get("/u/ann/").content
    assert b"You have not published anything yet" in browse(ann).get("/u/ann/").content


def test_a_placeholder_says_that_its_texts_were_imported(browse, db):
    make_person("lin", placeholder=True, email="")

    page = browse().get("/u/lin/")

    assert b"This person has no account here" in page.content
    assert b"since" not in page.content


@pytest.mark.parametrize(
    "html, words",
    [
        ("<p>One &amp; <em>two</em></p>\n<p>three</p>", "One & two three"),
        ("<p>" + "word " * 100 + "</p>", ("word " * 36)[:179].rstrip() + "…"),
        ("<p>" + "x" * 1796 + '<a href="', "x" * 179 + "…"),
    ],
)  # fmt: skip
def test_an_excerpt_is_plain_words(html, words):
    assert excerpt(html) == words
