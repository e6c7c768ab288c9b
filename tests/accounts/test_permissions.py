from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.permissions import is_moderator, refusal_to_write
from accounts.services import set_suspension
from tests.factories import make_moderator, make_person


def test_staff_who_are_active_moderate_and_nobody_else_does(ann, mo):
    assert is_moderator(mo)
    assert not is_moderator(ann)
    assert not is_moderator(AnonymousUser())
    assert not is_moderator(None)
    assert not is_moderator(make_moderator("gone", is_active=False))


def test_a_superuser_without_staff_does_not_moderate(db):
    assert not is_moderator(make_person("root2", is_superuser=True))


def test_a_person_may_write(ann):
    assert refusal_to_write(ann, now=timezone.now()) is None


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_who_is_not_logged_in_is_asked_to(nobody):
    refusal = refusal_to_write(nobody, now=timezone.now())

    assert (refusal.code, refusal.status) == ("anonymous", 403)
    assert "Log in" in refusal.message


@pytest.mark.parametrize("state", [{"is_active": False}, {"placeholder": True}])
def test_an_account_that_is_nobodys_may_not_write(db, state):
    refusal = refusal_to_write(make_person(**state), now=timezone.now())

    assert (refusal.code, refusal.status) == ("inactive", 403)


def test_a_suspended_person_is_told_until_when_and_why(ann):
    now = timezone.now().replace(year=2026, month=5, day=4, hour=12, minute=0, second=0, microsecond=0)
    set_suspension(person=ann, until=now + timedelta(hours=2), reason="Insults in two threads.")

    refusal = refusal_to_write(ann, now=now)

    assert (refusal.code, refusal.status) == ("suspended", 403)
    assert "4 May 2026, 14:00 UTC" in refusal.message
    assert "Insults in two threads." in refusal.message
    assert refusal.retry_after == 7201


def test_a_suspension_ends_by_itself(ann):
    now = timezone.now()
    set_suspension(person=ann, until=now, reason="Once.")

    assert refusal_to_write(ann, now=now) is None
    assert not ann.is_suspended


def test_a_suspension_can_be_lifted(ann):
    set_suspension(person=ann, until=timezone.now() + timedelta(days=9), reason="Too hasty.")
    assert ann.is_suspended

    set_suspension(person=ann, until=None, reason="")
    ann.refresh_from_db()

    assert not ann.is_suspended
    assert refusal_to_write(ann, now=timezone.now()) is None
