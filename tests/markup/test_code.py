import re
from html import unescape

import pytest

from forum.markup import code, render


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


def test_a_long_block_is_not_highlighted_and_is_whole():
    source = "x = 1  # <one>\n" * 1_400
    html = code.block(source, "python")
    assert len(source) > code.HIGHLIGHT_LIMIT
    assert "<span" not in html
    assert unescape(re.sub(r"<[^>]*>", "", html)) == source


@pytest.mark.parametrize("language", code.LANGUAGES)
def test_highlighting_changes_no_character(language):
    source = "\n  if (a < b && c) { return 'x\"'; } // <b>\n\n--- a\n+++ b\n"
    html = code.block(source, language)
    assert unescape(re.sub(r"<[^>]*>", "", html)) == source
