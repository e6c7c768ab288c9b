"""No text costs more than a second of CPU, counted by the child that renders it: else it is refused in a sentence."""

import time

import pytest

from forum.markup import render
from forum.markup.pool import NOT_RENDERED

MOST = 1.0  # seconds of CPU, where sorting 200,000 numbers as words takes SORTING
SORTING = 0.033  # seconds of CPU
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
    bounded(flood(unit, 19_000))


@pytest.mark.parametrize(
    "unit",
    ["[", "[a](", "[a](b", "![", "^a", "_a", "~~a", "* * *", "**a*b", "a**b", "==a", "]", "[a](b)", "`a", "a@b.c ",
     "&amp;", "&", "<", "<http://a.b>", "<b>", "\\!", "猫", "*a*"],
)  # fmt: skip
def test_a_flood_as_long_as_a_post_is_quick_or_refused(unit):
    bounded(flood(unit, 195_000))


LINES_OF_POSTS = {
    "list items": "- a\n", "tasks": "- [ ] a\n", "breaks": "a\\\n", "rows": "|a|b|\n", "tables of a row": "|a\n|-\n",
    "lines": "a\n", "deep lists": "- - - - - - - - - - - a\n", "notes in notes": "[^a]:[^b]:\n", "quotes": "> a\n\nb\n",
    "code": "```c\nx+1*(y)\n```\n", "definitions": "a\n: b\n\n", "columns": "a    b\n\nc\n\n", "addresses": "http://a.b\n",
    "patches": "--- a\n+++ b\n@@ -1 +1 @@\n+a\nb\n", "signatures": "-- \na\n",
    "heads of patches": "Index: a\n" + "=" * 30 + "\n",
}  # fmt: skip


@pytest.mark.parametrize("line", LINES_OF_POSTS.values(), ids=LINES_OF_POSTS)
@pytest.mark.parametrize("source_format", ["markdown", "plain"])
def test_lines_of_one_kind_up_to_the_length_of_a_post_are_quick_or_refused(line, source_format):
    bounded(line * (195_000 // len(line)), source_format)


def test_the_most_of_all_kinds_together_is_quick_or_refused():
    dear = "- [ ] *a* [b](http://c.d) `e` f@g.h  \n  i\n\n" * 500
    coloured = "```python\n" + "x+1*(y)\n" * 240 + "```\n\n"
    for parts in (1, 2, 3):
        bounded(dear * parts + coloured * 4)


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
    "long runs of marks around a word": "*" * 800 + "a" + "*" * 800,
    "long runs of marks around code": "*" * 9_000 + "`a`<@![a](/media/b) " + "*" * 9_000,
    "runs of marks as long as they may be": ("*" * 16 + "a" + "*" * 16 + " ") * 500,
    "a note without words": "[^]:" * 200,
    "code of one-letter words": ("```js\n" + ("x+1-y*2/" * 8 + "\n") * 300 + "```\n") * 10,
    "headings line by line": "a\n=\n" * 1_000,
    "cells and cells": ("|" + "a|" * 99 + "\n|" + "-|" * 99 + "\n" + ("|" + "a|" * 99 + "\n") * 48 + "\n") * 15,
    "one long line of code": "`" + "a" * 19_000 + "`",
    "a ladder of tasks": "\n".join("- [ ] " * depth + "a" for depth in range(1, 12)) * 100,
    "escaped lines in a definition": ": " + "\\\n" * 95_000,
    "definitions in quotes on one line": "a\n" + ": > " * 400 + "b",
    "definitions in spoilers in quotes": " > >! : " * 130 + "|a|b|\n" + "> >! : " * 100,
    "notes within notes": "".join("    " * depth + f"[^{depth}]: a\n\n" for depth in range(60)),
    "a ladder down": "\n".join("> - " * (6 - depth % 6) + "a" for depth in range(3_000)),
    "every character": "".join(map(chr, range(0x20, 0x5000))),
    "a million characters": "x" * 1_000_000,
}


@pytest.mark.parametrize("source", LADDERS.values(), ids=LADDERS)
@pytest.mark.parametrize("source_format", ["markdown", "plain"])
def test_what_is_nested_or_repeated_is_quick_or_refused(source, source_format):
    bounded(source, source_format)


def bounded(source, source_format="markdown"):
    for _ in range(3):  # the worst take 0.8 s, and what the neighbours do on the machine makes them dearer
        rendered = render(source, key="c1", source_format=source_format)
        assert rendered.version != NOT_RENDERED  # nobody had to be ended for it
        assert "could not be rendered" not in rendered.refused  # no RecursionError either
        if rendered.cpu < MOST or rendered.cpu < MOST * slowness():
            return
    pytest.fail(f"It took {rendered.cpu:.1f} s of CPU.")


def slowness() -> float:
    """How dear a second of CPU is here, at its dearest: 1 where sorting takes what it should, 2 where it takes twice.

    Who shares the core comes and goes: of nine sortings at rest the dearest took half as much again as the cheapest.
    """
    return max(_sorting() for _ in range(5)) / SORTING


def _sorting() -> float:
    begun = time.process_time()
    sorted(map(str, range(200_000)))
    return time.process_time() - begun


def test_the_count_is_that_of_the_child():
    dear, cheap = render("A *line* of `text`.\n\n" * 500, key="c1"), render("a", key="c1")
    assert dear.refused == ""  # a refusal is as cheap as the shortest text, and either may cost more
    assert dear.cpu > cheap.cpu >= 0  # a hundred times more; a short one may take less than a clock can tell
