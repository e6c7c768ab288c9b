import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.markup import render
from forum.markup.normalise import clean


def plain(source):
    return render(source, key="c1", source_format="plain").html


def test_nothing_is_interpreted():
    html = plain("# *a* _b_ `c` [d](https://example.org/) <b>e</b> &copy;")
    assert re.findall(r"<(\w+)", html) == ["p", "a"]
    assert "&lt;b&gt;e&lt;/b&gt; &amp;copy;" in html


def test_line_breaks_and_indentation_stay():
    assert plain("one\n  two\nthree") == "<p>one<br>\n\u00a0\u00a0two<br>\nthree</p>\n".replace("\u00a0", "&nbsp;")


def test_levels_of_quotes_nest_and_end():
    html = plain(">> two\n> one\nnone")
    assert html.index("two") < html.index("</blockquote>") < html.index("one") < html.rindex("</blockquote>")
    assert html.count("<blockquote>") == 2


def test_a_depth_that_no_reader_follows_keeps_its_marks():
    html = plain(">" * 2000 + " far")
    assert html.count("<blockquote>") == 12
    assert "&gt; far" in html


def test_columns_stay_under_each_other():
    assert "<pre><code>name    n\nours    3</code></pre>" in plain("name    n\nours    3")


def test_a_patch_is_code_and_what_follows_is_not():
    html = plain("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\nGood?")
    assert '<span class="gi">+new</span>' in html
    assert "<p>Good?</p>" in html


def test_the_head_of_a_quilt_patch_is_a_part_of_it():
    bar = "=" * 67
    one = f"Index: a/x\n{bar}\n--- a.orig/x\n+++ a/x\n@@ -1 +1 @@\n-old\n+new\n"
    html = plain(f"Please apply.\n\n{one}{one.replace('/x', '/y')}\nThank you.")
    assert html.count('<div class="highlight">') == 1
    assert "<p>Please apply.</p>\n<div" in html
    assert "Index: a/y" in html.partition("</pre>")[0]
    assert html.endswith("</code></pre></div>\n<p>Thank you.</p>\n")


@pytest.mark.parametrize("text", ["Index: see below\n\nWords.", "Index: one\n====\nWords.", "=" * 67 + "\nWords."])
def test_an_index_of_anything_else_is_no_patch(text):
    assert "highlight" not in plain(text)


def test_a_signature_stands_apart():
    html = plain("Text.\n\n-- \nBen")
    assert html.startswith("<p>Text.</p>")
    assert '<div class="signature"><p>-- <br>\nBen</p></div>' in html


def test_three_dashes_are_no_patch():
    assert "highlight" not in plain("--- a thought ---\n+++ another\nplain")


@pytest.mark.parametrize(
    "text, address",
    [
        ("See https://example.org/a.", "https://example.org/a"),
        ("(https://example.org/a_(b)).", "https://example.org/a_(b)"),
        ("<https://example.org/?a=1&b=2>", "https://example.org/?a=1&b=2"),
        ("mailto:ann@example.org!", "mailto:ann@example.org"),
    ],
)
def test_addresses_are_links_without_the_punctuation_around_them(text, address):
    assert unescape(re.search(r'href="([^"]*)"', plain(text))[1]) == address


@pytest.mark.parametrize(
    "source, fault",
    [
        ("a\n" * 16_000, "too many lines"),
        ("http://a.b\n" * 4_000, "too many links"),
        ("> a\nb\n" * 4_000, "too many paragraphs"),
        ("--- a\n+++ b\n@@ -1 +1 @@\n+a\nb\n" * 2_000, "too many patches"),
    ],
)
def test_a_mail_of_too_many_pieces_is_shown_as_typed(source, fault):
    rendered = render(source, key="c1", source_format="plain")
    assert fault in rendered.refused
    assert rendered.html.endswith(f"<pre><code>{source.replace('>', '&gt;')}</code></pre>")


def test_a_scheme_that_runs_is_text():
    assert "<a" not in plain("javascript:alert(1) data:text/html,x vbscript:x")


@settings(deadline=None)  # a busy machine is no fault of the text
@given(st.text("ab \t\n><-+@&\"'", max_size=80))
def test_every_word_of_a_mail_is_there_in_order(source):
    shown = unescape(re.sub(r"<[^>]*>", "", plain(source)))
    words = re.sub(r"[\s>]", "", clean(source))
    assert re.sub(r"[\s>]", "", shown) == words
