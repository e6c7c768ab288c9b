from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.services import set_suspension
from forum import events
from forum.kit.refusal import Refusal
from forum.posts.models import Post, PostRevision
from forum.posts.services import publish, save_draft


def test_a_post_is_published_as_its_first_revision(ann):
    post = Post.objects.get(pk=publish(author=ann, title="On sampling", source="The *claim*.", tags=["Statistics"]).pk)

    assert (post.author, post.title, post.slug, post.source) == (ann, "On sampling", "on-sampling", "The *claim*.")
    assert "claim" in post.html
    assert post.published_at == post.active_at == post.saved_at == post.created_at
    assert (post.revision, post.comment_count, post.edited_at) == (1, 0, None)
    assert [tag.slug for tag in post.tags.all()] == ["statistics"]
    kept = post.revisions.get()
    assert (kept.number, kept.title, kept.source, kept.saved_by) == (1, "On sampling", "The *claim*.", ann)
    assert kept.saved_at == post.published_at


@pytest.mark.parametrize(
    "title, slug",
    [
        ("Über Maße", "über-maße"),
        ("!!!", "untitled"),
        ("a" * 200, "a" * 80),
        ("-" * 10 + "x", "x"),
        ("数据 分析", "数据-分析"),
    ],
)
def test_the_slug_comes_from_the_title(ann, title, slug):
    assert publish(author=ann, title=title, source="Text.").slug == slug


def test_followers_hear_of_a_published_post_and_not_of_a_draft(ann):
    heard = []

    def hear(post, **_):
        heard.append(post)

    events.post_published.connect(hear)
    try:
        save_draft(author=ann, title="Draft", source="Text.")
        post = publish(author=ann, title="Post", source="Text.")
    finally:
        events.post_published.disconnect(hear)

    assert heard == [post]


def test_the_same_form_sent_twice_makes_one_post(ann):
    sent = {"author": ann, "title": "Once", "source": "Text.", "tags": ["a"], "form": uuid4()}

    assert publish(**sent) == publish(**sent)
    assert Post.objects.count() == PostRevision.objects.count() == 1


@pytest.mark.parametrize("changed", [{"source": "Other text."}, {"title": "Other"}, {"tags": ["b"]}])
def test_the_same_form_with_something_changed_makes_another_post(ann, changed):
    sent = {"author": ann, "title": "Once", "source": "Text.", "tags": ["a"], "form": uuid4()}
    publish(**sent)

    publish(**(sent | changed))

    assert Post.objects.count() == 2


def test_a_form_saved_as_a_draft_and_then_published_is_published(ann):
    form = uuid4()
    save_draft(author=ann, title="Once", source="Text.", form=form)

    post = publish(author=ann, title="Once", source="Text.", form=form)

    assert post.published_at


def test_the_same_form_sent_by_another_person_makes_another_post(ann, ben):
    form = uuid4()
    publish(author=ann, title="Once", source="Text.", form=form)

    assert publish(author=ben, title="Once", source="Text.", form=form).author == ben


def test_the_same_text_from_two_forms_makes_two_posts(ann):
    for _ in range(2):
        publish(author=ann, title="Twice", source="Text.", form=uuid4())

    assert Post.objects.count() == 2


def test_after_the_daily_limit_the_refusal_says_when_it_works_again(ann, settings):
    settings.POSTS_PER_DAY = 2
    first = publish(author=ann, title="1", source="Text.")
    publish(author=ann, title="2", source="Text.")
    PostRevision.objects.filter(post=first).update(saved_at=timezone.now() - timedelta(hours=21))

    with pytest.raises(Refusal, match=r"2 posts a day.*again in 3 hours") as refused:
        publish(author=ann, title="3", source="Text.")

    assert (refused.value.code, refused.value.status) == ("too-many", 429)
    assert 3 * 3600 - 60 < refused.value.retry_after <= 3 * 3600
    assert Post.objects.count() == 2


def test_posts_of_yesterday_do_not_count(ann, settings):
    settings.POSTS_PER_DAY = 1
    publish(author=ann, title="1", source="Text.")
    PostRevision.objects.update(saved_at=timezone.now() - timedelta(days=1))

    publish(author=ann, title="2", source="Text.")


def test_a_double_click_that_uses_up_the_limit_is_not_refused(ann, settings):
    settings.POSTS_PER_DAY = 1
    form = uuid4()

    assert publish(author=ann, title="1", source="Text.", form=form) == publish(
        author=ann, title="1", source="Text.", form=form
    )


def test_the_limits_spare_moderators(mo, settings):
    settings.POSTS_PER_DAY = 1
    for number in range(3):
        publish(author=mo, title=str(number), source="Text.")


@pytest.mark.parametrize("act", [publish, save_draft])
def test_who_may_not_write_neither_publishes_nor_keeps_drafts(ann, act):
    set_suspension(person=ann, until=timezone.now() + timedelta(days=1), reason="Haste.")

    with pytest.raises(Refusal, match="Haste") as refused:
        act(author=ann, title="Title", source="Text.")
    with pytest.raises(Refusal, match="Log in"):
        act(author=AnonymousUser(), title="Title", source="Text.")

    assert refused.value.code == "suspended"
    assert not Post.objects.exists()
