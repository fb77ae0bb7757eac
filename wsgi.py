"""Duologue for a server that loads WSGI applications: `application` is it.

That server is gunicorn with deploy/gunicorn.conf.py, whose worker is ours. Any other one reads requests in a way of its
own, so there it has to say itself who somebody is (SIGN_IN=proxy-env). It loads this file in the very process that
answers; a SQLite file is served by one process.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import logs
import process
import settings
from app import create_app
from config import ENV, LOOPBACK, Config, Misconfigured, OutOfReach
from process import Gunicorn

PAUSE_SECONDS = 2.0


class InOneProcess:
    """Refuses to answer in a copy of the process that it began in: nothing that began there goes on in a copy."""

    def __init__(self, wsgi_app: Callable) -> None:
        self._wsgi_app, self._process = wsgi_app, os.getpid()

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        if os.getpid() == self._process:
            return self._wsgi_app(environ, start_response)
        logging.getLogger("server").error("event=copied: have the server load wsgi.py in each process, not before.")
        start_response("503 Service Unavailable", [("Content-Length", "0")])
        return []


def _begun(config: Config) -> Callable:
    _must_fit(config, process.gunicorn)
    logs.begin(config)
    app = create_app(config)
    process.begin(config, process.RELOAD_SECONDS)
    return InOneProcess(app)


def _must_fit(config: Config, gunicorn: Gunicorn | None) -> None:
    """Raise Misconfigured unless this server may do what the settings ask for."""
    if gunicorn is None:
        _must_name_people(config)
    else:
        _must_be_one_for_a_file(config, gunicorn)
        _must_run_as_set(config, gunicorn)
        _must_listen_as_set(config, gunicorn)


def _must_name_people(config: Config) -> None:
    if config.sign_in != ENV:
        raise Misconfigured(
            f"SIGN_IN={config.sign_in} needs a server of ours: gunicorn with deploy/gunicorn.conf.py, or "
            "'duologue serve'."
        )


def _must_be_one_for_a_file(config: Config, gunicorn: Gunicorn) -> None:
    if config.sign_in == ENV:
        raise Misconfigured("SIGN_IN=proxy-env is for a server that names people itself, and gunicorn does not.")
    if config.database and gunicorn.processes > 1:
        raise Misconfigured(
            f"{gunicorn.processes} processes need a PostgreSQL server (DATABASE_URL): a SQLite file has room for one, "
            "so set PROCESSES=1."
        )


def _must_run_as_set(config: Config, gunicorn: Gunicorn) -> None:
    if gunicorn.is_ssl:
        raise Misconfigured("gunicorn's own certificate has no effect: leave https to the server in front of it.")
    if gunicorn.processes != config.processes:
        raise Misconfigured(
            f"gunicorn runs {gunicorn.processes} processes, but PROCESSES={config.processes}: start it with "
            "deploy/gunicorn.conf.py, and set PROCESSES alone."
        )


def _must_listen_as_set(config: Config, gunicorn: Gunicorn) -> None:
    """Who may be believed was decided for HOST: it is not for gunicorn's own settings to listen elsewhere."""
    hosts = LOOPBACK if config.host == "localhost" else (str(config.socket_path or config.host),)
    for address in gunicorn.addresses:
        host, port = address[:2] if isinstance(address, tuple) else (address, config.port)
        if host not in hosts:
            raise Misconfigured(
                f"gunicorn listens at {host}, but HOST={config.host}: start it with deploy/gunicorn.conf.py, and set "
                "HOST alone."
            )
        if config.port not in (0, port):
            raise Misconfigured(
                f"gunicorn listens at port {port}, but PORT={config.port}: start it with deploy/gunicorn.conf.py, and "
                "set PORT alone."
            )


try:
    application = _begun(settings.read())
except OutOfReach as problem:
    # Not the settings' fault: the next process tries again, after a moment.
    time.sleep(PAUSE_SECONDS)
    raise SystemExit(f"duologue: {problem}") from problem
except Misconfigured as problem:
    raise SystemExit(f"duologue: {problem}") from None
