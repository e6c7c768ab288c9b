"""The round trips, on real mail that is not part of the project.

It is looked for in ``shared/data/mail`` next to the project, or in the folder that COLLOQUY_TEST_DATA names.
"""

import json
import mailbox
import os
import re
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from accounts.models import User
from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.exports.formats import FORMATS, as_bytes
from forum.exports.load import load_thread
from forum.posts.models import Post, PostRevision

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT.parent / "shared" / "data", ROOT.parents[1] / "shared" / "data"]
DATA = next((folder / "mail" for folder in FOLDERS if (folder / "mail").is_dir()), None)
if named := os.environ.get("COLLOQUY_TEST_DATA"):
    DATA = Path(named) / "mail"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(DATA is None, reason="no mail archive at hand: set COLLOQUY_TEST_DATA to a folder with one"),
]

# name: threads, comments, came twice, placed, placeholders, loops, faults
EXPECTED = {
    "lkml.mbox": (19, 159, 34, 3, 2, 0, 0),
    "ghost-root": (3, 7, 0, 2, 1, 0, 0),
    "parent-priority": (1, 2, 0, 0, 0, 0, 0),
    "broken": (3, 1, 0, 0, 0, 1, 0),
}
MODELS = (User, Post, PostRevision, Comment, CommentBody, CommentRevision)


def bring_in(*paths: Path) -> str:
    out = StringIO()
    call_command("import_thread", *map(str, paths), stdout=out)
    return out.getvalue()


def empty_database() -> None:
    call_command("flush", interactive=False, verbosity=0)


def rows() -> list:
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


def exported(name: str) -> dict[str, bytes]:
    """Every thread in a format, by the uid of its post."""
    return {
        post.uid: b"".join(as_bytes(FORMATS[name].write(load_thread(post, viewer=AnonymousUser()))))
        for post in Post.objects.order_by("pk")
    }


def written(folder: Path, suffix: str, files: dict[str, bytes]) -> list[Path]:
    paths = []
    for number, data in enumerate(files.values()):
        paths.append(folder / f"{number}{suffix}")
        paths[-1].write_bytes(data)
    return paths


def compared(document: bytes) -> dict:
    return {name: value for name, value in json.loads(document).items() if name not in {"exported_at", "source_url"}}


def trees() -> dict:
    """Parent, state and source of every text; siblings in their order."""
    found = {}
    for post in Post.objects.all():
        thread = load_thread(post, viewer=AnonymousUser())
        found[post.uid] = [(post.title, post.source, post.source_format, post.published_at)] + [
            (each.uid, each.parent, each.source, each.source_format, each.state, each.published_at)
            for each in thread.comments
        ]
    return found


@pytest.fixture(params=EXPECTED)
def archive(request) -> Path:
    assert DATA
    return DATA / request.param


def test_an_archive_comes_in_as_the_table_in_the_docs_says(archive):
    out = bring_in(archive)

    threads, comments, repeated, placed, placeholders, loops, faults = EXPECTED[archive.name]
    assert f"Threads:  {threads} ({threads} posts and {comments} comments added)" in out
    assert f"({repeated} came twice, 0 were here already)" in out
    assert f"Placed:   {placed} " in out
    assert f"({placeholders} placeholders; {loops} loops cut; 0 too deep" in out
    assert f"Faults:   {faults} " in out
    assert find_broken() == []


def test_an_archive_twice_changes_nothing(archive):
    bring_in(archive)
    before = rows()

    out = bring_in(archive)

    assert "(0 posts and 0 comments added)" in out
    assert rows() == before


def test_json_comes_back_the_same_in_an_empty_database_and_in_any_order(archive, tmp_path):
    bring_in(archive)
    first = exported("json")
    paths = written(tmp_path, ".json", first)
    empty_database()

    bring_in(*reversed(paths))

    second = exported("json")
    assert second.keys() == first.keys()
    for uid, document in first.items():
        assert compared(second[uid]) == compared(document)
    before = rows()
    bring_in(*paths)
    assert rows() == before


def test_a_mailbox_opens_elsewhere_with_every_parent_found_and_comes_back_to_the_same_tree(archive, tmp_path):
    bring_in(archive)
    before = trees()
    paths = written(tmp_path, ".mbox", exported("mbox"))
    for path in paths:
        box = mailbox.mbox(path)
        ids = [message["Message-ID"] for message in box]
        answered = [message["In-Reply-To"] for message in box if message["In-Reply-To"]]
        assert len(set(ids)) == len(ids) == len(answered) + 1
        assert set(answered) <= set(ids)
        assert all(set(re.findall(r"<[^<>\s]+>", message["References"] or "")) <= set(ids) for message in box)
        box.close()
    empty_database()

    bring_in(*paths)

    assert trees() == before
    assert find_broken() == []


def test_the_messages_that_answer_two_things_stand_where_a_reader_expects_them():
    assert DATA
    bring_in(DATA / "parent-priority", DATA / "ghost-root", DATA / "broken")

    parents = dict(CommentBody.objects.values_list("uid", "comment__parent__body__uid"))
    assert parents["B01-child@example.org"] is None  # answers the post: its References name nobody
    assert parents["B01-grand-child@example.org"] == "B01-child@example.org"  # its References are in the wrong order
    assert parents["001-fake-message-root@example.org"] == "001-child@example.org"  # what it answers is missing
    assert parents["mid-loop-21@example.org"] is None  # the older of the two starts the thread
    assert set(Post.objects.filter(uid__startswith="mid-loop").values_list("uid", flat=True)) == {
        "mid-loop-12@example.org"
    }
