import pytest

from forum.markup import render

OPEN = '<details class="spoiler">\n<summary>Spoiler</summary>\n'


@pytest.mark.parametrize("source", [">! It *works*.", ">!It *works*.", "   >! It *works*.", ">!\n>! It *works*."])
def test_a_spoiler_can_be_opened(source):
    assert render(source, key="c1").html == f"{OPEN}<p>It <em>works</em>.</p>\n</details>"


def test_a_spoiler_holds_what_a_quote_holds():
    html = render("Text\n>! - a\n>!   - b\n>!\n>! ```\n>! x\n>! ```\nlast", key="c1").html
    inside = html[html.index(OPEN) : html.index("</details>")]
    assert inside.count("<li>") == 2
    assert "x\n</code>" in inside
    assert html.endswith("</details>\n<p>last</p>")


def test_a_line_with_the_mark_of_a_quote_alone_stays_hidden():
    assert render(">! The butler\n> did it.", key="c1").html == f"{OPEN}<p>The butler\ndid it.</p>\n</details>"


def test_a_quote_and_a_spoiler_are_two_things():
    assert (
        render("> said\n>! hidden", key="c1").html
        == f"<blockquote>\n<p>said</p>\n</blockquote>\n{OPEN}<p>hidden</p>\n</details>"
    )


def test_spoilers_stand_in_quotes_items_and_each_other():
    html = render("> >! a\n\n- >! b\n\n>! >! c", key="c1").html
    assert html.count(OPEN) == 4


def test_spoilers_are_counted_with_the_quotes():
    assert "quotes may stand 12 deep" in render(">! " * 13 + "x", key="c1").refused


def test_nobody_types_a_spoiler_that_is_open():
    html = render('<details open class="spoiler"><summary>x</summary>y</details>', key="c1").html
    assert "<details" not in html
