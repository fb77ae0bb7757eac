"""Apache httpd in front, by deploy/apache/duologue.conf."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .asking import ask, assert_passes_at_once, basic
from .conftest import assert_goes_live
from .fronts import Front, apache


@pytest.fixture
def behind_apache(front, guarded) -> Iterator[Front]:
    """Apache before a server."""
    front.server = guarded(PROXY_NAME_HEADER="X-Remote-Name")
    with apache(front, "duologue.conf", "{}:{}".format(*front.server.address)):
        yield front


def test_a_meeting_goes_live_through_apache(behind_apache, at_browser, complaints):
    complaints.foresee("401")
    ada, sam = at_browser("ada"), at_browser("sam")
    assert_goes_live(ada, sam)
    expect(ada.says("Live")).to_be_visible()


def test_the_browsers_own_copies_of_the_headers_do_not_get_through(behind_apache):
    for name in ("X-Remote-User", "x-remote-user", "X_Remote_User", "X-Remote.User", "Remote-User"):
        assert "Hello, Lee" in ask(behind_apache, "/", basic("lee"), f"{name}: ada").body
    assert "Hello, Lee" in ask(behind_apache, "/", basic("lee"), "X-Proxy-Secret: x", "X-Remote-Name: Ada").body


def test_nobody_gets_past_apache_without_its_sign_on(behind_apache):
    assert ask(behind_apache, "/", "X-Remote-User: ada").status == 401


def test_an_event_passes_apache_at_once(behind_apache):
    assert_passes_at_once(behind_apache)
