from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User, Viewer
from accounts.permissions import is_moderator, refusal_to_write
from forum.comments.models import Comment
from forum.kit.rates import refusal_by_rate
from forum.kit.refusal import Refusal
from forum.moderation.models import Report
from forum.posts.models import Post


def refusal_to_moderate(moderator: Viewer | None, *, now: datetime) -> Refusal | None:
    """Why ``moderator`` may not decide anything. A suspended moderator could else end the own suspension."""
    if not is_moderator(moderator):
        return Refusal("not-a-moderator", "Only moderators may do this.")
    return refusal_to_write(moderator, now=now)


def refusal_to_suspend(moderator: User, person: User) -> Refusal | None:
    if person.pk == moderator.pk:
        return Refusal("yourself", "Nobody decides about their own suspension.")
    if person.is_superuser:
        return Refusal("superuser", "A superuser cannot be suspended.")
    if person.placeholder:
        return Refusal("placeholder", "This person was imported and has no account that writes.", status=409)
    return None


def refusal_to_report(reader: Viewer | None, target: Post | Comment, *, now: datetime) -> Refusal | None:
    """Why ``reader`` may not report ``target``. No query when a comment comes with body and post."""
    if refusal := refusal_to_write(reader, now=now):
        return refusal
    post = target if isinstance(target, Post) else target.post
    author_id = target.author_id if isinstance(target, Post) else target.body.author_id
    if reader is not None and author_id == reader.pk:
        return Refusal("own", "This is your own. You can edit or retract it yourself.", status=409)
    if post.published_at is None:
        return Refusal("draft", "A draft is its author's alone until it is published.", status=404)
    if target.is_tombstone:
        return Refusal("withdrawn", "This text is withdrawn from view already.", status=409)
    return None


def refusal_by_rate_of_reports(reader: User, *, now: datetime) -> Refusal | None:
    if is_moderator(reader):
        return None
    limit = settings.REPORTS_PER_DAY
    times = Report.objects.filter(reporter=reader).order_by("-reported_at").values_list("reported_at", flat=True)
    return refusal_by_rate(list(times[:limit]), limit=limit, window=timedelta(days=1), now=now, what="reports a day")
