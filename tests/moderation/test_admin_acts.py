import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from forum.comments.models import Comment
from forum.moderation import services
from forum.moderation.models import Decision, DecisionKind
from forum.posts.models import Post
from tests.factories import days_ago, make_chain, make_comment, make_moderator, make_post


def told(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_an_act_says_what_will_happen_and_is_done_with_a_reason(ann, mo, browse, act_url, desk_url):
    chain = make_chain(make_post(ann), 4, ann)
    client = browse(mo)
    assert "3 comments will go from view" in client.get(act_url("hide-branch", chain[1])).content.decode()

    answer = client.post(act_url("hide-branch", chain[1]), {"reason": "A quarrel."})

    decision = Decision.objects.get()
    assert (decision.kind, decision.comment, decision.moderator, decision.affected) == ("hide-branch", chain[1], mo, 3)
    assert answer["Location"] == desk_url(chain[1])
    assert f'<a href="{decision.get_absolute_url()}">See the log</a>' in told(answer)
    assert Comment.objects.filter(hidden_at=None).get() == chain[0]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2_001])
def test_an_act_without_a_proper_reason_is_not_done_and_keeps_what_was_typed(reason, ann, mo, browse, act_url):
    post = make_post(ann)

    answer = browse(mo).post(act_url("hide", post), {"reason": reason})

    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "act, kind",
    [("hide", "hide"), ("lock", "lock"), ("dismiss", "dismiss"), ("restore", "restore"), ("unlock", "unlock")],
)
def test_every_act_on_posts_works_from_the_list_too(act, kind, ann, ben, mo, browse, act_url, desk_url):
    posts = [make_post(ann), make_post(ann)]
    for post in posts:
        services.report(reader=ben, target=post, kind="spam")
        if act in {"restore", "unlock"}:
            before = services.hide if act == "restore" else services.lock
            before(**{"target" if act == "restore" else "post": post}, moderator=mo, reason="Before.")
    client = browse(mo)

    page = client.post(desk_url(Post), {"action": act, "_selected_action": [post.pk for post in posts], "index": 0})
    assert page["Location"] == act_url(act, *reversed(posts))
    answer = client.post(page["Location"], {"reason": "All of them."})

    assert answer["Location"] == desk_url(Post)
    assert "2 of 2" in told(answer)
    made = Decision.objects.filter(kind=kind, reason="All of them.")
    assert {decision.post for decision in made} == set(posts)


def test_several_comments_are_hidden_with_one_decision_each(ann, mo, browse, act_url):
    post = make_post(ann)
    comments = [make_comment(post, mo) for _ in range(3)]
    services.hide(target=comments[1], moderator=make_moderator("max"), reason="Earlier.")
    client = browse(mo)

    page = client.get(act_url("hide", *comments)).content.decode()
    assert "Hide: 2 comments" in page
    assert f"left out: comment {comments[1].pk}" in page
    action = re.search(r'<form method="post" action="([^"]+)"', page)[1].replace("&amp;", "&")
    client.post(action, {"reason": "Spam."})

    made = Decision.objects.filter(kind=DecisionKind.HIDE, moderator=mo)
    assert {decision.comment_id for decision in made} == {comments[0].pk, comments[2].pk}
    assert Post.objects.get(pk=post.pk).comment_count == 0


def test_one_refusal_does_not_undo_the_others(ann, mo, browse, act_url):
    post = make_post(ann)
    first, second = make_comment(post, ann), make_comment(post, ann)
    services.hide(target=first, moderator=make_moderator("max", display_name="Max"), reason="Earlier.")

    answer = browse(mo).post(act_url("hide", first, second), {"reason": "Spam."})

    assert "1 of 2" in told(answer)
    assert "hidden already. Max decided so" in told(answer)
    assert Comment.objects.get(pk=second.pk).hidden_at


def test_a_stale_act_says_kindly_who_was_faster(ann, mo, browse, act_url, desk_url):
    comment = make_comment(make_post(ann), ann)
    services.hide(target=comment, moderator=make_moderator("max", display_name="Max"), reason="It was spam.")
    client = browse(mo)

    page = client.get(act_url("hide", comment)).content.decode()
    assert "nothing left to do" in page
    assert "It was spam." in page
    assert "<textarea" not in page

    answer = client.post(act_url("hide", comment), {"reason": "Late."})
    assert answer["Location"] == desk_url(comment)
    assert "It is hidden already. Max decided so" in told(answer)
    assert Decision.objects.count() == 1


def test_only_acts_that_fit_are_offered(ann, mo, browse, act_url, desk_url):
    chain = make_chain(make_post(ann), 2, ann)
    client = browse(mo)

    def offered() -> set[str]:
        page = client.get(desk_url(chain[0])).content.decode()
        return set(re.findall(r"/act/([a-z-]+)/", page))

    assert offered() == {"hide", "hide-branch", "move"}
    services.hide_branch(root=chain[0], moderator=mo, reason="A quarrel.")
    assert offered() == {"restore", "restore-branch", "move"}


def test_too_many_or_unknown_targets_are_not_found(ann, mo, browse, act_url, desk_url):
    post = make_post(ann)
    client = browse(mo)

    assert client.get(act_url("hide", *[post] * 101)).status_code == 404
    assert client.get(act_url("hide", post) + "&id=987654").status_code == 404
    assert client.get(act_url("hide", post).split("?")[0]).status_code == 404
    assert client.get(act_url("burn", post)).status_code == 404


def test_an_act_needs_the_token_of_its_form(ann, mo, act_url):
    client = Client(enforce_csrf_checks=True)
    client.force_login(mo)
    post = make_post(ann)

    assert client.post(act_url("hide", post), {"reason": "Forged."}).status_code == 403
    assert not Post.objects.get(pk=post.pk).hidden_at


def test_a_move_says_where_to_before_it_is_done(ann, mo, browse, act_url):
    old, new = make_post(ann, title="Old place"), make_post(ann, title="New place")
    comment, goal = make_comment(old, ann), make_comment(new, ann)
    client = browse(mo)
    fields = {"post": "", "parent": goal.pk, "reason": "It belongs there."}

    page = client.post(act_url("move", comment), fields)
    assert not Decision.objects.exists()
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', page.content.decode())[1]
    assert "from “Old place” to “New place”" in confirmed
    assert f"under comment {goal.pk}" in confirmed

    client.post(act_url("move", comment), fields | {"confirmed": confirmed})
    assert Comment.objects.get(pk=comment.pk).parent == goal
    assert Decision.objects.get().kind == DecisionKind.MOVE


def test_a_move_that_was_changed_after_it_was_confirmed_asks_again(ann, mo, browse, act_url):
    old, new, other = make_post(ann), make_post(ann), make_post(ann)
    comment = make_comment(old, ann)
    client = browse(mo)
    page = client.post(act_url("move", comment), {"post": new.pk, "reason": "There."}).content.decode()
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', page)[1]

    client.post(act_url("move", comment), {"post": other.pk, "reason": "There.", "confirmed": confirmed})

    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"post": "", "parent": ""}, "Say where to"),
        ({"post": "987654", "parent": ""}, "There is no published post 987654."),
        ({"post": "", "parent": "987654"}, "There is no comment 987654."),
        ({"post": "x", "parent": ""}, "Enter a whole number."),
        ({"post": "9" * 30, "parent": ""}, "less than or equal"),
    ],
)
def test_a_move_to_nowhere_is_refused(fields, words, ann, mo, browse, act_url):
    answer = browse(mo).post(act_url("move", make_comment(make_post(ann), ann)), fields | {"reason": "There."})

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_move_into_itself_is_refused_with_the_form_kept(ann, mo, browse, act_url):
    post = make_post(ann)
    chain = make_chain(post, 2, ann)
    client = browse(mo)
    fields = {"post": post.pk, "parent": chain[1].pk, "reason": "Round and round."}
    page = client.post(act_url("move", chain[0]), fields).content.decode()
    fields["confirmed"] = re.search(r'name="confirmed" value="([^"]+)"', page)[1]

    answer = client.post(act_url("move", chain[0]), fields)

    assert answer.status_code == 409
    assert "cannot be moved into itself" in answer.content.decode()
    assert "Round and round." in answer.content.decode()


@pytest.mark.parametrize("fields", [{"days": "7", "until": ""}, {"days": "", "until": "2126-05-01T12:00"}])
def test_a_person_is_suspended_for_days_or_until_a_moment(fields, ben, mo, browse, act_url, desk_url):
    answer = browse(mo).post(act_url("suspend", ben), fields | {"reason": "Insults."})

    assert answer["Location"] == desk_url(ben)
    person = User.objects.get(pk=ben.pk)
    assert person.is_suspended
    assert (person.suspended_until.year > 2100) == bool(fields["until"])
    assert "Insults." in browse(mo).get(desk_url(ben)).content.decode()


@pytest.mark.parametrize(
    "fields",
    [{}, {"days": "7", "until": "2126-05-01T12:00"}, {"until": "2020-05-01T12:00"}, {"until": "soon"}, {"days": "5"}],
)
def test_a_suspension_without_a_proper_end_is_refused(fields, ben, mo, browse, act_url):
    answer = browse(mo).post(act_url("suspend", ben), fields | {"reason": "Insults."})

    assert answer.status_code == 422
    assert "Insults." in answer.content.decode()
    assert not User.objects.get(pk=ben.pk).is_suspended


def test_a_running_suspension_can_be_changed_by_who_sees_it(ben, mo, browse, act_url):
    services.suspend(person=ben, until=days_ago(-7), moderator=mo, reason="Insults.")
    client = browse(mo)
    page = client.get(act_url("suspend", ben)).content.decode()
    seen = re.search(r'name="instead_of" value="([^"]+)"', page)[1]

    client.post(act_url("suspend", ben), {"days": "365", "reason": "More insults.", "instead_of": seen})
    assert User.objects.get(pk=ben.pk).suspension_reason == "More insults."

    answer = client.post(act_url("suspend", ben), {"days": "1", "reason": "From an old form.", "instead_of": seen})
    assert "suspended already" in told(answer)
    assert User.objects.get(pk=ben.pk).suspension_reason == "More insults."


def test_a_suspension_is_ended(ben, mo, browse, act_url):
    services.suspend(person=ben, until=days_ago(-7), moderator=mo, reason="Insults.")

    browse(mo).post(act_url("end-suspension", ben), {"reason": "Apologised."})

    assert not User.objects.get(pk=ben.pk).is_suspended


def test_a_suspended_moderator_reads_the_desk_and_decides_nothing(ann, mo, browse, act_url):
    User.objects.filter(pk=mo.pk).update(suspended_until=days_ago(-1))
    post = make_post(ann)
    client = browse(mo)

    assert client.get(act_url("hide", post)).status_code == 200
    answer = client.post(act_url("hide", post), {"reason": "Spam."})

    assert answer.status_code == 403
    assert "may read but not write" in answer.content.decode()
    assert not Decision.objects.exists()
