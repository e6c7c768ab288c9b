import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from forum.comments import thread
from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody
from forum.comments.services import move, retract, set_hidden
from forum.kit.refusal import Refusal
from forum.posts.models import Post
from tests.factories import make_chain, make_comment, make_post, version_of


def test_a_retracted_comment_is_a_tombstone_and_its_replies_stay(ann, ben):
    post = make_post(ann)
    parent = make_comment(post, ben, source="A secret.")
    answer = make_comment(post, ann, parent=parent, source="An answer.")
    before = version_of(post)

    retract(author=ben, comment=parent)

    rows = thread.arrange(thread.load(post))
    assert [row.node.pk for row in rows] == [parent.pk, answer.pk]
    assert [row.node.is_tombstone for row in rows] == [True, False]
    assert rows[0].node.said == ""
    assert "answer" in rows[1].node.said
    assert list(CommentBody.objects.visible()) == [answer.body]
    assert version_of(post) > before
    assert find_broken() == []


def test_the_text_is_kept_though_nobody_sees_it(ann, ben):
    comment = make_comment(make_post(ann), ben, source="Kept.")

    retract(author=ben, comment=comment)

    assert CommentBody.objects.get().source == "Kept."


def test_the_counters_go_back_to_what_is_still_to_be_seen(ann, ben):
    post = make_post(ann)
    first, second = make_comment(post, ben), make_comment(post, ben)

    retract(author=ben, comment=second)
    post.refresh_from_db()
    assert (post.comment_count, post.active_at) == (1, first.body.published_at)

    retract(author=ben, comment=first)
    post.refresh_from_db()
    assert (post.comment_count, post.active_at) == (0, post.published_at)


def test_only_the_author_retracts(ann, ben, mo):
    comment = make_comment(make_post(ann), ben)

    for stranger in (ann, mo, AnonymousUser()):
        with pytest.raises(Refusal) as refused:
            retract(author=stranger, comment=comment)
        assert refused.value.status == 403

    assert Comment.objects.get().retracted_at is None


def test_a_comment_is_retracted_once(ann, ben):
    opened_before = make_comment(make_post(ann), ben)
    retract(author=ben, comment=opened_before)
    before = Comment.objects.values().get(), Post.objects.values().get()

    with pytest.raises(Refusal) as refused:
        retract(author=ben, comment=opened_before)

    assert (refused.value.code, refused.value.status) == ("retracted", 409)
    assert (Comment.objects.values().get(), Post.objects.values().get()) == before


def test_what_a_moderator_hid_cannot_be_retracted(ann, ben):
    opened_before = make_comment(make_post(ann), ben)
    set_hidden(comment=opened_before, at=timezone.now(), reason="Rude.")

    with pytest.raises(Refusal) as refused:
        retract(author=ben, comment=opened_before)

    assert refused.value.code == "hidden"
    assert Comment.objects.get().retracted_at is None


def test_a_comment_moved_since_it_was_opened_leaves_the_count_of_its_new_post(ann, ben):
    post, other = make_post(ann), make_post(ann)
    chain = make_chain(post, 3, ben)
    move(comment=chain[1], parent_id=None, post=other)

    retract(author=ben, comment=chain[2])

    assert [Post.objects.get(pk=each.pk).comment_count for each in (post, other)] == [1, 1]
