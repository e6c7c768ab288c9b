import random

import pytest
from django.utils import timezone

from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody
from forum.comments.services import counts_of, move, set_hidden
from forum.comments.tree import MAX_DEPTH, branch_of
from forum.kit.refusal import Refusal
from forum.posts.models import Post
from tests.factories import make_chain, make_comment, make_deep_chain, make_draft, make_post, make_thread, version_of


def assert_all_is_well() -> None:
    assert find_broken() == []
    for post in Post.objects.exclude(published_at=None):
        count, newest = counts_of(post.pk)
        assert (post.comment_count, post.active_at) == (count, newest or post.published_at)


def children_of(comment) -> list[Comment]:
    return list(Comment.objects.filter(parent_id=comment.pk).order_by("lft"))


def test_a_branch_moves_under_another_comment_as_its_last_reply(ann):
    post = make_post(ann)
    chain = make_chain(post, 3)
    target = make_comment(post)
    sibling = make_comment(post, parent=target)
    before = version_of(post)

    moved = move(comment=chain[1], parent_id=target.pk, post=post)

    assert children_of(target) == [sibling, moved]
    assert list(branch_of(moved)) == chain[1:]
    assert not children_of(chain[0])
    assert moved.moved_at is None  # the post is the same
    assert version_of(post) > before
    assert_all_is_well()


def test_a_branch_becomes_top_level(ann):
    post = make_post(ann)
    chain = make_chain(post, 4)

    moved = move(comment=chain[1], parent_id=None, post=post)

    assert (moved.parent_id, moved.tree_id, moved.lft, moved.rght, moved.level) == (None, moved.pk, 1, 6, 0)
    assert_all_is_well()


def test_a_top_level_branch_moves_into_another(ann):
    post = make_post(ann)
    first, second = make_chain(post, 3), make_chain(post, 2)

    moved = move(comment=first[0], parent_id=second[1].pk, post=post)

    assert (moved.tree_id, moved.level) == (second[0].pk, 2)
    assert list(branch_of(second[0])) == [*second, *first]
    assert_all_is_well()


def test_a_branch_moves_up_in_its_own_tree(ann):
    post = make_post(ann)
    chain = make_chain(post, 4)

    move(comment=chain[3], parent_id=chain[0].pk, post=post)

    assert children_of(chain[0]) == [chain[1], chain[3]]
    assert_all_is_well()


def test_a_branch_moves_to_another_post_with_all_below_it(ann):
    post, other = make_post(ann), make_post(ann)
    chain = make_chain(post, 3)
    target = make_comment(other)
    before = [version_of(each) for each in (post, other)]

    move(comment=chain[1], parent_id=target.pk, post=other)

    assert list(Comment.objects.filter(post=other).order_by("lft")) == [target, *chain[1:]]
    assert list(Comment.objects.filter(post=post)) == chain[:1]
    assert all(row.moved_at for row in Comment.objects.filter(pk__in=[chain[1].pk, chain[2].pk]))
    assert Comment.objects.get(pk=target.pk).moved_at is None
    assert all(version_of(each) > old for each, old in zip((post, other), before, strict=True))
    assert_all_is_well()


def test_the_counters_follow_though_the_comment_was_read_before_an_earlier_move(ann):
    first, second, third = make_post(ann), make_post(ann), make_post(ann)
    opened_before = make_comment(first)
    move(comment=opened_before, parent_id=None, post=second)

    move(comment=opened_before, parent_id=None, post=third)

    counts = [Post.objects.get(pk=post.pk).comment_count for post in (first, second, third)]
    assert counts == [0, 0, 1]
    assert_all_is_well()


def test_texts_and_states_stay_as_they_are(ann):
    post, other = make_post(ann), make_post(ann)
    chain = make_chain(post, 2)
    set_hidden(comment=chain[1], at=timezone.now(), reason="Rude.")
    before = list(CommentBody.objects.order_by("pk").values())

    move(comment=chain[0], parent_id=None, post=other)

    assert list(CommentBody.objects.order_by("pk").values()) == before
    assert Post.objects.get(pk=other.pk).comment_count == 1
    assert Comment.objects.get(pk=chain[1].pk).hidden_at


def test_moving_to_where_it_stands_changes_no_place(ann):
    post = make_post(ann)
    chain = make_chain(post, 3)
    before = list(Comment.objects.order_by("pk").values())

    move(comment=chain[1], parent_id=chain[0].pk, post=post)
    move(comment=chain[0], parent_id=None, post=post)

    assert list(Comment.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("under", [0, 1, 2])
def test_a_branch_does_not_move_into_itself(ann, under):
    post = make_post(ann)
    chain = make_chain(post, 3)

    with pytest.raises(Refusal) as refused:
        move(comment=chain[0], parent_id=chain[under].pk, post=post)

    assert (refused.value.code, refused.value.status) == ("inside", 409)
    assert_all_is_well()


def test_the_new_parent_must_stand_in_the_post(ann):
    post, other = make_post(ann), make_post(ann)
    comment, elsewhere = make_comment(post), make_comment(other)

    with pytest.raises(Refusal) as refused:
        move(comment=comment, parent_id=elsewhere.pk, post=post)

    assert (refused.value.code, refused.value.status) == ("foreign", 409)
    assert Comment.objects.get(pk=comment.pk).parent_id is None


def test_a_draft_takes_no_comments(ann):
    comment = make_comment(make_post(ann))

    with pytest.raises(Refusal) as refused:
        move(comment=comment, parent_id=None, post=make_draft(ann))

    assert (refused.value.code, refused.value.status) == ("draft", 409)
    assert_all_is_well()


@pytest.mark.parametrize("parent_id", [0, -1, 999_999, 2**63, 2**200])
def test_a_parent_that_does_not_exist_is_not_found(ann, parent_id):
    post = make_post(ann)

    with pytest.raises(Refusal) as refused:
        move(comment=make_comment(post), parent_id=parent_id, post=post)

    assert (refused.value.code, refused.value.status) == ("no-parent", 404)


def test_a_branch_moves_only_where_its_deepest_comment_still_has_room(mo):
    post = make_post(mo)
    deep = make_deep_chain(post, MAX_DEPTH - 2, mo)
    branch = make_chain(post, 3, mo)

    with pytest.raises(Refusal, match="200 deep") as refused:
        move(comment=branch[0], parent_id=deep[-1].pk, post=post)
    assert (refused.value.code, refused.value.status) == ("too-deep", 409)

    move(comment=branch[0], parent_id=deep[-2].pk, post=post)
    assert Comment.objects.get(pk=branch[-1].pk).level == MAX_DEPTH - 1
    assert_all_is_well()


@pytest.mark.parametrize("seed", range(3))
def test_any_number_of_moves_leaves_whole_trees(mo, seed):
    rng = random.Random(seed)
    posts = [make_post(mo), make_post(mo)]
    comments = []
    for post in posts:
        parents = [rng.randrange(max(0, at - 5), at) if at and rng.random() > 0.1 else None for at in range(20)]
        comments += make_thread(post, parents, mo)

    done = refused = 0
    for _ in range(60):
        comment, target = rng.sample(comments, 2)
        target.refresh_from_db()
        parent = target if rng.random() > 0.2 else None
        try:
            move(comment=comment, parent_id=parent.pk if parent else None, post=target.post)
            done += 1
        except Refusal as refusal:
            assert refusal.code == "inside"  # noqa: PT017 - some must be refused
            refused += 1

    assert done
    assert refused
    assert Comment.objects.count() == 40
    assert_all_is_well()
