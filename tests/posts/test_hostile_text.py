"""What acts do with text that no form should let through: an answer with a reason, never a fault of the database."""

import pytest

from forum.comments.models import CommentBody
from forum.comments.services import edit as edit_comment
from forum.comments.services import reply
from forum.kit.refusal import Refusal
from forum.markup import COMMENT_LIMIT, POST_LIMIT
from forum.posts.models import Post, PostRevision, SourceFormat, Tag
from forum.posts.services import edit, publish, save_draft
from tests.factories import make_comment, make_post

NOTHING = ["", " \n\t ", "\x00", "\x00\x01\x1f", "\u200b\u200b", "\ufeff", "\u202e", "\r\n\r\n"]
CLEANED = [
    ("a\x00b", "ab"),
    ("a\ud800b", "a\ufffdb"),
    ("a\x07\x1b[31mb", "a[31mb"),
    ("evil\u202egnp.exe", "evilgnp.exe"),
    ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ("a\uffffb", "ab"),
    ("  code stays\n\n", "  code stays"),
]


@pytest.fixture
def post(ann):
    return make_post(ann, title="The claim")


@pytest.mark.parametrize("source", NOTHING)
def test_nothing_is_no_text(ann, post, source):
    comment = make_comment(post, ann)
    for act in (
        lambda: publish(author=ann, title="Title", source=source),
        lambda: save_draft(author=ann, title="Title", source=source),
        lambda: publish(author=ann, title=source, source="Text."),
        lambda: edit(editor=ann, post=post, title="Title", source=source, tags=[], saves=1),
        lambda: edit(editor=ann, post=post, title=source, source="Text.", tags=[], saves=1),
        lambda: reply(author=ann, post=post, source=source),
        lambda: edit_comment(editor=ann, comment=comment, source=source, revision=1),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (refused.value.code, refused.value.status) == ("blank", 422)
    assert (Post.objects.count(), CommentBody.objects.count(), PostRevision.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("typed, kept", CLEANED)
def test_what_no_database_holds_and_no_reader_should_meet_is_taken_out(ann, post, typed, kept):
    published = publish(author=ann, title="Title", source=typed)
    answer = reply(author=ann, post=post, source=typed)

    assert Post.objects.get(pk=published.pk).source == kept
    assert CommentBody.objects.get(pk=answer.pk).source == kept
    assert PostRevision.objects.get(post=published).source == kept


def test_titles_notes_and_tags_are_cleaned_too(ann, post):
    edit(editor=ann, post=post, title="A\x00\n\u202eB", source="New.", tags=["x\x00\u202ey"], saves=1, note="why\x00\n")

    post.refresh_from_db()
    assert post.title == "A B"
    assert post.revisions.get(number=2).note == "why"
    assert Tag.objects.get().name == "xy"


def test_too_long_says_the_limit_and_the_length(ann, post):
    comment = make_comment(post, ann)
    for act, limit in (
        (lambda: publish(author=ann, title="T", source="x" * (POST_LIMIT + 1000)), "201,000 characters long.*200,000"),
        (lambda: reply(author=ann, post=post, source="x" * (COMMENT_LIMIT + 1)), "20,001 characters long.*20,000"),
        (lambda: edit_comment(editor=ann, comment=comment, source="x" * 201_000, revision=1), "201,000.*20,000"),
        (lambda: publish(author=ann, title="x" * 201, source="Text."), "201 characters long.*200"),
        (lambda: edit(editor=ann, post=post, title="T", source="S.", tags=[], saves=1, note="x" * 201), "201.*200"),
    ):
        with pytest.raises(Refusal, match=limit) as refused:
            act()
        assert (refused.value.code, refused.value.status) == ("too-long", 422)


def test_text_of_the_greatest_length_is_taken(ann, post):
    assert len(publish(author=ann, title="x" * 200, source="x " * (POST_LIMIT // 2 - 1) + "xy").source) == POST_LIMIT
    assert reply(author=ann, post=post, source="x" * COMMENT_LIMIT)


def test_plain_text_that_was_imported_is_still_plain_after_an_edit(ann, post):
    comment = make_comment(post, ann)
    CommentBody.objects.update(source_format=SourceFormat.PLAIN)
    Post.objects.update(source_format=SourceFormat.PLAIN)
    comment.body.refresh_from_db()
    post.refresh_from_db()

    edit_comment(editor=ann, comment=comment, source="*not* emphasis", revision=1)
    edit(editor=ann, post=post, title=post.title, source="*not* emphasis", tags=[], saves=1)

    assert "<em>" not in CommentBody.objects.get().html
    assert "<em>" not in Post.objects.get().html
