"""A web server on this computer that gives each path the answer that a test wants, and notes what it was asked."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

OK = b"HTTP/1.1 200 OK\r\n\r\nHello"


def status(line: str, **headers: str) -> bytes:
    """An answer with this status line and nothing in it."""
    return "\r\n".join([f"HTTP/1.1 {line}", *(f"{name}: {said}" for name, said in headers.items()), "", ""]).encode()


class Site:
    """Serves until it is closed. `asked` holds each request's head; an answer may be bytes, or a function of them."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Callable[[str, socket.socket], None]] = {}
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def at(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        """Leave nothing open."""
        with self._listener, suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(4096)
            if not piece or not piece.isascii():
                return
            head += piece
        self.asked.append(head.decode())
        method, path, _ = self.asked[-1].split(" ", 2)
        found = self.answers.get(f"{method} {path}") or self.answers.get(path, OK)
        if isinstance(found, bytes):
            connection.sendall(found)
        else:
            found(method, connection)
