"""What refers to people and posts, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.markup import Known, Place, named_in, preview, render, title_key
from forum.markup.pipeline import render as render_here
from forum.markup.references import KEY_LENGTH, MOST
from tests.markup.hostile.references import REFERENCES

CLAIM = Place(3, "/posts/3/the-claim/", "The *claim*")
KNOWN = Known(
    people={"ann": Place(1, "/u/Ann/", "Ann"), "b.o-b_2": Place(2, "/u/b.o-b_2/", "b.o-b_2")},
    titles={"the claim": CLAIM, "a & b": Place(4, "/posts/4/a-b/", "A & B"), "x": Place(5, "/posts/5/x/", "X")},
)
ANN = '<a href="/u/Ann/">@Ann</a>'
LINK = '<a href="/posts/3/the-claim/">'
SHOWN = f"{LINK}The *claim*</a>"


def html_of(source: str, known: Known = KNOWN) -> str:
    return render(source, key="c1", known=known).html


def unresolved(text: str) -> str:
    return f'<span class="unresolved" title="There is no post of this title.">{text}</span>'


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("Hi @ann.", f"Hi {ANN}."),
        ("@ANN, (@ann) *@ann* @ann's", f"{ANN}, ({ANN}) <em>{ANN}</em> {ANN}'s"),
        ("_@ann_ and @ann_", f"<em>{ANN}</em> and {ANN}_"),
        ("@b.o-b_2.", '<a href="/u/b.o-b_2/">@b.o-b_2</a>.'),
        ("@zoe @annette @anné @ann.smith", "@zoe @annette @anné @ann.smith"),
        ("`@ann` \\@ann x@ann x/@ann @ann@site.example", "<code>@ann</code> @ann x@ann x/@ann @ann@site.example"),
        ("<@ann> @ @@ann", "&lt;@ann&gt; @ @@ann"),
    ],
)
def test_a_known_name_after_an_at_sign_is_a_link(typed, shown):
    assert html_of(typed) == f"<p>{shown}</p>"


def test_an_address_of_mail_mentions_nobody():
    rendered = render("ann@ann.example <ann@ann.example> mailto:a@ann", key="c1", known=KNOWN)
    assert rendered.people == ()
    assert "/u/" not in rendered.html


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("[[The  CLAIM]]", SHOWN),
        ("[[the claim|so *he* says]]", f"{LINK}so *he* says</a>"),
        ("[[The\nclaim]]", SHOWN),
        ("<@so @ he says@>(@The claim@)", f"{LINK}so @ he says</a>"),
        ("[[a & b]]", '<a href="/posts/4/a-b/">A &amp; B</a>'),
        ("[[The claim]][1] and [[The claim]]: yes", "[[The claim]][1] and " + SHOWN + ": yes"),
        ("[[Nope]]", unresolved("[[Nope]]")),
        ("[[Nope|a *word*]]", unresolved("a *word*")),
        ("<@a word@>(@Nope@)", unresolved("a word")),
        ("[[&lt;b&gt; &copy;]]", unresolved("[[&amp;lt;b&amp;gt; &amp;copy;]]")),
        ("`[[The claim]]` \\[[The claim]]", "<code>[[The claim]]</code> [[The claim]]"),
        ("x[[1]] x(1)[[2]] x[1][[3]] [[[4]]]", "x[[1]] x(1)[[2]] x[1][[3]] [[[4]]]"),
        ("[[1, 2], [3, 4]] [[]] [[ ]] [[|x]]", "[[1, 2], [3, 4]] [[]] [[ ]] [[|x]]"),
        ("[[the `claim`]]", "[[the <code>claim</code>]]"),
        ("$5 for [[The claim]] and $6", f"$5 for {SHOWN} and $6"),
    ],
)
def test_a_title_between_brackets_is_a_link_or_stays_readable(typed, shown):
    assert html_of(typed) == f"<p>{shown}</p>"


def test_brackets_that_are_the_words_of_a_link_stay_those():
    assert ">[1]</a>" in html_of("[[1]](https://a.example)")
    assert html_of("[[x]](/tags/)") == '<p><a href="/tags/">[x]</a></p>'


def test_a_title_may_stand_in_a_quote_a_table_and_a_note():
    assert html_of("> [[The\n> claim]]") == f"<blockquote>\n<p>{SHOWN}</p>\n</blockquote>"
    assert f"<td>{LINK}so</a></td>" in html_of("| a | b |\n|--|--|\n| [[The claim\\|so]] | x |")
    rendered = render("It holds[^1]. [[X]][^1]\n\n[^1]: By [[The claim]], @ann.", key="c1", known=KNOWN)
    assert (rendered.people, rendered.titles) == (("Ann",), ("X", "The claim"))


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("<@a *word*@>(https://a.example/c_(d)?e=1&f=2)", 'href="https://a.example/c_(d)?e=1&amp;f=2"'),
        ("<@a *word*@>(/tags/)", '<a href="/tags/">a *word*</a>'),
        ("<@a *word*@>(javascript:alert(1))", "<span>a *word*</span>"),
    ],
)
def test_the_newsletter_notation_with_an_address_is_a_link_like_any_other(typed, shown):
    rendered = render(typed, key="c1", known=KNOWN)
    assert shown in rendered.html
    assert "a *word*<" in rendered.html
    assert rendered.titles == ()


def test_nothing_is_referred_to_within_a_link():
    rendered = render("[see @ann, [[The claim]], <@x@>(/tags/)](https://a.example)", key="c1", known=KNOWN)
    assert (rendered.people, rendered.titles) == ((), ())
    assert rendered.html.count("<a ") == 1
    assert "see @ann, <span>[[The claim]]</span>, <span>&lt;@x@&gt;(/tags/)</span>" in rendered.html


@pytest.mark.parametrize(
    "source", ["$[[x]]$", "$$\n@ann [[x]]\n$$", "[[so $x$ is]]", "[[x|so $x$ is]]", "| [[x$a|b$]] |\n|--|"]
)
def test_formulas_refer_to_nothing_and_are_no_part_of_a_title(source):
    rendered = render(source, key="c1", known=KNOWN)
    assert (rendered.people, rendered.titles) == ((), ())
    assert "<math" in rendered.html
    assert "<a " not in rendered.html


def test_what_a_text_refers_to_is_told_once_each_in_the_order_of_the_page():
    source = "@b.o-b_2 [[Nope]] `[[x]] @zoe` @ann @Ann\n\n[[The claim]] and <@it@>(@NOPE@), [[the  claim|again]]"
    rendered = render(source, key="c1", known=KNOWN)
    assert rendered.people == ("b.o-b_2", "Ann")
    assert rendered.titles == ("Nope", "The claim")


def test_the_question_asks_for_all_that_may_be_referred_to():
    names = named_in("@Ann `@Zoe` [[One]] `[[Two\n> Words|x]]` <@x@>(@Three@) a@b.example [[Four\\|x]]")
    assert names.people == {"ann", "zoe"}
    assert names.titles == {"one", "two words", "three", "four"}
    assert not named_in("Nothing here but x[[1]], ann@a.example and `code`.")


def test_a_preview_shows_the_same():
    assert preview("@ann [[The claim]]", known=KNOWN).html == f"<p>{ANN} {SHOWN}</p>"


def test_where_titles_mean_nothing_the_notation_stays_as_it_was_typed():
    people_only = Known(people=KNOWN.people, titles=None)
    rendered = render("@ann [[The claim]] <@x@>(@The claim@)", key="u1", known=people_only)
    assert rendered.html == f"<p>{ANN} [[The claim]] &lt;@x@&gt;(@The claim@)</p>"
    assert rendered.titles == ()


def test_mail_refers_to_nothing():
    rendered = render("@ann [[The claim]]", key="c1", source_format="plain", known=KNOWN)
    assert rendered.html == "<p>@ann [[The claim]]</p>\n"
    assert (rendered.people, rendered.titles) == ((), ())


def test_past_the_greatest_number_references_stay_as_typed():
    rendered = render("[[X]] " * (MOST + 5) + "@ann", key="c1", known=KNOWN)
    assert rendered.html.count("<a ") == MOST
    assert rendered.html.endswith("[[X]] " * 5 + "@ann</p>")


def test_no_more_names_are_asked_for_than_the_greatest_number():
    names = named_in(" ".join(f"@a{number} [[t{number}]]" for number in range(MOST + 50)))
    assert len(names.people) == len(names.titles) == MOST


def test_titles_are_one_whatever_their_capitals_spaces_and_forms():
    assert title_key(" The\u00a0 CLAIM ") == title_key("the claim") == "the claim"
    assert title_key("Stra\u00dfe \ufb01nds e\u0301") == title_key("STRASSE finds \u00e9")
    assert len(title_key("\ufdfa" * 200)) <= KEY_LENGTH


@given(st.text(max_size=250))
def test_a_key_is_its_own_key(title):
    assert title_key(title_key(title)) == title_key(title)


FLOODS = [
    "[[" * 5_000,
    "[[x|" * 5_000,
    "<@" * 5_000,
    "<@x@>(@" * 700,
    "[[" + "x" * 19_000,
    "@" + "a." * 9_000,
    "[[x]]" * 1_000,
    "@ann " * 4_000,
]


@pytest.mark.parametrize("source", REFERENCES + FLOODS)
def test_a_hostile_reference_is_text_or_a_harmless_link(source):
    rendered = render_here(source, key="c1", known=KNOWN)
    assert "could not be rendered" not in rendered.refused
    html = rendered.html.lower()
    assert "<script" not in html
    assert "<img" not in html
    assert "<svg" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert 'href="//' not in html


PIECES = [
    "[[",
    "]]",
    "|",
    "\\",
    "<@",
    "@>",
    "(@",
    "@)",
    "(",
    ")",
    "@ann",
    "The claim",
    "x",
    " ",
    "\n",
    "`",
    "*",
    "[",
    "]",
    "&",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_whatever_is_typed_what_is_found_had_been_asked_for(source):
    rendered = render_here(source, key="c1", known=KNOWN)
    names = named_in(source)
    assert not rendered.refused
    assert {title_key(title) for title in rendered.titles} <= names.titles
    assert {name.lower() for name in rendered.people} <= names.people
