from pathlib import Path

import pytest

from forum.imports.readers.boxes import read_box, split_mbox
from tests.imports.letters import make_mail

ENVELOPE = b"From alice@example.org Wed Nov 18 09:00:00 2026\n"


def bodies(data: bytes) -> list[bytes]:
    return [raw.data.partition(b"\n\n")[2] for raw in split_mbox(data, place="box")]


def box(*mails: bytes) -> bytes:
    return b"".join(ENVELOPE + mail + b"\n" for mail in mails)


def test_a_mailbox_is_split_at_its_from_lines():
    data = box(make_mail("a", body="one\n"), make_mail("b", body="two\n\n"), make_mail("c", body=""))

    assert bodies(data) == [b"one\n", b"two\n\n", b""]


def test_quoted_from_lines_lose_one_mark_each():
    data = box(make_mail("a", body=">From here\n>>From there\n> From not\n"))

    assert bodies(data) == [b"From here\n>From there\n> From not\n"]


def test_a_sentence_that_starts_with_from_ends_no_message():
    data = box(make_mail("a", body="One.\n\nFrom this it follows that\nthe rest holds.\n"), make_mail("b"))

    assert len(bodies(data)) == 2
    assert b"From this it follows" in bodies(data)[0]


def test_line_ends_of_other_systems_are_understood():
    data = box(make_mail("a", body="one\n"), make_mail("b", body="two\n")).replace(b"\n", b"\r\n")

    raws = list(split_mbox(data, place="box"))

    assert [raw.data.partition(b"\r\n\r\n")[2] for raw in raws] == [b"one\r\n", b"two\r\n"]


def test_a_place_names_the_message_and_its_byte():
    raws = list(split_mbox(box(make_mail("a"), make_mail("b")), place="lists.mbox"))

    assert raws[0].place == "lists.mbox, message 1 (byte 0)"
    assert raws[1].place.startswith("lists.mbox, message 2 (byte ")
    assert raws[0].envelope == ENVELOPE.decode().strip()


@pytest.mark.parametrize("data", [b"From nobody\n", b"From here on it is a sentence.\n\nNo mail.\n"])
def test_a_from_line_without_a_mail_is_handed_on_whole(data):
    assert [raw.data for raw in split_mbox(data, place="x")] == [data]


def make_folder(tmp_path: Path, **files: bytes) -> Path:
    for name, data in files.items():
        path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path


def test_a_maildir_is_read_but_for_what_is_still_arriving(tmp_path):
    folder = make_folder(
        tmp_path, cur__1=make_mail("a"), new__2=make_mail("b"), tmp__3=make_mail("c"), cur___dot_hidden=b"x"
    )

    assert [raw.place for raw in read_box(folder)] == ["cur/1", "new/2"]


def test_a_folder_of_messages_is_read_with_its_folders_in_a_fixed_order(tmp_path):
    folder = make_folder(tmp_path, b=make_mail("b"), a=make_mail("a"), deeper__c=make_mail("c"), m=box(make_mail("m")))

    assert [raw.place for raw in read_box(folder)] == ["a", "b", "deeper/c", "m, message 1 (byte 0)"]


def test_a_single_message_is_a_mailbox_of_one(tmp_path):
    folder = make_folder(tmp_path, one=make_mail("a"))

    assert [raw.data for raw in read_box(folder / "one")] == [make_mail("a")]
