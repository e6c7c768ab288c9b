"""Texts by somebody who wants a script to run in the reader's page.

Each calls ``alert``, loads from evil.test, or takes a name that the page's own scripts may rely on. ``SEEDS`` has them
by family; ``EVERY`` has each bare and in some of the ``WRAPS``, so that every family stands in every construct of the
language.
"""

from tests.markup.hostile.mail import MAIL
from tests.markup.hostile.markdown import MARKDOWN
from tests.markup.hostile.math import MATH
from tests.markup.hostile.raw_html import RAW_HTML
from tests.markup.hostile.references import REFERENCES
from tests.markup.hostile.wraps import WRAPS

SEEDS = {"raw html": RAW_HTML, "markdown": MARKDOWN, "references": REFERENCES, "math": MATH, "mail": MAIL}
EACH = 3  # wraps that a seed goes through


def rotation(family: str) -> list[tuple[str, str]]:
    """Seeds of ``family`` and the names of their wraps: each seed in the next ``EACH`` of them, round and round."""
    names = list(WRAPS)
    return [
        (seed, names[(at * EACH + turn) % len(names)]) for at, seed in enumerate(SEEDS[family]) for turn in range(EACH)
    ]


BARE = [seed for seeds in SEEDS.values() for seed in seeds]
EVERY = list(dict.fromkeys(BARE + [WRAPS[name](seed) for family in SEEDS for seed, name in rotation(family)]))
