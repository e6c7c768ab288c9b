import re

import pytest

from forum.markup import render


def ids(html):
    return re.findall(r'\sid="([^"]*)"', html)


def test_every_id_begins_with_the_key_of_its_text():
    source = "# Results\n\ntext[^1] and again[^1]\n\n[^1]: note"
    assert ids(render(source, key="c12").html) == ["c12-h-results", "c12-fnref1", "c12-fnref1-2", "c12-fn1"]


def test_the_same_text_in_two_comments_shares_no_id():
    source = "# Results\n\ntext[^1]\n\n[^1]: note"
    first, second = (set(ids(render(source, key=key).html)) for key in ("c1", "c2"))
    assert not first & second


def test_equal_headings_get_numbers():
    html = render("# A\n\n# A\n\n# A_1\n\n# A", key="p3").html
    assert ids(html) == ["p3-h-a", "p3-h-a_1", "p3-h-a_1_1", "p3-h-a_2"]


def test_a_heading_without_letters_has_a_name_too():
    assert ids(render("# ?!\n\n## !?", key="p3").html) == ["p3-h-section", "p3-h-section_1"]


def test_a_very_long_heading_keeps_its_id_within_bounds():
    (name,) = ids(render("# " + "long " * 500, key="p3").html)
    assert len(name) < 100


@pytest.mark.parametrize("label", ["location", "constructor", "__proto__", '"><b', "a b", "fn:1"])
def test_a_footnote_label_never_becomes_an_id(label):
    html = render(f"text[^{label}]\n\n[^{label}]: note", key="c1").html
    assert ids(html) == ["c1-fnref1", "c1-fn1"]


def test_footnotes_count_as_the_reader_meets_them():
    html = render("x[^b] y[^a]\n\n[^a]: first\n[^b]: second", key="c1").html
    assert re.findall(r'href="#(c1-fn\d)">(\d)', html) == [("c1-fn1", "1"), ("c1-fn2", "2")]
    assert html.index('c1-fn1">\n<p>second') < html.index('c1-fn2">\n<p>first')


@pytest.mark.parametrize("note", ["[^a]:", "[^]:", "[^a]: [x]: https://example.org/"])
def test_a_footnote_without_words_has_its_place_and_its_way_back(note):
    html = render(f"x[^a] y[^]\n\n{note}", key="c1").html
    assert 'href="#c1-fn1"' in html
    assert '<li id="c1-fn1">\n<p><a class="footnote-backref" href="#c1-fnref1"' in html


@pytest.mark.parametrize("notes", ["[^a]: [^b]: y", "[^a]:[^b]:", "[^a]: y\n\n    [^b]: z [^c]\n\n    > [^c]: w"])
def test_a_footnote_may_define_another(notes):
    rendered = render(f"x[^a] [^b]\n\n{notes}", key="c1")
    assert rendered.refused == ""
    assert '<li id="c1-fn1">' in rendered.html
    assert '<li id="c1-fn2">' in rendered.html


def test_a_reference_in_a_heading_is_the_letter_in_its_name():
    assert 'id="c1-h-café-rd"' in render("# Caf&eacute; R&amp;D", key="c1").html


def test_links_to_a_place_stay_within_the_text():
    html = render("[a](#results) [b](#c99) [c](#fn:1)[^x]\n\n# Results\n\n[^x]: note", key="c1").html
    assert re.findall(r'<a href="([^"]*)"', html)[:3] == ["#c1-h-results", "#c1-h-c99", "#c1-fn1"]


def test_the_name_of_a_place_cannot_be_guessed_into_a_text():
    html = render('<b id="i0000000000000000-x">x</b>\n\n"i0000000000000000-y', key="c1").html
    assert ids(html.replace("&lt;b id", "")) == []


@pytest.mark.parametrize("key", ["", "12", "C1", 'c1"', "c 1", "c1\n"])
def test_a_key_that_no_caller_should_give_is_an_error(key):
    with pytest.raises(ValueError, match="not a key"):
        render("x", key=key)
