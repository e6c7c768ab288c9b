"""The log is written once."""

import pytest
from django.db import IntegrityError, transaction

from forum.moderation.models import Decision, Report
from forum.moderation.services import hide
from tests.factories import make_comment, make_post


@pytest.fixture
def decision(ann, mo) -> Decision:
    return hide(target=make_comment(make_post(ann), ann), moderator=mo, reason="Spam.")


def test_a_decision_is_never_changed(decision):
    decision.reason = "Something else."
    with pytest.raises(TypeError):
        decision.save()
    with pytest.raises(TypeError):
        Decision.objects.update(reason="Something else.")
    assert Decision.objects.get().reason == "Spam."


def test_a_decision_is_never_deleted(decision):
    with pytest.raises(TypeError):
        decision.delete()
    with pytest.raises(TypeError):
        Decision.objects.all().delete()
    assert Decision.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "hide"},
        {"kind": "hide", "post": 1, "comment": 1},
        {"kind": "hide", "person": 1},
        {"kind": "suspend", "post": 1},
        {"kind": "lock", "comment": 1},
        {"kind": "hide-branch", "post": 1},
        {"kind": "hide", "post": 1, "reason": ""},
        {"kind": "suspend", "person": 1, "until": None},
        {"kind": "hide", "post": 1, "until": "2030-01-01T00:00Z"},
    ],
)
def test_the_database_refuses_a_decision_about_nothing_or_about_the_wrong_thing(fields, decision, ann, mo):
    comment = decision.comment
    rows = {"post": comment.post, "comment": comment, "person": ann}
    values = {name: rows.get(name, value) for name, value in fields.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(**{"moderator": mo, "reason": "Spam."} | values)


@pytest.mark.parametrize("names", [(), ("post", "comment")])
def test_the_database_refuses_a_report_about_none_or_two_things(names, decision, ann):
    rows = {"post": decision.comment.post, "comment": decision.comment}

    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(reporter=ann, kind="spam", **{name: rows[name] for name in names})
