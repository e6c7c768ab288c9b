"""What a post refers to is kept in rows, and follows what it refers to."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from forum import events
from forum.markup import renewal
from forum.moderation import services as moderation
from forum.posts import citations, renewing, services
from forum.posts.models import MOST_TOLD, Post, PostMention, PostReference
from forum.posts.references import LEDGER
from tests.factories import days_ago, make_draft, make_person, make_post, version_of

UNRESOLVED = '<span class="unresolved" title="There is no post of this title.">{}</span>'


@pytest.fixture
def claim(ann):
    return make_post(ann, title="The claim")


def html_of(post: Post) -> str:
    return Post.objects.values_list("html", flat=True).get(pk=post.pk)


def link_to(post: Post, text: str = "") -> str:
    post.refresh_from_db()
    return f'<a href="{post.get_absolute_url()}">{text or post.title}</a>'


def rows_of(post: Post) -> list[tuple[str, int | None]]:
    return list(post.references.order_by("pk").values_list("title", "target"))


def told_by(post: Post) -> list[str]:
    return list(post.mentions.order_by("number").values_list("person__username", flat=True))


def rename(act, post: Post, title: str) -> None:
    post.refresh_from_db()
    act(services.edit, editor=post.author, post=post, title=title, source=post.source, tags=[], saves=post.saves)


def test_people_and_posts_are_links_and_have_rows(ann, ben, claim):
    post = make_post(ben, source="@ANN, `@ben`, see [[the  claim]], [[Nope]] and `[[code]]`.")

    assert html_of(post) == (
        f'<p><a href="/u/ann/">@ann</a>, <code>@ben</code>, see {link_to(claim)}, '
        f"{UNRESOLVED.format('[[Nope]]')} and <code>[[code]]</code>.</p>"
    )
    assert rows_of(post) == [("the claim", claim.pk), ("Nope", None)]
    assert told_by(post) == ["ann"]


def test_a_text_that_names_nothing_asks_nothing(ben, django_assert_num_queries):
    with django_assert_num_queries(0):
        LEDGER.known_for("Text with an address, ann@example.org, and x[[1]].", text_id=1)


def test_a_text_with_many_names_asks_twice(ann, claim, django_assert_num_queries):
    names = " ".join(f"@person{number} [[Title {number}]]" for number in range(100))
    with django_assert_num_queries(2):
        LEDGER.known_for(f"@ann [[The claim]] {names}")


def test_at_most_twenty_are_told_and_never_the_author(ann, ben):
    crowd = [make_person(f"reader{number}") for number in range(MOST_TOLD + 5)]
    post = make_post(ann, source="@ann @nobody " + " ".join(f"@{reader.username}" for reader in crowd) + " @ben")

    assert told_by(post) == [reader.username for reader in crowd[:MOST_TOLD]]
    assert html_of(post).count("<a ") == MOST_TOLD + 7
    with pytest.raises(IntegrityError), transaction.atomic():
        PostMention.objects.create(text=post, person=ben, number=MOST_TOLD + 1)


def test_placeholders_are_not_mentioned(ben):
    make_person("left", placeholder=True)
    post = make_post(ben, source="As @left said.")
    assert html_of(post) == "<p>As @left said.</p>"
    assert told_by(post) == []


def test_an_edit_writes_what_has_changed_and_no_other_row(ann, ben, zoe, claim, act):
    post = make_post(ben, source="@ann @zoe [[The claim]] [[Old]]")
    mentions = dict(post.mentions.values_list("person__username", "pk"))
    references = dict(post.references.values_list("title", "pk"))
    make_person("new")

    act(
        services.edit,
        editor=ben,
        post=post,
        title=post.title,
        source="[[New]] @new, @zoe [[The claim]]",
        tags=[],
        saves=1,
    )

    assert set(told_by(post)) == {"new", "zoe"}
    assert rows_of(post) == [("The claim", claim.pk), ("New", None)]
    assert post.mentions.get(person=zoe).pk == mentions["zoe"]
    assert post.references.get(title="The claim").pk == references["The claim"]


def test_a_reference_follows_a_rename(ben, claim, act):
    post = make_post(ben, source="See [[The claim]] and [[the claim|this]].")
    before = version_of(post)

    rename(act, claim, "The stronger claim")

    assert html_of(post) == f"<p>See {link_to(claim)} and {link_to(claim, 'this')}.</p>"
    assert "The stronger claim" in html_of(post)
    assert version_of(post) == before + 1
    assert Post.objects.get(pk=claim.pk).citations_stale_at is None
    # The source still says the old title, and the row knows the post: also when somebody else takes the title now.
    make_post(ben, title="The claim")
    post.refresh_from_db()
    act(services.edit, editor=ben, post=post, title=post.title, source="Again [[The claim]].", tags=[], saves=1)
    assert html_of(post) == f"<p>Again {link_to(claim)}.</p>"


def test_drafts_follow_too(ben, claim, act):
    draft = make_draft(ben, source="See [[The claim]].")
    rename(act, claim, "Another claim")
    assert html_of(draft) == f"<p>See {link_to(claim)}.</p>"


def test_a_title_that_is_published_later_is_found(ben, act):
    post = make_post(ben, source="See [[The answer]].")
    assert html_of(post) == f"<p>See {UNRESOLVED.format('[[The answer]]')}.</p>"

    answer = act(services.publish, author=make_person("cy"), title="The ANSWER", source="42")

    assert html_of(post) == f"<p>See {link_to(answer)}.</p>"
    assert rows_of(post) == [("The answer", answer.pk)]


def test_a_post_may_refer_to_itself(ben, act):
    post = act(services.publish, author=ben, title="Recursion", source="See [[Recursion]].")
    assert html_of(post) == f"<p>See {link_to(post)}.</p>"


def test_a_draft_leaks_its_title_nowhere_until_it_is_published(ann, ben, act):
    draft = make_draft(ann, title="Secret")
    post = make_post(ben, source="[[Secret]] [[secret|x]]")
    own = make_draft(ann, title="Mine", source="[[Secret]]")
    for text in (post, own):
        assert "<a " not in html_of(text)
        assert str(draft.pk) not in html_of(text)
    rename(act, draft, "Secret plan")
    rename(act, draft, "Secret")
    assert "<a " not in html_of(post)

    act(services.publish_draft, author=ann, post=draft, saves=3)

    assert html_of(post) == f"<p>{link_to(draft)} {link_to(draft, 'x')}</p>"
    assert html_of(own) == f"<p>{link_to(draft)}</p>"


@pytest.mark.parametrize("title", ["The claim", "A new name that nobody may read"])
def test_a_withdrawn_title_vanishes_and_what_others_typed_stays(title, ann, ben, claim, act):
    post = make_post(ben, source="See [[The claim]] and [[The claim|this]].")
    if title != "The claim":
        rename(act, claim, title)

    act(services.retract, author=ann, post=claim)

    assert html_of(post) == f"<p>See {UNRESOLVED.format('[[The claim]]')} and {UNRESOLVED.format('this')}.</p>"
    assert rows_of(post) == [("The claim", None)]


def test_a_retracted_post_gives_way_to_another_of_its_title(ann, ben, claim, act):
    other = make_post(ann, title="The claim")
    post = make_post(ben, source="[[The claim]]")
    assert html_of(post) == f"<p>{link_to(claim)}</p>"

    act(services.retract, author=ann, post=claim)

    assert html_of(post) == f"<p>{link_to(other)}</p>"


def test_a_hidden_post_shows_no_title_and_comes_back_when_it_is_restored(ann, ben, mo, claim, act):
    make_post(ann, title="The claim")
    post = make_post(ben, source="[[The claim]]")

    act(moderation.hide, target=claim, moderator=mo, reason="Rude.")
    assert html_of(post) == f"<p>{UNRESOLVED.format('[[The claim]]')}</p>"
    assert rows_of(post) == [("The claim", claim.pk)]
    post.refresh_from_db()
    act(services.edit, editor=ben, post=post, title=post.title, source="More: [[The claim]]", tags=[], saves=1)
    assert html_of(post) == f"<p>More: {UNRESOLVED.format('[[The claim]]')}</p>"
    assert str(claim.pk) not in html_of(post)

    act(moderation.restore, target=claim, moderator=mo, reason="It was not.")
    assert html_of(post) == f"<p>More: {link_to(claim)}</p>"


def test_of_several_posts_of_one_title_the_oldest_is_meant(ann, ben):
    second, first, hidden = (make_post(ann, title="Weekly thread") for _ in range(3))
    Post.objects.filter(pk=first.pk).update(published_at=days_ago(2))
    Post.objects.filter(pk=hidden.pk).update(published_at=days_ago(3), hidden_at=days_ago(1))
    make_draft(ann, title="Weekly thread")

    assert rows_of(make_post(ben, source="[[weekly thread]]")) == [("weekly thread", first.pk)]
    assert second.title_key == "weekly thread"


def test_what_changes_while_a_text_is_saved_is_seen_after_its_commit(ben, claim, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        post = make_post(ben, source="[[The claim]]")
        Post.objects.filter(pk=claim.pk).update(**services.title_fields("Renamed before the rows were there"))
    assert html_of(post) == f"<p>{link_to(claim)}</p>"


def test_of_two_renderings_at_once_the_older_never_stands_last(ben, claim, act, django_capture_on_commit_callbacks):
    post = make_post(ben, source="[[The claim]]")
    before = renewing.stored(post)
    older = renewal.anew(before)
    rename(act, claim, "Renamed")

    with django_capture_on_commit_callbacks(execute=True):
        renewing.store(before, older)

    assert html_of(post) == f"<p>{link_to(claim)}</p>"
    assert "Renamed" in html_of(post)


def test_a_request_renders_few_texts_and_leaves_the_mark_for_the_rest(ben, claim, act, monkeypatch, caplog):
    monkeypatch.setattr(citations, "IN_A_REQUEST", 2)
    posts = [make_post(ben, source="[[The claim]]") for _ in range(3)]
    citations.settle(citations.due())

    rename(act, claim, "Renamed")

    assert ["Renamed" in html_of(post) for post in posts] == [True, True, False]
    assert citations.due() == [(claim.pk, Post.objects.get(pk=claim.pk).citations_stale_at)]
    assert set(renewing.wanting(every=False)) == set(posts)
    assert f"refer to post {claim.pk}" in caplog.text


def test_a_mark_that_is_newer_than_what_was_done_stays(claim):
    Post.objects.filter(pk=claim.pk).update(citations_stale_at=days_ago(1))
    seen = citations.due()
    Post.objects.filter(pk=claim.pk).update(citations_stale_at=days_ago(0))
    citations.settle(seen)
    assert citations.due() != []


def test_what_cannot_follow_now_never_harms_the_act(claim, ben, act, monkeypatch):
    make_post(ben, source="[[The claim]]")

    def fails(**_):
        raise RuntimeError

    monkeypatch.setattr(events.title_changed, "send", fails)
    rename(act, claim, "Renamed")
    assert Post.objects.get(pk=claim.pk).title == "Renamed"
    assert citations.due() != []


def test_the_rows_go_with_a_discarded_draft(ann, ben, claim):
    draft = make_draft(ann, source="@ben [[The claim]]")
    services.discard_draft(author=ann, post=draft)
    assert not PostReference.objects.exists()
    assert not PostMention.objects.exists()


def test_previews_show_references(ann, ben, claim, browse):
    client: Client = browse(ben)
    link = link_to(claim)
    source = "[[The claim]] @ann"
    assert link in client.post("/posts/preview", {"source": source}).content.decode()
    fields = {"title": "T", "source": source, "tags": "", "action": "preview"}
    page = client.post("/posts/new", fields).content.decode()
    assert link in page
    assert '<a href="/u/ann/">@ann</a>' in page


def test_the_preview_of_an_edit_knows_what_the_text_referred_to(ben, claim, act, browse):
    post = make_post(ben, source="[[The claim]]")
    rename(act, claim, "Renamed")
    fields = {"title": "T", "source": "So: [[The claim]]", "tags": "", "saves": "1", "action": "preview"}
    page = browse(ben).post(f"/posts/{post.pk}/edit", fields).content.decode()
    assert f"So: {link_to(claim)}" in page
