"""Input that the Markdown library is slow or recursive on is refused by counting, before it costs anything."""

import logging

import pytest

from forum.markup import POST_LIMIT, pipeline, render
from forum.markup.caps import BRACKET_WORK, bracket_work


@pytest.mark.parametrize("mark", ["[", "![", "[a](", "[a](b", "[a][", "[^1", "[[", "[a](<", '[a](b "'])
def test_a_flood_of_open_brackets_is_refused_with_a_sentence(mark):
    rendered = render(mark * 5_000 if len(mark) < 4 else mark * 3_000, key="c1")
    assert rendered.refused.startswith("This text is shown as it was typed: ")
    assert rendered.html.count("<pre>") == 1


@pytest.mark.parametrize(
    "source, fault",
    [
        ("x" * 20_001, "one line is 20,001 characters"),
        (">" * 13 + " x", "quotes may stand 12 deep"),
        ("- " * 13 + "x", "lists may stand 12 deep"),
        ("1. " * 2_000 + "x", "lists may stand 12 deep"),
        ("> - " * 500, "quotes may stand 12 deep"),
        ("- > " * 500, "lists may stand 12 deep"),
        ("\n".join(" " * 4 * depth + "- x" for depth in range(200)), "lists may stand 12 deep"),
        ("[^1] " * 501, "500 footnote"),
        (
            "*a " * 5_000 + "\n\n" + "_b " * 5_000 + "\n\n" + "~~c~~ " * 1_000,
            "too many marks such as *, _ and `. Divide",
        ),
        ("`a" * 7_500 + "\n" + "`a" * 7_500, "too many marks such as"),
        ("[a](b) " * 2_000 + "\n\n" + "a@b.c " * 2_000, "too many links and addresses. Divide"),
        (("&" * 10_000 + "\n") * 10, "too many ampersands"),
        ("```\n" + "a\n" * 40_001 + "```", "40,000 lines"),
        (" > >! : " * 130 + "a", "definitions may stand 6 deep"),
        ("- a\n" * 6_000, "too many paragraphs, list items and table cells"),
        ("a  \nb\\\n" * 5_000, "too many breaks of lines"),
        (("\\! " * 4_000 + "\n\n") * 10, "too many escaped characters"),
        ("a\n\n" * 10_001, "10,000 paragraphs, list items and rows"),
        ("|a\n|-\n" * 5_001, "10,000 paragraphs, list items and rows"),
        ("- a\n" * 10_001, "10,000 paragraphs, list items and rows"),
        ("# a\n" * 1_001, "1,000 headings"),
        ("a\n" + ": b\n" * 1_001, "1,000 definitions"),
        ("a\n=\n" * 1_001, "1,000 headings"),
        ("|".join("a" * 150) + "\n" + "|".join("-" * 150), "100 columns"),
        ("|".join("a" * 90) + "\n" + "|".join("-" * 90) + "\n|" * 5_000, "5,000 cells"),
        ("x" * 19_000 + "\n" + "x" * POST_LIMIT, "longer than 200,000"),
    ],
)
def test_a_structure_beyond_all_use_is_refused_with_a_sentence(source, fault):
    rendered = render(source, key="c1")
    assert fault in rendered.refused
    assert rendered.refused in rendered.html


@pytest.mark.parametrize(
    "source",
    [
        ">" * 12 + " x",
        "- " * 12 + "x",
        "> " * 12 + "- " * 12 + "x",
        "* " * 40,
        "-" * 200,
        "text\n" + "=" * 120,
        "\n".join("    " * depth + "- x" for depth in range(12)),
        "```\n" + "[" * 15_000 + "\n" + ">" * 50 + "\n" + "- " * 50 + "\n```",
        "    " + "[" * 15_000,
        ("word *em* [link](https://example.org/) `code` and words that need no rule " * 25 + "\n\n") * 40,
        "[a](b) " * 2_300,
        "- [a](https://example.org/)\n" * 1_500,
        "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 1_000,
        ("x" * 78 + "\n") * 200,
        "*" * 19_000,
        "a " + "*" * 9_000 + "a" + "*" * 9_000,
        ("Name: " + "_" * 60 + "\n") * 1_000,
        "_a " * 6_000,
        "*a* " * 3_500,
        "- a\n" * 3_500,
        ("&amp;" * 1_900 + "\n") * 20,
        ("<T>" * 3_000 + "\n") * 20,
        "```\n" + "*a " * 15_001 + "\n```",
        "a[1] = b[2][3], " * 100,
    ],
)
def test_what_people_write_passes(source):
    assert render(source, key="c1").refused == ""


def test_refused_text_is_all_there():
    source = "\n  <b>" + "[" * 10_000
    assert render(source, key="c1").html.endswith("<pre><code>\n  &lt;b&gt;" + "[" * 10_000 + "</code></pre>")


@pytest.mark.parametrize("options", [1, 8, 200])
def test_a_fence_with_many_options_is_a_fence_still(options):
    # Twenty options, matched in every way, took the library's expression 0.4 s; two hundred would not end.
    html = render("```python " + "a='b' " * options + "!\nx = 1\n```", key="c1").html
    assert 'x = <span class="mi">1</span>' in html


def test_work_is_summed_over_the_paragraphs():
    paragraph = "[" * 1_000
    assert bracket_work(paragraph) < BRACKET_WORK
    assert render(paragraph, key="c1").refused == ""
    assert "not closed" in render("\n\n".join([paragraph] * 5), key="c1").refused


@pytest.mark.parametrize("fault", [RecursionError("deep"), ValueError("odd"), MemoryError()])
def test_a_fault_of_the_library_loses_no_text_and_is_logged(fault, monkeypatch, caplog):
    def fail(_source, *, nonce):
        raise fault

    monkeypatch.setitem(pipeline._CONVERTERS, "markdown", fail)
    with caplog.at_level(logging.ERROR):
        rendered = pipeline.render("<my> text", key="c7")

    assert "<pre><code>&lt;my&gt; text</code></pre>" in rendered.html
    assert rendered.refused in rendered.html
    assert "c7" in caplog.text
    assert "<my>" not in caplog.text
