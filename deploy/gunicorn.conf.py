"""Gunicorn's own settings for Duologue. HOST, PORT and PROCESSES are read from the environment, as Duologue's are."""

import os
import shutil
import tempfile

_host, _port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"

wsgi_app = "wsgi:application"
worker_class = "worker.Worker"
bind = _host if _host.startswith("unix:") else f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
# Of a socket: whoever may write to its folder's group may speak to it.
umask = 0o117
workers = os.environ.get("PROCESSES") or "1"
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


def on_starting(server):
    """Make the folder where the processes put together what monitoring asks for: each start has its own."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="duologue-metrics-")


def on_exit(server):
    """Take it away."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
