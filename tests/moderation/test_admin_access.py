"""Who may enter the desk, and that nothing is edited or deleted there."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from forum.comments.models import Comment
from forum.moderation.models import Decision, Report
from forum.moderation.services import hide, report
from forum.posts.models import Post
from tests.factories import make_comment, make_draft, make_moderator, make_post

MODELS = [Post, Comment, User, Report, Decision]


@pytest.fixture
def rows(ann, ben, mo):
    """One row of each desk."""
    post = make_post(ann)
    comment = make_comment(post, ben)
    return [post, comment, ben, report(reader=ann, target=comment, kind="spam"),
            hide(target=comment, moderator=mo, reason="Spam.")]  # fmt: skip


def test_a_moderator_needs_no_assigned_permission(rows, mo, browse, desk_url):
    client = browse(mo)
    assert not mo.user_permissions.exists()

    assert client.get(reverse("admin:index")).status_code == 200
    for row in rows:
        assert client.get(desk_url(type(row))).status_code == 200
        assert client.get(desk_url(row)).status_code == 200


@pytest.mark.parametrize("who", ["zoe", None])
def test_nobody_else_comes_in(who, rows, zoe, browse, desk_url, act_url):
    client = browse(zoe if who else None)

    for address in (reverse("admin:index"), *(desk_url(row) for row in rows), act_url("hide", rows[0])):
        answer = client.get(address, follow=True)
        if who:
            assert answer.status_code == 403
        else:
            assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_a_former_moderator_does_not_come_in(rows, mo, browse, act_url):
    client = browse(mo)
    User.objects.filter(pk=mo.pk).update(is_staff=False)

    client.post(act_url("hide", rows[0]), {"reason": "Revenge."})

    assert not Post.objects.get(pk=rows[0].pk).is_tombstone


def test_logging_in_is_the_sites_own_with_its_second_factor_and_limits(db, browse):
    answer = browse().get(reverse("admin:login"), {"next": "/admin/"})
    assert answer["Location"] == f"{reverse('account_login')}?next=%2Fadmin%2F"

    make_moderator("max", password="correct horse battery")
    client = browse()
    client.post(reverse("admin:login"), {"username": "max", "password": "correct horse battery"})
    assert "_auth_user_id" not in client.session


def test_the_password_is_changed_where_everybody_changes_it(mo, browse):
    assert browse(mo).get(reverse("admin:password_change"))["Location"] == reverse("account_change_password")


def test_nothing_is_added_or_deleted_at_the_desk(rows, browse, desk_url):
    client = browse(make_moderator("boss", is_superuser=True))

    for row in rows:
        assert client.get(desk_url(type(row), "add")).status_code == 403
        assert client.post(desk_url(type(row), "add"), {}).status_code == 403
        assert client.get(desk_url(row, "delete")).status_code == 403
        assert client.post(desk_url(row, "delete"), {"post": "yes"}).status_code == 403
        answer = client.post(
            desk_url(type(row)), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        )
        assert b"delete" not in client.get(desk_url(type(row))).content.lower()
        assert answer.status_code in {200, 302}
        assert type(row).objects.filter(pk=row.pk).exists()


def test_posting_fields_to_a_page_changes_nothing(rows, browse, desk_url):
    client = browse(make_moderator("boss", is_superuser=True))
    before = [type(row).objects.filter(pk=row.pk).values().get() for row in rows]
    tree_fields = {"parent": "", "tree_id": 99, "lft": 7, "rght": 8, "level": 5, "post": 1}
    text_fields = {"title": "Mine", "source": "Mine.", "html": "<b>mine</b>", "reason": "Mine.", "username": "mine"}
    fields = tree_fields | text_fields | {"is_superuser": "on"}

    for row in rows:
        assert client.post(desk_url(row), fields).status_code == 403

    assert [type(row).objects.filter(pk=row.pk).values().get() for row in rows] == before


def test_no_form_field_of_any_desk_could_write_a_row(rows, mo, browse, desk_url):
    for row in rows:
        page = browse(mo).get(desk_url(row)).content.decode()
        assert "<textarea" not in page
        assert 'name="tree_id"' not in page


def test_drafts_do_not_lie_on_the_desk(ann, mo, browse, desk_url, act_url):
    draft = make_draft(ann, title="Not for your eyes")
    client = browse(mo)

    assert "Not for your eyes" not in client.get(desk_url(Post)).content.decode()
    assert client.get(desk_url(draft)).status_code == 404
    assert client.get(act_url("hide", draft)).status_code == 404


def test_what_does_not_exist_is_not_found(mo, browse, desk_url):
    client = browse(mo)
    for model in MODELS:
        for number in ("987654", "x", "9" * 30, "_5F"):
            assert client.get(f"{desk_url(model)}{number}/change/").status_code == 404


def test_tables_that_nobody_should_write_are_not_offered(db):
    labels = {model._meta.label for model in admin.site._registry}

    assert {"auth.Group", "socialaccount.SocialApp", "socialaccount.SocialToken"}.isdisjoint(labels)
    assert {model._meta.label for model in MODELS} <= labels


def test_the_tables_of_accounts_are_for_superusers_alone(mo, browse):
    for name in ("account_emailaddress", "mfa_authenticator", "socialaccount_socialaccount"):
        address = reverse(f"admin:{name}_changelist")
        assert browse(mo).get(address).status_code == 403
        assert browse(make_moderator(is_superuser=True)).get(address).status_code == 200


def test_a_lost_second_factor_is_taken_away_without_its_secret_being_shown(ben, browse):
    key = Authenticator.objects.create(user=ben, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    client = browse(make_moderator("boss", is_superuser=True))
    address = reverse("admin:mfa_authenticator_change", args=[key.pk])

    assert "JBSWY3DPEHPK3PXP" not in client.get(address).content.decode()
    assert client.post(address, {"data": "{}"}).status_code == 403
    client.post(reverse("admin:mfa_authenticator_delete", args=[key.pk]), {"post": "yes"})

    assert not Authenticator.objects.exists()
