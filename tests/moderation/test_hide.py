import pytest

from forum.comments.models import Comment
from forum.comments.services import edit, retract
from forum.kit.refusal import Refusal
from forum.moderation.models import Decision, DecisionKind
from forum.moderation.services import hide, report, restore
from forum.posts.models import Post
from tests.factories import days_ago, make_comment, make_draft, make_moderator, make_post


def test_a_hidden_comment_leaves_its_place_and_its_replies_where_they_are(ann, ben, mo):
    post = make_post(ann)
    comment = make_comment(post, ben)
    answer = make_comment(post, ann, parent=comment)

    decision = hide(target=comment, moderator=mo, reason="  An insult.\n")

    comment.refresh_from_db()
    assert comment.hidden_at == decision.decided_at
    assert comment.body.hidden_reason == "An insult."
    assert Comment.objects.get(pk=answer.pk).hidden_at is None
    assert Post.objects.get(pk=post.pk).comment_count == 1
    assert (decision.kind, decision.moderator, decision.comment, decision.reason, decision.affected) == (
        DecisionKind.HIDE,
        mo,
        comment,
        "An insult.",
        1,
    )


def test_a_hidden_post_keeps_its_comments(ann, ben, mo):
    post = make_post(ann)
    comment = make_comment(post, ben)
    version = Post.objects.get(pk=post.pk).thread_version

    hide(target=post, moderator=mo, reason="Stolen text.")

    post.refresh_from_db()
    assert post.hidden_at
    assert post.hidden_reason == "Stolen text."
    assert post.thread_version > version
    assert Comment.objects.get(pk=comment.pk).hidden_at is None


def test_hiding_closes_the_open_reports_with_the_decision(ann, ben, mo, zoe):
    post = make_post(ann)
    comment, other = make_comment(post, ann), make_comment(post, ann)
    reports = [report(reader=reader, target=comment, kind="spam") for reader in (ben, zoe)]
    spared = report(reader=ben, target=other, kind="spam")

    decision = hide(target=comment, moderator=mo, reason="Spam.")

    assert set(decision.reports.all()) == set(reports)
    spared.refresh_from_db()
    assert spared.decision is None


def test_what_is_hidden_already_is_refused_with_the_name_and_reason_of_who_was_faster(ann, mo):
    comment = make_comment(make_post(ann), ann)
    hide(target=comment, moderator=make_moderator("max", display_name="Max"), reason="Spam.")

    with pytest.raises(Refusal, match=r"hidden already\. Max decided so on .* UTC: Spam\.") as refused:
        hide(target=comment, moderator=mo, reason="Late.")

    assert (refused.value.code, refused.value.status) == ("already", 409)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  \n", "\u200b"])
def test_a_reason_is_required(reason, ann, mo):
    comment = make_comment(make_post(ann), ann)

    with pytest.raises(Refusal, match="reason") as refused:
        hide(target=comment, moderator=mo, reason=reason)

    assert refused.value.status == 422
    assert not Comment.objects.get(pk=comment.pk).is_tombstone


def test_a_reason_that_is_too_long_is_refused_with_both_numbers(ann, mo):
    with pytest.raises(Refusal, match=r"2,001 characters .* 2,000"):
        hide(target=make_comment(make_post(ann), ann), moderator=mo, reason="x" * 2_001)


@pytest.mark.parametrize("state", [{}, {"is_staff": True, "is_active": False}])
def test_who_is_no_moderator_is_refused(state, ann, ben):
    comment = make_comment(make_post(ann), ann)
    for name, value in state.items():
        setattr(ben, name, value)

    with pytest.raises(Refusal) as refused:
        hide(target=comment, moderator=ben, reason="I want it so.")

    assert (refused.value.code, refused.value.status) == ("not-a-moderator", 403)
    assert not Comment.objects.get(pk=comment.pk).is_tombstone


def test_a_suspended_moderator_is_refused(ann, mo):
    mo.suspended_until = days_ago(-1)

    with pytest.raises(Refusal, match="may read but not write"):
        hide(target=make_comment(make_post(ann), ann), moderator=mo, reason="Spam.")


def test_a_draft_cannot_be_hidden(ann, mo):
    with pytest.raises(Refusal) as refused:
        hide(target=make_draft(ann), moderator=mo, reason="Spam.")

    assert refused.value.code == "draft"


def test_an_author_cannot_undo_a_moderator(ann, mo):
    comment = make_comment(make_post(ann), ann, source="Bad words.")
    hide(target=comment, moderator=mo, reason="Bad words.")
    comment = Comment.objects.select_related("body", "post").get(pk=comment.pk)

    with pytest.raises(Refusal, match="hidden"):
        edit(editor=ann, comment=comment, source="Good words.", revision=1)
    with pytest.raises(Refusal, match="hidden"):
        retract(author=ann, comment=comment)
    with pytest.raises(Refusal, match="Only moderators"):
        restore(target=comment, moderator=ann, reason="It is mine.")

    comment.refresh_from_db()
    assert comment.hidden_at
    assert comment.retracted_at is None
