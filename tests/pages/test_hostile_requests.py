"""Requests that no page of ours makes: an answer of the 400s, and what was typed given back."""

import base64
import json

import pytest
from django.urls import reverse

from forum.comments.models import Comment, CommentBody
from forum.posts.models import Post
from tests.factories import make_comment, make_draft, make_moderator, make_post

TYPED = "Words that took an hour."
WRONG_NUMBERS = ["x", "-1", "0", "1.5", "1e3", "9" * 19, "9" * 30, "9" * 5000, "\x00", "٣", "0x10", "1 OR 1=1", "%00"]
NEW_YEAR = "2026-01-01T00:00:00+00:00"
HOSTILE_TEXTS = {
    "nothing": "",
    "NUL alone": "\x00",
    "zero-width": "\u200b",
    "too long for a post": "x" * 201_000,
}


def key(*values) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.fixture
def post(ann):
    return make_post(ann, title="The claim", tags=["Methods"])


@pytest.mark.parametrize("sort", ["best", "OLD", "old\x00", "top'", "", "new,old", "x" * 3000])
def test_an_unknown_order_is_not_found(sort, post, browse):
    comment = make_comment(post)
    for address in (post.get_absolute_url(), comment.get_branch_url(), "/", "/tags/methods/"):
        assert browse().get(address, {"sort": sort}).status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "2", "-1", "x", "\x00", "=", "é", "A" * 10_000, key(), key(1), key("2026-01-01", 1), key("x", "y"),
        key(NEW_YEAR, 2**63), key(NEW_YEAR, -1), key("9999-12-31T23:59:59-23:59", 1), key(NEW_YEAR, True),
        key("0001-01-01T00:00:00+23:59", 1), key({"a": 1}, [2]), key(None, None),
        key("\ud800", 1), key("a\x00", 1),
    ],
    ids=lambda page: page[:30].encode("unicode_escape").decode(),
)  # fmt: skip
def test_an_unknown_page_is_not_found(page, ann, post, browse):
    client = browse()
    for address, name in (("/", "page"), ("/tags/methods/", "page"), ("/u/ann/", "page"), ("/u/ann/", "posts")):
        assert client.get(address, {name: page}).status_code == 404
    assert client.get("/moderation/log/", {"page": page}).status_code == 404
    assert client.get("/tags/", {"page": page}).status_code == 404


@pytest.mark.parametrize("name", ["pdf", "md.html", "JSON", "..", "mbox\x00", "é", "x" * 500])
def test_an_unknown_format_is_not_found(name, post, browse):
    comment = make_comment(post)
    for start in (f"/posts/{post.pk}/export.", f"/posts/{post.pk}/c/{comment.pk}/export."):
        assert browse().get(f"{start}{name}").status_code == 404


@pytest.mark.parametrize("slug", ["\x00", "é\x00", "%FF%FE", "x" * 5000, "'\"<>", "..", "%2e%2e%2f"])
def test_an_unknown_name_is_not_found(slug, db, browse):
    for start in ("/tags/", "/u/"):
        assert browse().get(f"{start}{slug}/").status_code == 404
    assert browse().get("/", {"tag": slug}).status_code == 404


@pytest.mark.parametrize("number", WRONG_NUMBERS)
def test_a_wrong_number_in_an_address_is_not_found(number, post, ann, browse):
    client = browse(ann)
    for pattern in (
        "/posts/{}/", "/posts/{}/the-claim/", "/posts/{}/edit", "/posts/{}/history", "/posts/{}/retract",
        "/posts/{}/reply", "/posts/{}/export.json", "/comments/{}/edit", "/comments/{}/history", "/comments/{}/retract",
        "/moderation/report/post/{}/", "/moderation/report/comment/{}/",
    ):  # fmt: skip
        assert client.get(pattern.format(number)).status_code == 404
        assert client.post(pattern.format(number), {"source": TYPED}).status_code in {404, 405}


@pytest.mark.parametrize("number", WRONG_NUMBERS)
def test_a_wrong_number_in_a_question_is_a_refusal(number, post, ann, browse):
    client = browse(ann)
    comment = make_comment(post, ann)

    answers = [
        client.get(f"/posts/{post.pk}/reply", {"parent": number}),
        client.get(f"/posts/{post.pk}/history", {"from": number, "to": "1"}),
        client.get(f"/comments/{comment.pk}/history", {"to": number}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    for name in ("post", "comment"):
        assert client.get("/moderation/log/", {name: number}).status_code in {200, 404}


@pytest.mark.parametrize("number", WRONG_NUMBERS)
def test_a_wrong_number_in_a_form_is_a_refusal_with_the_text_kept(number, post, ann, browse):
    client = browse(ann)
    comment = make_comment(post, ann)

    answers = [
        client.post(f"/posts/{post.pk}/reply", {"source": TYPED, "parent": number}),
        client.post(f"/comments/{comment.pk}/edit", {"source": TYPED, "revision": number}),
        client.post(f"/posts/{post.pk}/edit", {"title": "T", "source": TYPED, "saves": number}),
    ]

    for answer in answers:
        assert 400 <= answer.status_code < 500
        assert TYPED in answer.text
    assert not CommentBody.objects.filter(source=TYPED).exists()
    assert not Post.objects.filter(source=TYPED).exists()


@pytest.mark.parametrize("form", ["x", "\x00", "1" * 5000, "{}", "0f4c0b1e-7c3a-4f0e-9a53-5d7f3c1b2a90x"])
def test_a_wrong_form_number_is_a_refusal_with_the_text_kept(form, post, ann, browse):
    client = browse(ann)

    answers = [
        client.post(f"/posts/{post.pk}/reply", {"source": TYPED, "form": form}),
        client.post("/posts/new", {"title": "T", "source": TYPED, "form": form, "action": "publish"}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(TYPED in answer.text for answer in answers)


@pytest.mark.parametrize("kind", HOSTILE_TEXTS)
def test_text_that_cannot_be_taken_is_a_refusal(kind, post, ann, browse):
    client, text = browse(ann), HOSTILE_TEXTS[kind]
    comment = make_comment(post, ann)
    before = Post.objects.count(), Comment.objects.count()

    answers = [
        client.post(f"/posts/{post.pk}/reply", {"source": text}),
        client.post(f"/comments/{comment.pk}/edit", {"source": text, "revision": 1}),
        client.post("/posts/new", {"title": "Title kept", "source": text, "action": "publish"}),
        client.post(f"/posts/{post.pk}/edit", {"title": "Title kept", "source": text, "saves": 1}),
        client.post("/posts/new", {"title": text, "source": TYPED, "action": "draft"}),
    ]

    assert [answer.status_code for answer in answers] == [422] * 5
    assert "Title kept" in answers[2].text
    assert "Title kept" in answers[3].text
    assert TYPED in answers[4].text
    if "long" in kind:
        assert all("201,000" in answer.text and text in answer.text for answer in answers[:4])
    assert (Post.objects.count(), Comment.objects.count()) == before
    assert CommentBody.objects.get(pk=comment.pk).revision == 1


@pytest.mark.parametrize("raw", [b"a\x00b", b"a\xed\xa0\x80b", b"a\xff\xfeb", b"a\x1b[31mb", b"a\xc0\x80b"])
def test_bytes_that_are_no_text_are_cleaned_and_kept(raw, post, ann, browse):
    body = b"source=" + b"".join(b"%%%02x" % byte for byte in raw)

    answer = browse(ann).post(f"/posts/{post.pk}/reply", body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 302
    source = CommentBody.objects.get().source
    assert source[0] + source[-1] == "ab"
    assert not set(source) & set("\x00\x1b\ud800")


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "multipart/form-data; boundary=", "multipart/form-data"]
)
def test_a_body_that_is_no_form_is_a_refusal(content_type, post, ann, browse):
    for address in (f"/posts/{post.pk}/reply", "/posts/new", "/posts/preview"):
        answer = browse(ann).post(address, b'{"source": "x"}', content_type=content_type)
        assert 400 <= answer.status_code < 500


def test_more_than_a_form_may_hold_is_a_refusal(post, ann, browse):
    client = browse(ann)

    assert client.post(f"/posts/{post.pk}/reply", {"source": "x" * 3_000_000}).status_code == 400
    assert client.post(f"/posts/{post.pk}/reply", {f"field{number}": "x" for number in range(300)}).status_code == 400


@pytest.mark.parametrize("tags", ["x" * 3000, ",".join("abcdefghijkl"), "!!!", "a\x00b", "<script>"])
def test_tags_that_cannot_be_are_a_refusal_or_are_cleaned(tags, ann, browse):
    answer = browse(ann).post("/posts/new", {"title": "T", "source": TYPED, "tags": tags, "action": "publish"})

    assert answer.status_code in {302, 422}
    if answer.status_code == 422:
        assert TYPED in answer.text


@pytest.mark.parametrize(
    "changed",
    [
        {"orcid": "0000-0002-1825-0098"},
        {"orcid": "x" * 5000},
        {"website": "javascript:alert(1)"},
        {"website": "http://" + "x" * 5000},
        {"display_name": "x" * 81},
        {"bio": "x" * 201_000},
        {"website": "http://[::1"},
    ],
    ids=str,
)
def test_a_profile_that_cannot_be_is_a_refusal_with_the_rest_kept(changed, ann, browse):
    typed = {"display_name": "Ann", "bio": TYPED, "affiliation": "Somewhere", "website": "", "orcid": ""}

    answer = browse(ann).post("/settings/", typed | changed)

    assert answer.status_code == 422
    assert "Somewhere" in answer.text
    if "bio" not in changed:
        assert TYPED in answer.text


def test_an_unknown_action_does_not_publish_a_draft(ann, browse):
    draft = make_draft(ann)
    browse(ann).post(
        f"/posts/{draft.pk}/edit", {"title": "T", "source": TYPED, "saves": draft.saves, "action": "nonsense"}
    )

    assert Post.objects.get().published_at is None


@pytest.mark.parametrize("words", ["x" * 201_000, "\x00"])
def test_a_report_that_cannot_be_is_a_refusal(words, post, zoe, browse):
    answer = browse(zoe).post(reverse("moderation:report_post", args=[post.pk]), {"kind": "nonsense", "words": words})

    assert answer.status_code == 422


def test_a_moderator_meets_no_fault_either(post, browse):
    client = browse(make_moderator())
    for number in WRONG_NUMBERS:
        for model in ("posts/post", "comments/comment", "accounts/user"):
            assert client.get(f"/admin/{model}/{number}/change/").status_code in {301, 302, 404}
            assert client.get(f"/admin/{model}/", {"q": number, "p": number, "o": number}).status_code in {
                200,
                302,
                404,
            }
