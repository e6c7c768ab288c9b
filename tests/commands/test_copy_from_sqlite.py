"""From the file to PostgreSQL with everything, or not at all."""

import os
import sqlite3
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.base.base import NO_DB_ALIAS

from accounts.models import User
from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody
from forum.comments.queries import miscounted
from forum.management.commands import copy_from_sqlite
from forum.posts.models import Post
from tests.factories import make_person, make_post

ROOT = Path(__file__).resolve().parents[2]
# Said before any fixture is made: the file to copy takes longer than all the copying.
into_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="copies into PostgreSQL alone")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A site in a file, with a post whose last number was given to something that is gone."""
    folder = tmp_path_factory.mktemp("original")
    env = os.environ | {"DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", "COLLOQUY_VAR": str(folder)}
    for words in (["migrate", "-v0"], ["bench_data", "--posts=3", "--comments=60"]):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    with sqlite3.connect(folder / "site.sqlite3") as file:
        file.execute("UPDATE sqlite_sequence SET seq = 77 WHERE name = 'posts_post'")
    file.close()
    return folder / "site.sqlite3"


def copy(file: Path) -> str:
    out = StringIO()
    call_command("copy_from_sqlite", str(file), stdout=out)
    return out.getvalue()


@pytest.fixture
def empty(transactional_db, monkeypatch):
    """A database as `migrate` leaves it."""
    monkeypatch.setattr(copy_from_sqlite, "SOURCE", NO_DB_ALIAS)  # the one name that Django lets a test add


@into_postgresql
def test_everything_arrives_as_it_was(empty, original):
    said = copy(original)

    assert "comments_comment: 60 rows, " in said
    assert (Post.objects.count(), Comment.objects.count(), CommentBody.objects.count()) == (3, 60, 60)
    assert find_broken() == []
    assert list(miscounted()) == []
    with sqlite3.connect(original) as file:
        told = file.execute("SELECT id, uid, title, thread_version FROM posts_post ORDER BY id").fetchall()
    file.close()
    assert list(Post.objects.order_by("pk").values_list("pk", "uid", "title", "thread_version")) == told


@into_postgresql
def test_postgresql_knows_at_once_how_much_there_is(empty, original):
    copy(original)

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'comments_comment'")
        assert cursor.fetchone() == (60,)


@into_postgresql
def test_numbers_go_on_where_they_had_come_to(empty, original):
    copy(original)
    assert make_post().pk == 78
    assert make_person().pk not in User.objects.exclude(username__startswith="person").values_list("pk", flat=True)


@into_postgresql
def test_a_difference_is_found_and_nothing_stays(empty, original, monkeypatch):
    insert = copy_from_sqlite.raw_insert

    def careless(model, rows):
        for row in rows:
            if model is CommentBody and row.pk == 7:
                row.source += " "
        insert(model, rows)

    monkeypatch.setattr(copy_from_sqlite, "raw_insert", careless)
    with pytest.raises(CommandError, match="Nothing was copied: comments_commentbody has 60 rows"):
        copy(original)
    assert not User.objects.exists()


@into_postgresql
def test_nothing_is_mixed_with_what_is_there(empty, original, ann):
    with pytest.raises(CommandError, match="not empty: there are rows in accounts_user"):
        copy(original)
    assert list(User.objects.all()) == [ann]


@into_postgresql
def test_a_file_of_other_code_is_refused(empty, original, tmp_path):
    other = tmp_path / "other.sqlite3"
    other.write_bytes(original.read_bytes())
    with sqlite3.connect(other) as file:
        file.execute("DELETE FROM django_migrations WHERE app = 'posts' AND name LIKE '0001%'")
    file.close()
    with pytest.raises(CommandError, match=r"they differ in posts\.0001"):
        copy(other)


@into_postgresql
def test_the_connection_to_the_file_is_gone_afterwards(empty, original):
    copy(original)
    assert set(connections) == {"default"}


@into_postgresql
@pytest.mark.parametrize("content", [b"", b"no database at all"])
def test_what_is_no_site_is_refused(empty, tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(CommandError, match=r"is no SQLite file of a site|differ in"):
        copy(tmp_path / "file")


@into_postgresql
def test_a_file_that_is_not_there_is_said(empty, tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        copy(tmp_path / "nothing.sqlite3")


@pytest.mark.skipif(connection.vendor == "postgresql", reason="there it would be")
def test_into_sqlite_nothing_is_copied(tmp_path):
    with pytest.raises(CommandError, match="DATABASE_URL must name the PostgreSQL"):
        copy(tmp_path / "any.sqlite3")
