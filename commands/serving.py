"""The command that serves, and how its server speaks to the network."""

import gc
import logging
import signal
import socket

import click
import gevent
from gevent.pywsgi import WSGIHandler, WSGIServer

import config as settings
from config import Config, Misconfigured

READ_BYTES = 2_048


@click.command()
def serve() -> None:
    """Serve until told to stop."""
    from app import create_app

    config = settings.read()
    listener = _listen(config)
    app = create_app(config)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    server = WSGIServer(listener, app, handler_class=Handler, log=None, error_log=logging.getLogger("server"))
    _stop_on_signals(server)
    host, port = listener.getsockname()[:2]
    click.echo(f"\n  Duologue is at http://{host}:{port}")
    if config.is_demo:
        click.echo(
            f"  Sign in as Ada Marsh in one browser profile and as Sam Okoro in another:\n  http://{host}:{port}/demo\n"
        )
    # What the start made stays: looking through it again and again for garbage only takes time.
    gc.freeze()
    server.serve_forever()


class Handler(WSGIHandler):
    """Sends the head of an answer together with the beginning of its body, and reads with a small buffer."""

    _held: bytearray | None = None

    def handle(self) -> None:
        # The usual buffer takes 8 kB, and every open page keeps one.
        self.rfile.close()
        self.rfile = self.socket.makefile("rb", READ_BYTES)
        super().handle()

    def _write_with_headers(self, data: bytes) -> None:
        self._held = bytearray()
        super()._write_with_headers(data)
        held, self._held = self._held, None
        super()._sendall(held)

    def _sendall(self, data: bytes) -> None:
        if self._held is None:
            super()._sendall(data)
        else:
            self._held += data


def _listen(config: Config) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted sockets inherit it. Without it every answer waits 40 ms for the acknowledgement of its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((config.host, config.port))
    except OSError as problem:
        raise Misconfigured(
            f"Port {config.port} cannot be used ({problem.strerror}): set PORT to another one."
        ) from None
    listener.listen(1024)
    return listener


def _stop_on_signals(server) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, server.stop, 1)
