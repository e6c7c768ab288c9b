import pytest

from forum.comments.checking import find_broken
from forum.comments.models import Comment
from forum.kit.refusal import Refusal
from forum.moderation.services import hide, hide_branch, report
from forum.posts.models import Post
from tests.factories import make_comment, make_post


@pytest.fixture
def branch(ann, ben):
    """Root, two answers and an answer to the second; and a comment beside them."""
    post = make_post(ann)
    root = make_comment(post, ben)
    left, right = make_comment(post, ann, parent=root), make_comment(post, ann, parent=root)
    return root, left, right, make_comment(post, ben, parent=right), make_comment(post, ann)


def hidden() -> set[int]:
    return set(Comment.objects.exclude(hidden_at=None).values_list("pk", flat=True))


def test_a_whole_branch_is_hidden_and_nothing_beside_it(branch, mo):
    decision = hide_branch(root=branch[0], moderator=mo, reason="A quarrel.")

    assert hidden() == {comment.pk for comment in branch[:4]}
    assert decision.affected == 4
    assert Post.objects.get().comment_count == 1
    assert {body.hidden_reason for body in (comment.body for comment in Comment.objects.exclude(hidden_at=None))} == {
        "A quarrel."
    }
    assert find_broken() == []


def test_only_what_was_visible_counts_as_hidden(branch, mo):
    first = hide(target=branch[1], moderator=mo, reason="An insult.")

    decision = hide_branch(root=branch[0], moderator=mo, reason="A quarrel.")

    assert decision.affected == 3
    assert Comment.objects.get(pk=branch[1].pk).hidden_at == first.decided_at


def test_hiding_a_branch_closes_the_reports_about_all_of_it(branch, mo, zoe):
    inside = [report(reader=zoe, target=comment, kind="attack") for comment in (branch[0], branch[3])]
    beside = report(reader=zoe, target=branch[4], kind="attack")

    decision = hide_branch(root=branch[0], moderator=mo, reason="A quarrel.")

    assert set(decision.reports.all()) == set(inside)
    beside.refresh_from_db()
    assert beside.decision is None


def test_a_branch_that_is_hidden_already_is_refused(branch, mo):
    hide_branch(root=branch[0], moderator=mo, reason="A quarrel.")

    with pytest.raises(Refusal, match=r"already\. Mo Moderator decided so .*: A quarrel\.") as refused:
        hide_branch(root=branch[2], moderator=mo, reason="Again.")

    assert refused.value.code == "already"
