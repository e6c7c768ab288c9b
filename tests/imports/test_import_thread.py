"""The command, as an operator meets it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from forum.comments.models import CommentBody
from forum.exports.formats import FORMATS, as_bytes
from forum.posts.models import Post
from tests.exports.documents import make_comment_document, make_document, make_post_document, uid
from tests.imports.letters import make_mail

pytestmark = pytest.mark.django_db


def run(*paths, **options) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_thread", *map(str, paths), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def write(path, name, thread):
    path.write_bytes(b"".join(as_bytes(FORMATS[name].write(thread))))
    return path


def make_box(path, *mails):
    path.write_bytes(b"".join(b"From x Wed Nov 18 09:00:00 2026\n" + mail + b"\n" for mail in mails))
    return path


def test_a_document_comes_in_and_the_numbers_are_told(tmp_path):
    out, err = run(write(tmp_path / "thread.json", "json", make_document()))

    assert "Threads:  1 (1 posts and 6 comments added)" in out
    assert "Messages: 7 read" in out
    assert err == ""
    assert CommentBody.objects.count() == 6


def test_running_it_twice_changes_nothing_and_says_so(tmp_path):
    path = write(tmp_path / "thread.json", "json", make_document())
    run(path)

    out, _ = run(path)

    assert "(0 posts and 0 comments added)" in out
    assert "Skipped:  7 (0 came twice, 7 were here already)" in out
    assert CommentBody.objects.count() == 6


def test_a_dry_run_counts_and_writes_nothing(tmp_path):
    out, _ = run(write(tmp_path / "thread.json", "json", make_document()), dry_run=True)

    assert "(1 posts and 6 comments would be added)" in out
    assert Post.objects.count() == 0


def test_mail_comes_in_from_boxes_folders_and_single_files_taken_together(tmp_path):
    box = make_box(tmp_path / "box", make_mail("a"), make_mail("a"))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b").write_bytes(make_mail("b", to="a", refs="a"))
    single = tmp_path / "single.eml"
    single.write_bytes(make_mail("c", to="lost", refs="a lost"))

    out, _ = run(box, folder, single)

    assert "Threads:  1 (1 posts and 2 comments added)" in out
    assert "Messages: 4 read" in out
    assert "Skipped:  1 (1 came twice, 0 were here already)" in out
    assert "Placed:   1 " in out


def test_a_bad_message_is_named_and_the_rest_comes_in(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_bytes(make_mail("a"))
    (folder / "notes.txt").write_bytes(b"\nno mail\n")

    out, err = run(folder)

    assert "Left out: notes.txt: no mail: it has no header of one" in err
    assert "Faults:   1 messages left out" in out
    assert Post.objects.count() == 1


def test_a_broken_document_is_refused_whole_with_the_place(tmp_path):
    good = write(tmp_path / "good.json", "json", make_document(post=make_post_document(uid="good")))
    bad = tmp_path / "bad.json"
    bad.write_text(
        write(tmp_path / "x", "json", make_document()).read_text().replace(f'"parent": "{uid(1)}"', '"parent": "?"', 1)
    )

    with pytest.raises(CommandError, match="1 refused"):
        run(bad)
    assert Post.objects.count() == 0

    err = StringIO()
    with pytest.raises(CommandError):
        call_command("import_thread", str(bad), str(good), stderr=err, stdout=StringIO())
    assert "bad.json: comments[1].parent: '?' is no comment that stands before this one" in err.getvalue()
    assert Post.objects.get().uid == "good"


@pytest.mark.parametrize("data", [b"", b"\x7fELF\x02\x01\x01\x00 no mail", b"From nobody\n"])
def test_a_file_in_which_nothing_can_be_read_is_refused(data, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(data)

    with pytest.raises(CommandError, match="1 refused"):
        run(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="1 refused"):
        run(tmp_path / "nowhere.mbox")
    with pytest.raises(CommandError, match="1 refused"):
        run(tmp_path)


def test_the_format_can_be_said(tmp_path):
    path = write(tmp_path / "thread.txt", "json", make_document(make_comment_document(1)))

    run(path, name="json")

    assert CommentBody.objects.count() == 1
