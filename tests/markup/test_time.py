"""No text costs more than a second of CPU, counted by the child that renders it: else it is refused in a sentence."""

import pytest

from forum.markup import render
from forum.markup.pool import NOT_RENDERED

MOST = 1.0  # seconds of CPU
LINE = 15_000  # characters; longer lines are refused at once


def flood(unit: str, length: int) -> str:
    """``unit`` again and again, in one paragraph of long lines."""
    line = unit * (LINE // len(unit))
    return "\n".join([line] * (length // len(line) + 1))[:length]


UNITS = [
    "[", "]", "[a](", "[a](b", "[a](b)", "![", "[a][b]", "[[", "[^", "[^1]", "^a", "_a", "__a_", "~~a", "~a~", "*a_",
    "* * *", "**a*b", "a**b", "***a", "==a", "*", "_", "`", "`a", "``a`", "\\", "&", "&#", "&amp;", "<", "<a ",
    "<http://", "!", "(", ")", "|", "~", "^", '"', "'", "http://a.b ", "www.a.b ", "a@b.c ", "mailto:", "猫", "a\u0301",
    "- ", "1. ", "> ", "# ", "[a]: b ", "\t",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_flood_of_marks_is_quick_or_refused(unit):
    bounded(render(flood(unit, 19_000), key="c1"))


@pytest.mark.parametrize(
    "unit",
    ["[", "[a](", "[a](b", "![", "^a", "_a", "~~a", "* * *", "**a*b", "a**b", "==a", "]", "[a](b)", "`a", "a@b.c "],
)
def test_a_flood_as_long_as_a_post_is_quick_or_refused(unit):
    bounded(render(flood(unit, 100_000), key="c1"))


LADDERS = {
    "lists by four spaces": "\n".join(" " * 4 * depth + "- x" for depth in range(200)),
    "lists by two": "\n".join(" " * 2 * depth + "- x" for depth in range(200)),
    "lists by tabs": "\n".join("\t" * depth + "- x" for depth in range(200)),
    "lists on one line": "- " * 2_000,
    "numbers on one line": "1. " * 2_000,
    "lists in quotes on one line": "> - " * 500,
    "quotes on one line": ">" * 19_000,
    "quotes line by line": "\n".join(">" * depth + " x" for depth in range(300)),
    "quotes as deep as they may": ("\n".join(">" * depth + " x" for depth in range(12)) + "\n") * 150,
    "lists as deep as they may": ("\n".join(" " * 4 * depth + "- x" for depth in range(12)) + "\n") * 50,
    "both in turn": "- > - > - > - > x\n" * 1_000,
    "a table as wide as it may": "\n".join(["|".join("a" * 99), "|".join("-" * 99)] + ["|".join("a" * 99)] * 48),
    "many tables": "|a|b|\n|-|-|\n|c|d|\n\n" * 1_000,
    "footnotes in a chain": "".join(f"[^{n}]: a [^{n + 1}]\n\n" for n in range(249)) + "[^0]",
    "one footnote again and again": "[^a] " * 498 + "\n\n[^a]: x",
    "equal headings": "# a\n" * 1_000,
    "fences": "```\na\n```\n" * 1_700,
    "open fences": "```\n" * 4_700,
    "highlighted code": "```python\n" + "x = f(y)[1] # z\n" * 900 + "```\n",
    "a fence with options": "```py " + "a='b' " * 3_000 + "!\nx\n```",
    "definitions of links": "[a]: http://b\n" * 1_300,
    "one long address": "http://" + "a/" * 9_000,
    "every character": "".join(map(chr, range(0x20, 0x5000))),
    "a million characters": "x" * 1_000_000,
}


@pytest.mark.parametrize("source", LADDERS.values(), ids=LADDERS)
@pytest.mark.parametrize("source_format", ["markdown", "plain"])
def test_what_is_nested_or_repeated_is_quick_or_refused(source, source_format):
    bounded(render(source, key="c1", source_format=source_format))


def bounded(rendered):
    assert rendered.cpu < MOST
    assert rendered.version != NOT_RENDERED  # nobody had to be ended for it
    assert "could not be rendered" not in rendered.refused  # no RecursionError either


def test_the_count_is_that_of_the_child():
    # A short one may take less than the clock of the system can tell, and counts as nothing then.
    assert render("*a* " * 4_000, key="c1").cpu > render("a", key="c1").cpu >= 0
