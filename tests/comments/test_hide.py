from django.utils import timezone

from forum.comments import thread
from forum.comments.models import Comment, CommentBody
from forum.comments.services import move, retract, set_hidden
from forum.posts.models import Post
from tests.factories import make_chain, make_comment, make_post, version_of


def hide(comment, reason="Rude."):
    return set_hidden(comment=comment, at=timezone.now(), reason=reason)


def restore(comment):
    return set_hidden(comment=comment, at=None, reason="")


def test_a_hidden_comment_is_a_tombstone_with_its_reason_and_its_replies_stay(ann):
    post = make_post(ann)
    chain = make_chain(post, 3)

    assert hide(chain[1]) is True

    rows = thread.arrange(thread.load(post))
    assert [row.node.is_tombstone for row in rows] == [False, True, False]
    assert rows[1].node.said == "Rude."
    assert Post.objects.get().comment_count == 2


def test_a_restored_comment_is_as_it_was(ann):
    post = make_post(ann)
    comment = make_comment(post, source="Back again.")
    before = Comment.objects.values().get(), CommentBody.objects.values().get()
    hide(comment)

    assert restore(comment) is True

    assert (Comment.objects.values().get(), CommentBody.objects.values().get()) == before
    assert Post.objects.get().comment_count == 1


def test_every_change_changes_the_thread_page_and_no_change_does_not(ann):
    post = make_post(ann)
    comment = make_comment(post)
    versions = [version_of(post)]
    for act in (hide, restore):
        assert act(comment)
        versions.append(version_of(post))
        assert act(comment) is False
        assert version_of(post) == versions[-1]

    assert versions == sorted(set(versions))


def test_hiding_twice_keeps_the_first_reason(ann):
    comment = make_comment(make_post(ann))
    hide(comment, reason="First.")
    hide(comment, reason="Second.")

    assert CommentBody.objects.get().hidden_reason == "First."


def test_restoring_does_not_bring_back_what_the_author_retracted(ann, ben):
    post = make_post(ann)
    comment = make_comment(post, ben)
    retract(author=ben, comment=comment)
    hide(comment)

    restore(comment)

    assert Comment.objects.get().is_tombstone
    assert Post.objects.get().comment_count == 0


def test_the_newest_comment_that_is_still_to_be_seen_says_how_active_the_post_is(ann):
    post = make_post(ann)
    first, second = make_comment(post), make_comment(post)

    hide(second)
    assert Post.objects.get().active_at == first.body.published_at

    restore(second)
    assert Post.objects.get().active_at == second.body.published_at


def test_a_comment_moved_since_it_was_opened_leaves_the_count_of_its_new_post(ann):
    post, other = make_post(ann), make_post(ann)
    opened_before = make_comment(post)
    move(comment=opened_before, parent_id=None, post=other)

    hide(opened_before)

    assert [Post.objects.get(pk=each.pk).comment_count for each in (post, other)] == [0, 0]
