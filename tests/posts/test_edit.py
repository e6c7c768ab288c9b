from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.services import set_suspension
from forum.kit.refusal import Refusal
from forum.posts.models import Post, PostRevision
from forum.posts.permissions import refusal_to_read_history
from forum.posts.services import EditedMeanwhile, edit
from tests.factories import make_post, version_of


def save(editor, post, **changed):
    fields = {"title": post.title, "source": post.source, "tags": [], "saves": post.saves}
    return edit(editor=editor, post=post, **(fields | changed))


def history(post):
    return [(row.number, row.title, row.source, row.note) for row in post.revisions.order_by("number")]


def test_every_save_is_a_numbered_revision_and_none_ever_changes(ann):
    post = make_post(ann, title="One", source="First.")
    post = save(ann, post, source="Second.", note="clearer")
    post = save(ann, post, title="Two")

    assert history(post) == [
        (1, "One", "First.", ""),
        (2, "One", "Second.", "clearer"),
        (3, "Two", "Second.", ""),
    ]
    post.refresh_from_db()
    assert (post.revision, post.title, post.slug, post.source) == (3, "Two", "two", "Second.")
    assert "Second." in post.html
    assert post.edited_at == post.revisions.get(number=3).saved_at
    assert post.published_at == post.revisions.get(number=1).saved_at


def test_the_thread_page_changes_with_the_text_and_with_the_tags(ann):
    post = make_post(ann)
    versions = [version_of(post)]
    post = save(ann, post, source="New.")
    versions.append(version_of(post))
    save(ann, post, tags=["new"])
    versions.append(version_of(post))

    assert versions == sorted(set(versions))


def test_the_same_text_again_leaves_no_revision(ann):
    post = make_post(ann)

    save(ann, post, tags=["kept"])

    assert len(history(post)) == 1
    assert Post.objects.get().edited_at is None
    assert [tag.name for tag in post.tags.all()] == ["kept"]


def test_the_second_of_two_saves_is_refused_and_the_first_stands(ann):
    opened_in_two_tabs = make_post(ann, source="First.")
    save(ann, opened_in_two_tabs, source="From one tab.")

    with pytest.raises(EditedMeanwhile) as refused:
        save(ann, opened_in_two_tabs, source="From the other tab.", tags=["other"])

    assert (refused.value.code, refused.value.status) == ("edited-meanwhile", 409)
    post = Post.objects.get()
    assert post.source == "From one tab."
    assert not post.tags.exists()
    assert len(history(post)) == 2


def test_a_resent_save_is_no_conflict(ann):
    post = make_post(ann)
    save(ann, post, source="Better.")

    again = save(ann, post, source="Better.")

    assert again.revision == 2


def test_nobody_but_the_author_edits(ann, ben, mo):
    post = make_post(ann)

    for stranger in (ben, mo):
        with pytest.raises(Refusal) as refused:
            save(stranger, post, source="Mine.")
        assert (refused.value.code, refused.value.status) == ("not-yours", 403)

    assert Post.objects.get().source == post.source


@pytest.mark.parametrize("state, code", [("hidden_at", "hidden"), ("retracted_at", "retracted")])
def test_what_is_withdrawn_stays_as_it_is_even_when_it_was_opened_before(ann, state, code):
    opened_before = make_post(ann)
    Post.objects.update(**{state: timezone.now()})

    with pytest.raises(Refusal) as refused:
        save(ann, opened_before, source="Sneaked in.")

    assert (refused.value.code, refused.value.status) == (code, 409)
    assert len(history(opened_before)) == 1


def test_a_suspended_author_does_not_edit(ann):
    post = make_post(ann)
    set_suspension(person=ann, until=timezone.now() + timedelta(days=1), reason="")

    with pytest.raises(Refusal) as refused:
        save(ann, post, source="New.")
    assert refused.value.code == "suspended"


def test_a_locked_post_can_still_be_corrected_by_its_author(ann):
    post = make_post(ann, locked_at=timezone.now())

    assert save(ann, post, source="Corrected.").revision == 2


def test_after_the_hourly_limit_nothing_is_saved_and_the_refusal_says_when(ann, settings):
    settings.EDITS_PER_HOUR = 3
    post = make_post(ann)
    for number in range(2):
        post = save(ann, post, source=f"Text {number}.")
    PostRevision.objects.filter(number=1).update(saved_at=timezone.now() - timedelta(minutes=50))

    with pytest.raises(Refusal, match="again in 10 minutes") as refused:
        save(ann, post, source="Once too often.", tags=["new"])

    assert (refused.value.code, refused.value.status) == ("too-many", 429)
    unchanged = Post.objects.get()
    assert unchanged.source == "Text 1."
    assert not unchanged.tags.exists()


def test_the_history_goes_with_the_text_that_was_withdrawn(ann, ben, mo):
    post = make_post(ann)
    assert refusal_to_read_history(ben, post) is None

    post.retracted_at = timezone.now()

    assert refusal_to_read_history(ben, post).status == 404
    assert refusal_to_read_history(ann, post).code == "withheld"
    assert refusal_to_read_history(mo, post) is None


def test_tags_that_one_tab_changed_are_not_undone_by_the_other(ann):
    opened_in_two_tabs = make_post(ann, source="First.", tags=["old"])
    save(ann, opened_in_two_tabs, tags=["old", "new"])

    with pytest.raises(EditedMeanwhile):
        save(ann, opened_in_two_tabs, source="Second.", tags=["old"])

    post = Post.objects.get()
    assert {tag.name for tag in post.tags.all()} == {"old", "new"}
    assert (post.saves, post.revision, post.edited_at) == (2, 1, None)


def test_saving_what_stands_there_already_changes_nothing_on_the_page(ann):
    post = make_post(ann, tags=["old"])
    before = version_of(post)

    save(ann, post, tags=["old"])

    assert version_of(post) == before


def test_text_that_came_by_mail_stays_plain_when_its_author_corrects_it(ann):
    post = make_post(ann, source_format="plain")

    edited = save(ann, post, source="as it was, *not* Markdown:\n    indented")

    assert (edited.source_format, "<em>" in edited.html) == ("plain", False)
