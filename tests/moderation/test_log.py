import re

import pytest
from django.urls import reverse

from forum.moderation import services
from forum.moderation.models import Decision
from forum.moderation.services import hide, hide_branch, lock, move, restore, suspend
from forum.posts.models import Post
from forum.posts.services import retract
from tests.factories import days_ago, make_chain, make_comment, make_post

LOG = "/moderation/log/"


def rows(answer) -> list[int]:
    assert answer.status_code == 200
    return [int(number) for number in re.findall(r'<li id="d(\d+)"', answer.content.decode())]


def test_everybody_reads_every_decision_newest_first(ann, ben, mo, browse):
    post = make_post(ann, title="On sleep")
    comment = make_comment(post, ben)
    decisions = [
        hide(target=comment, moderator=mo, reason="An insult."),
        restore(target=comment, moderator=mo, reason="It was irony."),
        lock(post=post, moderator=mo, reason="Enough said."),
        suspend(person=ben, until=days_ago(-7), moderator=mo, reason="Insults."),
        move(comment=comment, parent_id=None, post=make_post(ann), moderator=mo, reason="Belongs there."),
    ]

    answer = browse().get(LOG)

    assert rows(answer) == [decision.pk for decision in reversed(decisions)]
    page = answer.content.decode()
    for words in (
        "On sleep",
        "Mo Moderator",
        "It was irony.",
        "Ben Reader",
        f"comment {comment.pk}",
        "at the top level",
    ):
        assert words in page


def test_the_hidden_text_does_not_stand_in_the_log(ann, mo, browse):
    post = make_post(ann, title="Unspeakable title", source="Unspeakable text.")
    comment = make_comment(post, ann, source="Unspeakable words.")
    hide(target=comment, moderator=mo, reason="Private matters.")
    assert "Unspeakable title" in browse().get(LOG).content.decode()
    hide(target=post, moderator=mo, reason="Private matters.")

    page = browse().get(LOG).content.decode()

    assert "unspeakable" not in page.lower()
    assert f"post {post.pk}" in page


def test_the_title_of_a_retracted_post_does_not_stand_in_the_log(ann, mo, browse):
    post = make_post(ann, title="Unspeakable title")
    lock(post=post, moderator=mo, reason="Enough.")
    move(comment=make_comment(Post.objects.get(pk=make_post(ann).pk), ann), parent_id=None, post=post, moderator=mo,
         reason="So.")  # fmt: skip
    retract(author=ann, post=post)

    assert "unspeakable" not in browse().get(LOG).content.decode().lower()


def test_reports_and_who_reported_do_not_stand_in_the_log(ann, zoe, mo, browse):
    comment = make_comment(make_post(ann), ann)
    services.report(reader=zoe, target=comment, kind="attack", words="He means me.")
    services.dismiss(target=comment, moderator=mo, reason="He did not.")

    page = browse().get(LOG).content.decode()

    assert "(1 report)" in page
    assert "He means me" not in page
    assert "zoe" not in page


def test_the_log_narrows_to_a_kind_a_post_a_comment_and_a_person(ann, ben, mo, browse):
    post, other = make_post(ann), make_post(ann)
    comment = make_comment(post, ben)
    hidden = hide(target=comment, moderator=mo, reason="An insult.")
    locked = lock(post=post, moderator=mo, reason="Enough.")
    lock(post=other, moderator=mo, reason="Enough.")
    suspended = suspend(person=ben, until=days_ago(-7), moderator=mo, reason="Insults.")

    for question, expected in (
        ("kind=hide", hidden),
        (f"kind=lock&post={post.pk}", locked),
        (f"comment={comment.pk}", hidden),
        (f"post={post.pk}", locked),
        (f"person={ben.pk}", suspended),
    ):
        assert rows(browse().get(f"{LOG}?{question}")) == [expected.pk]


def test_a_comment_hidden_with_its_branch_finds_that_decision(ann, mo, browse):
    post = make_post(ann)
    chain = make_chain(post, 3, ann)
    beside = make_comment(post, ann)
    decision = hide_branch(root=chain[0], moderator=mo, reason="A quarrel.")

    assert rows(browse().get(f"{LOG}?comment={chain[2].pk}")) == [decision.pk]
    assert rows(browse().get(f"{LOG}?comment={beside.pk}")) == []


def test_a_comment_moved_out_of_its_hidden_branch_still_finds_the_decision(ann, mo, browse):
    chain = make_chain(make_post(ann), 2, ann)
    hidden = hide_branch(root=chain[0], moderator=mo, reason="A quarrel.")
    moved = move(comment=chain[1], parent_id=None, post=make_post(ann), moderator=mo, reason="Apart.")

    assert rows(browse().get(f"{LOG}?comment={chain[1].pk}")) == [moved.pk, hidden.pk]


def test_what_was_decided_before_a_comment_was_written_is_not_about_it(ann, mo, browse):
    post = make_post(ann)
    root = make_comment(post, ann)
    hide_branch(root=root, moderator=mo, reason="A quarrel.")
    services.restore_branch(root=root, moderator=mo, reason="They made up.")

    later = make_comment(post, ann, parent=root)

    assert rows(browse().get(f"{LOG}?comment={later.pk}")) == []


@pytest.mark.parametrize(
    "question",
    ["kind=burn", "comment=x", "comment=987654", "post=-1", "post=%C2%B2", "person=9" * 30, "page=x", "page=WzEsMl0"],
)
def test_a_nonsensical_question_is_not_found(question, db, browse):
    assert browse().get(f"{LOG}?{question}").status_code == 404


def test_load_more_reaches_every_decision_once(ann, mo, browse):
    post = make_post(ann)
    for _ in range(35):
        lock(post=post, moderator=mo, reason="Close.")
        services.unlock(post=post, moderator=mo, reason="Open.")
    same_moment = Decision(
        kind="lock", post=post, moderator=mo, reason="x", decided_at=Decision.objects.first().decided_at
    )
    same_moment.save()

    seen, address = [], f"{LOG}?post={post.pk}"
    while address:
        answer = browse().get(address)
        seen += rows(answer)
        more = re.search(r'<a class="more ui" href="([^"]+)"', answer.content.decode())
        address = LOG + more[1].replace("&amp;", "&") if more else ""

    assert len(seen) == 71
    assert set(seen) == set(Decision.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("size", [1, 25])
def test_the_log_costs_one_query_at_any_size(size, ann, mo, browse, django_assert_num_queries):
    post = make_post(ann)
    for _ in range(size):
        hide(target=make_comment(post, mo), moderator=mo, reason="Spam.")

    with django_assert_num_queries(1):
        assert len(rows(browse().get(LOG))) == size


def test_an_empty_log_says_so(db, browse):
    assert "No decision yet" in browse().get(reverse("moderation:log")).content.decode()


def test_the_log_cannot_be_posted_to(db, browse):
    assert browse().post(LOG).status_code == 405
