from datetime import timedelta

import pytest
from django.utils import timezone

from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody
from forum.comments.services import counts_of, hide_branch, move, restore_branch, retract, set_hidden
from forum.comments.tree import ancestors_of, branch_of
from forum.posts.models import Post
from tests.factories import make_comment, make_post, version_of

HOUR_AGO = timezone.now() - timedelta(hours=1)


@pytest.fixture
def tree(ann, ben):
    """top -> (left -> (leaf, own), right), and another top-level comment beside it."""
    post = make_post(ann)
    top = make_comment(post)
    left, right = make_comment(post, parent=top), make_comment(post, parent=top)
    leaf, own = make_comment(post, parent=left), make_comment(post, ben, parent=left)
    beside = make_comment(post)
    return {"top": top, "left": left, "right": right, "leaf": leaf, "own": own, "beside": beside}


def hidden(tree) -> set[str]:
    rows = set(Comment.objects.filter(hidden_at__isnull=False).values_list("pk", flat=True))
    return {name for name, comment in tree.items() if comment.pk in rows}


def assert_counters_are_exact() -> None:
    for post in Post.objects.all():
        count, newest = counts_of(post.pk)
        assert (post.comment_count, post.active_at) == (count, newest or post.published_at)


def test_a_branch_is_a_comment_and_all_below_it_in_reading_order(tree):
    assert list(branch_of(tree["top"])) == [tree[name] for name in ("top", "left", "leaf", "own", "right")]
    assert list(branch_of(tree["left"])) == [tree[name] for name in ("left", "leaf", "own")]
    assert list(branch_of(tree["beside"])) == [tree["beside"]]


def test_ancestors_stand_from_the_top_down(tree):
    assert list(ancestors_of(tree["own"])) == [tree["top"], tree["left"]]
    assert not ancestors_of(tree["top"])


def test_a_branch_is_whole_though_the_comment_was_read_before_others_replied(tree):
    opened_before = Comment.objects.get(pk=tree["right"].pk)
    fresh = make_comment(opened_before.post, parent=opened_before)
    make_comment(opened_before.post, parent=tree["left"])

    assert list(branch_of(opened_before)) == [opened_before, fresh]
    assert list(ancestors_of(opened_before)) == [tree["top"]]


def test_a_branch_read_before_it_moved_to_another_post_is_not_shown_in_the_old_one(tree, ann):
    opened_before = Comment.objects.get(pk=tree["left"].pk)
    move(comment=opened_before, parent_id=None, post=make_post(ann))

    assert not branch_of(opened_before)


def test_hiding_a_branch_hides_all_of_it_and_nothing_beside_it(tree):
    post = tree["top"].post
    before = version_of(post)

    assert hide_branch(root=tree["left"], at=timezone.now(), reason="Quarrel.") == 3

    assert hidden(tree) == {"left", "leaf", "own"}
    reasons = CommentBody.objects.exclude(hidden_reason="").values_list("hidden_reason", flat=True)
    assert list(reasons) == ["Quarrel."] * 3
    assert version_of(post) > before
    assert_counters_are_exact()
    assert find_broken() == []


def test_restoring_a_branch_brings_back_what_was_hidden_with_it(tree):
    before = list(CommentBody.objects.order_by("pk").values())
    hide_branch(root=tree["top"], at=timezone.now(), reason="Quarrel.")

    assert restore_branch(root=tree["top"]) == 5

    assert hidden(tree) == set()
    assert list(CommentBody.objects.order_by("pk").values()) == before
    assert_counters_are_exact()


def test_what_was_hidden_before_the_branch_stays_hidden_with_its_own_reason(tree):
    set_hidden(comment=tree["leaf"], at=HOUR_AGO, reason="Its own.")
    assert hide_branch(root=tree["top"], at=timezone.now(), reason="Quarrel.") == 4

    assert restore_branch(root=tree["top"]) == 4

    assert hidden(tree) == {"leaf"}
    assert CommentBody.objects.get(pk=tree["leaf"].pk).hidden_reason == "Its own."
    assert_counters_are_exact()


def test_what_an_author_retracted_stays_retracted(tree, ben):
    retract(author=ben, comment=tree["own"])
    hide_branch(root=tree["top"], at=timezone.now(), reason="Quarrel.")

    restore_branch(root=tree["top"])

    assert hidden(tree) == set()
    assert [row.pk for row in Comment.objects.filter(retracted_at__isnull=False)] == [tree["own"].pk]
    assert_counters_are_exact()


def test_a_branch_inside_a_hidden_branch_has_its_own_decision(tree):
    hide_branch(root=tree["left"], at=HOUR_AGO, reason="Inner.")
    hide_branch(root=tree["top"], at=timezone.now(), reason="Outer.")

    restore_branch(root=tree["top"])
    assert hidden(tree) == {"left", "leaf", "own"}

    restore_branch(root=tree["left"])
    assert hidden(tree) == set()


def test_a_branch_whose_root_was_hidden_before_is_restored_by_the_moment_of_the_decision(tree):
    set_hidden(comment=tree["left"], at=HOUR_AGO, reason="Its own.")
    at = timezone.now()
    assert hide_branch(root=tree["left"], at=at, reason="Quarrel.") == 2

    restore_branch(root=tree["left"], hidden_at=at)

    assert hidden(tree) == set()
    assert_counters_are_exact()


def test_restoring_what_is_not_hidden_changes_nothing(tree):
    assert restore_branch(root=tree["top"]) == 0
    assert hidden(tree) == set()


def test_hiding_an_already_hidden_branch_changes_nothing(tree):
    at = timezone.now()
    hide_branch(root=tree["left"], at=at, reason="First.")

    assert hide_branch(root=tree["left"], at=timezone.now(), reason="Second.") == 0
    assert set(Comment.objects.filter(hidden_at__isnull=False).values_list("hidden_at", flat=True)) == {at}
    assert not CommentBody.objects.filter(hidden_reason="Second.")


def test_a_branch_costs_the_same_at_any_size(tree, django_assert_num_queries):
    for _ in range(30):
        make_comment(tree["top"].post, parent=tree["beside"])
    with django_assert_num_queries(12):
        hide_branch(root=tree["beside"], at=timezone.now(), reason="Long.")
    with django_assert_num_queries(12):
        hide_branch(root=tree["top"], at=timezone.now(), reason="Short.")
