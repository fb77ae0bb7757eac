"""A proxy between people and the server that ends connections after a while, as many do after a minute."""

import threading
from collections.abc import Iterator

import pytest

from bench.server import Server

from ..browser.running import Network
from ..conftest import copy_folder
from .at_work import at_work, demo_of, eventually

CUT_SECONDS, CUTS = 0.7, 4


class Behind:
    """The server as it is seen through the network."""

    def __init__(self, server: Server, network: Network) -> None:
        self.address, self.log = ("127.0.0.1", network.port), server.log


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

    with at_work(Behind(server, proxy), demo_of(demo_folder)) as work:
        cutting = threading.Thread(target=cut)
        cutting.start()
        eventually(lambda: all(one.streams > CUTS for one in work.people), work.said)
        work.goes_on()
        over.set()
        cutting.join()
        work.is_right_again()
        work.ends()
    assert "Traceback" not in server.log()
