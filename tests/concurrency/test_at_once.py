"""What a single act does when it is done several times at once."""

from uuid import uuid4

import pytest

from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.comments.queries import miscounted
from forum.posts.models import Post, PostRevision, Tag
from tests.concurrency.crowd import run_crowd
from tests.factories import make_comment, make_moderator, make_person, make_post

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def assert_no_errors(reports) -> None:
    assert [error for report in reports for error in report["errors"]] == []


@pytest.mark.parametrize("answers", ["the post", "a comment"])
def test_one_form_sent_several_times_at_once_makes_one_comment(answers):
    ann = make_person("ann")
    post = make_post(make_moderator())
    parent = make_comment(post).pk if answers == "a comment" else None
    before = Comment.objects.count()

    reports = run_crowd("send_one_form", processes=6, author=ann.pk, post=post.pk, parent=parent, form=str(uuid4()))

    assert_no_errors(reports)
    assert len({report["acknowledged"][0]["comment"] for report in reports}) == 1
    assert Comment.objects.count() == CommentBody.objects.count() == CommentRevision.objects.count() == before + 1
    assert list(miscounted()) == []
    assert find_broken() == []


def test_a_double_click_that_takes_the_last_comment_of_the_minute_is_no_refusal(settings):
    ann = make_person("ann")
    post = make_post(make_moderator())
    for _ in range(settings.COMMENTS_PER_MINUTE - 1):
        make_comment(post, ann)

    reports = run_crowd("send_one_form", processes=4, author=ann.pk, post=post.pk, parent=None, form=str(uuid4()))

    assert_no_errors(reports)
    assert [report["refused"] for report in reports] == [[]] * 4
    assert Comment.objects.count() == settings.COMMENTS_PER_MINUTE


def test_one_form_sent_several_times_at_once_makes_one_post():
    ann = make_person("ann")

    reports = run_crowd("publish_one_form", processes=6, author=ann.pk, form=str(uuid4()))

    assert_no_errors(reports)
    assert {report["acknowledged"][0]["post"] for report in reports} == {Post.objects.get().pk}
    assert PostRevision.objects.count() == 1
    assert Tag.objects.count() == 2


def test_new_tags_are_made_once_and_nobody_waits_in_a_circle():
    people = [make_moderator().pk for _ in range(6)]

    reports = run_crowd("publish_with_new_tags", processes=6, people=people, rounds=6)

    assert_no_errors(reports)
    assert Tag.objects.count() == 36
    assert all(post.tags.count() == 6 for post in Post.objects.all())


def test_of_several_saves_of_one_text_one_stands_and_the_others_are_refused():
    ann = make_person("ann")
    comment = make_comment(make_post(make_moderator()), ann, source="First.")

    reports = run_crowd("save_one_text", processes=6, author=ann.pk, comment=comment.pk)

    assert_no_errors(reports)
    saved = [act for report in reports for act in report["acknowledged"]]
    assert [act["revision"] for act in saved] == [2]
    assert [refusal for report in reports for refusal in report["refused"]] == ["edit: edited-meanwhile"] * 5
    assert CommentBody.objects.get().source == saved[0]["source"]
    assert list(CommentRevision.objects.values_list("number", "source")) == [(1, "First."), (2, saved[0]["source"])]


def test_no_id_is_reserved_twice():
    reports = run_crowd("reserve", rounds=40)

    ids = [pk for report in reports for act in report["acknowledged"] for pk in act["ids"]]
    assert len(ids) == len(set(ids)) == 800
    for report in reports:
        own = [pk for act in report["acknowledged"] for pk in act["ids"]]
        assert own == sorted(own)
