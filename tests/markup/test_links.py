import re

import pytest

from forum.markup import render

REL = 'rel="nofollow ugc noopener noreferrer"'


@pytest.mark.parametrize("source_format", ["markdown", "plain"])
def test_a_link_that_leaves_the_site_is_marked(source_format):
    html = render("https://example.org/", key="c1", source_format=source_format).html
    assert f'<a href="https://example.org/" {REL}>' in html


@pytest.mark.parametrize("address", ["/posts/1/", "#place", "mailto:ann@example.org"])
def test_a_link_within_the_site_is_not(address):
    html = render(f"[x]({address})", key="c1").html
    assert "<a href=" in html
    assert "rel=" not in html


def test_no_link_says_where_to_open():
    assert "target" not in render("[x](https://example.org/){target=_blank}", key="c1").html.replace("{target", "")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)", "&#x6A&#x61;vascript:alert(1)",
        "java&Tab;script:alert(1)", "java&NewLine;script:alert(1)", "\u200bjavascript:alert(1)", "java\u00adscript:x",
        "vbscript:x", "data:text/html,x", "data:text/html;base64,eA==", "file:///etc/passwd", "blob:x", "ftp://x.org/",
        "//example.org/", "/\\example.org/", "/&#x2f;example.org", "/&Tab;/example.org", "\\\\example.org",
        "https:example", "https:/example.org", "http:///x", "other/page", "?a=b", "http://a|b/", "http://x.org:99999/",
        "view-source:http://x.org", "jar:http://x.org!/", "about:blank", "tel:+1", "feed:javascript:alert(1)",
    ],
)  # fmt: skip
def test_any_other_address_leaves_the_words_without_a_link(address):
    html = render(f"[the words](<{address}>) stay", key="c1").html
    assert "<a" not in html
    assert "the words" in html


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8000/x", "https://bücher.example/", "https://[::1]/", "HTTPS://EXAMPLE.ORG", "https://a.b/c d"],
)
def test_unusual_but_good_addresses_pass(address):
    html = render(f"[x](<{address}>)", key="c1").html
    assert re.search(r'<a href="[^"]+"', html)


def test_a_foreign_picture_becomes_a_link_with_its_description():
    html = render("![A cat](https://example.org/cat.png)", key="c1").html
    assert "<img" not in html
    assert f'<a href="https://example.org/cat.png" {REL}>[image: A cat]</a>' in html


def test_our_own_picture_is_shown():
    assert '<img alt="A cat" src="/media/cat.png">' in render("![A cat](/media/cat.png)", key="c1").html


@pytest.mark.parametrize(
    "src", ["/media/../x", "/media/%2e%2e/x", "/media/x?y", "/static/x", "//media/x", "/media/\\x"]
)
def test_only_plain_names_under_media_are_pictures(src):
    assert "<img" not in render(f"![x]({src})", key="c1").html
