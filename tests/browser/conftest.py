import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import PATIENCE, Browsers
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


@pytest.fixture(scope="package")
def browsers(live_server, chromium):
    return Browsers(chromium, live_server.url)


@pytest.fixture
def visit(live_server, browsers):
    """``visit(ann)`` is a page in a browser where ann is logged in; ``visit()`` a stranger's.

    Afterwards no browser may have complained of anything, see ``visitor.Watch``.
    """
    opened = []

    def come(person=None, **options) -> Page:
        opened.append(browsers.open(person, **options))
        return opened[-1].page

    yield come
    for one in opened:
        browsers.leave(one)
    if faults := [fault for one in opened for fault in one.watch.faults]:
        pytest.fail("\n".join(faults), pytrace=False)
