import os
from dataclasses import replace
from pathlib import Path

import pytest

from forum.exports.formats import FORMATS, as_bytes
from tests.exports.documents import make_comment_document, make_document, make_tombstone, moment

GOLDEN = Path(__file__).parent.parent / "golden" / "exports"


def written(name, thread) -> bytes:
    return b"".join(as_bytes(FORMATS[name].write(thread)))


@pytest.mark.parametrize("name", FORMATS)
def test_a_thread_is_written_as_the_golden_file_shows(name):
    golden = GOLDEN / f"thread{FORMATS[name].suffix}"
    if os.environ.get("COLLOQUY_GOLDEN") == "write":
        golden.write_bytes(written(name, make_document()))

    assert written(name, make_document()) == golden.read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_writes_the_same_bytes_every_time_and_comment_by_comment(name):
    thread = make_document()

    assert written(name, thread) == written(name, thread)
    assert len(list(FORMATS[name].write(thread))) > len(thread.comments)


@pytest.mark.parametrize("name", FORMATS)
def test_a_thread_without_comments_is_written_too(name):
    thread = replace(make_document(), comments=())

    assert b"misfire" in written(name, thread)


@pytest.mark.parametrize("name", FORMATS)
def test_a_chain_of_200_is_written_without_recursion(name):
    chain = [make_comment_document(0)]
    for number in range(1, 200):
        chain.append(replace(make_comment_document(1), uid=f"u{number}@x", parent=chain[-1].uid))

    assert b"u199@x" in written(name, make_document(*chain)) or name in {"md", "html"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_withdrawn_post_says_so_and_keeps_its_discussion(name):
    post = replace(
        make_document().post,
        title="",
        author=None,
        source="",
        html="",
        tags=(),
        revisions=(),
        state="retracted",
    )

    text = written(name, make_document(make_comment_document(1), post=post)).decode()

    assert "Text 1." in text
    assert ("Withdrawn by its author" in text) or name == "json"
    assert "misfire" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_a_tombstone_keeps_its_place_and_gives_its_reason(name):
    thread = make_document(make_tombstone(1, state="hidden", state_reason="off topic"), make_comment_document(2, 1))

    text = written(name, thread).decode()

    assert "off topic" in text
    assert text.index("off topic") < text.index("Text 2.")


@pytest.mark.parametrize("name", FORMATS)
def test_a_branch_is_written_with_its_post(name):
    branch = (replace(make_comment_document(4), parent="elsewhere@example"), make_comment_document(5, 4))

    text = written(name, make_document(*branch, branch=branch[0].uid)).decode()

    assert "The *claim*" in text or name == "html"
    assert "Text 4." in text
    assert "Text 5." in text


def test_moments_are_given_exactly():
    at = moment(3).replace(microsecond=120)

    assert b"2026-11-18T09:03:00.000120Z" in written("json", make_document(make_comment_document(1, published_at=at)))
