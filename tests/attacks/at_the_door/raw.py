"""Requests written by hand, byte by byte, and a browser that is just as blunt."""

import re
import socket
from contextlib import closing
from typing import NamedTuple

PATIENCE_SECONDS = 20
FORM_TOKEN = re.compile(r'"X-CSRFToken": "([0-9a-f]{64})"|name="csrf_token" value="([0-9a-f]{64})"')
COOKIE = re.compile(r"(?:__Host-)?duologue=([^;]*)")


class Answer(NamedTuple):
    """What came back: the status, the headers as (name in lower case, value), and the body as text."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def header(self, name: str) -> str | None:
        return next((value for found, value in self.headers if found == name), None)

    @property
    def cookie(self) -> str | None:
        """The token that it has the browser hold."""
        found = COOKIE.match(self.header("set-cookie") or "")
        return found and found[1]


def exchange(address, request: bytes, source: str | None = None) -> Answer:
    """Send these bytes and read the first answer. `address` is (host, port) or the path of a Unix socket."""
    with closing(connected(address, source)) as connection:
        connection.sendall(request)
        return read_answer(connection.makefile("rb"))


def connected(address, source: str | None = None) -> socket.socket:
    """A connection to the server, from the address `source` of this machine."""
    if isinstance(address, tuple):
        return socket.create_connection(address, PATIENCE_SECONDS, source_address=source and (source, 0))
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(str(address))
    return connection


def read_answer(stream) -> Answer:
    """One whole answer."""
    status, headers = read_head(stream)
    found = dict(headers)
    if found.get("transfer-encoding") == "chunked":
        body = b"".join(iter(lambda: read_chunk(stream), b""))
    else:
        body = stream.read(int(found["content-length"])) if "content-length" in found else stream.read()
    return Answer(status, headers, body.decode())


def read_head(stream) -> tuple[int, list[tuple[str, str]]]:
    """The status and the headers."""
    line = stream.readline()
    assert line.startswith(b"HTTP/1."), line
    headers = []
    while (part := stream.readline()) not in (b"\r\n", b"\n", b""):
        name, _, value = part.decode("latin-1").partition(":")
        headers.append((name.lower(), value.strip()))
    return int(line.split()[1]), headers


def read_chunk(stream) -> bytes:
    """The next chunk of a body; empty at its end."""
    size = int(stream.readline() or b"0", 16)
    data = stream.read(size)
    stream.readline()
    return data


def request(path: str, *headers: str | bytes, method: str = "GET", body: bytes = b"", host: str = "127.0.0.1") -> bytes:
    """A request as bytes; each header is a line of its own, as it stands."""
    lines: list[str | bytes] = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return b"\r\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\r\n\r\n" + body
