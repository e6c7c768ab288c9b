"""Texts that refer to each other are renamed, hidden and edited by eight processes at once."""

import pytest

from forum.comments import renewing as comment_texts
from forum.markup.renewal import anew
from forum.posts import citations
from forum.posts import renewing as post_texts
from tests.concurrency.crowd import run_crowd
from tests.factories import make_moderator, make_post

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_waits_in_a_circle_and_every_text_shows_what_is_true_in_the_end(seed):
    people = [make_moderator().pk for _ in range(8)]
    post_ids = [make_post(make_moderator(), title=f"Title {number}").pk for number in range(8)]
    for number, pk in enumerate(post_ids):
        post_texts.Post.objects.filter(pk=pk).update(author=people[number])

    reports = run_crowd("rename_and_cite", seed=seed, people=people, post_ids=post_ids, acts=15)

    assert [error for report in reports for error in report["errors"]] == []
    assert {act["kind"] for report in reports for act in report["acknowledged"]} >= {"rename", "hide", "reply", "edit"}
    left = set(
        post_texts.LEDGER.citing(post_texts.Post.objects.filter(pk__in=dict(citations.due()))).values_list("text")
    )
    wrong, seen = [], 0
    for room in (post_texts, comment_texts):
        for text in map(room.stored, room.wanting(every=True)):
            seen += 1
            if anew(text).html != text.html and (text.pk,) not in left:
                wrong.append((text.name, text.html, anew(text).html))
    assert wrong == []
    assert seen > 20
