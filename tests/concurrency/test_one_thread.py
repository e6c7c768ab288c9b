"""Eight processes insert, move, hide and edit in one thread at once."""

from collections import Counter, defaultdict

import pytest

from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.comments.queries import miscounted
from forum.posts.models import Post
from tests.concurrency.crowd import run_crowd
from tests.factories import make_chain, make_comment, make_moderator, make_post

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ACTS = 24  # of each process


@pytest.fixture
def stage():
    """Two posts, the first with a small thread in which the trouble is, and eight moderators, whom no rate stops."""
    people = [make_moderator() for _ in range(8)]
    post, other = make_post(people[0]), make_post(people[0])
    for _ in range(3):
        chain = make_chain(post, 4, people[0])
        make_comment(post, people[0], parent=chain[1])
    make_comment(other, people[0])
    return {"people": [person.pk for person in people], "post_ids": [post.pk, other.pk]}


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_acknowledged_is_missing_nothing_is_doubled_and_all_trees_are_whole(stage, seed):
    before = set(Comment.objects.values_list("pk", flat=True))
    versions = sum(Post.objects.values_list("thread_version", flat=True))

    reports = run_crowd("busy", seed=seed, acts=ACTS, **stage)

    assert [error for report in reports for error in report["errors"]] == []
    assert find_broken() == []
    assert list(miscounted()) == []
    did = defaultdict(list)
    for report in reports:
        for act in report["acknowledged"]:
            did[act["kind"]].append(act | {"by": report["number"]})
    assert set(did) >= {"reply", "edit", "move", "state", "branch"}

    written = {act["comment"]: act["source"] for act in did["reply"]}
    assert len(written) == len(did["reply"])
    assert set(Comment.objects.values_list("pk", flat=True)) == before | written.keys()
    first = dict(CommentRevision.objects.filter(number=1).values_list("comment_id", "source"))
    assert {pk: first[pk] for pk in written} == written
    assert_edits_are_kept(did["edit"], written)
    retracted = Comment.objects.filter(retracted_at__isnull=False).values_list("pk", flat=True)
    assert set(retracted) == {act["comment"] for act in did["retract"]}
    assert_last_words_stand(reports)

    changes = len(did["reply"] + did["edit"] + did["move"] + did["retract"])
    changes += sum(bool(act["changed"]) for act in did["state"] + did["branch"])
    assert sum(Post.objects.values_list("thread_version", flat=True)) >= versions + changes


def assert_edits_are_kept(edits, written) -> None:
    kept = {
        (pk, number): source
        for pk, number, source in CommentRevision.objects.values_list("comment_id", "number", "source")
    }
    last = dict(written)
    for act in edits:
        assert kept[act["comment"], act["revision"]] == act["source"]
        last[act["comment"]] = act["source"]
    assert dict(CommentBody.objects.filter(pk__in=written).values_list("pk", "source")) == last
    assert len(kept) == CommentBody.objects.count() + len(edits)


def assert_last_words_stand(reports) -> None:
    """Where one process alone moved or hid a comment, it stands as that process left it."""
    moves, states, hands = {}, {}, defaultdict(set)
    branches = False
    for report in reports:
        for act in report["acknowledged"]:
            if act["kind"] == "move":
                hands["move", act["comment"]].add(report["number"])
                moves[act["comment"]] = act["parent"]
            if act["kind"] == "state":
                hands["state", act["comment"]].add(report["number"])
                states[act["comment"]] = act["hidden"]
            branches = branches or act["kind"] == "branch"
    alone = Counter(len(hands[key]) == 1 for key in hands)
    assert alone[True]
    for comment in Comment.objects.all():
        if comment.pk in moves and len(hands["move", comment.pk]) == 1:
            assert comment.parent_id == moves[comment.pk]
        if not branches and comment.pk in states and len(hands["state", comment.pk]) == 1:
            assert (comment.hidden_at is not None) == states[comment.pk]


def test_one_version_of_a_thread_is_one_content(stage):
    reports = run_crowd("watch_or_write", processes=6, seed=3, acts=16, **stage)

    assert [error for report in reports for error in report["errors"]] == []
    seen = defaultdict(set)
    for sample in reports[0]["acknowledged"]:
        seen[sample["version"]].add(sample["seen"])
    assert len(seen) > 3
    assert {version for version, contents in seen.items() if len(contents) > 1} == set()


def test_the_counters_are_exact_at_every_moment(stage):
    post = make_post(make_moderator())
    comments = [make_comment(post).pk for _ in range(8)]

    reports = run_crowd("flicker", comments=comments, rounds=15)

    assert [error for report in reports for error in report["errors"]] == []
    assert list(miscounted()) == []
    assert Post.objects.get(pk=post.pk).comment_count == 1
    assert Post.objects.get(pk=post.pk).thread_version == 1 + 8 + 7 * 15
