"""WCAG 2.2, computed from the tokens: 1.4.3 (text, 4.5:1) and 1.4.11 (the border of a field, 3:1)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)",
        (CSS / "tokens.css").read_text(encoding="utf-8").split("@media")[0],
    )
}
SURFACES = ["paper", "paper-raised", "accent-wash", "code", "added-wash", "removed-wash"]


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, from 0 (black) to 1 (white)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", ["ink", "ink-soft", "accent", "new", "wrong"])
def test_text_can_be_read_on_every_surface(text, surface, scheme):
    assert contrast(TOKENS[text][scheme], TOKENS[surface][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_a_button_can_be_read(scheme):
    assert contrast(TOKENS["on-accent"][scheme], TOKENS["accent"][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("surface", ["paper", "paper-raised"])
def test_the_edge_of_a_field_can_be_seen(surface, scheme):
    assert contrast(TOKENS["edge"][scheme], TOKENS[surface][scheme]) >= 3


def test_the_sheets_use_only_tokens_that_there_are():
    sheets = "".join(path.read_text(encoding="utf-8") for path in CSS.glob("*.css"))
    made = set(re.findall(r"(--[\w-]+):", sheets))

    assert set(re.findall(r"var\((--[\w-]+)", sheets)) <= made


def test_every_colour_comes_from_a_palette():
    """So that what axe finds readable on a page in one scheme can be read there in the other."""
    beside = {
        "print.css": ["#999"],  # on paper there is one scheme
        "forms.css": ["#fff"],  # behind a square code, which scanners want on white
        "text.css": ["#f6e7b4", "#4c4016"],  # a marked word: both schemes
        "math.css": ["#1d1c1a", "black"],  # on what an author painted behind a formula; the value of an attribute
    }
    named = "white|black|red|green|blue|gr[ae]y|silver|yellow|orange"
    no_text = re.compile(r"/\*.*?\*/|(?:--[\w-]+|box-shadow): [^;]*;|#[\w-]+(?=[^;{}]*\{)", re.DOTALL)
    colour = re.compile(
        rf"#[0-9a-f]{{3,8}}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(|(?<![\w-])(?:color\(|(?:{named})(?![\w-]))",
        re.IGNORECASE,
    )
    for path in CSS.glob("*.css"):
        rules = no_text.sub("", path.read_text(encoding="utf-8"))
        assert colour.findall(rules) == beside.get(path.name, []), path.name
