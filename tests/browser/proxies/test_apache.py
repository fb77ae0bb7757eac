"""Apache httpd in front, by deploy/apache/duologue.conf."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from ...attacks.at_the_door.raw import read_chunk, read_head, request
from .conftest import assert_goes_live
from .fronts import PORT, Front, apache
from .test_nginx import AT_ONCE_SECONDS, ask, basic, tls


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
    meeting = behind_apache.server.rows["sam"]["meeting"]
    cookie = f"Cookie: __Host-duologue={ask(behind_apache, '/', basic('sam')).cookie}"
    with tls(behind_apache) as connection:
        began = time.monotonic()
        lines = (basic("sam"), cookie, "Accept: text/event-stream", "Accept-Encoding: gzip")
        connection.sendall(request(f"/meetings/{meeting}/live", *lines, host=f"{behind_apache.address}:{PORT}"))
        stream = connection.makefile("rb")
        status, headers = read_head(stream)
        assert (status, dict(headers).get("content-encoding")) == (200, None)
        assert read_chunk(stream).startswith(b"event: ping")
        assert time.monotonic() - began < AT_ONCE_SECONDS
