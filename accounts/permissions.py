from datetime import datetime

from django.http import HttpRequest
from django.template.defaultfilters import date as format_date

from accounts.models import User, Viewer
from forum.kit.refusal import Refusal


def is_moderator(viewer: Viewer | None) -> bool:
    """Moderators are the active people who may enter the admin; no query is needed to know."""
    return viewer is not None and viewer.is_active and viewer.is_staff


def writer_of(request: HttpRequest) -> User:
    """Who is logged in, in a view that lets nobody else in (``kit.http.writers_only``)."""
    if not isinstance(request.user, User):
        raise TypeError("a view for writers was reached by somebody who is not logged in")
    return request.user


def refusal_to_write(author: Viewer | None, *, now: datetime) -> Refusal | None:
    """Why ``author`` may write nothing at all here for now, whatever it is."""
    if not isinstance(author, User):
        return Refusal("anonymous", "Log in to write here.", status=403)
    if not author.is_active or author.placeholder:
        return Refusal("inactive", "This account may not write.")
    if author.suspended_until and author.suspended_until > now:
        until = format_date(author.suspended_until, "j F Y, H:i")
        reason = f" Reason: {author.suspension_reason}" if author.suspension_reason else ""
        seconds = int((author.suspended_until - now).total_seconds()) + 1
        return Refusal(
            "suspended", f"Your account may read but not write until {until} UTC.{reason}", retry_after=seconds
        )
    return None
