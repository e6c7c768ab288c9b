"""People as texts name them: ``@name``."""

from collections.abc import Iterable

from django.db.models.functions import Lower

from accounts.models import User
from forum.markup import Known, Place, named_in


def people_named(usernames: Iterable[str]) -> dict[str, Place]:
    """Whoever has one of these lowered names, by it. One query; none without names.

    Not placeholders: nobody reads there, and they go when their owner takes their words over.
    """
    if not (wanted := set(usernames)):
        return {}
    found = User.objects.filter(placeholder=False).alias(lowered=Lower("username")).filter(lowered__in=wanted)
    people = found.only("username")
    return {person.username.lower(): Place(person.pk, person.get_absolute_url(), person.username) for person in people}


def known_for(biography: str) -> Known:
    """What a profile may refer to: people alone, since posts stand above this room."""
    return Known(people=people_named(named_in(biography).people), titles=None)
