"""Asks this container's own Duologue how it is; ends with 0 when it is well. By the standard library alone."""

import os
import sys
from http.client import HTTPConnection, HTTPException
from socket import AF_UNIX, socket
from urllib.parse import urlsplit

SECONDS = 4.0


def main() -> int:
    """The exit status: 0 for well, 1 for anything else."""
    try:
        asking = connection(os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000")
        name = urlsplit(os.environ.get("PUBLIC_URL", "")).netloc or "localhost"
        asking.request("GET", "/healthz", headers={"Host": name})
        return int(asking.getresponse().status != 200)
    except (OSError, HTTPException):
        return 1


def connection(host: str, port: str) -> HTTPConnection:
    """A connection to where Duologue listens by these settings."""
    if not host.startswith("unix:"):
        return HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), int(port), timeout=SECONDS)  # noqa: S104
    asking = HTTPConnection("localhost", timeout=SECONDS)
    asking.sock = socket(AF_UNIX)
    asking.sock.settimeout(SECONDS)
    asking.sock.connect(host.removeprefix("unix:"))
    return asking


if __name__ == "__main__":
    sys.exit(main())
