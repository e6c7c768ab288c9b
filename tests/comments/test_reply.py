import pytest

from forum.comments.models import Comment
from forum.comments.services import reply
from forum.comments.tree import MAX_DEPTH, find_broken
from forum.kit.refusal import Refusal
from tests.factories import make_chain, make_comment, make_post


def test_a_reply_appears_under_its_parent(ann, ben):
    post = make_post(ann)
    first = make_comment(post, ann)

    answer = reply(author=ben, post=post, source="Agreed.", parent_id=first.pk)

    assert answer.parent_id == first.pk
    assert list(Comment.objects.get(pk=first.pk).get_descendants()) == [answer]
    assert find_broken() == []


def test_a_chain_may_be_as_deep_as_the_tree_allows_and_no_deeper(mo):
    post = make_post(mo)
    chain = make_chain(post, MAX_DEPTH, mo)

    with pytest.raises(Refusal, match="200 deep") as refused:
        make_comment(post, mo, parent=chain[-1])

    assert refused.value.code == "too-deep"
    assert Comment.objects.count() == MAX_DEPTH == 200
    assert find_broken() == []
