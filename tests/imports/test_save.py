from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.exports.document import PersonDocument
from forum.imports.planning import lookup, plan_thread
from forum.imports.reading import Unreadable
from forum.imports.save import save_thread
from forum.posts.models import Post, PostRevision
from tests.exports.documents import (
    make_comment_document,
    make_document,
    make_post_document,
    make_tombstone,
    moment,
    uid,
)
from tests.factories import make_comment, make_draft, make_person, make_post
from tests.imports.letters import make_mail, read

pytestmark = pytest.mark.django_db


def save(thread) -> Post | None:
    return save_thread(plan_thread(thread), now=timezone.now())


def save_mail(*mails: bytes) -> list:
    reading = read(*mails, known=lookup)
    return [save(thread) for thread in reading.threads]


def parents() -> dict[str, str | None]:
    return dict(CommentBody.objects.order_by("pk").values_list("uid", "comment__parent__body__uid"))


def test_a_thread_comes_in_with_its_tree_texts_and_people():
    post = save(make_document())

    assert parents() == {
        uid(1): None, uid(2): uid(1), uid(3): uid(2), uid(4): uid(3), uid(5): uid(1),
        "20261118.1234@mail.example": None,
    }  # fmt: skip
    assert find_broken() == []
    post.refresh_from_db()
    assert (post.title, post.slug, post.author.username) == (
        "What counts <as> a misfire?",
        "what-counts-as-a-misfire",
        "ann",
    )
    assert post.published_at == moment(0)
    assert sorted(post.tags.values_list("name", flat=True)) == ["Méthode, générale", "evaluation"]
    body = CommentBody.objects.get(uid=uid(2))
    assert body.source == "Fair. ünïcode — ok\n"
    assert body.html
    assert body.render_version


def test_counters_count_what_is_visible():
    post = save(make_document())

    post.refresh_from_db()
    assert post.comment_count == 4
    assert post.active_at == moment(6)


def test_tombstones_keep_their_place_and_reason_without_text():
    save(make_document())

    hidden = Comment.objects.get(body__uid=uid(3))
    assert hidden.hidden_at
    assert (hidden.body.hidden_reason, hidden.body.source, hidden.body.author) == ("personal remark", "", None)
    assert Comment.objects.get(body__uid=uid(5)).retracted_at


def test_histories_come_in_and_a_text_without_one_starts_it():
    save(make_document(make_comment_document(1, revisions=(), edited_at=moment(9))))

    assert list(PostRevision.objects.values_list("number", "title", "source", "saved_by__username", "note")) == [
        (1, "What counts?", "The claim.", "ann", ""),
        (2, "What counts <as> a misfire?", "The *claim*.\n\nFrom here on, `code`.", "ann", "said better"),
    ]
    assert list(CommentRevision.objects.values_list("number", "source", "saved_at")) == [(1, "Text 1.", moment(9))]


def test_a_comment_remembers_which_revision_of_the_post_it_could_answer():
    save(make_document(make_comment_document(1), make_comment_document(35)))

    assert list(CommentBody.objects.order_by("pk").values_list("post_revision", flat=True)) == [1, 2]


def test_the_same_document_twice_changes_nothing():
    save(make_document())
    before = [list(model.objects.order_by("pk").values()) for model in (Post, Comment, CommentBody, PostRevision, User)]

    assert save(make_document()) is None
    plan = plan_thread(make_document())

    after = [list(model.objects.order_by("pk").values()) for model in (Post, Comment, CommentBody, PostRevision, User)]
    assert after == before
    assert (plan.here, plan.changes_something) == (7, False)


def test_a_later_document_adds_what_is_new_under_what_is_here():
    save(make_document(make_comment_document(1), make_comment_document(2, 1)))

    save(
        make_document(
            make_comment_document(1),
            make_comment_document(2, 1),
            make_comment_document(3, 2),
            make_comment_document(4, 3),
            make_comment_document(5),
        )
    )

    assert parents() == {uid(1): None, uid(2): uid(1), uid(3): uid(2), uid(4): uid(3), uid(5): None}
    assert find_broken() == []
    assert Post.objects.get().comment_count == 5


def test_a_branch_goes_under_its_parent_where_that_is_here():
    save(make_document(make_comment_document(1), make_comment_document(2, 1)))

    save(make_document(make_comment_document(3, 2), make_comment_document(4, 3), branch=uid(3)))

    assert parents()[uid(3)] == uid(2)
    assert find_broken() == []


def test_a_branch_whose_parent_is_not_here_answers_the_post():
    plan = plan_thread(make_document(make_comment_document(3, 2), make_comment_document(4, 3), branch=uid(3)))
    save_thread(plan, now=timezone.now())

    assert plan.placed == 1
    assert parents() == {uid(3): None, uid(4): uid(3)}


def test_a_comment_that_was_moved_here_takes_no_replies_of_its_old_thread():
    post = save(make_document(make_comment_document(1), make_comment_document(2, 1)))
    from forum.comments.services import move

    other = make_post()
    move(comment=Comment.objects.get(body__uid=uid(2)), parent_id=None, post=other)

    save(make_document(make_comment_document(1), make_comment_document(2, 1), make_comment_document(3, 2)))

    added = Comment.objects.get(body__uid=uid(3))
    assert (added.post_id, added.parent.body.uid) == (post.pk, uid(1))


def test_what_is_too_deep_stands_under_the_deepest_place_there_is():
    chain = [make_comment_document(0)]
    for number in range(1, 205):
        chain.append(replace(make_comment_document(1), uid=f"u{number}", parent=chain[-1].uid))

    plan = plan_thread(make_document(*chain))
    save_thread(plan, now=timezone.now())

    assert plan.too_deep == 5
    assert max(Comment.objects.values_list("level", flat=True)) == 199
    assert Comment.objects.get(body__uid="u204").parent.body.uid == "u198"
    assert find_broken() == []


def test_what_is_too_deep_below_what_is_here_stands_higher_too():
    chain = [make_comment_document(0)]
    for number in range(1, 200):
        chain.append(replace(make_comment_document(1), uid=f"u{number}", parent=chain[-1].uid))
    save(make_document(*chain))

    save(make_document(*chain, replace(make_comment_document(1), uid="below", parent="u199")))

    assert Comment.objects.get(body__uid="below").parent.body.uid == "u198"
    assert find_broken() == []


def test_a_file_puts_no_words_into_the_mouth_of_somebody_who_has_an_account(ann):
    save(make_document())

    author = Post.objects.get().author
    assert author != ann
    assert (author.username, author.placeholder, author.has_usable_password()) == ("ann-2", True, False)


def test_people_of_two_threads_are_the_same_placeholders():
    save(make_document())
    other = replace(make_document(make_comment_document(9)), post=make_post_document(uid="another"))

    save(other)

    assert User.objects.filter(placeholder=True).count() == 2


def test_a_placeholder_of_the_same_name_that_is_somebody_else_is_not_taken():
    save(make_document())
    stranger = PersonDocument(key="ann", username="ann", display_name="Another Ann")
    save(
        replace(
            make_document(make_comment_document(9, author=None)), post=make_post_document(uid="x"), people=(stranger,)
        )
    )

    assert sorted(User.objects.values_list("username", flat=True)) == ["ann", "ann-2", "ben"]


def test_a_mail_belongs_to_the_account_whose_owner_confirmed_the_address():
    owner = make_person("alice", email="alice@example.org")
    EmailAddress.objects.create(user=owner, email="alice@example.org", verified=True, primary=True)

    save_mail(make_mail("a", From="Alice <ALICE@example.org>"))

    assert Post.objects.get().author == owner


def test_a_mail_does_not_belong_to_an_account_that_only_says_the_address_is_its_own():
    make_person("mallory", email="alice@example.org")

    save_mail(make_mail("a"))

    author = Post.objects.get().author
    assert (author.username, author.display_name, author.placeholder) == ("alice", "Alice", True)
    assert (author.email, author.imported_address) == ("", "alice@example.org")


@pytest.mark.parametrize(
    "field, username",
    [
        ("=?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <jm@x.org>", "jurgen-muller"),
        ("jm.x@x.org", "jm.x"),
        ("=?utf-8?b?5pel5pys?= <taro@x.org>", "taro"),
        ("'Doe, John (x)' <jd@x.org>", "doe-john-x"),
        ("A" * 100 + " <a@x.org>", "a" * 40),
        ("..-- <..@x.org>", "someone"),
    ],
)
def test_usernames_are_made_from_names(field, username):
    save_mail(make_mail("a", From=field))

    author = Post.objects.get().author
    author.full_clean(exclude=["password"])
    assert author.username == username


def test_mail_text_stays_plain_whole_and_as_it_was():
    text = "> quoted\n\x0c\tindented\n" + "long enough " * 4000 + "\n"

    save_mail(make_mail("a", body=text))

    post = Post.objects.get()
    assert (post.source, post.source_format) == (text, "plain")
    assert "long enough" in post.html


@pytest.mark.parametrize("source_format", ["plain", "markdown"])
def test_a_text_too_large_to_render_comes_in_and_can_be_read(source_format):
    text = "<b>words & more</b> " * 15_000

    save(make_document(make_comment_document(1, source=text, source_format=source_format, revisions=())))

    body = CommentBody.objects.get(uid=uid(1))
    assert body.source == text
    assert "&lt;b&gt;words &amp; more" in body.html


def test_html_of_a_file_is_never_stored():
    save(make_document(make_comment_document(1, html="<script>alert(1)</script>", source="Hello.")))

    assert "script" not in CommentBody.objects.get().html


def test_odd_characters_do_not_stop_a_mail():
    save_mail(make_mail("a", body="NUL \0 and \x1b[1mbold\x1b[0m\n", Subject="x" * 500))

    post = Post.objects.get()
    assert post.source == "NUL  and \x1b[1mbold\x1b[0m\n"
    assert len(post.title) == 200
    assert post.title.endswith("…")


def test_a_placeholder_is_filled_when_the_missing_message_comes():
    save_mail(make_mail("b", to="a", refs="a", minute=5))
    placeholder = Post.objects.get()

    save_mail(make_mail("a", Subject="The start", body="It begins.\n"), make_mail("c", to="a", refs="a", minute=6))

    post = Post.objects.get()
    assert post.pk == placeholder.pk
    assert (post.title, post.source, post.author.username) == ("The start", "It begins.\n", "alice")
    assert parents() == {"b@x": None, "c@x": None}
    assert post.comment_count == 2
    assert [revision.source for revision in post.revisions.all()] == ["It begins.\n"]
    assert post.thread_version > placeholder.thread_version


def test_a_later_mail_finds_what_it_answers_here():
    save_mail(make_mail("a"), make_mail("b", to="a", refs="a", minute=1))

    save_mail(make_mail("c", to="b", refs="lost b", minute=2))

    assert parents() == {"b@x": None, "c@x": "b@x"}
    assert Post.objects.count() == 1


def test_mail_twice_changes_nothing():
    mails = [make_mail("b", to="lost"), make_mail("a"), make_mail("c", to="a"), make_mail("d", Message_ID=None)]
    save_mail(*mails)
    before = [list(model.objects.order_by("pk").values()) for model in (Post, Comment, CommentBody, PostRevision, User)]

    assert save_mail(*mails) == []

    after = [list(model.objects.order_by("pk").values()) for model in (Post, Comment, CommentBody, PostRevision, User)]
    assert after == before


def test_a_document_that_contradicts_what_is_here_is_refused(ann):
    draft = make_draft(ann)
    comment = make_comment(make_post(ann), ann)

    with pytest.raises(Unreadable, match="is a draft here"):
        plan_thread(make_document(post=make_post_document(uid=draft.uid)))
    with pytest.raises(Unreadable, match="is a comment here"):
        plan_thread(make_document(post=make_post_document(uid=comment.body.uid)))


def test_nothing_of_a_thread_stays_when_saving_it_fails(monkeypatch):
    monkeypatch.setattr("forum.imports.save.add_comments", lambda *args, **kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        save(make_document())

    assert (Post.objects.count(), User.objects.count()) == (0, 0)


def test_a_locked_post_stays_locked():
    save(make_document(post=make_post_document(locked_at=moment(50), lock_reason="Settled.")))

    post = Post.objects.get()
    assert (post.locked_at, post.lock_reason) == (moment(50), "Settled.")


def test_a_withdrawn_post_comes_in_as_one():
    post = make_post_document(
        state="hidden", state_reason="spam", source="", html="", revisions=(), title="", author=None
    )

    save(make_document(make_tombstone(1, state="hidden"), make_comment_document(2, 1), post=post))

    saved = Post.objects.get()
    assert saved.hidden_at - timezone.now() < timedelta(minutes=1)
    assert (saved.hidden_reason, saved.source, saved.revisions.count()) == ("spam", "", 0)


def test_a_text_keeps_the_address_of_its_first_publication_if_it_is_one():
    save(make_document(make_comment_document(1, url="javascript:alert(1)")))

    assert Post.objects.get().origin_url == "https://talk.example/posts/1/what-counts/"
    assert CommentBody.objects.get().origin_url == ""
