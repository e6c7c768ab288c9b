"""Every address of the site: which methods it answers, and what it says to whom.

The table must hold every name there is. What belongs to django-allauth and to the admin is checked as a group.
"""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import make_comment, make_draft, make_post

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE")
LOGIN = "login"  # sent to log in; coming back afterwards
READ, READ_AND_SEND, SEND = {"GET", "HEAD"}, {"GET", "HEAD", "POST"}, {"POST"}


@dataclass(frozen=True)
class Route:
    """What GET answers to nobody, a stranger, the author and a moderator: a status, an address or LOGIN."""

    methods: set[str]
    answers: tuple[int | str, int | str, int | str, int | str]
    arguments: tuple[str, ...] = ()


EVERYBODY = (200, 200, 200, 200)
WRITERS = (LOGIN, 200, 200, 200)
AUTHOR = (LOGIN, 403, 200, 403)
MOVED = (301, 301, 301, 301)
NOBODY = (405, 405, 405, 405)

ROUTES = {
    "pages:front": Route(READ, EVERYBODY),
    "pages:tags": Route(READ, EVERYBODY),
    "pages:tag": Route(READ, EVERYBODY, ("methods",)),
    "pages:person": Route(READ, EVERYBODY, ("ann",)),
    "pages:formatting": Route(READ, EVERYBODY),
    "pages:post": Route(READ, MOVED, ("post",)),
    "pages:thread": Route(READ, EVERYBODY, ("post", "the-claim")),
    "pages:branch": Route(READ, EVERYBODY, ("post", "the-claim", "comment")),
    "pages:alive": Route(READ, EVERYBODY),
    "pages:ready": Route(READ, EVERYBODY),
    "pages:metrics": Route(READ, (404, 404, 404, 404)),
    "posts:new": Route(READ_AND_SEND, WRITERS),
    "posts:preview": Route(SEND, NOBODY),
    "posts:edit": Route(READ_AND_SEND, AUTHOR, ("post",)),
    "posts:history": Route(READ, EVERYBODY, ("post",)),
    "posts:retract": Route(READ_AND_SEND, AUTHOR, ("post",)),
    "posts:drafts": Route(READ, WRITERS),
    "comments:reply": Route(READ_AND_SEND, WRITERS, ("post",)),
    "comments:edit": Route(READ_AND_SEND, AUTHOR, ("comment",)),
    "comments:history": Route(READ, EVERYBODY, ("comment",)),
    "comments:retract": Route(READ_AND_SEND, AUTHOR, ("comment",)),
    "exports:thread": Route(READ, EVERYBODY, ("post", "md")),
    "exports:branch": Route(READ, EVERYBODY, ("post", "comment", "json")),
    "moderation:log": Route(READ, EVERYBODY),
    "moderation:report_post": Route(READ_AND_SEND, (LOGIN, 200, 409, 200), ("post",)),
    "moderation:report_comment": Route(READ_AND_SEND, (LOGIN, 200, 409, 200), ("comment",)),
    "notifications:inbox": Route(READ, WRITERS),
    "accounts:profile": Route(READ_AND_SEND, WRITERS),
}
GROUPS = ("account_", "socialaccount_", "mfa_", "github_", "google_", "orcid_", "openid_connect_", "[social/", "admin:")


def names(resolver: URLResolver | None = None, prefix: str = "") -> list[str]:
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        match pattern:
            case URLResolver(namespace=str(namespace)):
                found += names(pattern, f"{prefix}{namespace}:")
            case URLResolver():
                found += names(pattern, prefix)
            case URLPattern(name=name):
                found.append(f"{prefix}{name}" if name else f"{prefix}[{pattern.pattern}]")
    return found


@pytest.fixture
def place(ann):
    """Addresses by name, for a post and a comment of ann's."""
    post = make_post(ann, title="The claim", tags=["Methods"])
    ids = {"post": post.pk, "comment": make_comment(post, ann).pk}

    def address(name: str) -> str:
        return reverse(name, args=[ids.get(argument, argument) for argument in ROUTES[name].arguments])

    return address


@pytest.fixture
def cast(ann, zoe, mo, browse):
    return [browse(), browse(zoe), browse(ann), browse(mo)]


def test_the_table_holds_every_address_there_is():
    ours = {name for name in names() if not name.startswith(GROUPS)}

    assert ours == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_everybody_gets_the_answer_that_is_theirs(name, place, cast):
    address = place(name)
    expected = [
        f"{reverse('account_login')}?next={address}" if answer == LOGIN else answer for answer in ROUTES[name].answers
    ]

    answers = [client.get(address) for client in cast]

    assert [
        answer.headers["Location"] if answer.status_code == 302 else answer.status_code for answer in answers
    ] == expected


@pytest.mark.parametrize("name", ROUTES)
def test_a_method_that_is_not_meant_is_refused_to_everybody(name, place, cast):
    address = place(name)
    for client in cast:
        for method in METHODS:
            refused = client.generic(method, address).status_code == 405
            assert refused == (method not in ROUTES[name].methods), method


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if "POST" in route.methods])
def test_a_form_without_its_token_is_refused_to_everybody(name, place, ann, zoe, mo):
    address = place(name)
    for person in (None, zoe, ann, mo):
        client = Client(enforce_csrf_checks=True)
        if person:
            client.force_login(person)
        answer = client.post(address, {"source": "What was typed at length."})
        assert answer.status_code == 403
        assert "What was typed at length." in answer.text


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if "POST" in route.methods])
def test_who_is_not_logged_in_sends_nothing_and_gets_the_text_back(name, place, browse):
    answer = browse().post(place(name), {"source": "What was typed at length."})

    assert answer.status_code == 403
    assert "What was typed at length." in answer.text


@pytest.mark.parametrize("number", [0, 999_999, 2**63 - 1, 2**63, 10**30])
def test_what_does_not_exist_is_not_found(number, place, cast):
    for name in (name for name, route in ROUTES.items() if {"post", "comment"} & set(route.arguments)):
        address = reverse(name, args=[1 if part in {"post", "comment"} else part for part in ROUTES[name].arguments])
        where = address.replace("/1/", f"/{number}/").replace("/1", f"/{number}")
        assert where != address
        for client in cast[1:]:
            assert client.get(where).status_code == 404, where
            assert client.post(where, {"source": "Text."}).status_code in {404, 405}, where


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if "post" in route.arguments])
def test_a_strangers_draft_is_not_found(name, ann, ben, browse):
    draft = make_draft(ann)
    address = reverse(name, args=[{"post": draft.pk, "comment": 1}.get(part, part) for part in ROUTES[name].arguments])

    for client in (browse(), browse(ben)):
        answer = client.get(address)
        assert answer.status_code in {302, 404}
        assert answer.status_code == 404 or answer.headers["Location"].startswith(reverse("account_login"))
        assert draft.title not in answer.text
    assert browse(ben).post(address, {"source": "Text."}).status_code in {404, 405}


def plain_names(*groups: str) -> list[str]:
    """Names whose address needs no arguments."""
    return sorted(
        {name for name in names() if name.startswith(groups) and not name.endswith("]") and not_in_need(name)}
    )


def not_in_need(name: str) -> bool:
    try:
        reverse(name)
    except Exception:  # noqa: BLE001 - of arguments, of whatever kind
        return False
    return True


@pytest.mark.parametrize("name", plain_names("account_", "socialaccount_", "mfa_"))
def test_no_form_of_an_account_is_taken_without_its_token(name, ann):
    for person in (None, ann):
        client = Client(enforce_csrf_checks=True)
        if person:
            client.force_login(person)
        assert client.post(reverse(name), {}).status_code in {403, 404, 405}


@pytest.mark.parametrize(
    "name", [name for name in plain_names("admin:") if name not in {"admin:login", "admin:logout", "admin:jsi18n"}]
)
def test_the_desk_is_the_moderators_alone(name, ann, mo, browse):
    for client in (browse(), browse(ann)):
        answer = client.get(reverse(name))
        assert answer.status_code in {302, 403, 404}
        if answer.status_code == 302:
            assert "login" in answer.headers["Location"]
    assert browse(mo).get(reverse(name)).status_code in {200, 302, 403, 405}
    client = Client(enforce_csrf_checks=True)
    client.force_login(mo)
    assert client.post(reverse(name), {}).status_code in {403, 404, 405}
