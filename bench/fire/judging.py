"""What stands in the database, compared with what the writers noted down, when all is over."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from bench.fire.ledger import DONE, REFUSED, acts_of
from bench.fire.looking import Looker
from forum.comments import renewing as comment_texts
from forum.comments.models import Comment, CommentBody, CommentMention, CommentRevision
from forum.kit.submission import submission_of
from forum.markup.renewal import anew
from forum.moderation.models import Decision
from forum.notifications.models import Notice
from forum.notifications.queries import miscounted
from forum.notifications.services import count_unseen
from forum.posts import citations
from forum.posts import renewing as post_texts
from forum.posts.models import Post, PostMention, PostRevision

MARK = re.compile(r"mark-\d+-\d+\.")

type Acts = dict[str, dict[str, Any]]


def judge(*, folder: str, crashed: bool, ended: int) -> dict[str, Any]:
    """``faults``, each a sentence; none is what is wanted. The rest says how much was looked at.

    ``ended``: how many task workers came to an end, each maybe with a task in its hands.

    The number beside an inbox follows after the commit. Where something ``crashed`` in between, check_trees mends it,
    and so does this.
    """
    acts = acts_of(Path(folder))
    behind = [person.pk for person in miscounted()] if crashed else []
    count_unseen(behind)
    present, faults = _present(acts)
    lost = [mark for mark, act in acts.items() if act["outcome"] == DONE and not present[mark]]
    faults += [f"{acts[mark]['kind']} {mark} was acknowledged and is not there" for mark in lost]
    for mark, number in present.items():
        if mark not in acts:
            faults.append(f"{mark} stands there and was never sent")
        elif number > 1:
            faults.append(f"{acts[mark]['kind']} {mark} stands there {number} times")
        elif acts[mark]["outcome"] == REFUSED and number:
            faults.append(f"{acts[mark]['kind']} {mark} was refused and is there")
    for check in (_comments, _posts, _decisions, _notices, _titles):
        faults += check(acts)
    faults += Looker().look(acknowledged=[])
    tasks = Counter(DBTaskResult.objects.values_list("status", flat=True))
    faults += _tasks(tasks, crashed=crashed, ended=ended)
    unknown = [mark for mark, act in acts.items() if act["outcome"] not in {DONE, REFUSED}]
    return {
        "faults": faults,
        "acknowledged": sum(act["outcome"] == DONE for act in acts.values()),
        "unknown": len(unknown),
        "unknown_there": sum(present[mark] > 0 for mark in unknown),
        "resent": sum(act["sendings"] > 1 for act in acts.values()),
        "comments": Comment.objects.count(),
        "numbers_behind": len(behind),
        "tasks_done": tasks[TaskResultStatus.SUCCESSFUL],
        "tasks_begun_again": tasks[TaskResultStatus.RUNNING] + tasks[TaskResultStatus.FAILED],
        "texts_with_another_title_than_at_first": _renamed(),
        "unrendered": CommentBody.objects.filter(render_version=0).count(),
    }


def _present(acts: Acts) -> tuple[Counter[str], list[str]]:
    """How often each mark stands where an act leaves it; and what is no whole act."""
    present: Counter[str] = Counter()
    faults = []
    for model in (CommentRevision, PostRevision):
        for row in model.objects.all():
            marks = MARK.findall(row.note) or MARK.findall(row.source)
            if len(marks) > 1:
                faults.append(f"{row} holds {marks}")
            present.update(marks)
    present.update(
        mark for reason in Decision.objects.values_list("reason", flat=True) for mark in MARK.findall(reason)
    )
    retracted = set(Comment.objects.exclude(retracted_at=None).values_list("pk", flat=True))
    for mark, act in acts.items():
        if act["kind"] == "retract":
            present[mark] = act["comment"] in retracted
            retracted.discard(act["comment"])
    return present, faults + [f"comment {pk} is retracted, and nobody did" for pk in retracted]


def _comments(acts: Acts) -> Iterable[str]:
    """Each comment is one whole: body, revisions without a gap, the text of the last one, author, form."""
    revisions: dict[int, list[CommentRevision]] = defaultdict(list)
    for row in CommentRevision.objects.order_by("comment", "number"):
        revisions[row.comment_id].append(row)
    for body in CommentBody.objects.select_related("comment"):
        own = revisions[body.pk]
        yield from _numbered(f"comment {body.pk}", [row.number for row in own], body.revision)
        if own and own[-1].source != body.source:
            yield f"comment {body.pk} does not say what its last revision does"
        for row in own:
            mark = next(iter(MARK.findall(row.source)), "")
            if not (act := acts.get(mark)):
                continue
            if row.source != act["source"]:
                yield f"comment {body.pk}, revision {row.number} is not what {mark} sent"
            if act["kind"] == "edit" and (row.comment_id, row.number) != (act["comment"], act["revision"]):
                yield f"{mark} stands at comment {row.comment_id}, revision {row.number}"
            if act["kind"] == "reply":
                yield from _sent_as(body, mark, act)


def _sent_as(body: CommentBody, mark: str, act: dict[str, Any]) -> Iterable[str]:
    parts = (act["author"], act["post"], act["parent"], act["source"])
    if body.submission != submission_of(UUID(act["form"]), *parts) or body.author_id != act["author"]:
        yield f"comment {body.pk} is not of the form that {mark} sent"
    if act.get("made_comment", body.pk) != body.pk:
        yield f"{mark} was acknowledged as comment {act['made_comment']} and is {body.pk}"


def _posts(acts: Acts) -> Iterable[str]:
    for post in Post.objects.prefetch_related("revisions"):
        own = sorted(post.revisions.all(), key=lambda row: row.number)
        yield from _numbered(f"post {post.pk}", [row.number for row in own], post.revision)
        if own and (own[-1].title, own[-1].source) != (post.title, post.source):
            yield f"post {post.pk} does not say what its last revision does"
        for row in own:
            act = acts.get(next(iter(MARK.findall(row.note) or MARK.findall(row.source)), ""))
            if act and (row.title, row.source) != (act["title"], act["source"]):
                yield f"post {post.pk}, revision {row.number} is not what was sent"


def _numbered(name: str, numbers: list[int], last: int) -> Iterable[str]:
    if numbers != list(range(1, last + 1)):
        yield f"{name} is at revision {last} and has {numbers}"


def _decisions(acts: Acts) -> Iterable[str]:
    """A comment is where, and what, the last decision about it says. One moderator decides about each."""
    comments = Comment.objects.in_bulk()
    places: dict[int, dict[str, Any]] = {}
    hidden: dict[int, bool] = {}
    for decision in Decision.objects.exclude(comment=None).order_by("pk"):
        act = acts.get(decision.reason)
        if act is None:
            continue
        if (act["kind"], act["comment"]) != (decision.kind, decision.comment_id):
            yield f"decision {decision.pk} is not what {decision.reason} sent"
        if act["kind"] == "move":
            places[act["comment"]] = act
        else:
            hidden[act["comment"]] = act["kind"] == "hide"
    for pk, comment in comments.items():
        if (comment.hidden_at is not None) != hidden.get(pk, False):
            yield f"comment {pk} is hidden {comment.hidden_at}, and the log says {hidden.get(pk)}"
        if (act := places.get(pk)) and comment.parent_id != act["parent"]:
            yield f"comment {pk} stands under {comment.parent_id}, and {act['mark']} moved it to {act['parent']}"


def _notices(acts: Acts) -> Iterable[str]:
    """Who was mentioned was told, once; and the number beside their inbox is how many they have not seen."""
    told = Counter(Notice.objects.values_list("reader", "comment", "post"))
    mentioned = {(person, comment, None) for person, comment in CommentMention.objects.values_list("person", "text")}
    mentioned |= {(person, None, post) for person, post in PostMention.objects.values_list("person", "text")}
    if missing := mentioned - told.keys():
        yield f"mentioned and not told: {sorted(missing, key=str)[:5]}"
    for person in User.objects.order_by("pk"):
        counted = Notice.objects.visible().unseen().filter(reader=person).count()
        if person.unseen != counted:
            yield f"{person.username} has {counted} unseen notices, and {person.unseen} by the counter"


def _titles(acts: Acts) -> Iterable[str]:
    """Every text shows the titles of now, and no post is marked as one whose title is still to follow."""
    for pk, at in citations.due():
        yield f"the texts that refer to post {pk} have not followed since {at}"
    for room in (post_texts, comment_texts):
        for row in room.wanting(every=True).filter(source__contains="[["):
            text = room.stored(row)
            if anew(text).html != text.html:
                yield f"{text.name} shows a title of before"


def _renamed() -> int:
    """Texts that refer to a post that has had another title."""
    renamed = Post.objects.filter(revision__gt=1)
    return sum(room.citing(renamed).count() for room in (post_texts, comment_texts))


def _tasks(tasks: Counter[str], *, crashed: bool, ended: int) -> Iterable[str]:
    """The queue takes nothing back: what a task worker had in its hands when it ended stays as running for ever, and
    what failed because a database was away, as failed. It was done again, or ``_titles`` finds the mark."""
    if ready := tasks[TaskResultStatus.READY]:
        yield f"{ready} tasks were never begun"
    if (running := tasks[TaskResultStatus.RUNNING]) > ended:
        yield f"{running} tasks were not done to the end, and {ended} task workers ended before"
    if not crashed and (failed := tasks[TaskResultStatus.FAILED]):
        yield f"{failed} tasks failed, and nothing had crashed"
