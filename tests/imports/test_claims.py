import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import User
from accounts.placeholders import add_placeholder
from forum.comments.models import CommentBody, CommentRevision
from forum.imports.claims import claim
from forum.moderation.models import Decision
from forum.posts.models import Post, PostRevision
from tests.factories import days_ago, make_comment, make_post


def given_to(placeholder: User, post: Post, comment) -> None:
    """As an import writes it: words under somebody who has no account."""
    Post.objects.filter(pk=post.pk).update(author=placeholder)
    PostRevision.objects.filter(post=post).update(saved_by=placeholder)
    CommentBody.objects.filter(pk=comment.pk).update(author=placeholder)
    CommentRevision.objects.filter(comment=comment).update(saved_by=placeholder)


@pytest.fixture
def imported(mo, ben):
    """A placeholder of lin@example.net with a post and a comment."""
    placeholder = add_placeholder(username="lin", display_name="Lin", address="lin@example.net")
    post = make_post(mo)
    comment = make_comment(make_post(ben), mo)
    given_to(placeholder, post, comment)
    return placeholder, post, comment


def ask_for_letter(client, person: User, address: str) -> None:
    row = EmailAddress.objects.create(user=person, email=address, verified=False)
    client.post(reverse("account_email"), {"email": row.email, "action_send": ""})


def test_who_confirms_the_address_takes_the_words_over(ann, imported, browse, mailoutbox):
    placeholder, post, comment = imported
    client = browse(ann)
    ask_for_letter(client, ann, "lin@example.net")
    (link,) = [word for word in mailoutbox[-1].body.split() if "confirm-email" in word]
    assert User.objects.filter(pk=placeholder.pk).exists()

    client.post(link.removeprefix("http://testserver"))

    post.refresh_from_db()
    comment.body.refresh_from_db()
    assert (post.author, comment.body.author) == (ann, ann)
    assert PostRevision.objects.get(post=post).saved_by == ann
    assert CommentRevision.objects.get(comment=comment).saved_by == ann
    assert not User.objects.filter(pk=placeholder.pk).exists()


def test_who_takes_words_over_is_not_mentioned_by_them(ann, ben, mo):
    placeholder = add_placeholder(username="lin", display_name="Lin", address="lin@example.net")
    post = make_post(mo, source="@ann @ben")
    comment = make_comment(post, mo, source="@ann @ben")
    given_to(placeholder, post, comment)

    claim(person=ann, address="lin@example.net")

    for text in (post, comment):
        assert [row.person for row in text.mentions.all()] == [ben]


def test_an_unconfirmed_address_takes_nothing(ann, imported):
    placeholder, post, _ = imported
    EmailAddress.objects.create(user=ann, email="lin@example.net", verified=False)

    assert claim(person=ann, address="somebody.else@example.net") == 0

    post.refresh_from_db()
    assert post.author == placeholder


def test_an_empty_address_takes_nothing(ann, mo):
    nobody = add_placeholder(username="nobody", display_name="Nobody")

    assert claim(person=ann, address="") == 0
    assert User.objects.filter(pk=nobody.pk).exists()


def test_the_pages_of_both_threads_change(ann, imported):
    _, post, comment = imported
    before = [post.thread_version, Post.objects.get(pk=comment.post_id).thread_version]

    claim(person=ann, address="lin@example.net")

    after = [Post.objects.get(pk=pk).thread_version for pk in (post.pk, comment.post_id)]
    assert all(now > then for now, then in zip(after, before, strict=True))


def test_a_placeholder_that_the_log_names_stays_but_waits_for_nobody(ann, mo, imported):
    placeholder, post, _ = imported
    Decision.objects.create(kind="suspend", moderator=mo, person=placeholder, reason="Spam.", until=days_ago(-1))

    claim(person=ann, address="lin@example.net")

    post.refresh_from_db()
    placeholder.refresh_from_db()
    assert post.author == ann
    assert not placeholder.is_active
    assert placeholder.imported_address == ""
