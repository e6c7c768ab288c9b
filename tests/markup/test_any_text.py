"""Whatever is typed renders without an exception, and what comes out is the allowlist with this text's names."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.markup import RENDER_VERSION, render
from forum.markup.allowlist import TAGS
from forum.markup.sanitize import tokens

PIECES = st.sampled_from(
    ["[", "](", ")", "<", ">",
     "&amp;", "&#106;", "&#0;", "&#xFFFE;", "# ", "\n", "\n\n", "    ", "> ", "- ", "1. ", "`",
     "\n```py\n", "*", "**", "_", "~~", "|", "\n|-|-|\n", "[^1]", "\n[^1]: x", "http://x.y", "javascript:", "<script>",
     "<!--", "-->", '"', "'", "\\", "a", "é", "\u0301", "\u200b", "\t", "  \n", "\n: d", "![", "](/media/x)",
     "\n[x]: http://a 'b'", "[x] ", "\n===\n", "\n---\n", "mailto:a@b.c", "a@b.c", "www.x.y", "http://a|b",
     "<img src=x onerror=alert(1)>", "\x02wzxhzdk:0\x03", "http://1.2.3.4.5", "http://xn--a", "\ndiff --git a b\n",
     "@@ -1 +1 @@\n", "\n-- \n"]
)  # fmt: skip
ATTRIBUTES = {"id", "class", "href", "title", "rel", "src", "alt", "align", "start", "type", "disabled", "checked"}
TEXTS = st.one_of(st.text(st.characters(categories=None), max_size=60), st.lists(PIECES, max_size=30).map("".join))


@pytest.mark.parametrize("source_format", ["markdown", "plain"])
@settings(deadline=None)  # a busy machine is no fault of the text
@given(source=TEXTS)
def test_any_text_becomes_the_allowlist_and_nothing_else(source_format, source):
    rendered = render(source, key="c12", source_format=source_format)

    assert rendered.refused == ""  # that is: no exception and no disagreement either
    assert rendered.version == RENDER_VERSION
    for kind, name, attributes in tokens(rendered.html):
        if kind == "text":
            continue
        assert kind in {"start", "end"}
        assert name in TAGS
        for attribute, value in attributes:
            assert attribute in ATTRIBUTES
            if attribute == "id":
                assert re.fullmatch(r"c12-(h-[\w-]+|fn\d+|fnref\d+(-\d+)?)", value)


def test_an_unknown_format_is_an_error():
    with pytest.raises(ValueError, match="not a source format"):
        render("x", key="c1", source_format="html")
