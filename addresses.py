"""Addresses of web pages that people are sent to: safe to follow, and not dead."""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import gevent

from languages import Phrase

LONGEST = 2_000
SECONDS = 5
MOST_REDIRECTS = 3
HEAD_BYTES = 8_192
PORTS = {"http": 80, "https": 443}
# What may stand in an address (RFC 3986), and in the name of a site.
LETTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?")
# What browsers read as the number of a computer, in old spellings too.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
TRANSLATED, THIS_NETWORK = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("0.0.0.0/8")
STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)[ \r\n]")
LOCATION = re.compile(rb"(?im)^location:[ \t]*([^\r\n]+)")
GONE, BROKEN = (404, 410), 500

NO_ADDRESS = Phrase("That is not the address of a page. One begins with https:// and the name of a site.")
OWN_COMPUTER = Phrase(
    "That address leads each person to their own computer, or to none. Use one that works for everybody."
)
SILENT = Phrase("Nothing answers there, so nobody could open it. Please check the address, or try again later.")
UNTRUSTED = Phrase(
    "That site’s certificate is not one to trust, so browsers would warn people. Please ask whoever runs it."
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadAddress(Exception):
    """An address that nobody should be sent to; the message says why, in words for the screen."""


def must_be_safe(address: str, loopback: bool = False) -> SplitResult:
    """The parts of a web address that is safe to follow. `loopback` lets this computer's own pass, for tests.

    Raises BadAddress.
    """
    if len(address) > LONGEST:
        raise BadAddress(Phrase("That address is longer than %(limit)s characters.", limit=LONGEST))
    if not LETTERS.fullmatch(address):
        raise BadAddress(
            Phrase("There is a character in this that addresses do not have. Copy it from your browser’s top line.")
        )
    parts = _parts(address)
    if "@" in parts.netloc:
        raise BadAddress(Phrase("Please leave out what stands before the @: names and passwords are nobody else’s."))
    _must_be_elsewhere(parts.hostname or "", loopback)
    return parts


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        if parts.scheme in PORTS and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise BadAddress(NO_ADDRESS)


def _must_be_elsewhere(host: str, loopback: bool) -> None:
    """Refuse this computer by whatever name. Raises BadAddress."""
    if ":" in host or NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        if not _is_elsewhere(host, loopback):
            raise BadAddress(OWN_COMPUTER)
    elif not NAME.fullmatch(host) or ".." in host:
        raise BadAddress(NO_ADDRESS)
    elif not loopback and f".{host.rstrip('.')}".endswith(".localhost"):
        raise BadAddress(OWN_COMPUTER)


def _is_elsewhere(host: str, loopback: bool) -> bool:
    """Whether this numeric address is that of one computer, and not of whichever asks."""
    try:
        ip = _as_reached(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return False
    if ip.is_loopback:
        return loopback
    never = ip.is_link_local or ip.is_unspecified or ip.is_multicast or ip.is_reserved
    return not never and not (ip.version == 4 and ip in THIS_NETWORK)


def _as_reached(ip: Address) -> Address:
    """The IPv4 address within an IPv6 one, if that is what it stands for."""
    if ip.version == 4:
        return ip
    if ip in TRANSLATED:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


class _Answer(NamedTuple):
    """What a site says: its status, and where it sends one on to, if anywhere."""

    status: int
    onward: str

    @property
    def is_dead(self) -> bool:
        return self.status in GONE or self.status >= BROKEN


def must_answer(address: str, loopback: bool = False) -> None:
    """Ask for a page, within five seconds: it must be there, whoever may read it. Raises BadAddress.

    Nothing about anybody is sent. Every address on the way is held to must_be_safe.
    """
    deadline = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        answer = _asked(must_be_safe(address, loopback), deadline, loopback)
        if not answer.onward:
            return _must_be_there(answer)
        address = urljoin(address, answer.onward)
    raise BadAddress(Phrase("That address leads on and on, from one page to the next. Use the one that it ends at."))


def _must_be_there(answer: _Answer) -> None:
    if answer.status in GONE:
        raise BadAddress(
            Phrase(
                "There is no page there: the site answers %(status)s. Please check the address.",
                status=str(answer.status),
            )
        )
    if answer.status >= BROKEN:
        raise BadAddress(
            Phrase(
                "That page does not work just now: the site answers %(status)s. Please try again later.",
                status=str(answer.status),
            )
        )


def _asked(parts: SplitResult, deadline: float, loopback: bool) -> _Answer:
    """What the site says; asked again in full where it does not like to be asked in short."""
    try:
        answer = _ask("HEAD", parts, deadline, loopback)
        if not answer.is_dead:
            return answer
    except (OSError, _NotWeb):
        pass
    try:
        return _ask("GET", parts, deadline, loopback)
    except ssl.SSLCertVerificationError:
        raise BadAddress(UNTRUSTED) from None
    except (OSError, _NotWeb):
        raise BadAddress(SILENT) from None


class _NotWeb(Exception):
    """Something else than HTTP."""


def _ask(method: str, parts: SplitResult, deadline: float, loopback: bool) -> _Answer:
    # In the server a handshake that drips on would outlast the socket's own limit, which is one for each wait.
    with gevent.Timeout(_left(deadline), TimeoutError), _connected(parts, deadline, loopback) as connection:
        connection.sendall(_request(method, parts))
        return _read(_head(connection, deadline))


def _request(method: str, parts: SplitResult) -> bytes:
    what = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = (f"{method} {what} HTTP/1.1", f"Host: {parts.netloc}", "User-Agent: Duologue", "Accept: */*")
    return "\r\n".join((*lines, "Connection: close", "", "")).encode("ascii")


def _read(head: bytes) -> _Answer:
    status, location = STATUS.match(head), LOCATION.search(head)
    if not status:
        raise _NotWeb
    onward = location[1].strip() if location and status[1].startswith(b"3") else b""
    return _Answer(int(status[1]), quote(onward, safe="%:/?#[]@!$&'()*+,;=~"))


def _head(connection: socket.socket, deadline: float) -> bytes:
    """The beginning of an answer up to its first empty line: a few kB at most, until the deadline at latest."""
    found = b""
    while b"\r\n\r\n" not in found and len(found) < HEAD_BYTES:
        connection.settimeout(_left(deadline))
        piece = connection.recv(HEAD_BYTES)
        if not piece:
            break
        found += piece
    return found


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(parts: SplitResult, deadline: float, loopback: bool) -> socket.socket:
    """A connection to the site, to a computer that may be asked."""
    port = parts.port or PORTS[parts.scheme]
    connection = _reached(_looked_up(parts.hostname or "", port, deadline), port, deadline, loopback)
    try:
        return _safe(connection, parts, deadline, loopback)
    except BaseException:
        connection.close()
        raise


def _safe(connection: socket.socket, parts: SplitResult, deadline: float, loopback: bool) -> socket.socket:
    """The connection, to be spoken through: not to this computer, whatever its name was said to mean a moment ago."""
    _must_be_reached_elsewhere(connection.getpeername()[0], loopback)
    connection.settimeout(_left(deadline))
    if parts.scheme == "http":
        return connection
    return ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname)


def _reached(ips: list[str], port: int, deadline: float, loopback: bool) -> socket.socket:
    problem = OSError()
    for ip in ips:
        _must_be_reached_elsewhere(ip, loopback)
        try:
            return socket.create_connection((ip, port), timeout=_left(deadline))
        except OSError as found:
            problem = found
    raise problem


def _must_be_reached_elsewhere(ip: str, loopback: bool) -> None:
    if not _is_elsewhere(ip, loopback):
        raise BadAddress(OWN_COMPUTER)


def _looked_up(host: str, port: int, deadline: float) -> list[str]:
    """The numeric addresses of a host. Looking up knows no limit of time, so somebody else does it."""
    found: Queue[list[str]] = Queue()
    Thread(target=_look_up, args=(host, port, found.put), daemon=True).start()
    try:
        return found.get(timeout=_left(deadline))
    except Empty:
        raise TimeoutError from None


def _look_up(host: str, port: int, tell: Callable[[list[str]], None]) -> None:
    try:
        tell([str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
    except (OSError, UnicodeError):
        tell([])
