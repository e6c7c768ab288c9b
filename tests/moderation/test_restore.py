import pytest

from forum.comments.models import Comment, CommentBody
from forum.comments.services import retract
from forum.kit.refusal import Refusal
from forum.moderation.models import DecisionKind
from forum.moderation.services import hide, report, restore
from forum.posts.models import Post
from tests.factories import make_comment, make_post


def test_a_restored_comment_is_as_it_was(ann, mo):
    post = make_post(ann)
    comment = make_comment(post, ann)
    hide(target=comment, moderator=mo, reason="Spam.")

    decision = restore(target=comment, moderator=mo, reason="It was no spam.")

    comment.refresh_from_db()
    assert not comment.is_tombstone
    assert CommentBody.objects.get(pk=comment.pk).hidden_reason == ""
    assert Post.objects.get(pk=post.pk).comment_count == 1
    assert (decision.kind, decision.comment) == (DecisionKind.RESTORE, comment)


def test_a_restored_post_is_as_it_was(ann, mo):
    post = make_post(ann)
    hide(target=post, moderator=mo, reason="Spam.")

    decision = restore(target=post, moderator=mo, reason="It was no spam.")

    post.refresh_from_db()
    assert not post.is_tombstone
    assert (decision.kind, decision.post) == (DecisionKind.RESTORE, post)


def test_what_its_author_retracted_stays_a_tombstone(ann, mo):
    post = make_post(ann)
    comment = make_comment(post, ann)
    retract(author=ann, comment=comment)
    hide(target=comment, moderator=mo, reason="Its history is spam.")

    restore(target=comment, moderator=mo, reason="It was no spam.")

    comment.refresh_from_db()
    assert (comment.hidden_at, bool(comment.retracted_at)) == (None, True)
    assert Post.objects.get(pk=post.pk).comment_count == 0


def test_what_is_not_hidden_is_refused(ann, mo):
    with pytest.raises(Refusal, match="not hidden") as refused:
        restore(target=make_comment(make_post(ann), ann), moderator=mo, reason="Why not.")

    assert refused.value.code == "already"


def test_restoring_does_not_open_reports_again(ann, ben, mo):
    comment = make_comment(make_post(ann), ann)
    row = report(reader=ben, target=comment, kind="spam")
    decision = hide(target=comment, moderator=mo, reason="Spam.")

    restore(target=comment, moderator=mo, reason="It was no spam.")

    row.refresh_from_db()
    assert row.decision == decision
    assert Comment.objects.get(pk=comment.pk).hidden_at is None
