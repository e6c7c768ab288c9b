from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from accounts import services as accounts
from accounts.models import User
from forum.kit.refusal import Refusal
from forum.moderation.models import ABOUT_PEOPLE, Decision, DecisionKind
from forum.moderation.permissions import refusal_to_suspend
from forum.moderation.services.log import accept, already, record


@transaction.atomic
def suspend(
    *, person: User, until: datetime, moderator: User, reason: str, instead_of: datetime | None = None
) -> Decision:
    """Let somebody read but not write before ``until``.

    A running suspension is changed when ``instead_of`` says when it ends; without it, or with another moment, somebody
    else was faster: Refusal ``already``.
    """
    reason, now = accept(moderator=moderator, reason=reason)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if refusal := refusal_to_suspend(moderator, person):
        raise refusal
    if until <= now:
        raise Refusal("past", "A suspension ends in the future.", status=422)
    if person.is_suspended and person.suspended_until != instead_of:
        raise already(person, f"{person.name} is suspended already.", kinds=(DecisionKind.SUSPEND,))
    accounts.set_suspension(person=person, until=until, reason=reason)
    return record(kind=DecisionKind.SUSPEND, target=person, moderator=moderator, reason=reason, at=now, until=until)


@transaction.atomic
def end_suspension(*, person: User, moderator: User, reason: str) -> Decision:
    """Let a suspended person write again at once. Raises Refusal, ``already`` when nothing is left of it."""
    reason, now = accept(moderator=moderator, reason=reason)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if refusal := refusal_to_suspend(moderator, person):
        raise refusal
    if not person.is_suspended:
        raise already(person, f"{person.name} is not suspended.", kinds=ABOUT_PEOPLE)
    accounts.set_suspension(person=person, until=None, reason="")
    return record(kind=DecisionKind.END_SUSPENSION, target=person, moderator=moderator, reason=reason, at=now)


@transaction.atomic
def set_roles(*, person: User, moderates: bool, active: bool, superuser: User) -> None:
    """Say who moderates, and open or close accounts: a superuser's business, kept in the admin's own log."""
    if not (superuser.is_active and superuser.is_superuser):
        raise Refusal("not-a-superuser", "Only superusers may do this.")
    if person.pk == superuser.pk:
        raise Refusal("yourself", "Nobody takes the own keys away.")
    was = (person.is_staff, person.is_active)
    if was == (moderates, active):
        return
    accounts.set_roles(person=person, moderates=moderates, active=active)
    words = f"{'Moderates' if moderates else 'Does not moderate'}; the account is {'open' if active else 'closed'}."
    LogEntry.objects.log_actions(superuser.pk, [person], CHANGE, change_message=words, single_object=True)
