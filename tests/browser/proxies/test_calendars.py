"""Calendars through real proxies: the one path that they let through without a sign-on, and never with a name."""

import sys
import time
from collections.abc import Iterator

import pytest

from ...attacks.at_the_door.test_calendar_feeds import MAKE
from .asking import ask, basic
from .fronts import Front, apache, nginx

PATIENCE_SECONDS = 10
WITH_OPENID = ("auth_openidc", "authz_host")


@pytest.fixture(params=["nginx", "apache", "openid"])
def behind(request, front, guarded) -> Iterator[Front]:
    """A server whose calendars may be read, behind each of the files of deploy/."""
    front.server = guarded(CALENDAR_FEEDS="yes")
    upstream = "{}:{}".format(*front.server.address)
    if request.param == "nginx":
        proxy = nginx(front, upstream)
    elif request.param == "apache":
        proxy = apache(front, "duologue.conf", upstream)
    else:
        (front.folder / "apache-oidc-client.conf").write_text(
            "OIDCClientID x\nOIDCClientSecret x\nOIDCCryptoPassphrase x\n"
        )
        proxy = apache(front, "duologue-oidc.conf", upstream, WITH_OPENID)
    with proxy:
        yield front


def test_a_program_without_a_sign_on_reads_a_calendar_and_nothing_else(behind):
    token = behind.server.run(sys.executable, "-c", MAKE.format("sam")).strip()
    path = f"/calendar/{token}.ics"
    for more in ((), (basic("lee"),), ("Authorization: Basic bGVlOng=", "X-Remote-User: lee")):
        answer = ask(behind, path, *more)
        assert answer.status == 200
        assert "with Ada Marsh" in answer.body
        assert answer.cookie is None
    assert ask(behind, path, f"If-None-Match: {answer.header('etag')}").status == 304
    assert ask(behind, f"/calendar/{'a' * 55}.ics").status == 404
    assert ask(behind, path, method="POST").status in (401, 403)
    bent = f"{path}x", f"{path}/../../me", f"/me/..%2fcalendar/{token}.ics/../../me"
    for elsewhere in ("/", "/me", "/calendar/x.ics", *bent):
        answer = ask(behind, elsewhere, "X-Remote-User: sam")
        assert answer.status >= 300
        assert "Sam" not in answer.body
    assert behind.server.trail("sign-in") == []
    assert token not in behind.server.log


def test_apache_logs_no_address_of_a_calendar(front, guarded):
    front.server = guarded(CALENDAR_FEEDS="yes")
    logged = {"CustomLog /dev/null": f"CustomLog {front.folder}/access.log"}
    with apache(front, "duologue.conf", "{}:{}".format(*front.server.address), **logged):
        for path in ("/me", f"/calendar/{'a' * 55}.ics", f"/me/../calendar/{'a' * 55}.ics", "/actions"):
            ask(front, path)
        # It writes of a request once that is answered.
        log, deadline = front.folder / "access.log", time.monotonic() + PATIENCE_SECONDS
        while "/actions" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        lines = log.read_text().splitlines()
    assert [line.split('"')[1] for line in lines] == ["GET /me", "GET /actions"]


def test_no_address_that_tells_something_is_quoted_when_the_server_is_away(behind):
    behind.server.stop()
    secret = "a" * 55
    for path in (f"/calendar/{secret}.ics", "/search?q=Quetzal", "/unsubscribing?token=Quetzal"):
        assert ask(behind, path, basic("sam")).status >= 300
    assert ask(behind, f"/calendar/{secret}.ics", method="POST").status >= 400
    logged = (behind.folder / "error.log").read_text()
    assert secret not in logged
    assert "Quetzal" not in logged
