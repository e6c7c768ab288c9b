import re
from html import unescape

import pytest

from forum.markup import code, render


def shown(html):
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_every_language_has_a_lexer():
    assert 55 <= len(code.LANGUAGES) <= 75
    for language in code.LANGUAGES:
        assert code.names()[language] == language


@pytest.mark.parametrize("name", ["python", "Python", "py", "c++", "cpp", "js", "diff"])
def test_languages_go_by_their_usual_names(name):
    assert "<span class=" in render(f"```{name}\n- x = 'y' // z\n```", key="c1").html


def test_a_language_we_do_not_know_is_plain_code():
    assert render("```brainfuck\n+++ <b>\n```", key="c1").html == (
        '<div class="highlight"><pre><code>+++ &lt;b&gt;\n</code></pre></div>'
    )


@pytest.mark.parametrize(
    "source",
    ["x = 1  # <one> two three\n" * 900, "x\n" * 1_001, "x = '" + "<" * 500 + "'\n"],
    ids=["long", "many lines", "long line"],
)
def test_code_out_of_bounds_is_not_highlighted_and_is_whole(source):
    assert len(source) > 500
    html = code.Code().block(source, "python")
    assert "<span" not in html
    assert shown(html) == source


def test_a_text_has_only_so_much_highlighting():
    blocks = code.Code()
    source = "# one two three\n" * 900
    assert ["<span" in blocks.block(source, "python") for _ in range(4)] == [True, True, False, False]


def test_a_text_has_only_so_many_coloured_words():
    blocks = code.Code()
    assert "<span" not in blocks.block("1+2*(3,4,5)\n" * 999, "python")
    assert "<span" in blocks.block("1+2*(3,4,5)\n" * 99, "python")


def test_what_has_no_colour_gets_no_span():
    assert 'x =  <span class="mi">1</span>;\n' in code.Code().block("x =  1;", "python")


@pytest.mark.parametrize("language", code.LANGUAGES)
def test_highlighting_changes_no_character(language):
    source = "\n  if (a < b && c) { return 'x\"'; } // <b>\n\n--- a\n+++ b\n"
    assert shown(code.Code().block(source, language)) == source
