"""The database is in trouble: people get a clear answer, their text back, and later the site as it was."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection, connections
from django.test import Client

from forum.comments.models import Comment
from forum.posts.models import Post
from tests import troubles
from tests.factories import make_comment, make_person, make_post

pytestmark = pytest.mark.django_db(transaction=True)

TYPED = (
    "An hour of *work* </textarea><b>& more</b>\n\n" + "It goes on. " * 1500
)  # 18 kB: a full disk has no room for it
WRITING = {  # what somebody does: the address, and the fields besides the text
    "a reply": ("/posts/{post}/reply", {"parent": "", "form": "7b0c7f3e-3a53-4d3c-9d0c-0d6d3f3f3f3f"}),
    "a post": ("/posts/new", {"title": "On <i>trouble</i>", "tags": "statistics, sleep", "action": "publish"}),
    "an edit": ("/comments/{comment}/edit", {"revision": "1", "note": "Typing <errors>"}),
}
ALL = ["away", "read_only", "full", "locked"]
ONLY_POSTGRESQL = ["hanging", "cut"]


@pytest.fixture
def trouble(request):
    if request.param in ONLY_POSTGRESQL and connection.vendor != "postgresql":
        pytest.skip("a server's trouble")
    return getattr(troubles, request.param)


@pytest.fixture
def ann():
    return make_person("ann")


@pytest.fixture
def places(ann):
    post = make_post(ann)
    return {"post": post.pk, "comment": make_comment(post, ann).pk}


@pytest.fixture
def client(ann):
    """As a browser: it sends the token of forms, and is not told of exceptions."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(ann)
    client.cookies["csrftoken"] = "c" * 32
    return client


def write(client, what, places, **headers):
    address, fields = WRITING[what]
    form = {"source": TYPED, "csrfmiddlewaretoken": "c" * 32, **fields}
    return client.post(address.format(**places), form, headers=headers)


def form_on(answer) -> dict[str, str]:
    """What a browser would send from the form on the page."""
    form = BeautifulSoup(answer.content, "html.parser").select_one("main form")
    fields = {field["name"]: field["value"] for field in form.select("input[name]")}
    return fields | {area["name"]: area.text.removeprefix("\n") for area in form.select("textarea")}


@pytest.mark.parametrize("trouble", ALL + ONLY_POSTGRESQL, indirect=True)
@pytest.mark.parametrize("what", WRITING)
def test_nothing_typed_is_lost_and_the_same_form_works_again_afterwards(client, places, trouble, what):
    before = (Post.objects.count(), Comment.objects.count())
    with trouble():
        answer = write(client, what, places)

        assert answer.status_code == 503
        assert "Set-Cookie" not in answer.headers
        assert "sessionid" not in answer.cookies  # nobody is logged out
        assert b"<b>" not in answer.content
        assert answer["Cache-Control"] == "no-store"
        sent = form_on(answer)
    assert sent == {"source": TYPED, "csrfmiddlewaretoken": "c" * 32, **WRITING[what][1]}
    assert (Post.objects.count(), Comment.objects.count()) == before

    again = client.post(answer.wsgi_request.path, sent)

    assert again.status_code == 302, again.content
    after = {"a reply": (0, 1), "a post": (1, 0), "an edit": (0, 0)}[what]
    assert (Post.objects.count() - before[0], Comment.objects.count() - before[1]) == after
    assert client.get(again["Location"]).status_code == 200


@pytest.mark.parametrize(
    "trouble,wait", [("away", "10"), ("locked", "5"), ("full", None), ("read_only", None)], indirect=["trouble"]
)
def test_it_says_when_to_come_back_where_time_mends_it(client, places, trouble, wait):
    with trouble():
        assert write(client, "a reply", places).get("Retry-After") == wait


@pytest.mark.parametrize("trouble", ["away", "locked"], indirect=True)
def test_the_script_gets_one_sentence_and_keeps_the_form(client, places, trouble):
    with trouble():
        answer = write(client, "a reply", places, hx_request="true")
        text = answer.content.decode()

    assert answer.status_code == 503
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert text.endswith("Your text is still here: try again.")
    assert "\n" not in text


@pytest.mark.parametrize("known", [True, False])
def test_whatever_is_asked_for_while_it_is_away_gets_the_page(client, places, known):
    if not known:
        client.cookies.clear()
    paths = ["/", "/posts/{post}/a-title/", *(["/no/such/page", "/accounts/email/", "/admin/"] if known else [])]
    with troubles.away():
        answers = [client.get(path.format(**places)) for path in paths]
    for answer in answers:
        assert answer.status_code == 503
        assert "out of reach" in answer.content.decode()
        assert "sessionid" not in answer.cookies
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("trouble", ["read_only", "full", "locked"], indirect=True)
def test_reading_goes_on_where_only_writing_does_not(client, places, trouble):
    if trouble is troubles.locked and connection.vendor == "postgresql":
        pytest.skip("a table that is locked whole cannot be read there")
    with trouble():
        assert client.get(Post.objects.get().get_absolute_url()).status_code == 200


def test_a_database_that_is_away_is_asked_once_by_a_request(client, monkeypatch):
    asked, backend = [], type(connections["default"])
    connect = backend.connect
    monkeypatch.setattr(backend, "connect", lambda wrapper: asked.append(wrapper) or connect(wrapper))
    with troubles.away():
        assert client.get("/").status_code == 503
    assert len(asked) == 1


def test_a_file_that_may_be_written_again_is_opened_anew(client, places, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("a file's trouble")
    connection.close()
    with monkeypatch.context() as patched:
        patched.setitem(connection.settings_dict, "NAME", f"file:{connection.settings_dict['NAME']}?mode=ro")
        assert write(client, "a reply", places).status_code == 503
    assert write(client, "a reply", places).status_code == 302


def test_no_password_is_given_back(client):
    client.cookies.pop("sessionid")
    form = {"login": "ann", "password": "correct horse", "csrfmiddlewaretoken": "c" * 32}
    with troubles.away():
        answer = client.post("/accounts/login/", form)
        typed = client.post("/accounts/login/", form | {"source": "x"})
    assert (answer.status_code, typed.status_code) == (503, 503)
    assert b"horse" not in answer.content + typed.content


def test_a_fault_of_our_own_is_not_called_trouble(client, monkeypatch):
    def ask(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr("forum.pages.lists.render", ask)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "The fault is ours" in answer.content.decode()


def test_the_log_has_one_line_for_it(client, places, caplog):
    with troubles.away():
        write(client, "a reply", places)
    (line,) = [record for record in caplog.records if record.name == "forum.kit.trouble"]
    assert line.exc_info is None
    assert f"POST /posts/{places['post']}/reply: OperationalError" in line.getMessage()
