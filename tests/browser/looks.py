"""What every page must be: accessible in both colour schemes and at both widths, and never wider than the window."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDTHS = {1280: 800, 390: 844}  # pixels, with the height of such a window
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}}
# Nothing but the colours depends on the scheme, and axe takes its time.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

RUN = """options => axe.run(document, {resultTypes: ["violations"], ...options}).then(({violations}) =>
    violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => ({id, html, failureSummary}))))"""
# What is far away is not laid out yet, and axe would see it heaped up in the place kept for it.
DRAW_ALL = "document.querySelectorAll('.comment').forEach(each => each.style.contentVisibility = 'visible')"
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
        self.count += 1
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(AXE_SCRIPT)
        page.evaluate(DRAW_ALL)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            self.faults += [
                f"{self.named(page)} {width}: wider than the window: {each}" for each in page.evaluate(TOO_WIDE)
            ]
            for scheme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.faults += [
                    f"{self.named(page)} {width} {scheme}: {each['id']}: {each['html'][:200]}\n    "
                    + each["failureSummary"].replace("\n", "\n    ")
                    for each in page.evaluate(RUN, rules)
                    if each["id"] != without
                ]

    @staticmethod
    def named(page: Page) -> str:
        return json.dumps(page.title()) + " " + page.url.split("/", 3)[-1]
