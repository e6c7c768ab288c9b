import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from forum.exports.formats.json import write
from tests.exports.documents import make_comment_document, make_document, make_tombstone

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "thread.schema.json").read_text())


def validate(document) -> None:
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)


def as_json(thread) -> dict:
    return json.loads("".join(write(thread)))


def test_the_schema_is_one_itself():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "thread",
    [
        make_document(),
        replace(make_document(), comments=()),
        make_document(make_comment_document(1), branch=make_comment_document(1).uid),
        make_document(post=replace(make_document().post, source="", html="", revisions=(), state="hidden")),
    ],
)
def test_what_is_written_fits_the_schema(thread):
    validate(as_json(thread))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda document: document.update(version=2),
        lambda document: document.update(extra=1),
        lambda document: document["post"].pop("title"),
        lambda document: document["post"]["revisions"][0].pop("title"),
        lambda document: document["comments"][0].update(state="gone"),
        lambda document: document["comments"][0].update(published_at="yesterday"),
        lambda document: document["comments"][2].update(source="still here"),
        lambda document: document["comments"][0]["revisions"][0].update(title="a comment has none"),
    ],
)
def test_the_schema_refuses_what_is_not_such_a_document(break_it):
    document = as_json(make_document())
    break_it(document)

    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def test_the_fields_are_those_promised():
    document = as_json(make_document())

    assert list(document) == ["format", "version", "exported_at", "source_url", "people", "post", "comments"]
    assert list(document["people"][0]) == ["key", "username", "display_name", "orcid", "url"]
    assert list(document["post"]) == [
        "uid", "url", "title", "author", "coauthors", "tags", "published_at", "edited_at", "source", "source_format",
        "html", "revision", "revisions", "score", "locked_at",
    ]  # fmt: skip
    assert list(document["comments"][0]) == [
        "uid", "url", "parent", "author", "published_at", "edited_at", "source", "source_format", "html", "revision",
        "revisions", "score", "agreement", "state", "state_reason",
    ]  # fmt: skip
    assert document["post"]["published_at"] == "2026-11-18T09:00:00Z"


def test_every_comment_stands_on_a_line_of_its_own():
    lines = "".join(write(make_document())).splitlines()

    assert sum(line.startswith('{"uid": ') for line in lines) == len(make_document().comments)


def test_a_branch_names_its_first_comment_and_what_that_answers():
    first = replace(make_comment_document(4), parent="above@example")

    document = as_json(make_document(first, branch=first.uid))

    assert document["branch"] == first.uid
    assert document["comments"][0]["parent"] == "above@example"


def test_nobodys_address_is_written():
    person = replace(make_document().people[0], address="ann@private.example")

    assert "private.example" not in "".join(
        write(replace(make_document(), people=(person, *make_document().people[1:])))
    )


def test_a_tombstone_has_a_state_and_a_reason_and_nothing_else():
    tombstone = as_json(make_document(make_tombstone(1, state="hidden", state_reason="spam")))["comments"][0]

    assert (tombstone["state"], tombstone["state_reason"]) == ("hidden", "spam")
    assert (tombstone["source"], tombstone["html"], tombstone["revisions"], tombstone["author"]) == ("", "", [], None)
