"""Gunicorn's own settings for Duologue. What it has to know of Duologue's own is read from where Duologue reads it."""

import contextlib
import errno
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from dotenv import dotenv_values
from gunicorn import systemd

# As it is now, it holds until gunicorn ends: a reload reads this file again.
for _name in ("HOST", "PORT", "PROCESSES", "METRICS_ADDRESS"):
    os.environ.setdefault(_name, dotenv_values(".env").get(_name) or "")


def _number(name, default, least, most):
    """The setting of this name, or the end of gunicorn: a reload finds what the start found."""
    text = os.environ[name].strip() or default
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or not least <= int(text) <= most:
        sys.exit(f"duologue: {name}={text[:20]} is refused: use a whole number from {least} to {most}.")
    return int(text)


_host, _port = os.environ["HOST"].strip() or "127.0.0.1", _number("PORT", "8000", 0, 65_535)

wsgi_app = "wsgi:application"
worker_class = "worker.Worker"
bind = _host if _host.startswith("unix:") else f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
# Of a socket: whoever may write to its folder's group may speak to it.
umask = 0o117
workers = _number("PROCESSES", "1", 1, 64)
# Pages open in one process, and what else is asked meanwhile. LimitNOFILE of the service has to be higher.
worker_connections = 12_000
backlog = 4_096
# Longer than a process takes to finish what is under way, and shorter than the next one waits for it.
graceful_timeout = 15
timeout = 30
# Addresses of pages do not belong into a log.
accesslog = None
errorlog = "-"
# New code is loaded by new processes alone.
preload_app = False
control_socket_disable = True
# The workers' signs of life need no disk.
_memory = "/dev/shm"  # noqa: S108 - gunicorn makes its files there safely
worker_tmp_dir = _memory if os.access(_memory, os.W_OK) else None

# Where the processes put together what monitoring asks for; which gunicorn's it is follows.
_MEASURED = "duologue-metrics-"
# What a reload is tried with. A stop may have to wait for it.
_TRIAL_SECONDS = 10
_TRIAL = """
import sys
from config import Misconfigured
try:
    from app import create_app
    create_app()
except Misconfigured as problem:
    sys.exit(f"duologue: {problem}")
"""


def on_starting(server):
    """Refuse to take another server's socket; then make the folder of what is measured, if anything is."""
    if not server.master_pid and not systemd.listen_fds(unset_environment=False):
        for address in server.cfg.address:
            _must_be_free(address)
    _clear()
    if os.environ["METRICS_ADDRESS"]:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=f"{_MEASURED}{os.getpid()}-")


def when_ready(server):
    """From now on, a reload that would put nothing in the place of what serves does nothing."""
    reload = server.handle_hup
    server.handle_hup = lambda: _would_serve(server.log) and reload()


def on_exit(server):
    """Take it away."""
    if os.environ["METRICS_ADDRESS"]:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def _must_be_free(address):
    """Gunicorn would put its own Unix socket in the place of any that is there."""
    if not isinstance(address, str):
        return
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        if probe.connect_ex(address) in (0, errno.EAGAIN):
            sys.exit(f"duologue: There is a server at {address} (HOST) already.")


def _would_serve(log):
    """Whether the application can be made of what is there now. Tried by a process of its own; says what is wrong."""
    try:
        subprocess.run([sys.executable, "-c", _TRIAL], check=True, timeout=_TRIAL_SECONDS)  # noqa: S603 - no words of others
    except subprocess.SubprocessError:
        log.error("There is no reload: what serves now goes on.")
        return False
    return True


def _clear():
    """Take away the folders that our killed ones left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_MEASURED}*-*"):
        number = folder.name.removeprefix(_MEASURED).partition("-")[0]
        with contextlib.suppress(OSError):
            if number.isdecimal() and folder.lstat().st_uid == os.geteuid() and not Path(f"/proc/{number}").exists():
                shutil.rmtree(folder)
