"""Every kind of damage is seeded by SQL, behind the back of models and, where it must be, of constraints."""

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from forum.comments import checking, tree
from forum.comments.checking import find_broken
from forum.comments.models import Comment
from forum.comments.services import counts_of, set_hidden
from forum.management.commands import check_trees
from forum.notifications.services import count_unseen
from forum.posts.models import Post
from tests.factories import make_comment, make_draft, make_post

pytestmark = pytest.mark.django_db(transaction=True)  # constraints are dropped and put back for some of the damage


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def unchecked():
    """What no statement of ours could write: as after a restored dump or a fault of the disk."""
    if connection.vendor == "sqlite":
        off, on = (
            ["PRAGMA ignore_check_constraints = ON", "PRAGMA foreign_keys = OFF"],
            [
                "PRAGMA ignore_check_constraints = OFF",
                "PRAGMA foreign_keys = ON",
            ],
        )
    else:
        checks = ["comment_bounds_in_order", "top_level_comment_is_its_own_tree"]
        off = [f"ALTER TABLE comments_comment DROP CONSTRAINT {name}" for name in checks]
        off.append("SET session_replication_role = replica")
        on = ["SET session_replication_role = DEFAULT"]
    for statement in off:
        sql(statement)
    yield
    for statement in on:
        sql(statement)


@contextmanager
def put_back_checks():
    """PostgreSQL checks all rows when a constraint comes back: so the mended table must satisfy it."""
    yield
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            for constraint in Comment._meta.constraints:
                with connection.cursor() as cursor:
                    there = connection.introspection.get_constraints(cursor, Comment._meta.db_table)
                if constraint.name not in there:
                    editor.add_constraint(Comment, constraint)


@pytest.fixture
def trees(mo):
    """Two posts; in the first top -> (left -> (leaf, twin), right) and other; in the second far -> near."""
    post, second = make_post(mo), make_post(mo)
    top = make_comment(post, mo)
    left, right = make_comment(post, mo, parent=top), make_comment(post, mo, parent=top)
    leaf, twin = make_comment(post, mo, parent=left), make_comment(post, mo, parent=left)
    other = make_comment(post, mo)
    far = make_comment(second, mo)
    near = make_comment(second, mo, parent=far)
    with put_back_checks():
        yield {
            name: comment.pk
            for name, comment in {
                "top": top, "left": left, "right": right, "leaf": leaf, "twin": twin, "other": other, "far": far,
                "near": near,
            }.items()
        } | {"post": post.pk, "second": second.pk}  # fmt: skip


def check(*, fix: bool = False) -> str:
    out = StringIO()
    call_command("check_trees", fix=fix, stdout=out)
    return out.getvalue()


def parents(trees) -> dict[str, str | None]:
    names = {pk: name for name, pk in trees.items() if name not in {"post", "second"}}
    return {names[pk]: names.get(parent) for pk, parent in Comment.objects.values_list("pk", "parent_id")}


WHOLE = {
    "top": None, "left": "top", "right": "top", "leaf": "left", "twin": "left", "other": None, "far": None,
    "near": "far",
}  # fmt: skip

BOUNDS = "bounds or levels that differ"
STRAY = "parent is in another tree, or nowhere"
LOST = "parents never lead to"
POSTS = "several posts"

DAMAGE = {
    "swapped bounds": (
        "UPDATE comments_comment SET lft = CASE id WHEN {left} THEN 3 ELSE 2 END WHERE id IN ({left}, {leaf})",
        BOUNDS,
    ),
    "swapped bounds of one comment": (
        "UPDATE comments_comment SET lft = rght, rght = lft WHERE id = {right}",
        BOUNDS,
    ),
    "overlapping siblings": ("UPDATE comments_comment SET lft = 4 WHERE id = {right}", BOUNDS),
    "a gap": ("UPDATE comments_comment SET rght = rght + 10 WHERE id = {top}", BOUNDS),
    "gaps all over": ("UPDATE comments_comment SET lft = lft * 3, rght = rght * 3 WHERE parent_id > 0", BOUNDS),
    "bounds used twice": ("UPDATE comments_comment SET lft = 3, rght = 4 WHERE id = {twin}", BOUNDS),
    "a wrong level": ("UPDATE comments_comment SET level = 7 WHERE id = {leaf}", BOUNDS),
    "a top-level comment with a level": ("UPDATE comments_comment SET level = 1 WHERE id = {top}", BOUNDS),
    "a leaf in another tree": ("UPDATE comments_comment SET tree_id = {other} WHERE id = {leaf}", STRAY),
    "a comment with replies in another tree": ("UPDATE comments_comment SET tree_id = {far} WHERE id = {left}", STRAY),
    "a tree that is nobody's": (
        "UPDATE comments_comment SET tree_id = 987654 WHERE id IN ({left}, {leaf}, {twin})",
        STRAY,
    ),
    "a whole tree of another number": (
        "UPDATE comments_comment SET tree_id = 987654 WHERE tree_id = {top}",
        BOUNDS,
    ),
    "two trees of one number": ("UPDATE comments_comment SET tree_id = {top} WHERE tree_id = {other}", BOUNDS),
    "all zero": ("UPDATE comments_comment SET lft = 0, rght = 0, level = 0", BOUNDS),
    "a leaf in another post": ("UPDATE comments_comment SET post_id = {second} WHERE id = {leaf}", POSTS),
    "an inner comment in another post": ("UPDATE comments_comment SET post_id = {second} WHERE id = {left}", POSTS),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_found_and_mended(trees, kind):
    statement, reason = DAMAGE[kind]
    with unchecked():
        sql(statement.format(**trees))

    with pytest.raises(CommandError) as refused:
        check()
    assert refused.value.returncode == 1
    assert any(reason in fault.reason for fault in find_broken())

    said = check(fix=True)

    assert "all well now" in said
    assert parents(trees) == WHOLE
    assert dict(Comment.objects.values_list("pk", "post_id"))[trees["leaf"]] == trees["post"]
    assert "well formed" in check()


def test_trees_that_are_well_stay_unread(trees, monkeypatch):
    sql("UPDATE comments_comment SET rght = rght + 10 WHERE id = {top}".format(**trees))
    read = set()
    stored_rows = checking.stored_rows
    monkeypatch.setattr(checking, "stored_rows", lambda comments: read.update(found := stored_rows(comments)) or found)

    check(fix=True)

    assert read == {trees[name] for name in ("top", "left", "right", "leaf", "twin")}


@pytest.mark.parametrize("new_parent", ["lone", "near"])
def test_a_parent_that_moves_to_another_tree_just_before_the_lock_is_found_there(trees, monkeypatch, new_parent):
    trees["lone"] = make_comment(Post.objects.get(pk=trees["post"])).pk
    sql("UPDATE comments_comment SET tree_id = {other} WHERE id = {leaf}".format(**trees))
    lock = checking._lock_all_trees

    def somebody_is_faster():
        monkeypatch.setattr(checking, "_lock_all_trees", lock)
        comments = tree.locked_all([trees["left"], trees[new_parent]])
        parent = comments[trees[new_parent]]
        tree.move(comments[trees["left"]], parent=parent, post_id=parent.post_id)
        lock()

    monkeypatch.setattr(checking, "_lock_all_trees", somebody_is_faster)

    assert "all well now" in check(fix=True)

    assert parents(trees) == WHOLE | {"left": new_parent, "lone": None}
    assert Comment.objects.get(pk=trees["leaf"]).post_id == Comment.objects.get(pk=trees[new_parent]).post_id


def test_a_loop_is_cut_at_its_oldest_comment(trees):
    sql("UPDATE comments_comment SET parent_id = {leaf} WHERE id = {left}".format(**trees))

    assert any(LOST in fault.reason for fault in find_broken())
    check(fix=True)

    assert parents(trees) == WHOLE | {"left": None}
    assert "well formed" in check()


def test_a_comment_that_answers_itself_becomes_top_level(trees):
    sql("UPDATE comments_comment SET parent_id = id WHERE id = {right}".format(**trees))

    check(fix=True)

    assert parents(trees) == WHOLE | {"right": None}


def test_a_loop_through_two_posts_is_cut_and_stays_in_one(trees):
    sql("UPDATE comments_comment SET parent_id = {near} WHERE id = {left}".format(**trees))
    sql("UPDATE comments_comment SET parent_id = {leaf} WHERE id = {far}".format(**trees))

    check(fix=True)

    assert parents(trees) == WHOLE | {"left": None, "far": "leaf"}
    assert set(Comment.objects.values_list("post_id", flat=True)) == {trees["post"]}
    assert "well formed" in check()


def test_a_comment_whose_parent_is_in_another_post_follows_it_with_its_replies(trees):
    sql("UPDATE comments_comment SET parent_id = {near} WHERE id = {left}".format(**trees))

    assert any(STRAY in fault.reason for fault in find_broken())
    check(fix=True)

    assert parents(trees) == WHOLE | {"left": "near"}
    moved = Comment.objects.filter(pk__in=[trees[name] for name in ("left", "leaf", "twin")])
    assert set(moved.values_list("post_id", flat=True)) == {trees["second"]}
    assert list(Post.objects.order_by("pk").values_list("comment_count", flat=True)) == [3, 5]
    assert "well formed" in check()


def test_a_comment_whose_parent_is_gone_becomes_top_level(trees):
    with unchecked():
        sql("DELETE FROM comments_commentrevision WHERE comment_id = {left}".format(**trees))
        sql("DELETE FROM comments_commentbody WHERE comment_id = {left}".format(**trees))
        sql("DELETE FROM comments_comment WHERE id = {left}".format(**trees))

    check(fix=True)

    whole = {name: parent for name, parent in WHOLE.items() if name != "left"}
    assert parents(trees) == whole | {"leaf": None, "twin": None}
    assert "well formed" in check()


@pytest.mark.parametrize(
    "wrong",
    [
        {"comment_count": 4},
        {"comment_count": 0},
        {"active_at": timezone.now() + timedelta(days=1)},
        {"active_at": timezone.now() - timedelta(days=900)},
    ],
)
def test_wrong_counters_are_found_and_mended(trees, wrong):
    right = Post.objects.values("comment_count", "active_at").get(pk=trees["post"])
    version = Post.objects.get(pk=trees["post"]).thread_version
    Post.objects.filter(pk=trees["post"]).update(**wrong)

    with pytest.raises(CommandError, match="1 fault found"):
        check()
    said = check(fix=True)

    assert f"post {trees['post']}: counted anew" in said
    assert Post.objects.values("comment_count", "active_at").get(pk=trees["post"]) == right
    assert Post.objects.get(pk=trees["post"]).thread_version > version


def test_a_number_beside_an_inbox_that_a_crash_left_behind_is_counted_anew(ann, ben):
    post = make_post(ann)
    make_comment(post, ann, source="@ben, look.")
    User.objects.filter(pk=ben.pk).update(unseen=0)
    User.objects.filter(pk=ann.pk).update(unseen=3)

    with pytest.raises(CommandError, match="2 faults found"):
        check()
    said = check(fix=True)

    assert "ben: says 0 unseen notices; counted are 1" in said
    assert "ann: says 3 unseen notices; counted are 0" in said
    assert list(User.objects.filter(pk__in=[ann.pk, ben.pk]).order_by("username").values_list("unseen")) == [(0,), (1,)]


def test_a_number_that_is_on_its_way_is_no_fault(ann, ben, monkeypatch):
    make_comment(make_post(ann), ann, source="@ben, look.")
    User.objects.filter(pk=ben.pk).update(unseen=0)
    monkeypatch.setattr(check_trees.time, "sleep", lambda seconds: count_unseen([ben.pk]))

    assert "well formed" in check()


def test_what_is_well_is_left_as_it_is(trees, mo):
    make_draft(mo)
    make_post(mo)
    set_hidden(comment=Comment.objects.get(pk=trees["left"]), at=timezone.now(), reason="Rude.")
    before = list(Comment.objects.order_by("pk").values()), list(Post.objects.order_by("pk").values())

    assert check() == check(fix=True) == "All trees are well formed and all counters right.\n"

    assert (list(Comment.objects.order_by("pk").values()), list(Post.objects.order_by("pk").values())) == before
    assert counts_of(trees["post"])[0] == 5


def test_an_empty_site_is_well(db):
    assert "well formed" in check()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE comments_comment SET lft = rght, rght = lft WHERE id = {right}",
        "UPDATE comments_comment SET lft = 0 WHERE id = {right}",
        "UPDATE comments_comment SET rght = lft WHERE id = {right}",
        "UPDATE comments_comment SET tree_id = 987654 WHERE id = {top}",
        "UPDATE comments_comment SET level = 1 WHERE id = {top}",
        "UPDATE comments_comment SET lft = 2 WHERE id = {other}",
        "UPDATE comments_comment SET parent_id = NULL WHERE id = {left}",
        "UPDATE comments_comment SET parent_id = 987654 WHERE id = {left}",
    ],
)
def test_the_database_itself_refuses_what_it_can(trees, statement):
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(statement.format(**trees))
    assert find_broken() == []
