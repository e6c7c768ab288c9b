import pytest

from accounts.models import User
from forum.kit.refusal import Refusal
from forum.moderation.models import Decision, DecisionKind
from forum.moderation.services import end_suspension, suspend
from tests.factories import days_ago, make_comment, make_moderator, make_person, make_post


def test_a_suspended_person_reads_but_does_not_write(ann, ben, mo):
    post = make_post(ann)
    until = days_ago(-7)

    decision = suspend(person=ben, until=until, moderator=mo, reason="Insults.")

    ben = User.objects.get(pk=ben.pk)
    assert (ben.suspended_until, ben.suspension_reason) == (until, "Insults.")
    assert (decision.kind, decision.person, decision.until) == (DecisionKind.SUSPEND, ben, until)
    with pytest.raises(Refusal, match=r"may read but not write until .* Reason: Insults") as refused:
        make_comment(post, ben)
    assert refused.value.code == "suspended"


def test_an_ended_suspension_lets_write_at_once(ann, ben, mo):
    suspend(person=ben, until=days_ago(-7), moderator=mo, reason="Insults.")

    decision = end_suspension(person=ben, moderator=mo, reason="Apologised.")

    ben = User.objects.get(pk=ben.pk)
    assert not ben.is_suspended
    assert decision.kind == DecisionKind.END_SUSPENSION
    assert make_comment(make_post(ann), ben).body.author == ben


def test_a_running_suspension_is_changed_by_who_has_seen_it(ben, mo):
    first, second = days_ago(-7), days_ago(-30)
    suspend(person=ben, until=first, moderator=mo, reason="Insults.")

    suspend(person=ben, until=second, moderator=mo, reason="More insults.", instead_of=first)

    assert User.objects.get(pk=ben.pk).suspended_until == second


def test_a_running_suspension_is_not_overwritten_by_who_has_not_seen_it(ben, mo):
    until = days_ago(-30)
    suspend(person=ben, until=until, moderator=make_moderator("max", display_name="Max"), reason="Insults.")

    with pytest.raises(Refusal, match=r"suspended already\. Max decided so") as refused:
        suspend(person=ben, until=days_ago(-1), moderator=mo, reason="One insult.")

    assert refused.value.code == "already"
    assert User.objects.get(pk=ben.pk).suspended_until == until


def test_the_end_lies_in_the_future(ben, mo):
    with pytest.raises(Refusal, match="future") as refused:
        suspend(person=ben, until=days_ago(0.001), moderator=mo, reason="Insults.")

    assert refused.value.status == 422


def test_nobody_is_suspended_who_may_not_be(mo):
    superuser = make_moderator("root1", is_superuser=True)
    imported = make_person("imported", placeholder=True)

    for person, code in ((mo, "yourself"), (superuser, "superuser"), (imported, "placeholder")):
        with pytest.raises(Refusal) as refused:
            suspend(person=person, until=days_ago(-7), moderator=mo, reason="Insults.")
        assert refused.value.code == code
    assert Decision.objects.count() == 0


def test_a_suspended_moderator_cannot_end_the_own_suspension(mo):
    suspend(person=mo, until=days_ago(-7), moderator=make_moderator("max"), reason="Partial.")

    with pytest.raises(Refusal) as refused:
        end_suspension(person=mo, moderator=User.objects.get(pk=mo.pk), reason="I was right.")

    assert refused.value.code == "suspended"
    assert User.objects.get(pk=mo.pk).is_suspended


def test_who_is_not_suspended_is_refused(ben, mo):
    with pytest.raises(Refusal, match="not suspended") as refused:
        end_suspension(person=ben, moderator=mo, reason="Mercy.")

    assert refused.value.code == "already"


def test_only_moderators_may(ann, ben):
    with pytest.raises(Refusal) as refused:
        suspend(person=ben, until=days_ago(-7), moderator=ann, reason="I do not like him.")

    assert refused.value.code == "not-a-moderator"
