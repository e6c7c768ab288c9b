"""What every decision has in common: who may, a reason, a row, and a kind word when somebody else was faster."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.template.defaultfilters import date as format_date
from django.utils import timezone

from accounts.models import User
from forum import markup
from forum.comments.models import Comment
from forum.kit.refusal import Refusal
from forum.moderation.models import WORDS_LIMIT, Decision, DecisionKind, Report, Target, target_field
from forum.moderation.permissions import refusal_to_moderate


def accept(*, moderator: User, reason: str) -> tuple[str, datetime]:
    """The reason as it is kept, and the moment of the decision. Raises Refusal before anything was written."""
    now = timezone.now()
    if refusal := refusal_to_moderate(moderator, now=now):
        raise refusal
    try:
        return markup.normalise(reason, limit=WORDS_LIMIT).strip(), now
    except markup.TextRefused as refused:
        message = "Give a reason: it stands in the public log." if refused.code == "blank" else refused.message
        raise Refusal(f"reason-{refused.code}", message, status=422) from None


def record(
    *,
    kind: DecisionKind,
    target: Target,
    moderator: User,
    reason: str,
    at: datetime,
    affected: int = 1,
    until: datetime | None = None,
    places: tuple[str, str] = ("", ""),
) -> Decision:
    return Decision.objects.create(
        kind=kind,
        moderator=moderator,
        reason=reason,
        decided_at=at,
        affected=affected,
        until=until,
        old_place=places[0],
        new_place=places[1],
        **{target_field(target): target},
    )


def close(reports: QuerySet[Report], *, decision: Decision) -> None:
    """Close the open ones among ``reports`` with ``decision``."""
    reports.filter(decision=None).update(decision=decision)


def already(target: Target, sentence: str, *, kinds: Iterable[DecisionKind]) -> Refusal:
    """Nothing is left to do: says it, and whose decision it was."""
    if isinstance(target, Comment):
        fresh = Comment.objects.select_related("body").get(pk=target.pk)
        decisions = Decision.objects.about_comment(fresh)
    else:
        decisions = Decision.objects.about(target)
    last = decisions.filter(kind__in=tuple(kinds)).newest().select_related("moderator").first()
    if last is not None:
        when = format_date(last.decided_at, "j F Y, H:i")
        sentence += f" {last.moderator.name} decided so on {when} UTC: {last.reason}"
    return Refusal("already", sentence, status=409)
