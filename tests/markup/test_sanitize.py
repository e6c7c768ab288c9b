"""Each wall holds alone, the two agree, and what passes both is the allowlist."""

import logging

import pytest

from forum.markup import pipeline, sanitize
from forum.markup.allowlist import attribute_may_stand
from forum.markup.sanitize import Disagreement, check, tokens

NONCE = "0123456789abcdef"
BAD = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="jav&Tab;ascript:alert(1)">x</a>',
    '<a href="/&#x2f;evil.example">x</a>',
    '<a href="/&Tab;/evil.example">x</a>',
    '<p style="color:red">x</p>',
    '<p id="location">x</p>',
    '<p class="admin">x</p>',
    '<a name="forms" target="_blank">x</a>',
    "<form action=/x><input name=y></form>",
    '<input type="text" autofocus onfocus=alert(1)>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<template><script>alert(1)</script></template>",
    "<style>@import '//evil.example'</style>",
    '<base href="//evil.example"><link rel=stylesheet href="//evil.example">',
    '<details open ontoggle="alert(1)"><summary>x</summary></details>',
    "<!--><img src=x onerror=alert(1)>-->",
    '<td align="x" background="//evil.example">',
    '<img src="https://evil.example/pixel.png">',
]


def assert_only_the_allowlist(html):
    for token in tokens(html):
        check(token, nonce=NONCE)


@pytest.mark.parametrize("wall", [sanitize.with_bleach, sanitize.with_nh3], ids=["bleach", "nh3"])
@pytest.mark.parametrize("dirty", BAD)
def test_each_wall_alone_holds(wall, dirty):
    assert_only_the_allowlist(wall(dirty, nonce=NONCE))


@pytest.mark.parametrize("dirty", BAD)
def test_what_passes_both_is_the_allowlist(dirty):
    assert_only_the_allowlist(sanitize.sanitize(dirty, nonce=NONCE))


def test_the_check_would_notice():
    for dirty in BAD:
        with pytest.raises(Disagreement):
            assert_only_the_allowlist(dirty)


@pytest.mark.parametrize(
    "clean",
    [
        "<p>a <strong>b</strong> &amp; &lt;c&gt; \u00a0 \"d\" 'e'</p>",
        f'<h2 id="i{NONCE}-h-x">x</h2>',
        f'<a href="#i{NONCE}-fn1" class="footnote-ref">1</a>',
        '<ol start="3"><li>x</li></ol>',
        '<table><thead><tr><th align="left">x</th></tr></thead></table>',
        '<input type="checkbox" checked>',
        '<img src="/media/x.png" alt="x" title="y">',
        "<details><summary>x</summary>y</details>",
    ],
)
def test_what_we_make_ourselves_passes_whole(clean):
    before = tokens(clean)
    after = tokens(sanitize.sanitize(clean, nonce=NONCE))
    assert [token[:2] for token in after] == [token[:2] for token in before]
    assert all(token[2] <= after[at][2] for at, token in enumerate(before))


def test_our_way_through_the_tree_is_that_of_bleach(monkeypatch):
    clean = (
        "<ul><li><p>a <b>b <i>c</i></b> d</p></li><li><br>e</li></ul>f<table><tr><td><code>g</code></td></tr></table>"
    )
    ours = sanitize.with_bleach(clean * 3, nonce=NONCE)
    monkeypatch.setattr(sanitize, "_Walker", sanitize.getTreeWalker("etree"))
    assert sanitize.with_bleach(clean * 3, nonce=NONCE) == ours


@pytest.mark.parametrize(
    "dirty", ["<p>{}</p>", '<img src="/media/x" alt="{}">', '<a href="/?x={}" title="{}">{}</a>', "{}"]
)
def test_what_stands_for_references_within_bleach_means_the_same(dirty):
    dirty = dirty.replace("{}", "&amp; &lt;b&gt; &quot;c&quot; &#x27;d&#x27; &amp;lt; &amp;amp;")
    assert tokens(sanitize.sanitize(dirty, nonce=NONCE)) == tokens(dirty)


def test_what_stands_for_references_hides_nothing_from_bleach():
    assert "<a" in sanitize.with_bleach('<a href="/?a&amp;b">x</a>', nonce=NONCE)
    assert "href" not in sanitize.with_bleach('<a href="//a&amp;b">x</a>', nonce=NONCE)
    assert "href" not in sanitize.with_bleach('<a href="javascript:alert(&quot;1&quot;)">x</a>', nonce=NONCE)
    assert tokens(sanitize.with_bleach("<\u202bimg src=x onerror=alert(1)\u202c>", nonce=NONCE))[0][0] == "text"


def test_ids_of_another_render_do_not_pass():
    assert "id=" not in sanitize.sanitize('<p id="iffffffffffffffff-h-x">x</p>', nonce=NONCE)


def test_a_disagreement_shows_the_source_and_is_logged(monkeypatch, caplog):
    monkeypatch.setattr(sanitize, "with_nh3", lambda html, *, nonce: html.replace("<em>", ""))

    with caplog.at_level(logging.ERROR):
        rendered = pipeline.render("some *words* & <b>", key="c1")

    assert rendered.refused
    assert "<pre><code>some *words* &amp; &lt;b&gt;</code></pre>" in rendered.html
    assert "could not be rendered" in caplog.text


def test_a_hole_in_both_walls_is_still_noticed(monkeypatch):
    monkeypatch.setattr(sanitize, "with_bleach", lambda html, *, nonce: html)
    monkeypatch.setattr(sanitize, "with_nh3", lambda html, *, nonce: html)
    with pytest.raises(Disagreement, match="was left"):
        sanitize.sanitize("<p onclick='x'>x</p>", nonce=NONCE)


def test_references_that_browsers_read_differently_are_gone():
    assert sanitize.plain_references("&#0;&#128;&#xFFFE;&#106avascript &copy; &copy &lt; &amp;lt;") == (
        "\ufffd€javascript © &amp;copy &lt; &amp;lt;"
    )


@pytest.mark.parametrize("name", ["style", "name", "target", "onclick", "data-x", "aria-label", "srcset", "formaction"])
@pytest.mark.parametrize("tag", ["a", "p", "img", "input", "td"])
def test_no_tag_carries_what_is_not_listed(tag, name):
    assert not attribute_may_stand(tag, name, "x", nonce=NONCE)
