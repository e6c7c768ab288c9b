import pytest

from tests.chromium import chromium_running


@pytest.fixture(scope="package")
def chromium():
    with chromium_running() as browser:
        yield browser


@pytest.fixture
def chromium_page(chromium):
    context = chromium.new_context(viewport={"width": 320, "height": 240})  # nobody looks, and painting costs
    yield context.new_page()
    context.close()
