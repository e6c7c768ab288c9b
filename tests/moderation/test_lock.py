import pytest

from forum.kit.refusal import Refusal
from forum.moderation.models import Decision, DecisionKind
from forum.moderation.services import lock, unlock
from forum.posts.models import Post
from tests.factories import make_comment, make_draft, make_post


def test_a_locked_discussion_takes_no_replies(ann, ben, mo):
    post = make_post(ann)

    decision = lock(post=post, moderator=mo, reason="Enough said.")

    post = Post.objects.get(pk=post.pk)
    assert (post.locked_at, post.lock_reason) == (decision.decided_at, "Enough said.")
    assert (decision.kind, decision.post) == (DecisionKind.LOCK, post)
    with pytest.raises(Refusal, match="closed"):
        make_comment(post, ben)


def test_an_unlocked_discussion_takes_replies_again(ann, ben, mo):
    post = make_post(ann)
    lock(post=post, moderator=mo, reason="Enough said.")

    decision = unlock(post=post, moderator=mo, reason="There is news.")

    post = Post.objects.get(pk=post.pk)
    assert (post.locked_at, post.lock_reason) == (None, "")
    assert decision.kind == DecisionKind.UNLOCK
    assert make_comment(post, ben).post == post


@pytest.mark.parametrize("act", [lock, unlock])
def test_what_is_so_already_is_refused(act, ann, mo):
    post = make_post(ann)
    if act is lock:
        lock(post=post, moderator=mo, reason="Enough said.")
    before = Decision.objects.count()

    with pytest.raises(Refusal) as refused:
        act(post=post, moderator=mo, reason="Once more.")

    assert refused.value.code == "already"
    assert Decision.objects.count() == before


@pytest.mark.parametrize("act", [lock, unlock])
def test_only_moderators_may(act, ann):
    with pytest.raises(Refusal) as refused:
        act(post=make_post(ann), moderator=ann, reason="It is my post.")

    assert refused.value.code == "not-a-moderator"


def test_a_draft_has_nothing_to_lock(ann, mo):
    with pytest.raises(Refusal) as refused:
        lock(post=make_draft(ann), moderator=mo, reason="Enough said.")

    assert refused.value.code == "draft"
