"""A proxy between people and the server that ends connections after a while, as many do after a minute."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest

from bench.server import Server
from bench.wire import Connection

from ..browser.running import Network
from ..conftest import copy_folder
from .at_work import at_work, demo_of, eventually

CUT_SECONDS, CUTS = 0.7, 4
# nginx for somebody who wrote none of what deploy/nginx says of streams: what is quiet for a moment is cut off.
IMPATIENT = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_http_version 1.1;
    proxy_read_timeout 500ms;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_set_header Host $http_host; }}
    }}
}}
"""


class Behind:
    """The server as it is seen from before what is between."""

    def __init__(self, server: Server, host: str, port: int) -> None:
        self.address, self.log = (host, port), server.log


@pytest.fixture
def server(demo_folder, tmp_path) -> Iterator[Server]:
    """A server of the demo."""
    with Server(copy_folder(demo_folder, tmp_path)) as server:
        yield server


@pytest.fixture
def proxy(server) -> Iterator[Network]:
    """What is between."""
    network = Network(server.address[1])
    yield network
    network.close()


def test_pages_whose_connections_are_cut_again_and_again_miss_nothing(server, proxy, demo_folder):
    over = threading.Event()

    def cut() -> None:
        while not over.wait(CUT_SECONDS):
            proxy.cut()
            proxy.restore()

    with at_work(Behind(server, "127.0.0.1", proxy.port), demo_of(demo_folder)) as work:
        cutting = threading.Thread(target=cut)
        cutting.start()
        eventually(lambda: all(one.streams > CUTS for one in work.people), work.said)
        work.goes_on()
        over.set()
        cutting.join()
        work.is_right_again()
        work.ends()
    assert "Traceback" not in server.log()


@pytest.fixture
def impatient(server, tmp_path) -> Iterator[Behind]:
    """The server behind an nginx that waits for hardly anything."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    facts = {"folder": tmp_path, "port": port, "upstream": server.address[1]}
    user = "user root;" if os.getuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(IMPATIENT.format(user=user, **facts))
    command = ["/usr/sbin/nginx", "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        behind = Behind(server, "127.0.0.1", port)
        eventually(lambda: _takes_connections(behind))
        yield behind
        process.terminate()


def _takes_connections(behind: Behind) -> bool:
    try:
        Connection(behind.address).close()
    except OSError:
        return False
    return True


def test_quiet_pages_behind_a_proxy_that_cuts_what_is_quiet_miss_nothing(impatient, demo_folder):
    with at_work(impatient, demo_of(demo_folder)) as quiet:
        quiet.ends()
        counts = [one.streams for one in quiet.people]
        eventually(lambda: all(one.streams > n + CUTS for one, n in zip(quiet.people, counts, strict=True)), quiet.said)
        with at_work(impatient, demo_of(demo_folder)) as others:
            others.goes_on()
        lines = {line for one in others.people for line in one.saved}
        eventually(lambda: all(lines <= one.seen for one in quiet.people), quiet.said)
    assert "Traceback" not in impatient.log()
