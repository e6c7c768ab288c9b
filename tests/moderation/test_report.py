import pytest
from django.urls import reverse

from forum.kit.refusal import Refusal
from forum.moderation.models import Report
from forum.moderation.services import hide, report
from tests.factories import days_ago, make_comment, make_draft, make_person, make_post

HTMX = {"HTTP_HX_REQUEST": "true"}


def address(target) -> str:
    return reverse(f"moderation:report_{target._meta.model_name}", args=[target.pk])


@pytest.fixture(params=["post", "comment"])
def target(request, ann):
    """Ann's post, or Ann's comment in it."""
    post = make_post(ann)
    return post if request.param == "post" else make_comment(post, ann)


def test_a_reader_reports_and_comes_back_to_the_discussion(target, ben, browse):
    client = browse(ben)
    page = client.get(address(target))
    assert page.status_code == 200

    answer = client.post(address(target), {"kind": "attack", "words": " He insults\r\nme.  "})

    row = Report.objects.get()
    assert (row.target, row.reporter, row.kind, row.words) == (target, ben, "attack", "He insults\nme.")
    assert row.decision is None
    assert answer.status_code == 302
    assert answer["Location"] == target.get_absolute_url()
    assert "Thank you" in client.get(reverse("moderation:log")).content.decode()


def test_in_place_the_form_and_the_thanks_are_parts_of_a_page(target, ben, browse):
    client = browse(ben)

    form = client.get(address(target), **HTMX).content.decode()
    thanks = client.post(address(target), {"kind": "spam"}, **HTMX).content.decode()

    assert "<form" in form
    assert "Thank you" in thanks
    assert "<html" not in form + thanks
    assert Report.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_report_without_a_kind_keeps_what_was_typed(headers, target, ben, browse):
    answer = browse(ben).post(address(target), {"words": "Look at this."}, **headers)

    assert answer.status_code == 422
    assert "Choose what is wrong." in answer.content.decode()
    assert "Look at this." in answer.content.decode()
    assert not Report.objects.exists()


def test_an_unknown_kind_is_refused(target, ben, browse):
    assert browse(ben).post(address(target), {"kind": "ugly"}).status_code == 422


def test_something_else_needs_words(target, ben, browse):
    answer = browse(ben).post(address(target), {"kind": "other", "words": " "})

    assert answer.status_code == 422
    assert "Say in a few words" in answer.content.decode()


def test_words_that_are_too_long_are_refused_with_both_numbers_and_kept(target, ben, browse):
    answer = browse(ben).post(address(target), {"kind": "spam", "words": "x" * 2_001})

    assert answer.status_code == 422
    assert "2,001 characters" in answer.content.decode()
    assert "x" * 2_001 in answer.content.decode()


def test_too_many_reports_have_to_wait_and_the_words_are_kept(ann, ben, browse, settings):
    settings.REPORTS_PER_DAY = 2
    post = make_post(ann)
    for _ in range(2):
        report(reader=ben, target=make_comment(post, ann), kind="spam")

    answer = browse(ben).post(address(post), {"kind": "spam", "words": "The third."})

    assert answer.status_code == 429
    assert 86_000 < int(answer["Retry-After"]) <= 86_401
    assert "The third." in answer.content.decode()
    assert Report.objects.count() == 2


def test_yesterdays_reports_do_not_count(ann, ben, settings):
    settings.REPORTS_PER_DAY = 1
    report(reader=ben, target=make_post(ann), kind="spam")
    Report.objects.update(reported_at=days_ago(1.01))

    assert report(reader=ben, target=make_post(ann), kind="spam").pk


def test_a_second_report_of_the_same_text_is_refused_while_the_first_is_open(target, ben, browse):
    report(reader=ben, target=target, kind="spam")

    answer = browse(ben).post(address(target), {"kind": "attack"})

    assert answer.status_code == 409
    assert "You have reported this" in answer.content.decode()
    assert Report.objects.count() == 1


def test_the_same_form_sent_twice_at_once_makes_one_report(target, ben, monkeypatch):
    report(reader=ben, target=target, kind="spam")
    monkeypatch.setattr("django.db.models.query.QuerySet.exists", lambda self: False)

    with pytest.raises(Refusal) as refused:
        report(reader=ben, target=target, kind="spam")

    assert refused.value.code == "already"
    assert Report.objects.count() == 1


def test_another_reader_may_report_the_same(target, ben, zoe):
    for reader in (ben, zoe):
        report(reader=reader, target=target, kind="spam")

    assert Report.objects.about(target).open().count() == 2


def test_nobody_reports_their_own(target, ann, browse):
    client = browse(ann)

    assert client.get(address(target)).status_code == 409
    assert client.post(address(target), {"kind": "spam"}).status_code == 409


def test_what_is_withdrawn_cannot_be_reported(target, ben, mo, browse):
    hide(target=target, moderator=mo, reason="Spam.")

    answer = browse(ben).post(address(target), {"kind": "spam", "words": "I saw it."})

    assert answer.status_code == 409
    assert "withdrawn" in answer.content.decode()
    assert not Report.objects.exists()


def test_the_text_of_what_is_withdrawn_is_not_shown_with_the_refusal(ann, ben, mo, browse):
    comment = make_comment(make_post(ann), ann, source="Secretly bad.")
    hide(target=comment, moderator=mo, reason="Bad.")

    for answer in (browse(ben).get(address(comment)), browse(ben).post(address(comment), {"kind": "spam"})):
        assert "Secretly bad" not in answer.content.decode()


def test_a_strangers_draft_is_not_there(ann, ben, mo, browse):
    draft = make_draft(ann)

    for person in (ben, mo):
        assert browse(person).get(address(draft)).status_code == 404
        assert browse(person).post(address(draft), {"kind": "spam"}).status_code == 404


def test_what_does_not_exist_is_not_there(ben, browse):
    for path in ("post/987654/", "comment/987654/", "comment/0/", "comment/x/", "post/99999999999999999999/"):
        assert browse(ben).get(f"/moderation/report/{path}").status_code == 404


def test_who_is_not_logged_in_is_sent_to_log_in(target, browse):
    answer = browse().get(address(target))

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={address(target)}"
    assert browse().get(address(target), **HTMX)["HX-Redirect"] == answer["Location"]


def test_who_was_logged_out_meanwhile_is_refused_with_the_words_given_back(target, browse):
    answer = browse().post(address(target), {"kind": "spam", "words": "Typed at length."})

    assert answer.status_code == 403
    assert "Typed at length." in answer.content.decode()
    assert not Report.objects.exists()


def test_who_is_suspended_is_refused(target, browse):
    person = make_person("sue", suspended_until=days_ago(-1), suspension_reason="Insults.")

    answer = browse(person).post(address(target), {"kind": "spam"})

    assert answer.status_code == 403
    assert "may read but not write" in answer.content.decode()
    assert not Report.objects.exists()
