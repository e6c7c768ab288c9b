"""Html in Chromium: one page with many cases on it, and everything the browser did because of them."""

from pathlib import Path

from forum.markup.allowlist import ATTRIBUTES, TAGS
from forum.markup.mathml import ATTRIBUTES as MATH_ATTRIBUTES
from forum.markup.mathml import TAGS as MATH_TAGS

HOME = "http://forum.test/thread"
PROBE = Path(__file__).with_name("probe.js")
PARSES = 4  # as it came, and three times through innerHTML: what changes on the way is how mutation gets in
SETTLE = 300  # ms; errors of pictures and jumps come a moment later
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"/>'
ALLOWED = {"tags": sorted(TAGS), "attributes": sorted(set().union(*ATTRIBUTES.values()))}
FORMULAS = {"tags": sorted(MATH_TAGS), "attributes": [*MATH_ATTRIBUTES, "class"]}


class Visit:
    """Bodies at ``HOME``, without the content security policy that is the second wall, and what each one causes."""

    def __init__(self, page):
        self.page = page
        self.body = ""
        self.requests = []
        self.jumps = []
        page.add_init_script(path=PROBE)
        page.route("**/*", self.answer)
        page.on("framenavigated", lambda frame: self.jumps.append(frame.url))
        page.on("popup", lambda popup: self.jumps.append(popup.url))

    def open(self, body):
        self.body = body
        self.requests.clear()
        self.page.goto(HOME)
        self.jumps.clear()  # this one was ours, and the frames of the body

    def answer(self, route):
        url = route.request.url
        if url == HOME:
            route.fulfill(body=f"<!doctype html><meta charset=utf-8><main>{self.body}</main>", content_type="text/html")
            return
        self.requests.append(url)
        if url.startswith("http://forum.test/media/"):  # found, so that each parse does not ask anew
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        else:
            route.fulfill(status=404, body="")

    @property
    def ran(self):
        return self.page.evaluate("window.ran")

    @property
    def foreign(self):
        return [url for url in self.requests if not url.startswith("http://forum.test/")]


def sections(htmls):
    """Each html in a section of its own; the sentinel behind it is its sibling as long as nothing breaks out."""
    return "".join(
        f'<section data-case="{at}">{html}</section><i class="sentinel"></i>' for at, html in enumerate(htmls)
    )


def faults_of(visit, *, key, whole):
    """What is wrong with each case, by its number, after poking it, at every parse.

    ``whole``: all of the pipeline made the html, and not a wall alone.
    """
    found = {}
    for _ in range(PARSES):
        faults = visit.page.evaluate(
            """(allowed) => {
                const found = {};
                const sections = [...document.querySelectorAll("main > section")].filter(each => !each.settled);
                sections.forEach(poke);
                for (const section of sections) {
                    const faulty = faults(section, allowed);
                    if (!section.nextElementSibling?.matches("i.sentinel")) faulty.push("breaks out");
                    if (faulty.length) found[section.dataset.case] = faulty;
                }
                for (const section of sections) {
                    const html = section.innerHTML;
                    section.settled = html === section.parsed;  // parsed again, it would be the same tree again
                    section.innerHTML = section.parsed = html;
                }
                return found;
            }""",
            {**ALLOWED, "key": key, "settledLinks": whole, "math": FORMULAS if whole else None},
        )
        for case, faulty in faults.items():
            found.setdefault(int(case), set()).update(faulty)
    visit.page.wait_for_timeout(SETTLE)
    return found
