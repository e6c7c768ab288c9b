"""Superusers say who moderates."""

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import User
from forum.kit.refusal import Refusal
from forum.moderation.services import set_roles
from tests.factories import make_moderator, make_person


@pytest.fixture
def boss(db) -> User:
    return make_moderator("boss", is_superuser=True)


def test_a_superuser_makes_somebody_a_moderator_and_the_admins_log_keeps_it(ben, boss, browse, act_url, desk_url):
    browse(boss).post(act_url("roles", ben), {"moderates": "on", "active": "on"})

    ben = User.objects.get(pk=ben.pk)
    assert (ben.is_staff, ben.is_active, ben.is_superuser) == (True, True, False)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (boss, str(ben.pk))
    assert "Moderates; the account is open." in browse(boss).get(desk_url(ben)).content.decode()


def test_a_closed_account_is_logged_out_at_once(ben, boss, browse, act_url):
    client = browse(ben)

    browse(boss).post(act_url("roles", ben), {})

    assert User.objects.get(pk=ben.pk).is_active is False
    assert client.get("/moderation/report/post/1/").status_code == 302


def test_a_moderator_is_not_offered_the_roles(ben, mo, browse, act_url, desk_url):
    assert "/act/roles/" not in browse(mo).get(desk_url(ben)).content.decode()
    assert browse(mo).get(act_url("roles", ben)).status_code == 404
    assert browse(mo).post(act_url("roles", ben), {"moderates": "on", "active": "on"}).status_code == 404
    assert User.objects.get(pk=ben.pk).is_staff is False


def test_only_superusers_may_and_nobody_about_themselves(ben, mo, boss):
    for superuser, person, code in ((mo, ben, "not-a-superuser"), (boss, boss, "yourself")):
        with pytest.raises(Refusal) as refused:
            set_roles(person=person, moderates=False, active=False, superuser=superuser)
        assert refused.value.code == code
    assert User.objects.get(pk=boss.pk).is_staff


def test_the_same_roles_again_are_not_logged(ben, boss):
    set_roles(person=ben, moderates=False, active=True, superuser=boss)

    assert not LogEntry.objects.exists()


def test_an_imported_person_without_account_has_no_roles(boss, browse, act_url):
    page = browse(boss).get(act_url("roles", make_person(placeholder=True))).content.decode()

    assert "nothing left to do" in page
