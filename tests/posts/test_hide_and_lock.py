import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from forum.posts.models import Post
from forum.posts.services import set_hidden, set_locked
from tests.factories import make_post, version_of


def test_a_hidden_post_leaves_the_lists_and_opens_as_a_tombstone(ann):
    post = make_post(ann)

    assert set_hidden(post=post, at=timezone.now(), reason="Advertising.") is True

    hidden = Post.objects.visible_to(AnonymousUser()).get()
    assert hidden.is_tombstone
    assert hidden.hidden_reason == "Advertising."
    assert not Post.objects.published()


def test_a_restored_post_is_as_it_was(ann):
    post = make_post(ann)
    set_hidden(post=post, at=timezone.now(), reason="Advertising.")

    assert set_hidden(post=post, at=None, reason="") is True

    restored = Post.objects.published().get()
    assert (restored.hidden_at, restored.hidden_reason) == (None, "")


def test_restoring_does_not_bring_back_what_the_author_retracted(ann):
    post = make_post(ann, retracted_at=timezone.now())
    set_hidden(post=post, at=timezone.now(), reason="Advertising.")

    set_hidden(post=post, at=None, reason="")

    assert Post.objects.get().is_tombstone


@pytest.mark.parametrize("act", [set_hidden, set_locked])
def test_doing_it_twice_changes_nothing_and_says_so(ann, act):
    post, first = make_post(ann), timezone.now()
    act(post=post, at=first, reason="First.")
    before = Post.objects.values().get()

    assert act(post=post, at=timezone.now(), reason="Second.") is False

    assert Post.objects.values().get() == before
    assert act(post=post, at=None, reason="") is True
    assert act(post=post, at=None, reason="") is False


@pytest.mark.parametrize("act", [set_hidden, set_locked])
def test_the_thread_page_changes_there_and_back(ann, act):
    post = make_post(ann)
    versions = [version_of(post)]
    for at in (timezone.now(), None):
        act(post=post, at=at, reason="Because." if at else "")
        versions.append(version_of(post))

    assert versions == sorted(set(versions))


def test_a_lock_has_its_reason(ann):
    post = make_post(ann)
    set_locked(post=post, at=timezone.now(), reason="Settled.")

    post.refresh_from_db()

    assert post.locked_at
    assert post.lock_reason == "Settled."
