import json
import re

import pytest
from markdown_it import MarkdownIt

from forum.exports.formats.markdown import write
from tests.exports.documents import MAIL_TEXT, make_comment_document, make_document, make_post_document


def text_of(thread) -> str:
    return "".join(write(thread))


def test_the_head_is_yaml_that_json_readers_understand_too():
    head = text_of(make_document(post=make_post_document(title='Say "yes": #1\x85'))).split("---\n")[1]

    fields = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in head.splitlines())}
    assert fields["title"] == 'Say "yes": #1\x85'
    assert fields["tags"] == ["evaluation", "Méthode, générale"]
    assert fields["comments"] == 6
    assert "\x85" not in head


def test_every_comment_says_who_when_what_it_answers_and_where_it_is():
    text = text_of(make_document())

    assert (
        '> **Ann "A" Author** · 2026-11-18T09:02:00Z · edited 2026-11-18T09:40:00Z · in reply to Bén Reader · '
        "<https://talk.example/posts/1/what-counts/#c2>\n"
    ) in text
    assert "**Bén Reader** · 2026-11-18T09:01:00Z · in reply to the post · " in text


@pytest.mark.parametrize("source", ["one\n\ntwo", "```\nopen", "> quoted\n>> twice", "  lead\n\n\n\ttail\n", MAIL_TEXT])
def test_a_source_comes_back_when_its_quotes_are_taken_off(source):
    text = text_of(make_document(make_comment_document(1), make_comment_document(2, 1, source=source)))

    below = text.split("#c2>\n", 1)[1]
    lines = [re.sub(r"^> ?> ?", "", line) for line in below.splitlines()[1:]]
    assert "\n".join(lines) == source.removesuffix("\n")


def test_an_open_fence_does_not_swallow_the_next_comment():
    thread = make_document(
        make_comment_document(1, source="```\nnever closed"),
        make_comment_document(2, 1, source="> ```\n> nor this"),
        make_comment_document(3, 2, source="the end"),
    )

    html = MarkdownIt().render(text_of(thread))

    assert html.count("#c") == 6  # address and words of three links
    assert re.search(r"<p>the end</p>", html)


def test_an_open_fence_in_the_post_does_not_swallow_the_comments():
    html = MarkdownIt().render(text_of(make_document(post=make_post_document(source="Look:\n\n~~~\nnever closed"))))

    assert html.count("in reply to the post") == 2


def test_plain_text_stands_in_a_fence_that_it_cannot_close():
    source = "a mail\n```\nwith a fence\n````\n"

    html = MarkdownIt().render(text_of(make_document(make_comment_document(1, source=source, source_format="plain"))))

    assert f"<pre><code>{source}</code></pre>" in html


def test_names_and_titles_cannot_become_markup():
    html = MarkdownIt().render(text_of(make_document(post=make_post_document(title="a *b* <i>c</i> [d](e) `f`"))))

    assert "<h1>a *b* &lt;i&gt;c&lt;/i&gt; [d](e) `f`</h1>" in html


def test_a_tombstone_says_what_happened():
    assert "> > > *Hidden by a moderator: personal remark*" in text_of(make_document())
    assert "> > *Withdrawn by its author.*" in text_of(make_document())
