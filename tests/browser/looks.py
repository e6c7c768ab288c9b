"""What every page must be: accessible in both colour schemes and at both widths, never wider than the window."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

HEIGHTS = {1280: 800, 390: 844}  # pixels, of a window by its width
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Half of the four combinations at each look, for axe takes its time: structure depends on the width alone and is
# examined at both, and what pages have in common is seen in all four after two looks. The contrast of colours takes two
# thirds of that time, and every colour comes from a palette (tests/pages/test_contrast.py): it is examined at one.
TURNS = [((1280, "light"), (390, "dark")), ((390, "light"), (1280, "dark")),
         ((1280, "dark"), (390, "light")), ((390, "dark"), (1280, "light"))]  # fmt: skip

RUN = """([tags, contrast]) => axe.run(document, {
    resultTypes: ["violations"], runOnly: tags, rules: {"color-contrast": {enabled: contrast}},
}).then(({violations}) => violations.flatMap(
    ({id, nodes}) => nodes.map(({html, failureSummary}) => ({id, html, failureSummary}))))"""
# What is far away is not laid out yet, and axe would see it heaped up in the place kept for it.
DRAW_ALL = "document.querySelectorAll('article').forEach(each => each.style.contentVisibility = 'visible')"
# The page's own script looks at its boxes again in a window of another width.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.body.querySelectorAll(":not(pre *, table *)")]
        .filter(each => each.getBoundingClientRect().right > width + 1)
        .map(each => each.outerHTML.slice(0, 120)).slice(-3);
}"""


class Looks:
    """``over(page)`` examines a page as it stands and remembers its faults."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.count = 0

    def over(self, page: Page, *, without: str = "") -> None:
        """Examine ``page``. ``without`` names the one rule that may be broken there; the caller says why."""
        turn = TURNS[self.count % len(TURNS)]
        self.count += 1
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(AXE_SCRIPT)
        page.evaluate(DRAW_ALL)
        for contrast, (width, scheme) in zip((True, False), turn, strict=True):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            self.faults += [
                f"{self.named(page)} {width}: wider than the window: {each}" for each in page.evaluate(TOO_WIDE)
            ]
            self.faults += [
                f"{self.named(page)} {width} {scheme}: {each['id']}: {each['html'][:200]}\n    "
                + each["failureSummary"].replace("\n", "\n    ")
                for each in page.evaluate(RUN, [TAGS, contrast])
                if each["id"] != without
            ]

    @staticmethod
    def named(page: Page) -> str:
        return json.dumps(page.title()) + " " + page.url.split("/", 3)[-1]
