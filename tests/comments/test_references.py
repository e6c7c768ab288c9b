"""What a comment refers to is kept in rows, and follows what it refers to."""

import pytest
from django.db import IntegrityError, transaction

from forum.comments import renewing, services
from forum.comments.models import Comment, CommentBody, CommentMention
from forum.markup import NOT_RENDERED, Rendered, renewal
from forum.moderation import services as moderation
from forum.posts import services as posts
from forum.posts.models import MOST_TOLD, Post
from tests.factories import make_comment, make_person, make_post, version_of

NOBODY_WROTE = '<span class="unresolved" title="There is no post of this title.">{}</span>'


@pytest.fixture
def claim(ann):
    return make_post(ann, title="The claim")


def html_of(comment: Comment) -> str:
    return CommentBody.objects.values_list("html", flat=True).get(pk=comment.pk)


def link_to(post: Post) -> str:
    post.refresh_from_db()
    return f'<a href="{post.get_absolute_url()}">{post.title}</a>'


def rows_of(comment: Comment) -> list[tuple[str, int | None]]:
    return list(comment.references.order_by("pk").values_list("title", "target"))


def told_by(comment: Comment) -> list[str]:
    return list(comment.mentions.order_by("number").values_list("person__username", flat=True))


def rename(act, post: Post, title: str) -> None:
    post.refresh_from_db()
    act(posts.edit, editor=post.author, post=post, title=title, source=post.source, tags=[], saves=post.saves)


def test_a_reply_has_links_and_rows(ann, ben, claim):
    comment = make_comment(claim, ben, source="@ann @ben @zoe: <@so@>(@The claim@), [[Nope]]")

    assert html_of(comment) == (
        f'<p><a href="/u/ann/">@ann</a> <a href="/u/ben/">@ben</a> @zoe: '
        f'<a href="{claim.get_absolute_url()}">so</a>, {NOBODY_WROTE.format("[[Nope]]")}</p>'
    )
    assert rows_of(comment) == [("The claim", claim.pk), ("Nope", None)]
    assert told_by(comment) == ["ann"]


def test_at_most_twenty_are_told(ann, ben, claim):
    crowd = [make_person(f"reader{number}") for number in range(MOST_TOLD + 1)]
    comment = make_comment(claim, ben, source=" ".join(f"@{reader.username}" for reader in crowd))

    assert told_by(comment) == [reader.username for reader in crowd[:MOST_TOLD]]
    with pytest.raises(IntegrityError), transaction.atomic():
        CommentMention.objects.create(text=comment, person=ann, number=MOST_TOLD + 1)


def test_an_edit_writes_what_has_changed(ann, ben, zoe, claim):
    comment = make_comment(claim, ben, source="@ann [[The claim]] [[Old]]")
    kept = comment.references.get(target=claim).pk

    services.edit(editor=ben, comment=comment, source="@zoe [[The claim]]", revision=1)

    assert told_by(comment) == ["zoe"]
    assert list(comment.references.values_list("pk", flat=True)) == [kept]


def test_a_text_that_gets_no_renderer_keeps_its_rows(ann, ben, claim, monkeypatch, act):
    comment = make_comment(claim, ben, source="@ann [[The claim]]")
    with monkeypatch.context() as patch:
        lost = Rendered("<pre><code>words</code></pre>", NOT_RENDERED, "why")
        patch.setattr(renewal, "render", lambda *_args, **_kwargs: lost)
        rename(act, claim, "Renamed")
    assert html_of(comment) == lost.html
    assert rows_of(comment) == [("The claim", claim.pk)]
    assert told_by(comment) == ["ann"]


def test_a_reference_follows_what_becomes_of_the_post(ann, ben, mo, act):
    claim = make_post(ann, title="The claim")
    thread = make_post(ann)
    comment = make_comment(thread, ben, source="[[The claim]]")
    tombstone = make_comment(thread, ben, source="[[The claim]]")
    services.retract(author=ben, comment=tombstone)
    before = version_of(thread)

    rename(act, claim, "The stronger claim")
    assert html_of(comment) == html_of(tombstone) == f"<p>{link_to(claim)}</p>"
    assert "stronger" in html_of(comment)
    assert version_of(thread) == before + 2

    act(moderation.hide, target=claim, moderator=mo, reason="Rude.")
    assert html_of(comment) == f"<p>{NOBODY_WROTE.format('[[The claim]]')}</p>"
    act(moderation.restore, target=claim, moderator=mo, reason="It was not.")
    assert html_of(comment) == f"<p>{link_to(claim)}</p>"
    act(posts.retract, author=ann, post=claim)
    assert html_of(comment) == f"<p>{NOBODY_WROTE.format('[[The claim]]')}</p>"
    assert rows_of(comment) == [("The claim", None)]
    assert version_of(thread) == before + 2 + 3 * 2


def test_of_two_renderings_at_once_the_older_never_stands_last(
    ann, ben, claim, act, django_capture_on_commit_callbacks
):
    comment = make_comment(claim, ben, source="[[The claim]]")
    before = renewing.stored(comment.body)
    older = renewal.anew(before)
    rename(act, claim, "Renamed")

    with django_capture_on_commit_callbacks(execute=True):
        renewing.store(before, older)

    assert html_of(comment) == f"<p>{link_to(claim)}</p>"
    assert "Renamed" in html_of(comment)


def test_a_title_that_is_published_later_is_found(ann, ben, claim, act):
    comment = make_comment(claim, ben, source="[[The answer]] and [[The other answer]]")
    answer = act(posts.publish, author=ann, title="The answer", source="42")
    assert html_of(comment) == f"<p>{link_to(answer)} and {NOBODY_WROTE.format('[[The other answer]]')}</p>"
    assert rows_of(comment) == [("The answer", answer.pk), ("The other answer", None)]


def test_the_thread_page_shows_references_at_the_price_of_none(ann, browse, django_assert_max_num_queries):
    claim = make_post(ann, title="The claim")
    for number in range(20):
        make_comment(claim, source=f"@ann [[The claim]] [[Nope {number}]]")
    client = browse(ann)
    with django_assert_max_num_queries(8):
        page = client.get(claim.get_absolute_url()).content.decode()
    assert page.count('<a href="/u/ann/">@ann</a>') == 20


def test_the_preview_of_an_edit_knows_what_the_text_referred_to(ann, ben, claim, act, browse):
    comment = make_comment(claim, ben, source="[[The claim]]")
    rename(act, claim, "Renamed")
    client = browse(ben)
    fields = {"source": "So: [[The claim]]", "revision": "1", "action": "preview"}
    assert f"So: {link_to(claim)}" in client.post(f"/comments/{comment.pk}/edit", fields).content.decode()
    fields = {"source": "[[Renamed]] @ann", "action": "preview"}
    page = client.post(f"/posts/{claim.pk}/reply", fields).content.decode()
    assert f'{link_to(claim)} <a href="/u/ann/">@ann</a>' in page
