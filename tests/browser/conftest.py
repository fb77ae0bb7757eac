"""Two people in two browser profiles, on one open meeting; a server and a database for each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .desk import Desk
from .running import Network, Server, make_demo
from .watching import Complaints

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
PATIENCE_MS = 10_000
HERE = Path(__file__).parent

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that stands in this folder needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for each process that runs tests."""
    path = os.environ.get("CHROMIUM")
    if not path:
        pytest.fail("The browser tests need a Chromium: set CHROMIUM to its path, or run bin/test.", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def first_demo(tmp_path_factory) -> Path:
    """The demo's database, made once and copied for every test."""
    return make_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def server(first_demo, tmp_path) -> Iterator[Server]:
    """A server of this test's own."""
    server = Server(first_demo, tmp_path / "data")
    yield server
    server.stop()
    assert "Traceback" not in server.log


@pytest.fixture
def network(server) -> Iterator[Network]:
    """Another way to the server, which the test can cut."""
    network = Network(server.port)
    yield network
    network.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browsers complained about; `foresee` what the test brings about."""
    complaints = Complaints()
    yield complaints
    assert complaints.unforeseen == []


@pytest.fixture
def sign_in(browser, server, complaints) -> Iterator[Callable[..., Desk]]:
    """A function: full name → that person at a browser of their own, on Today."""
    opened = []

    def sign_in(name: str, address: str | None = None, **profile) -> Desk:
        # Without smooth scrolling, under which things move on after they have been found.
        context = browser.new_context(base_url=address or server.address, reduced_motion="reduce", **profile)
        opened.append(context)
        context.set_default_timeout(PATIENCE_MS)
        complaints.listen(context)
        return Desk(_signed_in(context.new_page(), name))

    yield sign_in
    for context in opened:
        context.close()


def _signed_in(page: Page, name: str) -> Page:
    page.goto("/demo")
    page.get_by_role("button", name=f"Sign in as {name}").click()
    expect(page.get_by_role("heading", name=f"Hello, {name.split(maxsplit=1)[0]}")).to_be_visible()
    return page


@pytest.fixture
def ada(sign_in) -> Desk:
    """Ada, who manages Sam, on the page of their open meeting."""
    return sign_in("Ada Marsh").open_agenda("Sam Okoro")


@pytest.fixture
def sam(sign_in) -> Desk:
    """Sam on the same page."""
    return sign_in("Sam Okoro").open_agenda("Ada Marsh")
