"""What ``make soak`` would see if something were wrong: every kind of damage is done, and must be found."""

import json
import uuid

import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from bench.fire import following
from bench.fire.judging import judge
from bench.fire.kills import OF_THE_CLUSTER, OF_THE_SITE, Struck, plan
from bench.fire.ledger import Ledger, Tail
from bench.fire.looking import Looker
from bench.fire.pages import Page, faults_in
from bench.fire.report import faults_of
from forum.comments import services as comments
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.moderation import services as moderation
from forum.notifications.models import Notice
from forum.posts.models import Post
from tests.factories import make_comment, make_post

REPLY, EDIT, HIDE, LOST, MAYBE = (f"mark-0-{number}." for number in range(1, 6))


@pytest.fixture
def noted(tmp_path):
    """A writer's ledger; each act is a line before it and a line after."""
    ledger = Ledger(tmp_path / "writer-0.jsonl", synced=True)

    def note(mark: str, kind: str, outcome: str = "done", **facts) -> None:
        ledger.write(mark=mark, kind=kind, **facts)
        if outcome != "unknown":
            ledger.write(mark=mark, outcome=outcome, status=302, at=0, until=1, took=1)

    return note


@pytest.fixture
def reply(noted, ann, ben, mo, act):
    """Written, edited and hidden, as noted; and one act of which nobody knows, which came to nothing."""
    post, form, source = act(make_post, author=ann), uuid.uuid4(), f"{REPLY} @ben"
    made = act(comments.reply, author=ann, post=post, source=source, form=form)
    facts = {"post": post.pk, "parent": None, "source": source, "made_comment": made.pk}
    noted(REPLY, "reply", form=str(form), author=ann.pk, **facts)
    act(comments.edit, editor=ann, comment=made, source=f"{EDIT} @ben", revision=1, note=EDIT)
    noted(EDIT, "edit", comment=made.pk, revision=2, source=f"{EDIT} @ben")
    act(moderation.hide, target=made, moderator=mo, reason=HIDE)
    noted(HIDE, "hide", comment=made.pk)
    noted(MAYBE, "retract", "unknown", comment=made.pk)
    return made


@pytest.fixture
def found(tmp_path):
    """The faults that the judge finds, in one line."""
    return lambda: " | ".join(judge(folder=str(tmp_path), crashed=False, ended=0)["faults"])


def test_what_was_sent_and_stands_there_is_no_fault(reply, found, tmp_path):
    assert found() == ""
    judged = judge(folder=str(tmp_path), crashed=False, ended=0)
    assert (judged["acknowledged"], judged["unknown"], judged["unknown_there"]) == (3, 1, 0)


@pytest.mark.parametrize(
    "kind,facts", [("reply", {"source": LOST}), ("edit", {"source": LOST}), ("hide", {}), ("retract", {})]
)
def test_what_was_acknowledged_and_is_not_there_is_found(kind, facts, reply, found, noted):
    noted(LOST, kind, comment=reply.pk, **facts)
    assert f"{kind} {LOST} was acknowledged and is not there" in found()


def test_what_stands_there_twice_is_found(reply, found, ann):
    make_comment(reply.post, ann, source=f"{REPLY} @ben")
    assert f"reply {REPLY} stands there 2 times" in found()


def test_what_was_refused_or_never_sent_is_found(reply, found, noted, ann):
    make_comment(reply.post, ann, source=LOST)
    assert f"{LOST} stands there and was never sent" in found()
    noted(LOST, "publish", "refused", title="", source="")
    assert f"publish {LOST} was refused and is there" in found()


def test_a_refusal_after_an_unknown_sending_says_nothing_of_that_one(reply, found, noted, ann, tmp_path):
    make_comment(reply.post, ann, source=LOST)
    Ledger(tmp_path / "writer-0.jsonl", synced=False).write(mark=LOST, kind="publish", outcome="unknown", lost=True)
    noted(LOST, "publish", "refused", title="", source="")
    assert "was refused and is there" not in found()


@pytest.mark.parametrize(
    "damage,words",
    [
        (lambda pk: CommentRevision.objects.filter(comment=pk, number=1).delete(), "is at revision 2 and has [2]"),
        (lambda pk: CommentBody.objects.filter(pk=pk).update(source="Else."), "does not say what its last revision"),
        (lambda pk: CommentBody.objects.filter(pk=pk).update(submission=None), "is not of the form"),
        (lambda pk: Comment.objects.filter(pk=pk).update(hidden_at=None), "and the log says True"),
        (lambda pk: Post.objects.update(comment_count=7), "counters of post"),
        (lambda pk: User.objects.filter(username="ben").update(unseen=5), "ben has 0 unseen notices, and 5"),
        (lambda pk: Notice.objects.all().delete(), "mentioned and not told"),
        (lambda pk: Comment.objects.filter(pk=pk).update(rght=9), "bounds or levels"),
    ],
)
def test_half_an_act_is_found(damage, words, reply, found):
    damage(reply.pk)
    assert words in found()


def test_a_number_that_a_crash_left_behind_is_told_and_mended(reply, found, tmp_path):
    User.objects.filter(username="ben").update(unseen=5)
    assert judge(folder=str(tmp_path), crashed=True, ended=0)["numbers_behind"] == 1
    assert found() == ""


def test_a_title_that_did_not_follow_is_found(found, ann, act):
    post = make_post(ann, title="The first")
    make_comment(post, ann, source="See [[The first]].")
    Post.objects.filter(pk=post.pk).update(title="The second", citations_stale_at=None)
    assert "shows a title of before" in found()
    Post.objects.filter(pk=post.pk).update(citations_stale_at=post.published_at)
    assert f"the texts that refer to post {post.pk} have not followed" in found()


def test_a_task_that_nobody_has_done_is_found(found, ann, settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    make_post(ann)
    Post.objects.update(citations_stale_at=None)
    assert found() == "1 tasks were never begun"
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
    assert found() == "1 tasks were not done to the end, and 0 task workers ended before"
    assert judge(folder=str(tmp_path), crashed=True, ended=1)["faults"] == []
    DBTaskResult.objects.update(status=TaskResultStatus.FAILED)
    assert found() == "1 tasks failed, and nothing had crashed"
    assert judge(folder=str(tmp_path), crashed=True, ended=0)["faults"] == []
    DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL)
    assert found() == ""


def test_what_follows_a_rename_keeps_the_task_worker_busy(found, ann, act, settings):
    act(following.set_out, author=ann, texts=3)
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    assert following.all_have_followed()
    assert not following.keep_busy(seconds=0), "there is no worker"
    assert not following.has_been_followed()
    DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL)
    assert not following.all_have_followed(), "no text shows the title of now"
    assert found().count("shows a title of before") == 3


def test_what_goes_back_while_it_is_looked_at_is_found(reply):
    looker = Looker()
    assert looker.look(acknowledged=[reply.pk]) == []
    Post.objects.update(thread_version=1)
    assert "fell from" in " ".join(looker.look(acknowledged=[]))
    nobody = reply.pk + 1
    assert f"not there: [{nobody}]" in " ".join(looker.look(acknowledged=[reply.pk, nobody]))


@pytest.mark.parametrize("line", [{"status": 500}, {"lost": True, "fault": "reset"}])
def test_an_answer_may_fail_between_a_kill_and_the_recovery_alone(line, tmp_path):
    ledger = Ledger(tmp_path / "reader-0.jsonl", synced=False)
    ledger.write(asked="thread", at=5, until=6, logged_in=False, **line)
    assert len(faults_of(tmp_path, [])) == 1
    assert len(faults_of(tmp_path, [Struck("worker", 1, 4), Struck("worker", 7, 8)])) == 1
    assert len(faults_of(tmp_path, [Struck("renderer", 5, 6), Struck("task worker", 5, 6)])) == 1
    assert faults_of(tmp_path, [Struck("worker", 5.5, 9)]) == []
    outlived = faults_of(tmp_path, [Struck("server", 5.5, 9, orphans=2)])
    assert outlived == ["2 processes outlived the server that was killed"]


def test_one_version_with_two_contents_is_found(tmp_path):
    ledger = Ledger(tmp_path / "reader-0.jsonl", synced=False)
    for content in ("a", "a", "b"):
        ledger.write(asked="thread", at=1, until=2, status=200, logged_in=False, etag="W/1", content=content)
    assert faults_of(tmp_path, []) == ["one version, 2 contents: W/1"]


@pytest.mark.parametrize(
    "text,words",
    [
        ("<p>x</p></html>", "begins"),
        ("<!doctype html><html><p>x</html>", "closes what is not open"),
        ("<!doctype html><html><p>x", "not closed"),
        ('<!doctype html><html><p id="a"></p><p id="a"></p></html>', "two have the id a"),
    ],
)
def test_half_a_page_is_found(text, words):
    assert words in " ".join(Page(text).faults)
    assert Page("<!doctype html><html><br><p id='a'>x</p></html>").faults == []


def test_half_an_export_is_found():
    assert faults_in("json", '{"comments": [')
    assert faults_in("mbox", "Message")
    assert faults_in("md", " ")
    first = {"uid": "a", "parent": None, "state": "visible", "revision": 1, "revisions": [{"number": 1}]}
    for second, number in (({"uid": "b", "parent": "a"}, 0), ({"parent": "b"}, 2), ({"uid": "b", "revision": 2}, 1)):
        assert len(faults_in("json", json.dumps({"comments": [first, first | second]}))) == number


def test_one_seed_is_one_sequence_of_kills_in_which_all_kinds_come_equally_often():
    kinds = (*OF_THE_SITE, *OF_THE_CLUSTER)
    drawn = plan(3, kinds, 60, every=30)
    assert drawn == plan(3, kinds, 60, every=30)
    assert drawn != plan(4, kinds, 60, every=30)
    assert {kind: sum(each.kind == kind for each in drawn) for kind in kinds} == dict.fromkeys(kinds, 10)


def test_who_watches_a_ledger_grow_counts_whole_lines(tmp_path, noted):
    tail = Tail(tmp_path)
    noted(REPLY, "reply")
    noted(REPLY, "reply")  # sent twice
    assert tail.read() == 1
    with (tmp_path / "writer-0.jsonl").open("a") as file:
        file.write('{"mark": "m", "outcome": "done", "made_comm')
        file.flush()
        assert tail.read() == 1
        file.write('ent": 7}\n')
    assert tail.read() == 2
    assert tail.comments == {7}
