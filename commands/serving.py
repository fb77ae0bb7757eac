"""The command that serves, and where it listens."""

import signal
import socket
from pathlib import Path

import click
import gevent
from gevent.event import Event

import logs
import process
import settings
from config import ENV, Config, Misconfigured


@click.command()
def serve() -> None:
    """Serve until told to stop."""
    from app import create_app
    from server import Server

    config = settings.read()
    _must_be_for_this_command(config)
    logs.begin(config)
    app = create_app(config)
    process.begin(config)
    listener = _listen(config)
    server = Server(listener, app)
    server.start()
    told = _told_to_stop()
    _say_where(config, listener)
    process.settle()
    told.wait()
    server.drain()
    process.end()


def _must_be_for_this_command(config: Config) -> None:
    if config.sign_in == ENV:
        raise Misconfigured(
            "SIGN_IN=proxy-env is for a server in front that runs Duologue itself: have it load wsgi.py, not this one."
        )
    if config.processes > 1:
        raise Misconfigured(
            f"PROCESSES={config.processes} is for gunicorn with deploy/gunicorn.conf.py: this command is one process."
        )


def _say_where(config: Config, listener: socket.socket) -> None:
    if config.socket_path:
        click.echo(f"\n  Duologue is at {config.socket_path}")
        return
    host, port = listener.getsockname()[:2]
    address = f"http://{host}:{port}"
    click.echo(f"\n  Duologue is at {address}{config.public_url and f', for {config.public_url}'}")
    if config.is_demo:
        click.echo(f"  Sign in as Ada Marsh in one browser profile and as Sam Okoro in another:\n  {address}/demo\n")


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


def _told_to_stop() -> Event:
    """What a signal to stop sets."""
    told = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, told.set)
    return told
