"""The desk shows a moderator what its pages offer, and no column beside."""

import pytest

from tests.factories import make_post


@pytest.mark.parametrize(
    "question",
    ["password__startswith=p", "email__startswith=ann", "last_login__isnull=1", "emailaddress__email__startswith=a"],
)
def test_no_list_is_narrowed_by_what_it_does_not_show(question, ann, mo, browse):
    answer = browse(mo).get(f"/admin/accounts/user/?{question}")
    assert (answer.status_code, answer.get("Location")) == (
        302,
        "/admin/accounts/user/?e=1",
    ) or answer.status_code == 400


@pytest.mark.parametrize(
    "place",
    [
        "accounts/user/?state=moderator",
        "accounts/user/?date_joined__gte=2020-01-01+00:00:00%2B00:00",
        "posts/post/?state=hidden&reported=open&published_at__gte=2020-01-01+00:00:00%2B00:00",
        "comments/comment/?state=visible",
        "moderation/report/?kind__exact=spam&state=all",
        "moderation/decision/?kind__exact=hide",
    ],
)
def test_the_filters_that_are_offered_work(place, ann, mo, browse):
    make_post(ann)
    assert browse(mo).get(f"/admin/{place}").status_code == 200


@pytest.mark.parametrize(
    "place", ["accounts/user/?date_joined__gte=", "moderation/report/?kind__exact=", "posts/post/?q="]
)
def test_nothing_is_named_by_a_nul(place, mo, browse):
    assert browse(mo).get(f"/admin/{place}a%00b").status_code == 404
