"""Servers that trust a proxy, one for each way in which it may vouch; each is shared by the tests of a file."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .guarded import SECRET, Guarded, Visitor


@contextmanager
def running(folder, **settings) -> Iterator[Guarded]:
    """A guarded server, made and serving."""
    server = Guarded(folder, **settings).make().start()
    try:
        yield server
    finally:
        server.stop()
        assert "Traceback" not in server.log


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Guarded]:
    """Its proxy names people in a header, over TCP, and proves itself by a secret."""
    folder = tmp_path_factory.mktemp("header")
    settings = {
        "SIGN_IN": "proxy-header",
        "PROXY_PEERS": "127.0.0.1, 127.0.0.9",
        "PROXY_SECRET_FILE": str(folder / "proxy_secret"),
        "PROXY_NAME_HEADER": "X-Remote-Name",
        "PROXY_GROUPS_HEADER": "X-Remote-Groups",
        "PROXY_PEOPLE_LEAD_GROUP": "people-leads",
        "HELP_CONTACT": "the service desk",
    }
    with running(folder, **settings) as server:
        yield server


def vouched(name: str) -> tuple[str, str]:
    """The header lines with which the proxy vouches for somebody."""
    return f"X-Proxy-Secret: {SECRET}", f"X-Remote-User: {name}"


@pytest.fixture
def ada(server) -> Visitor:
    """Ada's browser, signed in."""
    return _signed_in(server, "ada")


@pytest.fixture
def sam(server) -> Visitor:
    """Sam's browser, signed in."""
    return _signed_in(server, "sam")


def _signed_in(server: Guarded, name: str) -> Visitor:
    visitor = Visitor(server, *vouched(name))
    assert visitor.get("/me").status == 200
    return visitor
