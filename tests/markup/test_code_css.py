"""The colours of highlighted code can be read on its background, in both schemes."""

import re
from pathlib import Path

import pytest
from pygments.token import STANDARD_TYPES

from forum.markup.code import COLOURED

CSS = (Path(__file__).parents[2] / "static" / "css" / "code.css").read_text(encoding="utf-8")
COLOURS = re.findall(r"(--code-[a-z]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS)
BACKGROUND = ("#f3f0e9", "#202429")  # --code, light and dark


def luminance(colour):
    """WCAG 2.2: relative luminance, 0 (black) to 1 (white), of ``#rrggbb``."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name, light, dark", COLOURS)
def test_every_colour_can_be_read(name, light, dark):
    assert contrast(light, BACKGROUND[0]) >= 4.5
    assert contrast(dark, BACKGROUND[1]) >= 4.5


def test_the_colours_are_few():
    assert len(COLOURS) == 5


def test_the_colours_are_those_that_blocks_of_code_are_marked_with():
    styled = set(
        re.findall(r"\.([a-z][a-z0-9]*)\b", re.sub(r"/\*.*?\*/|\d\.\d+|var\([^)]*\)", "", CSS, flags=re.DOTALL))
    )
    assert styled - {"highlight"} == COLOURED
    assert set(STANDARD_TYPES.values()) >= COLOURED
