"""Acts on accounts. Sign-up, log-in and passwords are django-allauth's."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import refusal_to_write
from accounts.references import known_for
from forum import events, markup


def edit_profile(*, person: User, display_name: str, bio: str, affiliation: str, website: str, orcid: str) -> User:
    """Save the profile. ``bio`` is Markdown, normalised by the caller's form; its rendering is stored beside it.

    Rendered before the transaction opens, so that nobody waits for it. Raises Refusal when the person may not write: a
    suspension is not the time for a new name.
    """
    if refusal := refusal_to_write(person, now=timezone.now()):
        raise refusal
    rendered = markup.render(bio, key=f"u{person.pk}", known=known_for(bio))
    renamed = person.display_name != display_name
    person.display_name = display_name
    person.bio, person.bio_html, person.bio_render_version = bio, rendered.html, rendered.version
    person.affiliation, person.website, person.orcid = affiliation, website, orcid
    with transaction.atomic():
        person.save(
            update_fields=["display_name", "bio", "bio_html", "bio_render_version", "affiliation", "website", "orcid"]
        )
        if renamed:
            events.person_renamed.send(sender=User, person=person)
    return person


def set_suspension(*, person: User, until: datetime | None, reason: str) -> None:
    """Record or lift a suspension; who may do so, and the log, are the moderation room's."""
    User.objects.filter(pk=person.pk).update(suspended_until=until, suspension_reason=reason)
    person.suspended_until, person.suspension_reason = until, reason


def set_unseen(*, person_id: int, unseen: int) -> None:
    """Record how many notices somebody has not seen, as the notifications room counted them."""
    User.objects.filter(pk=person_id).exclude(unseen=unseen).update(unseen=unseen)


def set_roles(*, person: User, moderates: bool, active: bool) -> None:
    """Make somebody a moderator or not, and open or close the account; who may do so is the moderation room's."""
    User.objects.filter(pk=person.pk).update(is_staff=moderates, is_active=active)
    person.is_staff, person.is_active = moderates, active
