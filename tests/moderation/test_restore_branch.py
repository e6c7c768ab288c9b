import pytest

from forum.comments.models import Comment
from forum.comments.services import retract
from forum.kit.refusal import Refusal
from forum.moderation.services import hide, hide_branch, restore, restore_branch
from forum.posts.models import Post
from tests.factories import make_chain, make_post


@pytest.fixture
def chain(ann):
    return make_chain(make_post(ann), 4, ann)


def hidden() -> set[int]:
    return set(Comment.objects.exclude(hidden_at=None).values_list("pk", flat=True))


def test_a_branch_comes_back_whole(chain, mo):
    hide_branch(root=chain[1], moderator=mo, reason="A quarrel.")

    decision = restore_branch(root=chain[1], moderator=mo, reason="They made up.")

    assert hidden() == set()
    assert decision.affected == 3
    assert Post.objects.get().comment_count == 4


def test_what_its_author_retracted_is_not_brought_back(ann, chain, mo):
    retract(author=ann, comment=chain[2])
    hide_branch(root=chain[0], moderator=mo, reason="A quarrel.")

    restore_branch(root=chain[0], moderator=mo, reason="They made up.")

    assert hidden() == set()
    assert Comment.objects.get(pk=chain[2].pk).retracted_at
    assert Post.objects.get().comment_count == 3


def test_what_was_hidden_by_another_decision_stays_hidden(chain, mo):
    hide(target=chain[2], moderator=mo, reason="An insult.")
    hide_branch(root=chain[0], moderator=mo, reason="A quarrel.")

    restore_branch(root=chain[0], moderator=mo, reason="They made up.")

    assert hidden() == {chain[2].pk}


def test_a_branch_whose_root_was_hidden_first_comes_back_whole(chain, mo):
    hide(target=chain[0], moderator=mo, reason="An insult.")
    hide_branch(root=chain[0], moderator=mo, reason="A quarrel.")

    restore_branch(root=chain[0], moderator=mo, reason="They made up.")

    assert hidden() == set()


def test_a_branch_whose_root_was_restored_alone_comes_back_too(chain, mo):
    hide_branch(root=chain[0], moderator=mo, reason="A quarrel.")
    restore(target=chain[0], moderator=mo, reason="This one was good.")

    decision = restore_branch(root=chain[0], moderator=mo, reason="They made up.")

    assert hidden() == set()
    assert decision.affected == 3


def test_a_part_of_a_hidden_branch_can_come_back_alone(chain, mo):
    hide_branch(root=chain[0], moderator=mo, reason="A quarrel.")

    restore_branch(root=chain[2], moderator=mo, reason="These were good.")

    assert hidden() == {chain[0].pk, chain[1].pk}


def test_a_visible_branch_is_refused(chain, mo):
    with pytest.raises(Refusal) as refused:
        restore_branch(root=chain[0], moderator=mo, reason="Why not.")

    assert refused.value.code == "already"
