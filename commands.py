"""The command line: create, migrate, demo, check and serve. Every problem is one sentence and a non-zero exit."""

from gevent import monkey

monkey.patch_all()

import gc
import logging
import signal
import socket
import sys

import click
import gevent
from gevent.pywsgi import WSGIHandler, WSGIServer

import config as settings
import database
import demo_data
from config import Config, Misconfigured

READ_BYTES = 2_048
NOTHING_WRONG, MISCONFIGURED = 0, 1


@click.group(invoke_without_command=True)
@click.pass_context
def duologue(context: click.Context) -> None:
    """Duologue: one-to-one meetings on one live agenda. Without a command it serves."""
    if context.invoked_subcommand is None:
        context.invoke(serve)


@duologue.command()
def create() -> None:
    """Make a new, empty database."""
    config = settings.read()
    database.create(config)
    click.echo(f"Made {config.database}.")


@duologue.command()
def migrate() -> None:
    """Bring the database forward to this version."""
    applied = database.migrate(settings.read())
    click.echo(f"Applied {', '.join(applied)}." if applied else "The database is of this version already.")


@duologue.command()
def demo() -> None:
    """Make the demo database with its invented people, unless it is there already."""
    config = settings.read()
    if not config.is_demo:
        raise Misconfigured("Invented people belong into a demo alone: set SIGN_IN=demo.")
    if not config.database.exists():
        database.create(config, fill=lambda: demo_data.fill(config.time_zone))
        click.echo(f"Made a demo database at {config.database}.")
    elif database.fill_if_empty(config, lambda: demo_data.fill(config.time_zone)):
        click.echo(f"Filled the demo database at {config.database}.")


@duologue.command()
def check() -> None:
    """Print the settings as they hold, and say what would be refused."""
    config = settings.read()
    for name in ("sign_in", "data_dir", "database", "secret_key_file", "host", "port", "time_zone"):
        click.echo(f"{name.upper():16} {getattr(config, name)}")
    database.inspect(config)
    click.echo("Nothing would be refused.")


@duologue.command()
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


def main() -> int:
    """Run the command line; the exit status."""
    try:
        duologue(standalone_mode=False)
    except Misconfigured as problem:
        click.echo(f"duologue: {problem}", err=True)
        return MISCONFIGURED
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        return MISCONFIGURED
    return NOTHING_WRONG


if __name__ == "__main__":
    sys.exit(main())
