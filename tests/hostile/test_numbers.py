"""Numbers that no database holds and no program reads are addresses of nothing."""

import pytest

from forum.kit.converters import GREATEST_ID, id_in
from tests.factories import make_post

DIGITS = "9" * 5000  # int() refuses more than 4,300


@pytest.mark.parametrize("text", ["", "0", "-1", "1.0", " 1", "\u0661", "1\0", str(GREATEST_ID + 1), DIGITS])
def test_what_no_row_can_have_is_no_id(text):
    assert id_in(text) is None


def test_an_id_is_read():
    assert (id_in("7"), id_in(str(GREATEST_ID))) == (7, GREATEST_ID)


@pytest.mark.parametrize("number", [DIGITS, str(2**70), "0", "x"])
def test_a_number_that_nothing_has_is_not_found(number, ann, mo, browse):
    post = make_post(ann)
    for place in (
        f"/posts/{post.pk}/reply?parent={number}",
        f"/moderation/log/?post={number}",
        f"/moderation/log/?comment={number}",
        f"/moderation/log/?person={number}",
        f"/admin/posts/post/act/hide/?id={number}",
        f"/admin/posts/post/{number}/change/",
    ):
        assert browse(mo).get(place).status_code == 404, place


def test_a_reply_to_nonsense_gets_its_form_back(ann, browse):
    post = make_post(ann)
    answer = browse(ann).post(f"/posts/{post.pk}/reply", {"source": "Words.", "parent": DIGITS})
    assert answer.status_code == 422
    assert "Words." in answer.text
