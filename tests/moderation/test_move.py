import pytest

from forum.comments.checking import find_broken
from forum.comments.models import Comment
from forum.comments.tree import MAX_DEPTH
from forum.kit.refusal import Refusal
from forum.moderation.models import Decision, DecisionKind
from forum.moderation.services import move
from forum.posts.models import Post
from tests.factories import make_chain, make_comment, make_deep_chain, make_draft, make_post


def test_a_branch_moves_under_a_comment_of_another_post(ann, ben, mo):
    old, new = make_post(ann), make_post(ann)
    comment, answer = make_chain(old, 2, ben)
    goal = make_comment(new, ann)

    decision = move(comment=comment, parent_id=goal.pk, post=new, moderator=mo, reason="It belongs here.")

    moved = Comment.objects.get(pk=comment.pk)
    assert (moved.post, moved.parent, bool(moved.moved_at)) == (new, goal, True)
    assert Comment.objects.get(pk=answer.pk).post == new
    assert [Post.objects.get(pk=post.pk).comment_count for post in (old, new)] == [0, 3]
    assert (decision.kind, decision.affected) == (DecisionKind.MOVE, 2)
    assert decision.old_place == f"post {old.pk}, at the top level"
    assert decision.new_place == f"post {new.pk}, under comment {goal.pk}"
    assert find_broken() == []


def test_a_branch_moves_to_the_top_level_of_its_own_post(ann, mo):
    post = make_post(ann)
    chain = make_chain(post, 3, ann)

    move(comment=chain[1], parent_id=None, post=post, moderator=mo, reason="Another matter.")

    assert Comment.objects.get(pk=chain[1].pk).parent is None
    assert Comment.objects.get(pk=chain[2].pk).parent == chain[1]
    assert find_broken() == []


def test_the_counts_are_right_after_two_moderators_moved_the_same_comment(ann, mo):
    first, second, third = make_post(ann), make_post(ann), make_post(ann)
    seen_by_both = make_comment(first, ann)
    as_first_saw, as_second_saw = Comment.objects.get(pk=seen_by_both.pk), Comment.objects.get(pk=seen_by_both.pk)

    move(comment=as_first_saw, parent_id=None, post=second, moderator=mo, reason="It belongs here.")
    move(comment=as_second_saw, parent_id=None, post=third, moderator=mo, reason="No, here.")

    assert [Post.objects.get(pk=post.pk).comment_count for post in (first, second, third)] == [0, 0, 1]


def test_a_branch_cannot_move_into_itself(ann, mo):
    post = make_post(ann)
    chain = make_chain(post, 3, ann)

    with pytest.raises(Refusal) as refused:
        move(comment=chain[0], parent_id=chain[2].pk, post=post, moderator=mo, reason="Round and round.")

    assert refused.value.code == "inside"
    assert Decision.objects.count() == 0


def test_a_parent_of_another_post_is_refused(ann, mo):
    post, other = make_post(ann), make_post(ann)

    with pytest.raises(Refusal) as refused:
        move(
            comment=make_comment(post, ann),
            parent_id=make_comment(other, ann).pk,
            post=post,
            moderator=mo,
            reason="So.",
        )

    assert refused.value.code == "foreign"


def test_a_parent_that_does_not_exist_is_refused(ann, mo):
    post = make_post(ann)

    with pytest.raises(Refusal) as refused:
        move(comment=make_comment(post, ann), parent_id=987_654, post=post, moderator=mo, reason="So.")

    assert (refused.value.code, refused.value.status) == ("no-parent", 404)


def test_a_place_that_is_too_deep_is_refused(mo):
    post = make_post(mo)
    chain = make_deep_chain(post, MAX_DEPTH - 1, mo)
    pair = make_chain(post, 2, mo)

    with pytest.raises(Refusal) as refused:
        move(comment=pair[0], parent_id=chain[-1].pk, post=post, moderator=mo, reason="So.")

    assert refused.value.code == "too-deep"
    assert Decision.objects.count() == 0


def test_the_place_where_it_stands_is_refused(ann, mo):
    post = make_post(ann)
    chain = make_chain(post, 2, ann)

    with pytest.raises(Refusal) as refused:
        move(comment=chain[1], parent_id=chain[0].pk, post=post, moderator=mo, reason="So.")

    assert refused.value.code == "already"


def test_a_draft_takes_no_comments(ann, mo):
    with pytest.raises(Refusal) as refused:
        move(
            comment=make_comment(make_post(ann), ann), parent_id=None, post=make_draft(ann), moderator=mo, reason="So."
        )

    assert refused.value.code == "draft"


def test_only_moderators_may(ann):
    post = make_post(ann)

    with pytest.raises(Refusal) as refused:
        move(comment=make_comment(post, ann), parent_id=None, post=make_post(ann), moderator=ann, reason="It is mine.")

    assert refused.value.code == "not-a-moderator"
