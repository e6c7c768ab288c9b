"""The page on which people see where they were mentioned."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from accounts.models import User
from forum.comments import services as comments
from forum.notifications import queries
from forum.notifications.models import Notice
from forum.posts import services as posts
from tests.factories import make_comment, make_post

INBOX = "/inbox/"


@pytest.fixture
def mentioned(ann, ben, act):
    """A post and a comment of ann's that mention ben."""
    post = act(posts.publish, author=ann, title="The <claim>", source="What does @ben say?")
    comment = act(comments.reply, author=ann, post=post, source="> A *quote*\n\nWell, @ben? [[Nobody's]]")
    return post, comment


def rows_of(client) -> list[str]:
    page = client.get(INBOX)
    assert page.status_code == 200
    return [
        " ".join(row.get_text(" ").split()) for row in BeautifulSoup(page.content, "html.parser").select("#inbox > li")
    ]


def test_who_is_not_logged_in_is_sent_to_log_in(browse, db):
    assert browse().get(INBOX).headers["Location"].startswith("/accounts/login/?next=/inbox/")


def test_an_empty_inbox_says_what_it_is_for(zoe, browse):
    page = browse(zoe).get(INBOX).content.decode()
    assert "Nothing yet." in page
    assert "@zoe" in page


def test_it_shows_who_where_and_when_the_newest_first(ben, browse, mentioned):
    post, comment = mentioned
    client = browse(ben)
    page = BeautifulSoup(client.get(INBOX).content, "html.parser")

    rows = page.select("#inbox > li")
    assert [row.select_one(".title")["href"] for row in rows] == [comment.get_absolute_url(), post.get_absolute_url()]
    assert [row.select_one(".title").get_text() for row in rows] == ["The <claim>"] * 2
    assert "Ann Author mentioned you in a comment" in " ".join(rows[0].get_text().split())
    assert "Ann Author mentioned you in the post" in " ".join(rows[1].get_text().split())
    assert rows[0].select_one(".answers").get_text() == "A quote Well, @ben? [[Nobody's]]"
    assert rows[0].select_one("time")


def test_what_was_shown_is_seen_from_then_on(ben, browse, mentioned):
    client = browse(ben)
    bar = BeautifulSoup(client.get("/").content, "html.parser").select_one(f".bar a[href='{INBOX}']")
    assert bar.get_text() == "Inbox 2 new"

    page = BeautifulSoup(client.get(INBOX).content, "html.parser")
    assert [mark.get_text() for mark in page.select("#inbox .fresh")] == ["new", "new"]

    assert User.objects.get(pk=ben.pk).unseen == 0
    page = BeautifulSoup(client.get(INBOX).content, "html.parser")
    assert page.select_one(f".bar a[href='{INBOX}']").get_text() == "Inbox"
    assert page.select("#inbox .fresh") == []


def test_asking_for_the_head_alone_marks_nothing(ben, browse, mentioned):
    browse(ben).head(INBOX)
    assert User.objects.get(pk=ben.pk).unseen == 2


def test_what_is_withdrawn_is_not_shown(ann, ben, browse, mentioned):
    post, comment = mentioned
    client = browse(ben)
    comments.retract(author=ann, comment=comment)
    assert len(rows_of(client)) == 1
    posts.retract(author=ann, post=post)
    assert rows_of(client) == []
    assert "claim" not in client.get(INBOX).content.decode()


def test_a_long_inbox_has_pages_and_each_marks_what_it_shows(ben, mo, browse, act, monkeypatch):
    monkeypatch.setattr(queries, "ON_A_PAGE", 2)
    post = make_post(mo)
    made = [act(comments.reply, author=mo, post=post, source=f"@ben {number}") for number in range(5)]
    client, seen, address = browse(ben), [], INBOX
    for left in (3, 1, 0):
        page = BeautifulSoup(client.get(address).content, "html.parser")
        seen += [link["href"] for link in page.select("#inbox .title")]
        assert User.objects.get(pk=ben.pk).unseen == left
        if more := page.select_one("#inbox .more"):
            address = INBOX + more["href"]
    assert seen == [comment.get_absolute_url() for comment in reversed(made)]
    assert client.get(f"{INBOX}?page=nonsense").status_code == 404


@pytest.mark.parametrize("size", [1, 12])
def test_the_inbox_costs_the_same_at_any_size(size, ben, mo, browse, act, django_assert_max_num_queries):
    post = make_post(mo, source="@ben")
    for _ in range(size):
        act(comments.reply, author=mo, post=post, source="@ben")
    client = browse(ben)
    client.get("/")
    # Session, reader, notices; seen, locked, counted, written, read again; in a test a savepoint, too, and its end.
    with django_assert_max_num_queries(10):
        client.get(INBOX)
    assert not Notice.objects.unseen().exists()


def test_a_foreign_inbox_is_nobodys_business(ben, zoe, browse, mentioned):
    assert rows_of(browse(zoe)) == []
    assert User.objects.get(pk=ben.pk).unseen == 2


def test_a_number_that_was_left_wrong_is_right_after_a_look(ben, browse):
    User.objects.filter(pk=ben.pk).update(unseen=7)
    browse(ben).get(INBOX)
    assert User.objects.get(pk=ben.pk).unseen == 0


def test_the_bar_of_a_thread_costs_no_query(ben, browse, mentioned, django_assert_max_num_queries):
    client = browse(ben)
    make_comment(mentioned[0])
    with django_assert_max_num_queries(8):
        page = client.get(mentioned[0].get_absolute_url())
    assert "Inbox" in page.content.decode()
    assert reverse("notifications:inbox") == INBOX
