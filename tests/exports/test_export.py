"""The addresses and the command that take a thread away."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from forum.exports.formats import FORMATS
from forum.posts import services as posts
from tests.factories import make_chain, make_comment, make_draft, make_post


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("name", FORMATS)
def test_a_thread_can_be_taken_away_by_address(name, ann, browse):
    post = make_post(ann, title="Über misfires, again", source="The claim.")
    make_comment(post, ann, source="A comment.")

    response = browse().get(f"/posts/{post.pk}/export.{name}")

    assert response.status_code == 200
    assert response["Content-Type"] == FORMATS[name].media_type
    suffix = FORMATS[name].suffix
    assert response["Content-Disposition"] == f'attachment; filename="ber-misfires-again-{post.pk}{suffix}"'
    assert response.streaming
    assert b"A comment." in body_of(response)


def test_a_branch_can_be_taken_away_by_address(ann, browse):
    post = make_post(ann, title="Misfires")
    chain = make_chain(post, 3, ann)

    response = browse().get(f"/posts/{post.pk}/c/{chain[1].pk}/export.json")

    assert response["Content-Disposition"] == f'attachment; filename="misfires-{post.pk}-c{chain[1].pk}.json"'
    assert [each["uid"] for each in json.loads(body_of(response))["comments"]] == [each.body.uid for each in chain[1:]]


@pytest.mark.parametrize("name", ["pdf", "JSON", "json.exe", "%00", "x" * 300])
def test_an_unknown_format_is_not_found(name, ann, browse):
    post = make_post(ann)

    assert browse().get(f"/posts/{post.pk}/export.{name}").status_code == 404


def test_what_is_not_there_is_not_found(ann, browse):
    post, other = make_post(ann), make_post(ann)
    foreign = make_comment(other, ann)

    for path in (
        "/posts/987654/export.json",
        f"/posts/{post.pk}/c/{foreign.pk}/export.json",
        f"/posts/{post.pk}/c/987654/export.md",
    ):
        assert browse().get(path).status_code == 404


def test_a_draft_is_not_found_by_strangers(ann, zoe, browse):
    draft = make_draft(ann)

    for viewer in (None, zoe):
        assert browse(viewer).get(f"/posts/{draft.pk}/export.json").status_code == 404


def test_taking_away_is_reading_only(ann, browse):
    post = make_post(ann)

    assert browse(ann).post(f"/posts/{post.pk}/export.json").status_code == 405
    assert browse().head(f"/posts/{post.pk}/export.json").status_code == 200


def test_the_name_of_the_file_does_not_tell_a_withdrawn_title(ann, browse):
    post = make_post(ann, title="Secret title")
    posts.retract(author=ann, post=post)

    response = browse().get(f"/posts/{post.pk}/export.md")

    assert response["Content-Disposition"] == f'attachment; filename="thread-{post.pk}.md"'
    assert b"ecret" not in body_of(response)


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_writes_what_the_address_gives(name, ann, browse, tmp_path):
    post = make_post(ann)
    make_comment(post, ann, source="A cömment.")
    path = tmp_path / "out"

    call_command("export_thread", post.pk, name=name, output=path, stdout=StringIO(), stderr=StringIO())

    assert "A cömment.".encode() in path.read_bytes()


def test_the_command_writes_to_the_standard_output_without_a_file(ann):
    post = make_post(ann)
    chain = make_chain(post, 2, ann)
    out = StringIO()

    call_command("export_thread", str(post.pk), "--format", "json", "--branch", str(chain[1].pk), stdout=out)

    assert json.loads(out.getvalue())["branch"] == chain[1].body.uid


@pytest.mark.django_db
def test_the_command_refuses_what_it_cannot_export(ann, tmp_path):
    post = make_post(ann)

    for arguments, reason in (
        (["987654", "--format", "json"], "no post 987654"),
        ([str(make_draft(ann).pk), "--format", "json"], "is a draft"),
        ([str(post.pk), "--format", "json", "--branch", "987654"], "no comment 987654"),
        ([str(post.pk), "--format", "json", "--output", str(tmp_path / "no" / "where")], "No such file"),
        ([str(post.pk), "--format", "pdf"], "invalid choice"),
    ):
        with pytest.raises(CommandError, match=reason):
            call_command("export_thread", *arguments, stdout=StringIO(), stderr=StringIO())
