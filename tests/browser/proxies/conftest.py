"""People at browsers before a real proxy."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ...attacks.at_the_door.guarded import SECRET, Guarded
from ..conftest import PATIENCE_MS
from ..desk import GOALS, Desk
from .fronts import PASSWORDS, Front


@pytest.fixture
def front() -> Front:
    """Where a proxy will be."""
    return Front(SECRET)


@pytest.fixture
def guarded(tmp_path: Path, front: Front) -> Iterator[Callable[..., Guarded]]:
    """A function: settings → a server with the cast in it, that believes what stands before it."""
    started = []

    def start(**settings: str) -> Guarded:
        # The socket's path has to be short.
        given = {"SIGN_IN": "proxy-header", "PROXY_PEERS": "127.0.0.1", "PUBLIC_URL": front.url, **settings}
        if given["SIGN_IN"] == "proxy-header" and given["PROXY_PEERS"] != "unix":
            given["PROXY_SECRET_FILE"] = str(tmp_path / "proxy_secret")
        server = Guarded(tmp_path, **given).make().start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
        assert "Traceback" not in server.log


@pytest.fixture
def at_browser(browser: Browser, front: Front, complaints) -> Iterator[Callable[..., Desk]]:
    """A function: name → that person at Today, past the proxy's Basic authentication unless told otherwise."""
    opened = []

    def arrive(name: str, sign_in: Callable | None = None, **profile) -> Desk:
        if sign_in is None:
            profile["http_credentials"] = {"username": name, "password": PASSWORDS[name]}
        context = browser.new_context(base_url=front.url, ignore_https_errors=True, reduced_motion="reduce", **profile)
        opened.append(context)
        context.set_default_timeout(PATIENCE_MS)
        complaints.listen(context)
        page = context.new_page()
        page.goto("/")
        if sign_in:
            sign_in(page, name)
            page.wait_for_url(f"{front.url}/")
        return Desk(page)

    yield arrive
    for context in opened:
        context.close()


def assert_goes_live(ada: Desk, sam: Desk) -> None:
    """A meeting of the two runs: each sees at once what the other does."""
    for desk, name in ((ada, "Ada"), (sam, "Sam")):
        expect(desk.page.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
    ada.open_agenda("Sam Okoro")
    sam.open_agenda("Ada Marsh")
    expect(ada.says("Sam is here")).to_be_visible()
    ada.add(GOALS, "Through the proxy")
    expect(sam.item("Through the proxy").row).to_be_visible()
    sam.item("Through the proxy").tick.check()
    expect(ada.item("Through the proxy").tick).to_be_checked()
