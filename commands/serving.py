"""The command that serves, and how its server speaks to the network."""

import gc
import logging
import re
import signal
import socket
from email import errors
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from types import TracebackType

import click
import gevent
from gevent.pywsgi import WSGIHandler, WSGIServer

import config as settings
import logs
import process
from config import Config, Misconfigured

READ_BYTES = 2_048
SILENCE_SECONDS = float(75)
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# What is found missing in a form with files while its body has not been read.
OF_THE_BODY = (
    errors.StartBoundaryNotFoundDefect,
    errors.CloseBoundaryNotFoundDefect,
    errors.MultipartInvariantViolationDefect,
)
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@click.command()
def serve() -> None:
    """Serve until told to stop."""
    from app import create_app

    config = settings.read()
    if config.sign_in == settings.ENV:
        raise Misconfigured(
            "SIGN_IN=proxy-env is for a server in front that runs Duologue itself: have it load wsgi.py, not this one."
        )
    logs.begin(config)
    app = create_app(config)
    process.begin(config)
    listener = _listen(config)
    server = WSGIServer(listener, app, handler_class=Handler, log=None, error_log=logging.getLogger("server"))
    gevent.get_hub().print_exception = _log_failure
    _stop_on_signals(server)
    _say_where(config, listener)
    # What the start made stays: looking through it again and again for garbage only takes time.
    gc.freeze()
    server.serve_forever()


def _say_where(config: Config, listener: socket.socket) -> None:
    if config.socket_path:
        click.echo(f"\n  Duologue is at {config.socket_path}")
        return
    host, port = listener.getsockname()[:2]
    address = f"http://{host}:{port}"
    click.echo(f"\n  Duologue is at {address}{config.public_url and f', for {config.public_url}'}")
    if config.is_demo:
        click.echo(f"  Sign in as Ada Marsh in one browser profile and as Sam Okoro in another:\n  {address}/demo\n")


def _log_failure(context: object, kind: type[BaseException], problem: BaseException, trail: TracebackType) -> None:
    """In the place of gevent's own printing, which would quote what was sent."""
    if not issubclass(kind, gevent.GreenletExit):
        logging.getLogger("server").error(logs.failure(kind, trail))


class Handler(WSGIHandler):
    """Sends the head of an answer together with the beginning of its body, reads with a small buffer, and takes
    nothing but plain headers: what one program would tidy and the next would not, nobody has to guess about.
    """

    _held: bytearray | None = None

    def handle(self) -> None:
        # The usual buffer takes 8 kB, and every open page keeps one.
        self.rfile.close()
        # Whoever says nothing for so long, in the middle of a request or between two, is gone.
        self.socket.settimeout(SILENCE_SECONDS)
        self.rfile = self.socket.makefile("rb", READ_BYTES)
        super().handle()

    def MessageClass(self, *arguments: object) -> Message:  # noqa: N802 - the name that the server looks for
        """The headers of a request. Raises ValueError, which is answered with 400."""
        try:
            found = super().MessageClass(*arguments)
        except (HTTPException, OSError):
            raise ValueError from None
        # Of a form with files there is no body yet, which the parser takes for a defect.
        defects = [defect for defect in found.defects if not isinstance(defect, OF_THE_BODY)]
        if defects or not all(_is_plain(name, value) for name, value in found.items()):
            raise ValueError
        # A length that two programs read differently is how a second request hides in a first (RFC 9112, 6).
        lengths, codings = found.get_all("content-length", []), found.get_all("transfer-encoding", [])
        if len(lengths) + len(codings) > 1 or not all(length.isdecimal() for length in lengths):
            raise ValueError
        if any(coding.lower() != "chunked" for coding in codings):
            raise ValueError
        return found

    def _write_with_headers(self, data: bytes) -> None:
        self._held = bytearray()
        super()._write_with_headers(data)
        held, self._held = self._held, None
        super()._sendall(held)

    def log_error(self, *what: object) -> None:
        """A request that could not be read. What was in it is nobody's business."""
        logging.getLogger("server").warning("event=unreadable")

    def _sendall(self, data: bytes) -> None:
        if self._held is None:
            super()._sendall(data)
        else:
            self._held += data


def _is_plain(name: str, value: str) -> bool:
    """Whether a header is as RFC 9110, 5.5 has it: no folds, no controls, nothing at its ends that gets lost."""
    return bool(NAME.fullmatch(name) and VALUE.fullmatch(value)) and value.strip(" \t") == value.strip()


def _listen(config: Config) -> socket.socket:
    return _listen_on_path(config.socket_path) if config.socket_path else _listen_on_port(config)


def _listen_on_path(path: Path) -> socket.socket:
    """A Unix socket; whoever may write to its folder's group may speak to it."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear(path)
        listener.bind(str(path))
        path.chmod(0o660)
    except OSError as problem:
        raise Misconfigured(f"No socket can be made at {path} (HOST): {problem.strerror or problem}.") from None
    listener.listen(1024)
    return listener


def _clear(path: Path) -> None:
    """Take away the socket that a server left behind; not that of one that still answers."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise Misconfigured(f"There is a server at {path} (HOST) already.")
    path.unlink()


def _listen_on_port(config: Config) -> socket.socket:
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
