"""The wall around formulas takes whatever Temml, or somebody in its place, may write."""

import pytest

from forum.markup.mathml import DEPTH, TAGS, rewrite
from forum.markup.sanitize import tokens
from forum.markup.tex import NotMath, to_mathml


def inside(content):
    return f"<math><semantics><mrow>{content}</mrow></semantics></math>"


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        "<mtext><img src='x' onerror='alert(1)'/></mtext><img/>",
        "<a href='javascript:alert(1)'>x</a>",
        "<annotation-xml encoding='text/html'>x</annotation-xml>",
        "<maction actiontype='statusline#http://evil.test'>x</maction>",
        "<mglyph src='https://evil.test/p.png'/>",
        "<span>x</span>",
        "<svg/>",
        "<style>x</style>",
    ],
)
def test_an_element_that_is_not_listed_fails_the_formula(content):
    with pytest.raises(NotMath):
        rewrite(inside(content))


@pytest.mark.parametrize(
    "attribute",
    [
        "id='x'", "name='x'", "style='position:fixed'", "href='https://evil.test/'", "xlink='x'", "onclick='alert(1)'",
        "class='comment'", "class='unseen tombstone'", "encoding='text/html'", "mathcolor='url(//evil.test)'",
        "mathcolor='expression(1)'", "width='1e9em'", "width='calc(1px)'", "scriptlevel='-9'", "display='inline'",
        "title='x'", "tabindex='0'", "mathvariant='bold'", "rowspan='9999'", "intent='x'",
    ],
)  # fmt: skip
def test_an_attribute_that_is_not_listed_is_left_out(attribute):
    assert rewrite(inside(f"<mi {attribute}>x</mi>")) == inside("<mi>x</mi>")


def test_what_stands_in_a_letter_is_text_alone():
    """Browsers read it as html."""
    assert rewrite(inside("<mtext>&lt;img src=x onerror=alert(1)&gt;<mi>y</mi></mtext>")) == inside(
        "<mtext>&lt;img src=x onerror=alert(1)&gt;y</mtext>"
    )


@pytest.mark.parametrize("value, kept", [("500em", "40em"), ("-9em", "-2em"), ("-50pt", "-2em"), ("2em", "2em")])
def test_lengths_stay_within_bounds(value, kept):
    assert rewrite(inside(f"<mspace width='{value}'></mspace>")) == inside(f'<mspace width="{kept}"></mspace>')


def test_sizes_do_not_multiply_without_end():
    rewrite(to_mathml(r"\Huge{\tiny{\Huge{x}}}", display=False))
    huge = "<mstyle mathsize='2.488em'>"
    with pytest.raises(NotMath, match="too large"):
        rewrite(inside(f"{huge}{huge}<mi>x</mi></mstyle></mstyle>"))


def test_depth_is_bounded():
    rewrite(inside("<mrow>" * (DEPTH - 4) + "</mrow>" * (DEPTH - 4)))
    with pytest.raises(NotMath, match="nested"):
        rewrite(inside("<mrow>" * DEPTH + "</mrow>" * DEPTH))
    with pytest.raises(NotMath):
        rewrite(to_mathml("{" * 900 + "x" + "}" * 900, display=True).replace("<mi>", "<mrow>" * 200 + "<mi>"))


@pytest.mark.parametrize("markup", ["", "x", "<math>", "<math><mi>x</math>", "<mi>x</mi>", "<!DOCTYPE math><mi/>"])
def test_what_is_no_formula_at_all_is_said_to_be_none(markup):
    with pytest.raises(NotMath, match="not understood"):
        rewrite(markup)


@pytest.mark.parametrize(
    "style, becomes",
    [
        ("color:#ff0000;", 'mathcolor="#ff0000"'),
        ("padding-left:0em;padding-right:5.9776pt;", 'class="m-pl-0 m-pr-4"'),
        ("border-right:0.15em double;border-top:0.06em dashed;", 'class="m-line-rdd m-line-td"'),
        ("margin-left:-0.1667em;", 'class="m-back-2"'),
        ("width:100%;", 'class="m-wide"'),
        ("padding:0.3em;border:0.0667em solid #ff0000;", 'class="m-boxed m-framed"'),
    ],
)
def test_styles_become_what_a_page_without_inline_styles_can_carry(style, becomes):
    assert rewrite(inside(f'<mtd style="{style}">x</mtd>')) == inside(f"<mtd {becomes}></mtd>")


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"\verb|<script>alert(1)</script>|",
        r"\tag{<script>alert(1)</script>} x",
        r"\operatorname{</math><img src=x onerror=alert(1)>}",
        r"\text{</annotation></semantics></math><script>alert(1)</script>}",
        r"\color{red;background:url(//evil.test)} x",
        r"\htmlStyle{position:fixed}{x}",
        r"\class{comment}{x}",
        r"\cssId{location}{x}",
        r"\includegraphics{https://evil.test/p.png}",
        "x % </math><script>alert(1)</script>",
        r"\label{location} x",
    ],
)
def test_no_command_gets_markup_through(tex):
    try:
        safe = rewrite(to_mathml(tex, display=True))
    except NotMath:
        return
    for kind, name, attributes in tokens(safe):
        if kind != "text":
            assert name in TAGS
            assert not {attribute for attribute, _ in attributes} & {"style", "id", "href", "src", "name"}
