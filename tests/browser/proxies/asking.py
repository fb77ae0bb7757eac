"""Asking a server through a real proxy, byte by byte."""

import base64
import ssl
import time
from contextlib import contextmanager

from ...attacks.at_the_door.raw import Answer, connected, read_answer, read_chunk, read_head, request
from .fronts import PASSWORDS, PORT, Front

# Each part of it leaves at once: far below what a buffer would hold it back for.
AT_ONCE_SECONDS = 2


def basic(name: str) -> str:
    """What a browser sends once its person has given name and password."""
    return f"Authorization: Basic {base64.b64encode(f'{name}:{PASSWORDS[name]}'.encode()).decode()}"


@contextmanager
def tls(front: Front):
    """A connection to the proxy on which anything can be sent."""
    context = ssl.create_default_context(cafile=str(front.folder / "tls.crt"))
    with connected((front.address, PORT)) as plain, context.wrap_socket(plain, server_hostname=front.address) as safe:
        yield safe


def ask(front: Front, path: str, *headers: str | bytes, **more) -> Answer:
    with tls(front) as connection:
        connection.sendall(request(path, *headers, host=f"{front.address}:{PORT}", **more))
        return read_answer(connection.makefile("rb"))


def assert_passes_at_once(front: Front) -> None:
    """The first event of a stream is here before a buffer would have let it go, and nothing has packed it up."""
    meeting = front.server.rows["sam"]["meeting"]
    cookie = f"Cookie: __Host-duologue={ask(front, '/', basic('sam')).cookie}"
    with tls(front) as connection:
        began = time.monotonic()
        lines = (basic("sam"), cookie, "Accept: text/event-stream", "Accept-Encoding: gzip")
        connection.sendall(request(f"/meetings/{meeting}/live", *lines, host=f"{front.address}:{PORT}"))
        stream = connection.makefile("rb")
        status, headers = read_head(stream)
        found = dict(headers)
        assert (status, found["content-type"].split(";")[0]) == (200, "text/event-stream")
        assert "content-encoding" not in found
        assert read_chunk(stream).startswith(b"event: ping")
        assert time.monotonic() - began < AT_ONCE_SECONDS
