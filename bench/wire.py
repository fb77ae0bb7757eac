"""HTTP as a browser speaks it, on plain sockets, and cheap: what is measured is the server."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlencode

TIMEOUT_SECONDS = 30.0
SEGMENT_BYTES = 1_000
FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PAGE = re.compile(r'"X-CSRFToken": "([^"]+)", "X-Page": "([^"]+)"')
SINCE = re.compile(r'hx-sse:connect="[^"]*\?since=(\d+)"')


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


class Broken(OSError):
    """The connection ended before the whole answer was there."""


class Connection:
    """One kept connection to the server. Raises OSError when it breaks.

    `room` is about how many bytes the system keeps of what was not read yet (by default as many as it likes).
    """

    def __init__(
        self, address: tuple[str, int], timeout: float | None = TIMEOUT_SECONDS, room: int | None = None
    ) -> None:
        self._socket = socket.socket()
        self._socket.settimeout(timeout)
        if room:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            # The other end keeps room for some segments: small ones, as on a real network.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
        try:
            self._socket.connect(address)
        except OSError:
            self._socket.close()
            raise
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self._socket.getsockname()[1]
        self._file = self._socket.makefile("rb")
        self._host = f"{address[0]}:{address[1]}"

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self._socket.close()

    def hang_up(self) -> None:
        """Part from the server; whoever reads, in whichever thread, is told that it ended."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def wait_for(self, seconds: float) -> None:
        """Count it as broken when nothing comes for so long, from now on."""
        self._socket.settimeout(seconds)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *problem) -> None:
        self.close()

    def get(self, path: str, headers: dict[str, str]) -> Answer:
        return self.ask("GET", path, headers)

    def post(self, path: str, headers: dict[str, str], fields: dict[str, str]) -> Answer:
        return self.ask("POST", path, headers, urlencode(fields).encode())

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """One request and its whole answer."""
        self._send(method, path, headers, body)
        status, found = self._head()
        return Answer(status, found, self._read(int(found.get("content-length", 0))))

    def _send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> None:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", *(f"{k}: {v}" for k, v in headers.items())]
        if method == "POST":
            lines += [f"Content-Type: {FORM}", f"Content-Length: {len(body)}"]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def _head(self) -> tuple[int, dict[str, str]]:
        status, found = self._line(), {}
        while line := self._line():
            name, _, value = line.partition(": ")
            found[name.lower()] = value
        return int(status.split(" ", 2)[1]), found

    def _line(self) -> str:
        line = self._file.readline()
        if not line.endswith(b"\n"):
            raise Broken("The server hung up.")
        return line.rstrip(b"\r\n").decode()

    def _read(self, length: int) -> bytes:
        body = self._file.read(length)
        if len(body) < length:
            raise Broken("The server hung up.")
        return body

    def open_stream(self, path: str, headers: dict[str, str]) -> Answer:
        """Begin to read an event stream; anything but a stream is read whole."""
        self.ask_for_stream(path, headers)
        status, found = self._head()
        is_stream = found.get("content-type", "").startswith("text/event-stream")
        return Answer(status, found, b"" if is_stream else self._read(int(found.get("content-length", 0))))

    def ask_for_stream(self, path: str, headers: dict[str, str]) -> None:
        """The same without waiting for anything."""
        self._send("GET", path, {**headers, "Accept": "text/event-stream"})

    def chunks(self) -> Iterator[bytes]:
        """What the stream brings, as the server sends it, until the server ends it."""
        while size := int(self._line(), 16):
            yield self._read(size)
            self._line()


class Visitor:
    """A person signed in, with one page open: what the browser would send along."""

    def __init__(self, cookie: str) -> None:
        self.headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
        self.cookie = cookie

    def open(self, connection: Connection, path: str) -> str:
        """Load a live page as a browser does; from then on the headers are those of this page."""
        answer = connection.get(path, {"Cookie": self.cookie})
        if answer.status != 200:
            raise RuntimeError(f"{path} gave {answer.status}.")
        html = answer.body.decode()
        token, page = PAGE.search(html).groups()
        self.cookie = _cookie(answer) or self.cookie
        self.stream = f"{path}/live?since={SINCE.search(html)[1]}"
        self.headers |= {
            "Cookie": self.cookie,
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "X-CSRFToken": token,
            "X-Page": page,
        }
        return html


def _cookie(answer: Answer) -> str:
    return answer.headers.get("set-cookie", "").partition(";")[0]


class Reception:
    """Where people sign in: one look at the demo's list serves for everybody."""

    def __init__(self, connection: Connection) -> None:
        answer = connection.get("/demo", {})
        self._cookie, self._token = _cookie(answer), TOKEN.search(answer.body.decode())[1]

    def sign_in(self, connection: Connection, person: str) -> Visitor:
        """The person with this id, signed in."""
        fields = {"person": person, "csrf_token": self._token}
        answer = connection.post("/demo", {"Cookie": self._cookie}, fields)
        if answer.status != 303:
            raise RuntimeError(f"Signing in gave {answer.status}: {answer.body[:200]!r}")
        return Visitor(_cookie(answer))
