import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forum.moderation import services as moderation
from tests.factories import make_comment, make_post


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary="],
)
@pytest.mark.parametrize("place", ["/posts/new", "/accounts/login/", "/settings/"])
def test_a_form_that_cannot_be_read_is_not_understood(content_type, place, ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    answer = client.generic("POST", place, b"source=x", content_type=content_type)
    assert answer.status_code == 400
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_redirects_are_not_framed_either(db, browse):
    answer = browse().get("/tags")
    assert (answer.status_code, answer["X-Frame-Options"]) == (301, "DENY")


@pytest.mark.parametrize("place", ["/accounts/login/", "/posts/new", "/posts/preview"])
def test_a_file_is_refused_before_it_is_stored(place, ann, browse):
    answer = browse(ann).post(place, {"source": SimpleUploadedFile("big.txt", b"x" * 5_000_000)})
    assert answer.status_code == 400


def test_rates_are_not_forgotten_when_hundreds_of_people_come():
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        assert settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000


def test_no_proxy_keeps_a_page_that_was_made_for_one_person(ann, browse):
    post = make_post(ann)
    make_comment(post, ann)
    for place in ("/", post.get_absolute_url(), "/u/ann/", "/settings/", "/drafts/", "/nothing/", "/u/ANN/"):
        answer = browse(ann).get(place)
        assert "private" in answer["Cache-Control"], place


def test_a_redirect_that_a_moderator_may_turn_around_is_asked_for_again(ann, mo, browse):
    post = make_post(ann, title="Claims")
    comment = make_comment(post, ann)
    moderation.hide(target=post, moderator=mo, reason="Spam.")
    for place in (f"/posts/{post.pk}/claims/", f"/posts/{post.pk}/claims/c/{comment.pk}/"):
        answer = browse().get(place)
        assert (answer.status_code, answer["Cache-Control"]) == (301, "no-cache")
    moderation.restore(target=post, moderator=mo, reason="No spam.")
    assert browse().get(f"/posts/{post.pk}/withdrawn/")["Cache-Control"] == "no-cache"
