"""Which dollars and backslashes are formulas, and what becomes of one."""

import pytest
from bs4 import BeautifulSoup

from forum.markup import render, words_of
from forum.markup.formulas import DISPLAY, FORMULAS, INLINE
from tests.markup.test_time import bounded, flood


def formulas(source, **options):
    """The TeX of each formula in the rendered text, displays in double dollars."""
    soup = BeautifulSoup(html_of(source, **options), "html.parser")
    return [
        f"$${math.annotation.string}$$" if math.get("display") == "block" else math.annotation.string
        for math in soup.find_all("math")
    ]


def html_of(source, **options):
    rendered = render(source, key="c1", **options)
    assert rendered.refused == ""
    return rendered.html


@pytest.mark.parametrize(
    "source, found",
    [
        ("Let $x^2$ be.", ["x^2"]),
        ("$a$, $b$ and ($c$).", ["a", "b", "c"]),
        (r"\(x\) and \[y\]", ["x", "$$y$$"]),
        ("so $$x = y$$ holds", ["$$x = y$$"]),
        (r"It costs \$5; $x$ is free.", ["x"]),
        (r"$\text{a price of } \$5$", [r"\text{a price of } \$5"]),
        ("$x_1$ and $y_1$ *are*", ["x_1", "y_1"]),
        (r"\\$x$", ["x"]),
        ("$a\nb$", ["a\nb"]),
        ("$$\\text{if $x$ is}$$", ["$$\\text{if $x$ is}$$"]),
        ("**$x$** [$y$](/tags/) ~~$z$~~", ["x", "y", "z"]),
        ("# On $\\alpha$", [r"\alpha"]),
        ("x[^1]\n\n[^1]: $n$", ["n"]),
        ("$a < b$ & $c > d$", ["a < b", "c > d"]),
        (r"$\begin{matrix} a&amp;b \end{matrix}$", [r"\begin{matrix} a&amp;b \end{matrix}"]),
    ],
)
def test_what_is_a_formula(source, found):
    assert formulas(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "It costs $5 and $6.",
        "US$5/month, then $7.50",
        "$20,000 to $30,000",
        "from $ x$ to $y $",
        "$ x $",
        "$$",
        "$$ $$",
        "$$ is slang for money",
        r"\$x\$",
        r"\\(x\\)",
        "`$x$`",
        "    $x$",
        "```\n$x$\n```",
        "a $ b",
        "echo $HOME and $PATH1",
        "$x\n\ny$",
        r"\[ never closed",
        "not $6, or US$ 7",
        r"\[not\](a link) and \[not\]\[either\]",
        r"he \[sic\] said \[emphasis added\], see \[1\] and \[2, 3\]",
        r"\(see below\)",
    ],
)
def test_what_is_none(source):
    assert formulas(source) == []


def test_mail_has_no_formulas():
    assert formulas("$x$ and $$y$$", source_format="plain") == []


BODY = "a &= b\n+ c\n- d\n# e\n> f\n1. g\n===\n: h"


@pytest.mark.parametrize("opening, closing", [("$$", "$$"), (r"\[", r"\]")])
@pytest.mark.parametrize("prefix, first", [("", ""), ("> ", "> "), ("  ", "- "), ("> > ", "> > "), ("   ", "1. ")])
def test_no_line_of_a_display_is_anything_else(opening, closing, prefix, first):
    lines = [opening, *BODY.replace("#", "n").split("\n"), closing]
    tex = "\n".join(lines[1:-1])
    source = "\n".join([first + lines[0], *(prefix + line for line in lines[1:])])
    wrapped = source.replace("a &=", r"\begin{matrix} a &=").replace(": h", r": h \end{matrix}")

    expected = tex.replace("a &=", r"\begin{matrix} a &=").replace(": h", r": h \end{matrix}")
    assert formulas(wrapped) == [f"$${expected}$$"]


def test_a_display_may_begin_in_the_middle_of_a_paragraph_and_the_text_goes_on():
    html = html_of("So $$a\n+ b$$ and\n- one\n- two")
    assert formulas("So $$a\n+ b$$ and\n- one\n- two") == ["$$a\n+ b$$"]
    assert html.count("<li>") == 2


def test_lone_dollars_do_not_swallow_the_list_behind_them():
    assert html_of("$$ is money\n- one\n- two").count("<li>") == 2


def test_a_bar_within_a_formula_divides_no_cells():
    html = html_of("| $|x|$ | b |\n|---|---|\n| $P(A|B)$ | $5 | $6 |")
    assert html.count("<th>") == 2
    assert formulas("| $|x|$ | b |\n|---|---|\n| $P(A|B)$ | c |") == ["|x|", "P(A|B)"]


def test_the_source_is_kept_to_the_letter():
    tex = "\\begin{aligned}\n  a &= b \\\\  % why\n  c &< d\n\\end{aligned}"
    assert formulas(f"$$\n{tex}\n$$") == ["$$" + "\n".join(line.strip() for line in tex.split("\n")) + "$$"]


def test_a_picture_is_described_by_the_source_of_its_formula():
    assert 'alt="where x&lt;y"' in html_of("![where $x<y$](/media/a.png)")


@pytest.mark.parametrize(
    "tex, why",
    [
        (r"\frac{a", "expected '}'"),
        (r"\frobnicate x", r"Unsupported function name: \frobnicate"),
        (r"a & b", "got '&'"),
        ("x^", "something is missing"),
        (r"\href{https://example.org/}{x}", r"Unsupported function name: \href"),
        (r"\cancelto{0}{x}", r"\cancelto cannot be shown here"),
        (r"x \eqref{a}", r"\ref cannot be shown here"),
        (r"\def\x{\x\x}\x", "Too many expansions"),
        ("x" * (INLINE + 1), f"{INLINE:,} are the most"),
    ],
)
def test_a_bad_formula_shows_its_source_with_the_reason_and_harms_no_other(tex, why):
    html = html_of(f"before $a$ ${tex}$ $b$ after")
    assert formulas(f"before $a$ ${tex}$ $b$ after") == ["a", "b"]
    bad = BeautifulSoup(html, "html.parser").select_one(".not-math")
    assert bad.code.string == f"${tex}$"
    assert why in bad.small.string


def test_a_long_display_is_shown_as_typed():
    bad = BeautifulSoup(html_of(f"$$\n{'x' * (DISPLAY + 1)}\n$$"), "html.parser").select_one(".not-math")
    assert f"{DISPLAY:,} are the most" in bad.small.string


def test_there_may_be_so_many_formulas_and_no_more():
    assert len(formulas("$a$ " * FORMULAS)) == FORMULAS
    assert "there may be" in render("$a$ " * (FORMULAS + 1), key="c1").refused


def test_marks_in_formulas_are_no_marks():
    line = " ".join(f"$x_{{i_{n}}}^{{*}} * y_{{j_{n}}}$" for n in range(10))
    assert len(formulas("\n\n".join([line] * 150))) == 1_500  # 9,000 underscores and asterisks


def test_what_one_formula_defines_the_next_does_not_know():
    assert formulas(r"$\newcommand{\foo}{x} \foo$ $\foo$ $\gdef\bar{y} \bar$ $\bar x$") == [
        r"\newcommand{\foo}{x} \foo",
        r"\gdef\bar{y} \bar",
        r"\bar x",
    ]
    assert "<mo" in html_of(r"$\gdef\bar{y} \bar$ $\bar x$")  # the accent it always was


@pytest.mark.parametrize("slot", ["m0000000000000000-i", "m-d", "display", "not-math"])
def test_nobody_can_write_the_place_of_a_formula(slot):
    source = f'<span class="{slot}">x</span> [a](/x "{slot}")\n\n``` {slot}\ny\n```'
    assert not BeautifulSoup(html_of(source), "html.parser").select(f".{slot}")


def test_the_words_of_a_text_have_formulas_as_tex():
    html = html_of("Let $x^2$ *be*.\n\n$$y$$")
    assert words_of(html) == "Let x^2 be. y"
    assert words_of(html[: html.index("<msup>") + 8]) == "Let"


def displays(body, times=1):
    return f"$$\n{body}\n$$\n\n" * times


COSTLY = {
    "fractions in each other": displays("\\frac{" * 700 + "1" + "}{2}" * 700),
    "braces in each other": displays("{" * 3_900 + "x" + "}" * 3_900),
    "brackets in each other": displays(r"\left(" * 560 + "x" + r"\right)" * 560),
    "one long row": displays(r"\begin{matrix}" + "a&" * 3_900 + r"\end{matrix}"),
    "many rows": displays(r"\begin{align}" + r"a&=b\\" * 1_100 + r"\end{align}"),
    "long sums, each another": "".join(displays(f"y_{{{n}}}" + "x+" * 3_900) for n in range(20)),
    "as many as there may be": "".join(f"$x_{{{n}}}^2 + \\frac{{1}}{{{n}}}$\n" for n in range(FORMULAS)),
    "all of them broken": "".join(f"$\\left( x_{{{n}}}$\n" for n in range(FORMULAS)),
    "macros that grow": displays(r"\def\a#1{#1#1#1#1#1#1}" + r"\a{" * 9 + "x" + "}" * 9) * 20,
    **{f"a flood of {unit}": flood(unit, 190_000) for unit in ("$", "$a ", "$$a ", "$a$5", r"\( a ", r"\[a ")},
    "displays that never end": "$$ a\n" * 5_000,
}


@pytest.mark.parametrize("source", COSTLY.values(), ids=COSTLY)
def test_no_formulas_cost_more_than_a_second(source):
    bounded(source)
