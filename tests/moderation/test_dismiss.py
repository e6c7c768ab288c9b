import pytest

from forum.kit.refusal import Refusal
from forum.moderation.models import DecisionKind
from forum.moderation.services import dismiss, report
from tests.factories import make_comment, make_post


def test_dismissing_closes_all_open_reports_about_a_text(ann, ben, mo, zoe):
    comment = make_comment(make_post(ann), ann)
    reports = [report(reader=reader, target=comment, kind="spam") for reader in (ben, zoe)]

    decision = dismiss(target=comment, moderator=mo, reason="No spam.")

    assert set(decision.reports.all()) == set(reports)
    assert (decision.kind, decision.affected) == (DecisionKind.DISMISS, 2)
    comment.refresh_from_db()
    assert not comment.is_tombstone


def test_a_dismissed_text_can_be_reported_again(ann, ben, mo):
    post = make_post(ann)
    first = report(reader=ben, target=post, kind="spam")
    decision = dismiss(target=post, moderator=mo, reason="No spam.")

    second = report(reader=ben, target=post, kind="attack")

    first.refresh_from_db()
    assert (first.decision, second.decision) == (decision, None)


def test_nothing_to_dismiss_is_refused(ann, ben, mo):
    post = make_post(ann)
    report(reader=ben, target=post, kind="spam")
    dismiss(target=post, moderator=mo, reason="No spam.")

    with pytest.raises(Refusal, match=r"No report .* Mo Moderator decided so") as refused:
        dismiss(target=post, moderator=mo, reason="No spam.")

    assert refused.value.code == "already"


def test_only_moderators_may(ann, ben):
    post = make_post(ann)
    report(reader=ben, target=post, kind="spam")

    with pytest.raises(Refusal) as refused:
        dismiss(target=post, moderator=ann, reason="It is my post.")

    assert refused.value.code == "not-a-moderator"
