from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from forum import markup
from forum.comments.models import Comment
from forum.kit.refusal import Refusal
from forum.moderation.models import WORDS_LIMIT, Decision, DecisionKind, Report, ReportKind, target_field
from forum.moderation.permissions import refusal_by_rate_of_reports, refusal_to_report
from forum.moderation.services.log import accept, already, close, record
from forum.posts.models import Post

CLOSING = (DecisionKind.HIDE, DecisionKind.HIDE_BRANCH, DecisionKind.DISMISS)


def report(*, reader: User, target: Post | Comment, kind: ReportKind, words: str = "") -> Report:
    """Tell the moderators about a post or a comment. ``words`` may be empty, unless the kind says nothing by itself.

    Raises Refusal, ``already`` while an earlier report of the reader about it is open.
    """
    now = timezone.now()
    if refusal := refusal_to_report(reader, target, now=now):
        raise refusal
    try:
        words = markup.normalise(words, limit=WORDS_LIMIT).strip()
    except markup.TextRefused as refused:
        if refused.code != "blank":
            raise Refusal(f"words-{refused.code}", refused.message, status=422) from None
        words = ""
    if kind == ReportKind.OTHER and not words:
        raise Refusal("words-blank", "Say in a few words what is wrong.", status=422)
    known = Refusal("already", "You have reported this; the moderators have it before them.", status=409)
    if Report.objects.about(target).open().filter(reporter=reader).exists():
        raise known
    if refusal := refusal_by_rate_of_reports(reader, now=now):
        raise refusal
    try:
        with transaction.atomic():
            return Report.objects.create(
                reporter=reader, kind=kind, words=words, reported_at=now, **{target_field(target): target}
            )
    except IntegrityError:
        raise known from None  # the same form, sent twice at once


@transaction.atomic
def dismiss(*, target: Post | Comment, moderator: User, reason: str) -> Decision:
    """Close the open reports about a text that stays as it is. Raises Refusal, ``already`` when none is open."""
    reason, now = accept(moderator=moderator, reason=reason)
    # Locked, so that the number in the log is the number closed, whoever reports or dismisses at the same time.
    ids = list(Report.objects.about(target).open().select_for_update(no_key=True).values_list("pk", flat=True))
    if not ids:
        raise already(target, "No report about it is open.", kinds=CLOSING)
    decision = record(
        kind=DecisionKind.DISMISS, target=target, moderator=moderator, reason=reason, at=now, affected=len(ids)
    )
    close(Report.objects.filter(pk__in=ids), decision=decision)
    return decision
