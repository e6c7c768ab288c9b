import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import PATIENCE, open_browser
from tests.chromium import chromium_running

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def chromium():
    with chromium_running() as browser:
        yield browser


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def script(request) -> bool:
    """Whether the browser runs script: every form has to work either way."""
    return request.param


@pytest.fixture
def visit(live_server, chromium):
    """``visit(ann)`` is a page in a browser where ann is logged in; ``visit()`` a stranger's.

    Afterwards no browser may have complained of anything, see ``visitor.Watch``.
    """
    opened = []

    def come(person=None, **options) -> Page:
        page, watch = open_browser(chromium, live_server.url, person, **options)
        opened.append((page, watch))
        return page

    yield come
    for page, _ in opened:
        page.context.close()
    if faults := [fault for _, watch in opened for fault in watch.faults]:
        pytest.fail("\n".join(faults), pytrace=False)
