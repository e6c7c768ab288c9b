import mailbox
import re
from dataclasses import replace
from email import policy
from email.parser import BytesParser

import pytest

from forum.exports.formats.mbox import message_id, write
from tests.exports.documents import (
    ANN,
    MAIL_TEXT,
    make_comment_document,
    make_document,
    make_post_document,
    moment,
    uid,
)


def bytes_of(thread) -> bytes:
    return b"".join(write(thread))


def messages_of(thread, tmp_path) -> list:
    """As Python's own mailbox reads them, with the quoting of mboxrd taken off."""
    path = tmp_path / "thread.mbox"
    path.write_bytes(bytes_of(thread))
    box = mailbox.mbox(path)
    raw = [re.sub(rb"(?m)^>(>*From )", rb"\1", box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118 - no dict
    box.close()
    return [BytesParser(policy=policy.default).parsebytes(data) for data in raw]


def ids(value) -> list[str]:
    return re.findall(r"<([^<>\s]+)>", str(value or ""))


def test_every_text_is_one_message_and_every_parent_is_found(tmp_path):
    messages = messages_of(make_document(), tmp_path)

    there = {ids(message["Message-ID"])[0] for message in messages}
    assert len(messages) == len(there) == 7
    assert [message for message in messages[1:] if ids(message["In-Reply-To"])[0] not in there] == []
    assert messages[0]["In-Reply-To"] is None


def test_references_are_complete_and_start_with_the_post(tmp_path):
    messages = messages_of(make_document(), tmp_path)

    expected = [messages[number]["Message-ID"] for number in (0, 1, 2, 3)]
    assert ids(messages[4]["References"]) == [ids(each)[0] for each in expected]
    assert ids(messages[4]["In-Reply-To"]) == ids(expected[-1])


def test_a_uid_that_is_a_message_id_stays_as_it_is_and_others_can_be_read_back(tmp_path):
    messages = messages_of(make_document(), tmp_path)

    assert messages[6]["Message-ID"] == "<20261118.1234@mail.example>"
    assert messages[6]["X-Colloquy-Uid"] is None
    assert messages[1]["Message-ID"] == f"<{uid(1).replace(':', '%3A')}@talk.example>"
    assert messages[1]["X-Colloquy-Uid"] == uid(1).replace(":", "%3A")


@pytest.mark.parametrize("odd", ["yes", "a b@c", "ü@x", "<x@y>", "x@y\nBcc: z", "p" * 1500])
def test_any_uid_gives_one_sound_message_id(odd):
    assert re.fullmatch(r"[!-;=?-~]{1,990}@talk\.example", message_id(odd, "talk.example"))


def test_markdown_travels_with_its_rendering(tmp_path):
    message = messages_of(make_document(), tmp_path)[2]

    markdown, html = message.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert (markdown.get_content_type(), html.get_content_type()) == ("text/markdown", "text/html")
    assert markdown.get_payload(decode=True).decode() == "Fair. ünïcode — ok\n"
    assert html.get_payload(decode=True).decode() == "<p>Fair. ünïcode — ok</p>"


@pytest.mark.parametrize(
    "source",
    [
        MAIL_TEXT,
        "no newline at the end",
        "",
        "\n\nempty lines around\n\n",
        "From the first line\n>From\n>>From x\n",
        "long " + "x" * 5000 + "\n",
        "trailing space \n.\n--\n",
        "=?utf-8?q?no_header?= =3D\n",
        "ünï\u2028code\x0c\n",
    ],
)
def test_plain_text_comes_back_to_the_letter(source, tmp_path):
    thread = make_document(
        make_comment_document(1, source=source, source_format="plain"), make_comment_document(2, source="after")
    )

    messages = messages_of(thread, tmp_path)

    assert len(messages) == 3
    assert messages[1].get_content_type() == "text/plain"
    assert messages[1].get_param("format") == "fixed"
    payload = messages[1].get_payload(decode=True)
    assert payload.decode() == source


def test_lines_that_start_with_from_are_quoted():
    data = bytes_of(make_document())

    assert b"\n>From the start:\n>>From a reply\n" in data
    assert b"\n>From here on, `code`." in data
    assert len(re.findall(rb"^From ", data, re.MULTILINE)) == 7


def test_nothing_in_a_document_can_start_a_header_field(tmp_path):
    evil = "x\r\nBcc: victim@example.org\n\nbody\u2028Bcc: other@example.org"
    person = replace(ANN, username=evil, display_name=evil)
    thread = make_document(
        make_comment_document(1, author="ann", uid=evil, url=f"https://talk.example/{evil}", published_at=moment(1)),
        replace(make_comment_document(2, author=None, source="", html="", state="hidden"), state_reason=evil),
        post=make_post_document(title=evil, tags=(evil,), uid=evil + "2", locked_at=moment(5), lock_reason=evil),
        people=(person, *make_document().people[1:]),
        source_url=f"https://talk.example\r\nBcc: x/{evil}",
    )

    messages = messages_of(thread, tmp_path)

    assert len(messages) == 3
    for message in messages:
        assert "Bcc" not in message
        assert {name for name in message.keys() if not name.startswith("X-Colloquy-")} <= {  # noqa: SIM118 - a list
            "From", "Date", "Subject", "Message-ID", "In-Reply-To", "References", "List-Id", "Archived-At", "Keywords",
            "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        }  # fmt: skip


def test_heads_are_ascii_and_no_line_is_longer_than_mail_allows():
    thread = make_document(
        make_comment_document(1, source="ü" * 3000, html="<p>" + "ü" * 3000),
        post=make_post_document(title="Müßte " * 60, tags=("x" * 2000,)),
    )

    data = bytes_of(thread)

    assert max(len(line) for line in data.split(b"\n")) <= 998
    for message in re.split(rb"(?m)^From .*\n", data)[1:]:
        assert message.split(b"\n\n")[0].isascii()


def test_nobodys_real_address_is_written():
    person = replace(ANN, address="ann@private.example")

    data = bytes_of(make_document(people=(person, *make_document().people[1:])))

    assert b"private.example" not in data
    assert b'From: "Ann \\"A\\" Author"\n <ann@noreply.talk.example>' in data


def test_a_text_that_holds_the_boundary_does_not_end_its_part(tmp_path):
    boundary = re.search(rb'boundary="([^"]+)"', bytes_of(make_document(make_comment_document(1))).split(b"\nFrom ")[1])
    source = f"--{boundary[1].decode()}--\nstill here"

    messages = messages_of(make_document(make_comment_document(1, source=source)), tmp_path)

    assert next(messages[1].iter_parts()).get_payload(decode=True).decode() == source


def test_a_tombstone_says_its_state_and_reason(tmp_path):
    messages = messages_of(make_document(), tmp_path)

    assert (messages[3]["X-Colloquy-State"], messages[3]["X-Colloquy-State-Reason"]) == ("hidden", "personal remark")
    assert messages[3].get_content() == "Hidden by a moderator: personal remark\n"
    assert messages[5]["X-Colloquy-State"] == "retracted"


def test_an_edited_text_keeps_its_id_and_says_so(tmp_path):
    message = messages_of(make_document(), tmp_path)[0]

    assert message["X-Colloquy-Edited-At"] == "2026-11-18T09:30:00Z"
    assert message["X-Colloquy-Revision"] == "2"
    assert message["Archived-At"] == "<https://talk.example/posts/1/what-counts/>"
    assert message["List-Id"] == "<posts.talk.example>"
    assert message.get_all("Keywords") == ["evaluation", "Méthode, générale"]
    assert message["Subject"] == "What counts <as> a misfire?"
