import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from forum.kit.refusal import Refusal
from forum.posts.models import Post
from forum.posts.services import retract, set_hidden
from tests.factories import make_comment, make_draft, make_post, version_of


def test_a_retracted_post_leaves_the_lists_and_keeps_its_page_and_its_discussion(ann, ben):
    post = make_post(ann)
    make_comment(post, ben)
    before = version_of(post)

    retract(author=ann, post=post)

    retracted = Post.objects.visible_to(AnonymousUser()).get()
    assert retracted.is_tombstone
    assert retracted.comment_count == 1
    assert not Post.objects.published()
    assert version_of(post) > before


def test_only_the_author_retracts(ann, ben, mo):
    post = make_post(ann)

    for stranger in (ben, mo, AnonymousUser()):
        with pytest.raises(Refusal) as refused:
            retract(author=stranger, post=post)
        assert refused.value.status == 403

    assert Post.objects.get().retracted_at is None


def test_a_post_is_retracted_once(ann):
    opened_before = make_post(ann)
    retract(author=ann, post=opened_before)
    moment = Post.objects.get().retracted_at

    with pytest.raises(Refusal) as refused:
        retract(author=ann, post=opened_before)

    assert (refused.value.code, refused.value.status) == ("retracted", 409)
    assert Post.objects.get().retracted_at == moment


def test_what_a_moderator_hid_cannot_be_retracted(ann):
    opened_before = make_post(ann)
    set_hidden(post=opened_before, at=timezone.now(), reason="Off topic.")

    with pytest.raises(Refusal) as refused:
        retract(author=ann, post=opened_before)

    assert refused.value.code == "hidden"
    assert Post.objects.get().retracted_at is None


def test_a_draft_is_discarded_and_not_retracted(ann):
    with pytest.raises(Refusal, match="discarded") as refused:
        retract(author=ann, post=make_draft(ann))

    assert (refused.value.code, refused.value.status) == ("draft", 409)
