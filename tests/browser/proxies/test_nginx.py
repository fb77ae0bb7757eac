"""nginx in front, by deploy/nginx: over TCP with a secret, and over a Unix socket."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .asking import ask, assert_passes_at_once, basic
from .conftest import assert_goes_live
from .fronts import Front, nginx


@pytest.fixture(params=["tcp", "unix"])
def behind_nginx(request, front, guarded) -> Iterator[Front]:
    """nginx before a server, on either kind of socket."""
    if request.param == "tcp":
        server = guarded(PROXY_NAME_HEADER="X-Remote-Name", PROXY_GROUPS_HEADER="X-Remote-Groups")
        upstream = "{}:{}".format(*server.address)
        with nginx(front, upstream):
            front.server = server
            yield front
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "duologue.sock"
        front.server = guarded(HOST=f"unix:{path}", PROXY_PEERS="unix")
        with nginx(front, f"unix:{path}"):
            yield front


def test_a_meeting_goes_live_through_nginx(behind_nginx, at_browser, complaints):
    complaints.foresee("401")
    ada, sam = at_browser("ada"), at_browser("sam")
    assert_goes_live(ada, sam)
    expect(ada.says("Live")).to_be_visible()


def test_the_browsers_own_copies_of_the_headers_do_not_get_through(behind_nginx):
    for name in ("X-Remote-User", "x-remote-user", "X_Remote_User", "X-Remote.User", "Remote-User"):
        page = ask(behind_nginx, "/", basic("lee"), f"{name}: ada").body
        assert "Hello, Lee" in page
    for forged in ("X-Remote-Name: Ada Marsh", "X-Remote-Groups: people-leads", "X-Proxy-Secret: x"):
        assert "Hello, Lee" in ask(behind_nginx, "/", basic("lee"), forged).body


def test_nobody_gets_past_nginx_without_its_sign_on(behind_nginx):
    assert ask(behind_nginx, "/", "X-Remote-User: ada").status == 401
    assert ask(behind_nginx, "/", "Authorization: Basic eDp5", "X-Remote-User: ada").status == 401


def test_whom_nginx_knows_and_duologue_does_not_reads_a_kind_page(behind_nginx):
    answer = ask(behind_nginx, "/", basic("zoe"))
    assert answer.status == 403
    assert "Duologue does not have you yet" in answer.body


def test_an_event_passes_nginx_at_once(behind_nginx):
    assert_passes_at_once(behind_nginx)


def test_a_monitor_on_this_machine_may_ask_for_its_health(behind_nginx):
    for path in ("/healthz", "/readyz"):
        assert ask(behind_nginx, path).body == "ok\n"
