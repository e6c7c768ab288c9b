from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.services import set_suspension
from forum.kit.refusal import Refusal
from forum.posts.models import Post, PostRevision
from forum.posts.services import EditedMeanwhile, discard_draft, edit, publish_draft, save_draft
from tests.factories import make_draft, make_post, version_of


def test_a_draft_is_seen_by_its_author_alone(ann, ben, mo):
    draft = make_draft(ann)

    assert draft in Post.objects.visible_to(ann)
    assert draft not in Post.objects.visible_to(mo)
    assert draft not in Post.objects.visible_to(ben)
    assert draft not in Post.objects.visible_to(AnonymousUser())
    assert draft not in Post.objects.published()
    assert list(Post.objects.drafts_of(ann)) == [draft]
    assert not Post.objects.drafts_of(ben)


def test_a_draft_has_no_revision_and_is_not_active(ann):
    draft = make_draft(ann)

    assert (draft.revision, draft.published_at, draft.active_at) == (0, None, None)
    assert not draft.revisions.exists()


def test_a_draft_is_edited_without_leaving_revisions(ann):
    draft = make_draft(ann)

    edited = edit(editor=ann, post=draft, title="Better", source="Not yet, still.", tags=["x"], saves=1)

    assert (edited.title, edited.slug, edited.source) == ("Better", "better", "Not yet, still.")
    assert (edited.saves, edited.revision, edited.edited_at) == (2, 0, None)
    assert not PostRevision.objects.exists()


def test_a_published_draft_has_its_text_as_first_revision(ann):
    draft = make_draft(ann)
    before = version_of(draft)

    post = publish_draft(author=ann, post=draft, saves=1)

    post.refresh_from_db()
    assert post.published_at == post.active_at
    assert post.published_at >= post.created_at
    assert post.revision == 1
    assert post.revisions.get().source == draft.source
    assert version_of(post) > before
    assert post in Post.objects.visible_to(AnonymousUser())


def test_publishing_twice_publishes_once(ann):
    draft = make_draft(ann)
    first = publish_draft(author=ann, post=draft, saves=1)

    second = publish_draft(author=ann, post=draft, saves=1)

    assert second.published_at == first.published_at
    assert PostRevision.objects.count() == 1


def test_a_draft_saved_elsewhere_meanwhile_is_not_published_unseen(ann):
    draft = make_draft(ann)
    edit(editor=ann, post=draft, title=draft.title, source="Changed in another tab.", tags=[], saves=1)

    with pytest.raises(EditedMeanwhile):
        publish_draft(author=ann, post=draft, saves=1)

    assert Post.objects.get().published_at is None


def test_nobody_else_edits_publishes_or_discards_a_draft(ann, ben, mo):
    draft = make_draft(ann)

    for stranger in (ben, mo):
        for act in (
            lambda who: edit(editor=who, post=draft, title="Mine", source="Mine.", tags=[], saves=1),
            lambda who: publish_draft(author=who, post=draft, saves=1),
            lambda who: discard_draft(author=who, post=draft),
        ):
            with pytest.raises(Refusal) as refused:
                act(stranger)
            assert (refused.value.code, refused.value.status) == ("not-yours", 403)

    unchanged = Post.objects.get()
    assert (unchanged.title, unchanged.published_at) == (draft.title, None)


def test_a_discarded_draft_is_gone_and_every_later_act_on_it_says_so(ann):
    draft, same = make_draft(ann), Post.objects.get()
    discard_draft(author=ann, post=draft)

    assert not Post.objects.exists()
    for act in (
        lambda: edit(editor=ann, post=same, title="Late", source="Late.", tags=[], saves=1),
        lambda: publish_draft(author=ann, post=same, saves=1),
        lambda: discard_draft(author=ann, post=same),
    ):
        with pytest.raises(Refusal, match="discarded") as refused:
            act()
        assert (refused.value.code, refused.value.status) == ("gone", 404)


def test_a_published_post_cannot_be_discarded(ann):
    post = make_post(ann)

    with pytest.raises(Refusal) as refused:
        discard_draft(author=ann, post=post)

    assert (refused.value.code, refused.value.status) == ("published", 409)
    assert Post.objects.exists()


def test_the_same_form_saved_twice_makes_one_draft(ann):
    form = uuid4()

    drafts = [save_draft(author=ann, title="Once", source="Text.", form=form) for _ in range(2)]

    assert drafts[0] == drafts[1] == Post.objects.get()


def test_drafts_have_the_daily_limit_of_posts(ann, settings):
    settings.POSTS_PER_DAY = 2
    for number in range(2):
        save_draft(author=ann, title=str(number), source="Text.")

    with pytest.raises(Refusal, match="2 drafts a day") as refused:
        save_draft(author=ann, title="3", source="Text.")
    assert refused.value.status == 429

    Post.objects.update(created_at=timezone.now() - timedelta(days=1))
    save_draft(author=ann, title="3", source="Text.")


def test_publishing_a_draft_counts_against_the_daily_limit(ann, settings):
    drafts = [make_draft(ann) for _ in range(2)]
    settings.POSTS_PER_DAY = 1
    publish_draft(author=ann, post=drafts[0], saves=1)

    with pytest.raises(Refusal, match="1 posts a day"):
        publish_draft(author=ann, post=drafts[1], saves=1)


def test_a_suspended_person_keeps_a_draft_but_does_not_publish_it(ann):
    draft = make_draft(ann)
    set_suspension(person=ann, until=timezone.now() + timedelta(days=1), reason="")

    with pytest.raises(Refusal) as refused:
        publish_draft(author=ann, post=draft, saves=1)

    assert refused.value.code == "suspended"
    assert list(Post.objects.drafts_of(ann)) == [draft]
