from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.services import set_suspension
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.comments.permissions import refusal_to_read_history
from forum.comments.services import edit
from forum.kit.refusal import Refusal
from forum.posts.services import EditedMeanwhile
from tests.factories import make_comment, make_post, version_of


@pytest.fixture
def comment(ann, ben) -> Comment:
    return make_comment(make_post(ann), ben, source="First.")


def history(comment):
    return [(row.number, row.source, row.note) for row in comment.revisions.order_by("number")]


def test_every_save_is_a_numbered_revision_and_none_ever_changes(comment, ben):
    edit(editor=ben, comment=comment, source="Second.", revision=1, note="clearer")
    edited = edit(editor=ben, comment=comment, source="Third.", revision=2)

    assert history(comment) == [(1, "First.", ""), (2, "Second.", "clearer"), (3, "Third.", "")]
    body = CommentBody.objects.get()
    assert (body.revision, body.source) == (3, "Third.")
    assert "Third." in body.html
    assert body.edited_at == comment.revisions.get(number=3).saved_at
    assert edited.body.source == "Third."


def test_an_edit_changes_the_thread_page_but_not_the_counters(comment, ben):
    before, version = comment.post, version_of(comment.post)

    edit(editor=ben, comment=comment, source="New.", revision=1)

    after = Comment.objects.get().post
    assert version_of(after) == version + 1
    assert after.comment_count == 1
    assert after.active_at == CommentBody.objects.get().published_at >= before.active_at


def test_the_same_text_again_leaves_no_revision(comment, ben):
    version = version_of(comment.post)

    edit(editor=ben, comment=comment, source="First.", revision=1)

    assert len(history(comment)) == 1
    assert version_of(comment.post) == version


def test_the_second_of_two_saves_is_refused_and_the_first_stands(comment, ben):
    edit(editor=ben, comment=comment, source="From one tab.", revision=1)

    with pytest.raises(EditedMeanwhile) as refused:
        edit(editor=ben, comment=comment, source="From the other tab.", revision=1)

    assert (refused.value.code, refused.value.status) == ("edited-meanwhile", 409)
    assert CommentBody.objects.get().source == "From one tab."
    assert len(history(comment)) == 2


def test_a_resent_save_is_no_conflict(comment, ben):
    for _ in range(2):
        edit(editor=ben, comment=comment, source="Better.", revision=1)

    assert CommentBody.objects.get().revision == 2


def test_nobody_but_the_author_edits(comment, ann, mo):
    for stranger, code in ((ann, "not-yours"), (mo, "not-yours"), (AnonymousUser(), "anonymous")):
        with pytest.raises(Refusal) as refused:
            edit(editor=stranger, comment=comment, source="Mine.", revision=1)
        assert (refused.value.code, refused.value.status) == (code, 403)
    assert CommentBody.objects.get().source == "First."


@pytest.mark.parametrize("state, code", [("hidden_at", "hidden"), ("retracted_at", "retracted")])
def test_what_is_withdrawn_stays_as_it_is_even_when_it_was_opened_before(comment, ben, state, code):
    Comment.objects.update(**{state: timezone.now()})

    with pytest.raises(Refusal) as refused:
        edit(editor=ben, comment=comment, source="Sneaked in.", revision=1)

    assert (refused.value.code, refused.value.status) == (code, 409)
    assert len(history(comment)) == 1


def test_a_suspended_author_does_not_edit(comment, ben):
    set_suspension(person=ben, until=timezone.now() + timedelta(days=1), reason="")

    with pytest.raises(Refusal) as refused:
        edit(editor=ben, comment=comment, source="New.", revision=1)
    assert refused.value.code == "suspended"


def test_after_the_hourly_limit_the_refusal_says_when_it_works_again(comment, ben, settings):
    settings.EDITS_PER_HOUR = 2
    for revision in (1, 2):
        edit(editor=ben, comment=comment, source=f"Text {revision}.", revision=revision)
    CommentRevision.objects.filter(number=2).update(saved_at=timezone.now() - timedelta(minutes=40))

    with pytest.raises(Refusal, match=r"2 edits an hour.*again in 20 minutes") as refused:
        edit(editor=ben, comment=comment, source="Text 3.", revision=3)

    assert (refused.value.code, refused.value.status) == ("too-many", 429)
    assert 1100 < refused.value.retry_after <= 1201


def test_the_history_goes_with_the_text_that_was_withdrawn(comment, ann, ben, mo):
    assert refusal_to_read_history(ann, comment) is None

    comment.retracted_at = timezone.now()

    assert refusal_to_read_history(ann, comment).status == 404
    assert refusal_to_read_history(ben, comment).code == "withheld"
    assert refusal_to_read_history(mo, comment) is None


def test_the_history_stays_readable_under_a_post_that_was_withdrawn(comment, ben):
    """Its text still stands there; only the post's is gone."""
    comment.post.hidden_at = timezone.now()

    assert refusal_to_read_history(ben, comment) is None


def test_text_that_came_by_mail_stays_plain_when_its_author_corrects_it(comment, ben):
    CommentBody.objects.update(source_format="plain")
    comment.body.refresh_from_db()

    edited = edit(editor=ben, comment=comment, source="as it was, *not* Markdown", revision=1).body

    assert (edited.source_format, "<em>" in edited.html) == ("plain", False)
