"""Thread pages for who is not logged in, as the server gives them: unchanged ones without asking Django."""

import gzip
from datetime import timedelta

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.comments import services as comments
from forum.kit import compression
from forum.pages import readings
from forum.pages.door import Door
from forum.posts.models import Post
from tests.concurrency.neighbour import ask
from tests.factories import make_comment, make_draft, make_post

pytestmark = pytest.mark.django_db(transaction=True)  # a server's requests end with a look at the connection


class Counting:
    """Django, and how often it was asked."""

    def __init__(self) -> None:
        self.django, self.asked = WSGIHandler(), 0

    def __call__(self, environ, start_response):
        self.asked += 1
        return self.django(environ, start_response)


@pytest.fixture
def django():
    return Counting()


@pytest.fixture
def door(django):
    return Door(django)


@pytest.fixture
def post(ann, ben):
    post = make_post(ann, source="A claim. " * 100)
    make_comment(post, ben)
    return post


def test_an_unchanged_thread_is_given_again_without_django(door, django, post):
    first = ask(door, post.get_absolute_url())
    second = ask(door, post.get_absolute_url())

    assert (first["status"], django.asked) == (200, 1)
    assert second == first


def test_a_browser_that_has_the_page_hears_that_it_holds(door, django, post):
    tag = ask(WSGIHandler(), post.get_absolute_url())["headers"]["ETag"]

    answer = ask(door, post.get_absolute_url(), HTTP_IF_NONE_MATCH=f'"else", {tag}')

    assert (answer["status"], answer["body"], django.asked) == (304, "", 0)
    assert answer["headers"] == {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Cookie, Accept-Encoding"}


def test_a_page_for_everybody_sets_no_cookie_has_no_token_and_may_be_kept_by_who_asks_again(door, post):
    answer = ask(door, post.get_absolute_url())

    assert "Set-Cookie" not in answer["headers"]
    assert "csrfmiddlewaretoken" not in answer["body"]
    assert answer["headers"]["Cache-Control"] == "no-cache"
    assert answer["headers"]["Vary"] == "Cookie, Accept-Encoding"


@pytest.mark.parametrize("accepted", ["zstd, gzip", "gzip", ""])
def test_each_browser_gets_the_page_as_it_can_read_it(accepted, door, django, post):
    plain = ask(WSGIHandler(), post.get_absolute_url())["body"]
    ask(door, post.get_absolute_url())  # kept as it is

    for _ in range(2):
        answer = ask(door, post.get_absolute_url(), HTTP_ACCEPT_ENCODING=accepted)
        body = answer["body"].encode("latin-1")
        method = answer["headers"].get("Content-Encoding", "")
        assert method == accepted.split(",")[0]
        read = {"zstd": compression.zstd.decompress, "gzip": gzip.decompress, "": bytes}[method]
        assert read(body).decode() == plain.encode("latin-1").decode()
        assert answer["headers"]["Content-Length"] == str(len(body))
    assert django.asked == (2 if accepted else 1)


def test_who_is_logged_in_gets_a_page_of_their_own(door, django, post, ben):
    ask(door, post.get_absolute_url())
    client = Client()
    client.force_login(ben)

    answer = ask(door, post.get_absolute_url(), HTTP_COOKIE=f"sessionid={client.cookies['sessionid'].value}")
    after = ask(door, post.get_absolute_url())

    assert "Ben Reader" in answer["body"].split("<main")[0]
    assert answer["headers"]["Cache-Control"] == "private, no-cache"
    assert "Ben Reader" not in after["body"].split("<main")[0]
    assert django.asked == 2


def test_who_once_saw_a_form_is_no_other_reader(door, django, post):
    answers = [ask(door, post.get_absolute_url(), HTTP_COOKIE=cookie) for cookie in ("", f"csrftoken={'a' * 32}")]

    assert answers[0] == answers[1]
    assert django.asked == 1


@pytest.mark.parametrize("order", ["old", "new", "active"])
def test_each_order_is_a_page_of_its_own(order, door, django, post, ben):
    make_comment(post, ben, source="The second one.")
    asked = f"{post.get_absolute_url()}?sort={order}"
    ask(door, post.get_absolute_url())

    assert ask(door, asked) == ask(door, asked) == ask(WSGIHandler(), asked)
    assert django.asked == 2


def test_a_branch_is_kept_like_its_thread(door, django, post, ben):
    comment = make_comment(post, ben)
    address = comment.get_branch_url()
    first = ask(door, address)
    assert ask(door, address) == first
    assert django.asked == 1

    comments.retract(author=ben, comment=comment)

    assert "Retracted by its author" in ask(door, address)["body"]


def test_what_is_not_a_thread_is_djangos(door, django, post, ann):
    draft = make_draft(ann)
    addresses = ["/", draft.get_absolute_url(), f"/posts/{post.pk}/wrong/", "/posts/999999/x/", f"/posts/{10**17}/x/"]
    addresses += [f"{post.get_absolute_url()}?sort=best", f"{post.get_absolute_url()}?page=2"]
    for address in addresses * 2:
        assert ask(door, address) == ask(WSGIHandler(), address)
    assert django.asked == 2 * len(addresses)


def test_another_host_is_refused_though_the_page_is_kept(door, post):
    ask(door, post.get_absolute_url())
    assert ask(door, post.get_absolute_url(), HTTP_HOST="elsewhere.example")["status"] == 400


def test_a_page_says_the_same_at_any_time(post, monkeypatch):
    now = timezone.now()
    before = ask(WSGIHandler(), post.get_absolute_url())
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=400))
    assert ask(WSGIHandler(), post.get_absolute_url()) == before


def tag_of(client, post) -> str:
    client.get(post.get_absolute_url())  # gives the cookie of the forms
    return client.get(post.get_absolute_url())["ETag"]


def test_a_reader_who_has_the_page_hears_that_it_holds(browse, ben, post, django_assert_max_num_queries):
    client = browse(ben)
    tag = tag_of(client, post)
    with django_assert_max_num_queries(3):  # the session, the reader, the post
        answer = client.get(post.get_absolute_url(), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    "changed",
    [
        {"display_name": "Benjamin"},
        {"unseen": 3},
        {"is_staff": True},
        {"suspended_until": timezone.now() + timedelta(days=1)},
    ],
)
def test_what_a_reader_is_and_may_changes_their_pages(changed, browse, ben, post):
    client = browse(ben)
    tag = tag_of(client, post)
    type(ben).objects.filter(pk=ben.pk).update(**changed)
    assert client.get(post.get_absolute_url(), headers={"If-None-Match": tag}).status_code == 200


def test_a_page_that_changed_while_it_was_read_bears_the_name_of_no_version(browse, ben, post, monkeypatch):
    """Else one ETag would stand for two contents: seen under load on PostgreSQL."""
    read = readings.of_thread

    def read_before_a_reply(*words):
        found = read(*words)
        comments.reply(author=ben, post=post, source="Meanwhile.")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(readings, "of_thread", read_before_a_reply)
        assert "ETag" not in browse().get(post.get_absolute_url()).headers
    assert "ETag" in browse().get(post.get_absolute_url()).headers


def test_a_message_is_not_lost_to_a_page_that_has_not_changed(browse, ben, post):
    client = browse(ben)
    tag = tag_of(client, post)
    edited = {"display_name": "Ben Reader", "bio": "New."}
    client.post(reverse("accounts:profile"), edited)  # says so on the next page

    answer = client.get(post.get_absolute_url(), headers={"If-None-Match": tag})

    assert 'class="messages' in answer.text
    assert "ETag" not in answer.headers
    assert client.get(post.get_absolute_url(), headers={"If-None-Match": tag}).status_code == 304


def test_another_post_of_the_same_number_is_another_page(door, post):
    tag = ask(door, post.get_absolute_url())["headers"]["ETag"]
    Post.objects.filter(pk=post.pk).update(uid="urn:of-another-database")
    assert ask(door, post.get_absolute_url(), HTTP_IF_NONE_MATCH=tag)["status"] == 200


def test_a_connection_that_is_shared_is_given_back_when_django_was_not_asked(door, django, post):
    ask(door, post.get_absolute_url())
    connection.close()
    given, connection.settings_dict["CONN_MAX_AGE"] = connection.settings_dict["CONN_MAX_AGE"], 0
    try:
        ask(door, post.get_absolute_url())
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = given
    assert django.asked == 1
    assert connection.connection is None


def test_a_database_that_was_started_again_is_found_without_a_restart_of_ours(door, post):
    if connection.vendor != "postgresql":
        pytest.skip("a file is not started again")
    address = post.get_absolute_url()
    for known in ("", "sessionid=x"):  # answered by the door, and by Django
        ask(door, address, HTTP_COOKIE=known)
        with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        assert ask(door, address, HTTP_COOKIE=known)["status"] == 200
