import json
from dataclasses import replace

import pytest

from forum.exports.document import ThreadDocument
from forum.exports.formats.json import write
from forum.imports.readers.json import read_json
from forum.imports.reading import Unreadable
from tests.exports.documents import make_comment_document, make_document, make_post_document, make_tombstone, uid


def data_of(thread: ThreadDocument) -> bytes:
    return "".join(write(thread)).encode()


def broken(change) -> bytes:
    document = json.loads(data_of(make_document()))
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "thread",
    [
        make_document(),
        replace(make_document(), comments=()),
        make_document(
            post=make_post_document(state="hidden", state_reason="x", source="", html="", revisions=(), title="")
        ),
        make_document(make_tombstone(1, state="retracted"), make_comment_document(2, 1)),
        make_document(replace(make_comment_document(4), parent="above@x"), make_comment_document(5, 4), branch=uid(4)),
    ],
)
def test_what_is_written_is_read_back_the_same(thread):
    assert read_json(data_of(thread)) == thread


def test_a_byte_order_mark_and_other_offsets_are_understood():
    data = broken(lambda document: document["comments"][0].update(published_at="2026-11-18t10:01:00.5+01:00"))

    read = read_json(b"\xef\xbb\xbf" + data)

    assert read.comments[0].published_at.isoformat() == "2026-11-18T09:01:00.500000+00:00"


@pytest.mark.parametrize(
    "change, place, reason",
    [
        (lambda d: d.update(format="other"), "format", "must be 'colloquy-thread'"),
        (lambda d: d.update(version=2), "version", "must be 1, not 2"),
        (lambda d: d.pop("people"), "document", "'people' is missing"),
        (lambda d: d.update(extra=1), "document", "'extra' is not known"),
        (lambda d: d.update(exported_at="2026-13-40T00:00:00Z"), "exported_at", "is no time"),
        (lambda d: d.update(people={}), "people", "must be a list, not an object"),
        (lambda d: d["people"].append(d["people"][0]), "people", "same key"),
        (lambda d: d["people"][1].pop("orcid"), "people[1]", "'orcid' is missing"),
        (lambda d: d["post"].update(author="nobody"), "post.author", "no key of anybody"),
        (lambda d: d["post"].update(title="  "), "post.title", "must not be empty"),
        (lambda d: d["post"].update(uid="a b"), "post.uid", "spaces"),
        (lambda d: d["post"].update(revision=0), "post.revision", "must be from 1"),
        (lambda d: d["post"].update(revision=True), "post.revision", "not a boolean"),
        (lambda d: d["post"].update(tags=["a", 1]), "post.tags[1]", "must be a string, not a number"),
        (lambda d: d["post"]["revisions"][0].update(number=7), "post.revisions", "numbered from 1"),
        (lambda d: d["post"].update(source="Another."), "post.revisions", "source is not the one"),
        (lambda d: d["post"]["revisions"][1].update(title="Other"), "post.revisions", "title is not the post's"),
        (lambda d: d["comments"][1].update(parent="nowhere"), "comments[1].parent", "'nowhere' is no comment"),
        (lambda d: d["comments"][0].update(parent=uid(6)), "comments[0].parent", "stands before this one"),
        (lambda d: d["comments"][1].update(parent=d["post"]["uid"]), "comments[1].parent", "is no comment"),
        (lambda d: d["comments"][1].update(uid=uid(1)), "comments[1].uid", "stands twice"),
        (lambda d: d["comments"][1].update(edited_at="2026-11-18 09:00"), "comments[1].edited_at", "must be a time"),
        (lambda d: d["comments"][1].update(edited_at="0001-01-01T00:00:00+14:00"), "comments[1].edited_at", "no time"),
        (lambda d: d["comments"][1].update(source_format="rtf"), "comments[1].source_format", "markdown, plain"),
        (lambda d: d["comments"][2].update(source="leak"), "comments[2].source", "must be empty where the state is"),
        (lambda d: d["comments"][2].update(state="gone"), "comments[2].state", "visible, retracted, hidden"),
        (lambda d: d["comments"][3].update(source="a\0b"), "comments[3].source", "U+0000 at character 2"),
        (lambda d: d["comments"][3].update(source="\ud800"), "comments[3].source", "U+D800"),
        (lambda d: d["comments"][3].update(score=1.5), "comments[3].score", "must be a whole number"),
        (lambda d: d["comments"][3].update(uid="u" * 2001), "comments[3].uid", "at most 2,000"),
        (lambda d: d.update(branch=uid(2)), "comments[0].uid", "must be the branch"),
        (lambda d: d.update(branch=uid(1)), "comments[5].parent", "outside the branch"),
    ],
)  # fmt: skip
def test_a_document_that_is_wrong_is_refused_whole_with_the_place(change, place, reason):
    with pytest.raises(Unreadable) as refused:
        read_json(broken(change))

    assert refused.value.place == place
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    "data, place, reason",
    [
        (b"", "line 1, column 1", "Expecting value"),
        (b'{\n  "format": "colloquy-thread",\n  "version": 1,\n', "line 4, column 1", "Expecting property name"),
        (b'{"format": "colloquy-thread"}\n{}', "line 2, column 1", "Extra data"),
        (b'{"format"\n: "caf\xe9"}', "line 2", "byte 16 is not UTF-8"),
        (b"[]", "document", "must be an object, not a list"),
        (b"null", "document", "must be an object, not null"),
        (b'{"version": NaN}', "", "NaN is not JSON"),
        (b'{"format": 1, "format": 2}', "", "'format' stands twice"),
        (b"[" * 200_000, "", "nested too deeply"),
        (b"1" * 10_000, "", "4300 digits"),
    ],
)
def test_what_is_no_json_is_refused_with_line_and_column(data, place, reason):
    with pytest.raises(Unreadable) as refused:
        read_json(data)

    assert refused.value.place == place
    assert reason in refused.value.reason
