"""Quotes, lists, fences, headings, rules and tables in any order nest as markdown-it-py nests them."""

import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.markup.structure import oracles, ours

MARKS = st.sampled_from(["- ", "* ", "1. ", "2. ", "1) ", "> ", ">", " ", "  ", "   "])
WORDS = st.sampled_from(["a", "b c", "", "# h", "---", "===", "***", "```", "~~~", "```py", "-", "1.", "#", "[ ] t"])
LINES = st.lists(st.tuples(st.lists(MARKS, max_size=3).map("".join), WORDS).map("".join), min_size=1, max_size=8)

LEAVES = st.sampled_from(
    [["a"], ["a", "b"], ["# h"], ["```", "x", "", "  y", "```"], ["| a | b |", "|---|:-:|", "| 1 | 2 |"], ["***"]]
)


def nested(inner):
    blocks = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda parts, gap: joined(parts, gap=gap), blocks, st.booleans()),
        st.builds(lambda parts: [f"> {line}".rstrip() for line in joined(parts, gap=True)], blocks),
        st.builds(
            item,
            st.lists(blocks, min_size=1, max_size=3),
            st.sampled_from(["-", "*", "1.", "1)", "9."]),
            st.sampled_from([2, 3, 4]),
            st.booleans(),
        ),
    )


def joined(parts, *, gap):
    lines = []
    for part in parts:
        lines += ["", *part] if lines and gap else part
    return lines


def item(items, mark, width, gap):
    lines = []
    for parts in items:
        first, *rest = joined(parts, gap=gap)
        head = mark.ljust(max(width, len(mark) + 1))
        lines += [head + first, *((" " * len(head) + line).rstrip() for line in rest), *([""] if gap else [])]
    return lines


NESTED = st.recursive(LEAVES, nested, max_leaves=8)


@settings(deadline=None, max_examples=300)
@given(LINES)
def test_marks_in_any_order_mean_what_they_mean_elsewhere(lines):
    # The judge is lenient where such a line follows a quote or an item, and CommonMark is not.
    assume(not any(re.match(r"[> ]* {4}", line) for line in lines))
    source = "\n".join(lines)
    assert ours(source) == oracles(source)


@settings(deadline=None, max_examples=200)
@given(NESTED)
def test_blocks_in_blocks_stay_where_they_were_put(lines):
    source = "\n".join(lines)
    assert ours(source) == oracles(source)
