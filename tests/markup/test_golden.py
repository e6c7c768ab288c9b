"""The language by example. After a wanted change: ``GOLDEN=write pytest tests/markup/test_golden.py``, read the diff,
and raise RENDER_VERSION."""

import os
from pathlib import Path

import pytest

from forum.markup import COMMENT_LIMIT, normalise, render

GOLDEN = Path(__file__).parent.parent / "golden" / "markup"
SOURCES = sorted(path for path in GOLDEN.iterdir() if path.suffix in {".md", ".txt"})


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_text_renders_as_it_is_written_down(path):
    source_format = "markdown" if path.suffix == ".md" else "plain"
    source = normalise(path.read_text(encoding="utf-8"), limit=COMMENT_LIMIT)

    rendered = render(source, key="c12", source_format=source_format)

    expected = path.with_name(path.name + ".html")
    if os.environ.get("GOLDEN") == "write":
        expected.write_text(rendered.html, encoding="utf-8")
    assert rendered.refused == ""
    assert rendered.html == expected.read_text(encoding="utf-8")


def test_no_golden_file_is_left_without_its_source():
    assert {path.name for path in GOLDEN.glob("*.html")} == {path.name + ".html" for path in SOURCES}
