import uuid

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from forum.comments import services
from forum.comments.models import Comment, CommentBody
from forum.posts import services as posts
from forum.posts.models import Post
from tests.factories import make_comment, make_draft, make_post
from tests.posts.test_editor_pages import form_of

HTMX = {"HX-Request": "true"}


def test_a_reply_is_a_plain_form_that_leads_to_its_place(ann, ben, browse):
    post = make_post(ann)
    first = make_comment(post, ann)

    answer = browse(ben).post(f"/posts/{post.pk}/reply", {"source": "Agreed.", "parent": first.pk})

    comment = Comment.objects.get(parent=first)
    assert (answer.status_code, answer["Location"]) == (302, f"{post.get_absolute_url()}#c{comment.pk}")
    assert comment.body.author == ben


def test_a_double_click_makes_one_comment(ann, browse):
    post = make_post(ann)
    client = browse(ann)
    typed = form_of(client.get(f"/posts/{post.pk}/reply")) | {"source": "Once."}
    places = {client.post(f"/posts/{post.pk}/reply", typed)["Location"] for _ in range(3)}
    assert len(places) == Comment.objects.count() == 1


def test_the_same_form_with_another_text_is_another_comment(ann, browse):
    """After "back" the browser shows the form again, with its hidden fields as they were."""
    post = make_post(ann)
    client = browse(ann)
    typed = form_of(client.get(f"/posts/{post.pk}/reply"))
    for source in ("First thought.", "Second thought."):
        client.post(f"/posts/{post.pk}/reply", typed | {"source": source})
    assert set(CommentBody.objects.values_list("source", flat=True)) == {"First thought.", "Second thought."}


def test_in_the_page_the_form_and_then_the_comment_come_as_parts(ann, ben, browse):
    post = make_post(ann)
    first = make_comment(post, ann)
    client = browse(ben)
    form = client.get(f"/posts/{post.pk}/reply", {"parent": first.pk}, headers=HTMX)
    assert b"<html" not in form.content
    typed = {"source": "In place.", "parent": first.pk, "form": str(uuid.uuid4())}

    answer = client.post(f"/posts/{post.pk}/reply", typed, headers=HTMX)

    assert answer.status_code == 200
    assert b"<html" not in answer.content
    comment = Comment.objects.get(parent=first)
    assert BeautifulSoup(answer.content, "html.parser").select_one("ol > li")["id"] == comment.key


@pytest.mark.parametrize(
    "source,status,says",
    [("", 422, "Write something first"), ("\x00\n", 422, "Write something first"), ("w" * 20_001, 422, "20,001")],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_with_a_reply_is_said_with_the_text_kept(source, status, says, headers, ann, browse):
    post = make_post(ann)
    answer = browse(ann).post(f"/posts/{post.pk}/reply", {"source": source}, headers=headers)
    assert answer.status_code == status
    assert says in answer.content.decode()
    kept = BeautifulSoup(answer.content, "html.parser").select_one("textarea[name=source]")
    assert kept.text.strip() == source.strip()
    assert not Comment.objects.exists()


def refused_reply(client, post, parent) -> tuple[int, str]:
    answer = client.post(f"/posts/{post.pk}/reply", {"source": "Long thoughts.", "parent": parent})
    assert "Long thoughts." in answer.content.decode()
    return answer.status_code, answer.content.decode()


def test_replies_that_may_not_be_are_refused_with_a_reason_and_the_text_kept(ann, ben, browse):
    post, other = make_post(ann), make_post(ann)
    hidden, moved, foreign = make_comment(post, ann), make_comment(post, ann), make_comment(other, ann)
    services.set_hidden(comment=hidden, at=timezone.now(), reason="Spam")
    services.move(comment=Comment.objects.get(pk=moved.pk), parent_id=None, post=other)
    client = browse(ben)

    for parent, status, says in (
        (hidden.pk, 409, "A moderator has hidden the comment you answer"),
        (moved.pk, 409, "was moved to another discussion"),
        (foreign.pk, 404, "does not belong to this discussion"),
        (987_654, 404, "There is no comment of that number"),
    ):
        got, page = refused_reply(client, post, parent)
        assert got == status
        assert says in page
    for nonsense in ("x", "-1", str(2**64)):
        got, _ = refused_reply(client, post, nonsense)
        assert got == 422
    posts.set_locked(post=post, at=timezone.now(), reason="")
    got, page = refused_reply(client, post, "")
    assert got == 409
    assert "This discussion is closed" in page


def test_a_strangers_draft_takes_no_reply_and_is_not_found(ann, ben, browse):
    draft = make_draft(ann)
    assert browse(ben).post(f"/posts/{draft.pk}/reply", {"source": "Hello?"}).status_code == 404
    assert browse(ann).post(f"/posts/{draft.pk}/reply", {"source": "Hello?"}).status_code == 409


def test_who_is_logged_out_gets_the_typed_text_back(ann, browse):
    post = make_post(ann)
    for headers in ({}, HTMX):
        answer = browse().post(f"/posts/{post.pk}/reply", {"source": "An hour of typing."}, headers=headers)
        assert answer.status_code == 403
        assert "An hour of typing." in answer.content.decode()
    assert browse().get(f"/posts/{post.pk}/reply")["Location"].startswith("/accounts/login/")
    assert browse().get(f"/posts/{post.pk}/reply", headers=HTMX)["HX-Redirect"].startswith("/accounts/login/")


def test_a_comment_is_edited_and_its_history_is_readable_by_everybody(ann, browse):
    comment = make_comment(make_post(ann), ann, source="The cat sat.")
    client = browse(ann)
    place = f"/comments/{comment.pk}/edit"
    client.post(place, form_of(client.get(place)) | {"source": "The dog sat.", "note": "It was a dog"})

    page = BeautifulSoup(browse().get(f"/comments/{comment.pk}/history").content, "html.parser")

    assert [piece.text for piece in page.select(".difference del")] == ["cat"]
    assert [piece.text for piece in page.select(".difference ins")] == ["dog"]
    assert "It was a dog" in page.text
    first = browse().get(f"/comments/{comment.pk}/history", {"from": "1", "to": "1"}).content
    assert BeautifulSoup(first, "html.parser").select_one(".reading").get_text(strip=True) == "The cat sat."


def test_two_tabs_of_one_comment_lose_nothing(ann, browse):
    comment = make_comment(make_post(ann), ann, source="First.")
    client = browse(ann)
    place = f"/comments/{comment.pk}/edit"
    one, two = form_of(client.get(place)), form_of(client.get(place))
    client.post(place, one | {"source": "From one tab."})

    answer = client.post(place, two | {"source": "From the other tab."})

    assert answer.status_code == 409
    assert CommentBody.objects.get().source == "From one tab."
    assert "From one tab." in BeautifulSoup(answer.content, "html.parser").select_one(".versions pre").text
    assert form_of(answer)["source"] == "From the other tab."
    assert client.post(place, form_of(answer)).status_code == 302
    assert CommentBody.objects.get().source == "From the other tab."


def test_nobody_edits_or_retracts_anothers_comment_or_a_hidden_one(ann, ben, mo, browse):
    comment = make_comment(make_post(ann), ann)
    for act in ("edit", "retract"):
        for stranger in (ben, mo):
            assert browse(stranger).get(f"/comments/{comment.pk}/{act}").status_code == 403
            answer = browse(stranger).post(f"/comments/{comment.pk}/{act}", {"source": "x", "revision": 1})
            assert answer.status_code == 403
    services.set_hidden(comment=comment, at=timezone.now(), reason="Spam")
    for act in ("edit", "retract"):
        answer = browse(ann).post(f"/comments/{comment.pk}/{act}", {"source": "Mine again", "revision": 1})
        assert answer.status_code == 409
    assert CommentBody.objects.get().source != "Mine again"


def test_retracting_asks_first_and_leaves_the_replies(ann, ben, browse):
    post = make_post(ann)
    comment = make_comment(post, ann, source="Words to withdraw.")
    make_comment(post, ben, parent=comment, source="An answer that stays.")
    client = browse(ann)
    assert b"Words to withdraw." in client.get(f"/comments/{comment.pk}/retract").content

    client.post(f"/comments/{comment.pk}/retract")

    page = browse().get(post.get_absolute_url()).content
    assert b"Words to withdraw." not in page
    assert b"An answer that stays." in page
    assert browse().get(f"/comments/{comment.pk}/history").status_code == 404


def test_too_quick_a_writer_is_told_when_it_works_again(ann, ben, browse, settings):
    settings.COMMENTS_PER_MINUTE = 1
    post = make_post(ann)
    client = browse(ben)
    client.post(f"/posts/{post.pk}/reply", {"source": "First."})

    answer = client.post(f"/posts/{post.pk}/reply", {"source": "Second thoughts."})

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "will work again in" in answer.content.decode()
    assert form_of(answer)["source"] == "Second thoughts."


def test_a_comment_that_came_as_a_tombstone_has_no_history_not_even_for_moderators(ann, mo, browse):
    comment = make_comment(make_post(ann), ann)
    services.set_hidden(comment=comment, at=timezone.now(), reason="Spam.")
    comment.revisions.all().delete()  # as an import leaves it

    assert browse(mo).get(f"/comments/{comment.pk}/history").status_code == 404


def test_no_page_of_a_discussion_says_the_title_or_the_author_of_a_withdrawn_post(ann, ben, browse):
    post = make_post(ann, title="Regrettable words")
    comments = make_comment(post, ann), make_comment(post, ben)
    posts.set_hidden(post=post, at=timezone.now(), reason="Spam.")
    thread = Post.objects.get().get_absolute_url()
    places = [thread, f"{thread}c/{comments[1].pk}/", f"/comments/{comments[1].pk}/edit"]
    for place in [*places, f"/comments/{comments[1].pk}/retract"]:
        page = browse(ben).get(place)
        assert page.status_code == 200
        assert "regrettable" not in page.text.lower()
    assert BeautifulSoup(browse().get(thread).content, "html.parser").select("article .kind") == []


def test_who_answers_a_retracted_post_is_not_told_its_title(ann, ben, browse):
    post = make_post(ann, title="Regrettable words", retracted_at=timezone.now())

    page = browse(ben).get(f"/posts/{post.pk}/reply").text

    assert "Withdrawn post" in page
    assert "Regrettable" not in page
    assert "Ann Author" not in page
