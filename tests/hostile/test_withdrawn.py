"""What was withdrawn shows on no page, whoever asks and however they ask."""

import pytest
from django.test import override_settings

from forum.comments import services as comments
from forum.comments.thread import Node
from forum.moderation import services as moderation
from forum.posts import services as posts
from tests.factories import make_comment, make_post

TITLE = "Zugzwang"
FORMS = [
    {},
    {"source": "Words.", "action": "preview", "title": "Mine", "saves": 1, "revision": 1},
    {"source": "Words.", "title": "Mine", "saves": 1, "revision": 1},
]


@pytest.fixture(params=["hidden", "retracted"])
def withdrawn(request, ann, ben, mo):
    post = make_post(ann, title=TITLE, source=TITLE, tags=["open"])
    make_comment(post, ben, source="An answer that stays.")
    if request.param == "hidden":
        moderation.hide(target=post, moderator=mo, reason="Spam.")
    else:
        posts.retract(author=ann, post=post)
    return post


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_no_page_around_a_withdrawn_post_says_its_title(withdrawn, ann, ben, zoe, browse, htmx):
    comment = withdrawn.comments.get()
    places = [
        f"/posts/{withdrawn.pk}/reply",
        f"/posts/{withdrawn.pk}/edit",
        f"/posts/{withdrawn.pk}/history",
        f"/comments/{comment.pk}/edit",
        f"/comments/{comment.pk}/history",
        f"/moderation/report/post/{withdrawn.pk}/",
        f"/moderation/report/comment/{comment.pk}/",
    ]
    for person in (None, ann, ben, zoe):
        client = browse(person)
        for place in places:
            answers = [client.get(place, headers=htmx), *(client.post(place, form, headers=htmx) for form in FORMS)]
            for answer in answers:
                assert TITLE not in answer.text, (place, person, answer.status_code)
        for place in (f"/posts/{withdrawn.pk}/retract", f"/comments/{comment.pk}/retract"):
            assert TITLE not in client.get(place, headers=htmx).text


def test_a_form_that_comes_back_shows_no_comment_of_another_post(ann, ben, browse):
    post, other = make_post(ann), make_post(ann)
    foreign = make_comment(other, ann, source=TITLE)
    for form in FORMS:
        answer = browse(ben).post(f"/posts/{post.pk}/reply", form | {"parent": foreign.pk})
        assert TITLE not in answer.text


def test_a_form_that_comes_back_shows_what_it_answers(ann, ben, browse):
    post = make_post(ann)
    first = make_comment(post, ann, source=TITLE)
    assert TITLE in browse(ben).post(f"/posts/{post.pk}/reply", {"parent": first.pk, "source": ""}).text


@override_settings(DEBUG=True)  # stencils are cut anew
def test_who_wrote_a_withdrawn_comment_stands_on_no_page(ann, zoe, mo, browse, monkeypatch):
    monkeypatch.setattr("forum.comments.listing.DEPTH_CAP", 0)  # every reply says what it answers
    post = make_post(ann)
    gone = make_comment(post, zoe)
    make_comment(post, ann, parent=gone)
    comments.retract(author=zoe, comment=gone)

    for place in (post.get_absolute_url(), gone.get_branch_url()):
        assert "zoe" not in browse().get(place).text.lower()


def test_the_name_of_nobody_is_somebody(ann, browse, monkeypatch):
    monkeypatch.setattr("forum.comments.listing.DEPTH_CAP", 0)
    monkeypatch.setattr(Node, "author_name", "")
    post = make_post(ann)
    make_comment(post, ann, parent=make_comment(post, ann))
    assert "somebody</a>" in browse().get(post.get_absolute_url()).text
