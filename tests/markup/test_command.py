import io
import json

import pytest
from django.core.management import CommandError, call_command

from forum.markup import render


@pytest.fixture
def answer(monkeypatch, capsys):
    """``answer(typed, *options)``: what the command prints when that is typed into it."""

    def run(typed, *options):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        call_command("render", *options)
        return capsys.readouterr().out

    return run


def test_markdown_becomes_html_by_the_function_that_saving_uses(answer):
    assert answer("# Hi\r\n\n*there*\n\n") == render("# Hi\n\n*there*", key="text").html + "\n"


def test_each_line_of_json_is_answered_by_one(answer):
    typed = "".join(json.dumps({"source": source}) + "\n" for source in ["*a*", "", "[" * 9_000, "é\ud800\n\nb"])
    answers = [json.loads(line) for line in answer(typed, "--jsonl").splitlines()]

    assert [set(one) for one in answers] == [{"html", "refused", "cpu_ms"}] * 4
    assert answers[0]["html"] == "<p><em>a</em></p>"
    assert answers[1]["html"] == ""
    assert answers[1]["refused"].startswith("Write something")
    assert "not closed" in answers[2]["refused"]
    assert answers[3] | {"cpu_ms": 0} == {"html": "<p>é\ufffd</p>\n<p>b</p>", "refused": "", "cpu_ms": 0}
    assert all(one["cpu_ms"] >= 0 for one in answers)


@pytest.mark.parametrize("line", ["no json", "[]", '"text"', '{"text": "x"}', '{"source": 3}'])
def test_a_line_that_is_no_question_is_named(answer, line):
    with pytest.raises(CommandError, match="Line 2"):
        answer('{"source": "x"}\n' + line + "\n", "--jsonl")


def test_nothing_typed_is_refused_in_words(answer):
    with pytest.raises(CommandError, match="Write something"):
        answer(" \n")
