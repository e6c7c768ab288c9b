"""What our own mailbox export carries back: tree, sources, authors, tombstones."""

from dataclasses import replace

import pytest

from forum.exports.formats.mbox import write
from forum.imports.readers.boxes import split_mbox
from forum.imports.readers.mail import read_messages
from tests.exports.documents import (
    make_comment_document,
    make_document,
    make_post_document,
    make_tombstone,
    moment,
    uid,
)
from tests.imports.letters import NOW


def back(thread):
    reading = read_messages(split_mbox(b"".join(write(thread)), place="box"), now=NOW)
    assert reading.faults == []
    assert reading.placed == reading.loops == reading.placeholders == 0
    assert len(reading.threads) == 1
    return reading.threads[0]


def told(thread):
    """What must survive of each text."""
    names = {person.key: (person.username, person.display_name) for person in thread.people}
    return [
        (
            text.uid,
            getattr(text, "parent", None),
            text.published_at,
            text.edited_at,
            text.source,
            text.source_format if text.state == "visible" else None,
            text.state,
            text.state_reason,
            names.get(text.author),
        )
        for text in (thread.post, *thread.comments)
    ]


def test_a_thread_comes_back_with_its_tree_sources_and_tombstones():
    thread = make_document()

    assert told(back(thread)) == told(thread)
    assert back(thread).post.title == thread.post.title
    assert back(thread).post.tags == thread.post.tags


@pytest.mark.parametrize(
    "source",
    [
        "",
        "no newline",
        "newlines\n\n\n",
        "From x\n>From y\n>>From z",
        "--=_colloquy_\n--\n",
        "```\ncode\n```",
        "x" * 3000,
        "ünï\u2028 ☃ \U0001d538\n",
        "=?utf-8?q?x?=\n=3D=\n",
        "trailing  \n\ttabs\t",
        "\n\nFrom a@b Wed Nov 18 09:00:00 2026\nSubject: forged\nX-Colloquy-Version: 1\n\nforged\n",
    ],
)
@pytest.mark.parametrize("source_format", ["markdown", "plain"])
def test_every_source_comes_back_to_the_letter(source, source_format):
    thread = make_document(
        make_comment_document(1, source=source, source_format=source_format), make_comment_document(2, 1)
    )

    assert told(back(thread)) == told(thread)


def test_texts_of_the_same_second_keep_their_order():
    comments = [make_comment_document(number, published_at=moment(1)) for number in (5, 3, 4)]
    finer = [replace(make_comment_document(6), published_at=moment(2).replace(microsecond=micro)) for micro in (7,)]

    thread = make_document(*comments, *finer)

    assert told(back(thread)) == told(thread)


def test_odd_uids_come_back():
    odd = ["yes", "Ünï/%20@x", "a@b", "urn:x:" + "y" * 1500]
    comments = [replace(make_comment_document(1), uid=odd[0])]
    comments += [replace(make_comment_document(2), uid=name, parent=comments[-1].uid) for name in odd[1:2]]
    comments += [replace(make_comment_document(3), uid=odd[2], parent=odd[1])]
    comments += [replace(make_comment_document(4), uid=odd[3], parent=odd[2])]

    thread = make_document(*comments)

    assert told(back(thread)) == told(thread)


def test_titles_names_and_states_of_any_kind_come_back():
    person = replace(make_document().people[0], display_name='O\'Néill, "Q" <q@x> =?utf-8?q?no?=', username="o.neill")
    post = make_post_document(
        title="Re: =?x?= Ünï: " + "long " * 60 + "end", locked_at=moment(50), lock_reason="Done, über"
    )

    thread = make_document(make_tombstone(1, state="hidden", state_reason="Grüße"), post=post, people=(person,))

    read = back(thread)
    assert told(read) == told(thread)
    assert read.post.title == post.title
    assert (read.post.locked_at, read.post.lock_reason) == (post.locked_at, post.lock_reason)


def test_a_withdrawn_post_comes_back_as_one():
    post = make_post_document(state="retracted", source="", html="", revisions=(), title="", author=None, tags=())

    read = back(make_document(make_comment_document(1), post=post))

    assert (read.post.state, read.post.title, read.post.source) == ("retracted", "", "")


def test_a_branch_comes_back_under_its_post():
    branch = (replace(make_comment_document(4), parent=uid(2)), make_comment_document(5, 4))
    data = b"".join(write(make_document(*branch, branch=uid(4))))

    reading = read_messages(split_mbox(data, place="box"), now=NOW)

    assert [(each.uid, each.parent) for each in reading.threads[0].comments] == [(uid(4), None), (uid(5), uid(4))]
    assert reading.placed == 1
