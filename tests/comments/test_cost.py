"""What writing touches: the rows of the tree that stand right of it, and a number of statements that never grows."""

import re
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from forum.comments.models import Comment
from forum.comments.services import edit, reply
from forum.moderation.services import hide, restore
from tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db


STATEMENTS = 16  # with those for the savepoints; twenty are allowed


@contextmanager
def writes_to(table: str):
    """Yields a list, then filled with the statement and the number of rows of each update of ``table``."""
    found: list[tuple[str, int]] = []

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if re.match(rf'\s*UPDATE "{table}"', sql):
            found.append((sql, context["cursor"].rowcount))
        return result

    with connection.execute_wrapper(watch):
        yield found


@pytest.fixture
def thread(ann, settings):
    """Two branches of the same shape: a top comment, five replies to it, and three to each of these."""
    settings.COMMENTS_PER_MINUTE = 1000
    post = make_post(ann)
    for _ in range(2):
        top = make_comment(post, ann)
        for _ in range(5):
            middle = make_comment(post, ann, parent=top)
            for _ in range(3):
                make_comment(post, ann, parent=middle)
    return post


# How many rows a reply moves, by the place of its parent in the order of reading: ancestors, and what stands behind.
MOVES = {0: 1, 1: 18, 2: 21, 4: 19, 10: 13, 17: 2, 20: 3}


def test_a_reply_moves_only_what_stands_right_of_it_in_its_own_branch(thread, ben):
    first, other = Comment.objects.filter(post=thread, parent=None).order_by("pk")
    parents = Comment.objects.filter(tree_id=first.pk).order_by("lft")
    bounds = Comment.objects.filter(tree_id=other.pk).order_by("pk").values_list("pk", "lft", "rght")
    before, moved = list(bounds), {}

    for place in MOVES:
        with transaction.atomic(), writes_to("comments_comment") as writes:
            reply(author=ben, post=thread, source="x", parent_id=parents[place].pk)
            assert list(bounds) == before
            transaction.set_rollback(True)
        moved[place] = sum(rows for _, rows in writes)

    assert moved == MOVES


def test_a_comment_on_the_post_moves_nothing(thread, ben):
    with writes_to("comments_comment") as writes:
        reply(author=ben, post=thread, source="x")
    assert writes == []


@pytest.mark.parametrize("others", [0, 10], ids=["alone", "among others"])
def test_a_reply_takes_the_same_few_statements_at_any_size(ann, ben, settings, others, django_assert_num_queries):
    settings.COMMENTS_PER_MINUTE = settings.POSTS_PER_DAY = 1000
    post = make_post(ann)
    top = make_comment(post, ann)
    for _ in range(others):
        make_post(ann)
        make_comment(post, ann, parent=top)

    with django_assert_num_queries(STATEMENTS):
        reply(author=ben, post=post, source="Plain words.", parent_id=top.pk)


def test_hiding_and_editing_move_nothing(thread, ann, mo):
    comment = Comment.objects.filter(post=thread, level=1).order_by("lft")[0]

    with writes_to("comments_comment") as writes:
        hide(moderator=mo, target=comment, reason="Off topic")
        restore(moderator=mo, target=comment, reason="A mistake")
        edit(editor=ann, comment=comment, source="Better words.", revision=1)

    assert [rows for _, rows in writes] == [1, 1]  # its own state, hidden and not
    assert not [sql for sql, _ in writes if re.search(r'"(lft|rght|level|tree_id|parent_id)" =', sql)]
