"""Profiles whose html is not the renderer's newest. ``manage.py rerender`` is the caller."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.references import known_for
from forum.markup import RENDER_VERSION, Rendered
from forum.markup.renewal import Stored


def wanting(*, every: bool) -> QuerySet[User]:
    """Those of another version, or every one in which something is written."""
    people = User.objects.exclude(bio="").only("username", "bio", "bio_html")
    return people if every else people.exclude(bio_render_version=RENDER_VERSION)


def stored(person: User) -> Stored:
    return Stored(
        pk=person.pk,
        name=f"profile of {person.username}",
        key=f"u{person.pk}",
        source=person.bio,
        source_format="markdown",
        html=person.bio_html,
        known=known_for(person.bio),
    )


def store(text: Stored, rendered: Rendered) -> bool:
    """Write the new html. False, and nothing written, when the profile was edited meanwhile."""
    written = User.objects.filter(pk=text.pk, bio=text.source).update(
        bio_html=rendered.html, bio_render_version=rendered.version
    )
    return written == 1
