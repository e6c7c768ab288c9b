"""What a browser does with a thread of 10,000 comments on one page: first paint, load, folding, a jump, long tasks.

Drives the system's Chromium against a site of its own. Times are the browser's, as good as the machine is quiet; the
median of some runs. A long task is one of more than 50 ms on the page's thread: nobody can scroll or click meanwhile.
"""

import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

from playwright.sync_api import Browser  # noqa: E402

from bench.reading import environment, filled, serving  # noqa: E402
from tests.chromium import chromium_running  # noqa: E402

COMMENTS = 10_000
RUNS = 5

# Before anything of the page: what is observed only later would miss the load.
WATCH = """
window.long = [];
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.long.push([task.startTime, task.duration]);
}).observe({ entryTypes: ["longtask"] });
"""
LOADED = """() => {
  const { responseStart, domContentLoadedEventEnd, loadEventEnd } = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  const parsed = domContentLoadedEventEnd;
  return { "first answer": responseStart, "first paint": paint, "all parsed": parsed, "all loaded": loadEventEnd };
}"""
# From the act until the next frame has been painted.
ACT = """(act) => new Promise((done) => {
  const begun = performance.now();
  new Function(act)();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
})"""
FOLD = "document.querySelector('ol.thread > li > details > summary').click()"
JUMP_INTO = (
    "const all = document.querySelectorAll('ol.thread > li:first-child li[id]');"
    "location.hash = all[Math.floor(all.length / 2)].id"
)
JUMP = "location.hash = [...document.querySelectorAll('ol.thread li[id]')].at(-2).id"


def main() -> None:
    print(f"Load {os.getloadavg()[0]:.1f}; {COMMENTS:,} comments on one page\n\nwhat | ms\n---|---")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_the_end:
        env = environment(Path(folder), "browser", until_the_end)
        path = filled(env, posts=1, comments=COMMENTS, one_thread=True)
        with serving(env), chromium_running() as browser:
            address = f"http://127.0.0.1:{env['PORT']}{path}?all"
            visits = [visit(browser, address) for _ in range(RUNS)]
    for what in visits[0]:
        print(f"{what} | {statistics.median(one[what] for one in visits):.0f}")


def visit(browser: Browser, address: str) -> dict[str, float]:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page.add_init_script(WATCH)
    page.goto(address, timeout=120_000)
    found = page.evaluate(LOADED)
    page.wait_for_timeout(1_000)
    settled = page.evaluate("performance.now()")
    found["folding the first branch"] = page.evaluate(ACT, FOLD)
    found["unfolding it"] = page.evaluate(ACT, FOLD)
    found["a jump into the midst of it"] = page.evaluate(ACT, JUMP_INTO)
    page.wait_for_timeout(500)
    found["a jump to the end"] = page.evaluate(ACT, JUMP)
    page.wait_for_timeout(500)
    tasks = page.evaluate("long")
    found["longest task while it loads"] = max((length for start, length in tasks if start < settled), default=0)
    found["longest task after"] = max((length for start, length in tasks if start >= settled), default=0)
    page.close()
    return found


if __name__ == "__main__":
    main()
