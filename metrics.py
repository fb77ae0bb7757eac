"""What monitoring may know of this process: counts and times, never who or what. Off unless METRICS_ADDRESS is set."""

import errno
import os
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Literal

from config import UNIX_HOST, Config, Misconfigured

# Where prometheus-client has the processes of one service put their counts together: deploy/gunicorn.conf.py makes it.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
PATH = "/metrics"
# How old a level may be that another process tells of this one.
LOOK_SECONDS = 5.0
SILENCE_SECONDS = 10.0
SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
NO_ROUTE = "none"

Look = Callable[[], float]
Together = Literal["livesum", "livemax", "livemin"]

_rising: dict[str, tuple[str, Look]] = {}
_levels: dict[str, tuple[str, Together, Look]] = {}
_measures: "Measures | None" = None


class Rising:
    """A number that somebody else counts, and never takes back, put into a counter as far as it has come."""

    def __init__(self, counter: Any, number: Look) -> None:
        self._counter, self._number, self._seen = counter, number, 0.0

    def look(self) -> None:
        """Add what came since the last time."""
        found = self._number()
        # It is gone at the end.
        self._counter.inc(max(0.0, found - self._seen))
        self._seen = max(found, self._seen)


class Measures:
    """The figures of this process, or of all that share a folder.

    prometheus-client takes a tenth of a second to import and looks at the environment when it is: so it is imported
    here, by those who measure, and late enough.
    """

    def __init__(self) -> None:
        import prometheus_client as client

        self.is_shared = bool(os.environ.get(SHARED))
        self._client, self._registry = client, client.CollectorRegistry()
        own: dict[str, Any] = {"namespace": "duologue", "registry": self._registry}
        self._requests = client.Counter("requests", "Answered requests.", ["endpoint", "status"], **own)
        self._seconds = client.Histogram(
            "request_seconds", "From a request's arrival to its answer's head.", ["endpoint"], buckets=SECONDS, **own
        )
        self.announcements = client.Counter("announcements", "Changes that open pages were told of.", **own)
        self.renderings = client.Histogram(
            "event_seconds", "Looking up and rendering one event of a stream.", buckets=SECONDS, **own
        )
        self.waits = client.Histogram(
            "database_wait_seconds", "A request's wait for a database connection.", buckets=SECONDS, **own
        )
        self._routes: dict[tuple[str, int], tuple[Any, Any]] = {}
        self._rising = [Rising(client.Counter(name, meaning, **own), look) for name, (meaning, look) in _rising.items()]
        # Several threads may look at once.
        self._looking = threading.Lock()
        self._levels = [
            (client.Gauge(name, meaning, multiprocess_mode=mode, **own), look)
            for name, (meaning, mode, look) in _levels.items()
        ]

    def route(self, endpoint: str, kind: int) -> tuple[Any, Any]:
        """The counter and the histogram of this endpoint; found once, since finding them costs more than counting."""
        found = self._routes.get((endpoint, kind))
        if not found:
            found = self._requests.labels(endpoint, f"{kind}xx"), self._seconds.labels(endpoint)
            self._routes[endpoint, kind] = found
        return found

    def look(self) -> None:
        """Take the levels, and what only rises, as they are now."""
        for gauge, look in self._levels:
            gauge.set(look())
        with self._looking:
            for counted in self._rising:
                counted.look()

    def text(self) -> bytes:
        """All figures, as Prometheus reads them."""
        self.look()
        if not self.is_shared:
            return self._client.generate_latest(self._registry)
        from prometheus_client import multiprocess

        _leave_out_the_dead(Path(os.environ[SHARED]), multiprocess.mark_process_dead)
        together = self._client.CollectorRegistry()
        multiprocess.MultiProcessCollector(together)
        return self._client.generate_latest(together)


def answered(endpoint: str | None, status: int, seconds: float) -> None:
    """A request was answered. `endpoint` is the name of the view, which says nothing of whom it was for."""
    if _measures:
        requests, times = _measures.route(endpoint or NO_ROUTE, status // 100)
        requests.inc()
        times.observe(seconds)


def announced() -> None:
    """Open pages were told of a change."""
    if _measures:
        _measures.announcements.inc()


def rendered(seconds: float) -> None:
    """An event was rendered for an open page."""
    if _measures:
        _measures.renderings.observe(seconds)


def connected(seconds: float) -> None:
    """A request had a connection to the database after so long."""
    if _measures:
        _measures.waits.observe(seconds)


def level(name: str, meaning: str, look: Look, together: Together = "livesum") -> None:
    """Have a level shown, as `look` finds it. Of several processes' it is the sum, or what `together` says."""
    _levels[name] = meaning, together, look


def rising(name: str, meaning: str, look: Look) -> None:
    """Have a number shown that only rises. Of several processes' it is the sum, of those that are gone too."""
    _rising[name] = meaning, look


def begin(config: Config) -> None:
    """Measure, and answer at METRICS_ADDRESS, if there is one. Raises Misconfigured."""
    global _measures  # noqa: PLW0603 - there is one process
    if not config.metrics_address:
        return
    try:
        measures = Measures()
        _answer_at(config.metrics_address, measures)
    except OSError as problem:
        raise Misconfigured(
            f"METRICS_ADDRESS={config.metrics_address} cannot be used ({problem.strerror or problem}): choose another."
        ) from None
    _measures = measures
    if measures.is_shared:
        threading.Thread(target=_keep_looking, args=(config.metrics_address, measures), daemon=True).start()


def _keep_looking(address: str, measures: Measures) -> None:
    while True:
        measures.look()
        time.sleep(LOOK_SECONDS)
        if address.startswith(UNIX_HOST) and not _is_answered(address):
            _answer_at(address, measures)


def _is_answered(address: str) -> bool:
    """Whether the process that had the path is still there."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(address.removeprefix(UNIX_HOST)) == 0


def _leave_out_the_dead(folder: Path, bury: Callable[[int], None]) -> None:
    """The levels of a process that is gone are gone; what it counted still counts."""
    for process in {int(path.stem.rpartition("_")[2]) for path in folder.glob("gauge_live*_*.db")}:
        if not _is_alive(process):
            bury(process)


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    # Ended, and its parent has yet to look.
    return state not in "ZX"


def _parent(process: int) -> int | None:
    """Which process began it, if both can be seen."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
    except OSError:
        return None


class Answering(BaseHTTPRequestHandler):
    """Answers GET /metrics and nothing else, and keeps no log."""

    timeout = SILENCE_SECONDS
    server: "_Listener"

    def do_GET(self) -> None:
        if self.path != PATH:
            self.send_error(404)
            return
        body = self.server.measures.text()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *what: object) -> None:
        pass


class _Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, family: int, place: Any, measures: Measures) -> None:
        self.address_family, self.measures = family, measures
        # Of several processes, whichever is asked answers for all.
        self.allow_reuse_port = measures.is_shared and family != socket.AF_UNIX
        super().__init__(place, Answering)

    def handle_error(self, request: Any, address: Any) -> None:
        """Whoever asked has gone: nothing to tell."""


def _answer_at(address: str, measures: Measures) -> None:
    threading.Thread(target=_listen(address, measures).serve_forever, args=(3_600,), daemon=True).start()


def _listen(address: str, measures: Measures) -> _Listener:
    if address.startswith(UNIX_HOST):
        return _listen_on_path(Path(address.removeprefix(UNIX_HOST)), measures)
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    return _Listener(family, (host.strip("[]"), int(port)), measures)


def _listen_on_path(path: Path, measures: Measures) -> _Listener:
    """Of the processes of one service, the one that began last has the path; it answers for the ones before it."""
    if path.exists() and not path.is_socket():
        raise FileExistsError(errno.EEXIST, "a file of another kind is there")
    if not measures.is_shared or not _is_siblings(path):
        _must_be_silent(path)
    own = path.with_name(f".{path.name}.{os.getpid()}")
    own.unlink(missing_ok=True)
    server = _Listener(socket.AF_UNIX, str(own), measures)
    own.chmod(0o660)
    own.rename(path)
    return server


def _must_be_silent(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise FileExistsError(errno.EADDRINUSE, "another server answers there")


def _is_siblings(path: Path) -> bool:
    """Whether a process listens there that began where this one did."""
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)):
            return False
        listening = struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
    return _parent(listening) == os.getppid()
