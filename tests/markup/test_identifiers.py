import pytest

from forum.markup import render


@pytest.mark.parametrize(
    "text, address",
    [
        ("doi:10.1145/3292500.3330701", "https://doi.org/10.1145/3292500.3330701"),
        ("DOI: 10.1000/x(1)_y", "https://doi.org/10.1000/x(1)_y"),
        ("arXiv:2206.02841", "https://arxiv.org/abs/2206.02841"),
        ("arxiv:2206.02841v12", "https://arxiv.org/abs/2206.02841v12"),
        ("arXiv:hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ("arXiv:math.GT/0309136", "https://arxiv.org/abs/math.GT/0309136"),
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "See {}.", "({}), and so on", "*{}*", "**{}**", "- {}", "| a |\n|---|\n| {} |"]
)
def test_the_name_of_a_paper_is_a_link(text, address, around):
    assert f'<a href="{address}" rel="nofollow ugc noopener noreferrer">{text}</a>' in (
        render(around.format(text), key="c1").html
    )


@pytest.mark.parametrize(
    "source",
    [
        "`arXiv:2206.02841`",
        "    doi:10.1145/3292500",
        "```\ndoi:10.1145/3292500\n```",
        "doi:x",
        "doi:10.1/x",
        "mydoi:10.1145/3292500",
        "arXiv:2206.028",
        "arXiv:2206.028412",
        "arXiv:../../x",
    ],
)
def test_what_is_no_name_or_stands_in_code_is_left(source):
    assert "<a" not in render(source, key="c1").html


@pytest.mark.parametrize("words", ["doi:10.1145/3292500", "*arXiv:2206.02841*"])
def test_a_link_keeps_its_own_address(words):
    html = render(f"[{words}](https://example.org/)", key="c1").html
    assert html.count("<a ") == 1
    assert 'href="https://example.org/"' in html


def test_an_identifier_within_an_address_is_a_part_of_it():
    html = render("https://example.org/?q=doi:10.1145/3292500", key="c1").html
    assert html.count("<a ") == 1
