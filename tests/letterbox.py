"""A mail server on this computer, which takes or refuses mail as a test wants, and keeps what it took."""

import asyncio
import email
import email.policy
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

OK = "250 OK"
USER, PASSWORD = "duologue", "pass word"


class Letterbox:
    """What was taken is in `taken`; `answers` are what is said to the next mails, at RCPT and at DATA, then OK.

    `lose` has the connection end right after the next mail was taken, before that is said.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.at_recipient: list[str] = []
        self.at_data: list[str] = []
        self.lose = False
        self.was_secure: list[bool] = []
        self.port = 0
        self._news = threading.Condition()

    def has_taken(self, number: int, seconds: float = 20) -> bool:
        """Whether it takes so many before long."""
        with self._news:
            return self._news.wait_for(lambda: len(self.taken) >= number, seconds)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: list) -> str:  # noqa: N802 - the name that aiosmtpd looks for
        answer = self.at_recipient.pop(0) if self.at_recipient else OK
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - the same
        answer = self.at_data.pop(0) if self.at_data else OK
        if answer == OK:
            self.raw.append(envelope.content)
            self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.recipients += envelope.rcpt_tos
            self.was_secure.append(server.transport.get_extra_info("sslcontext") is not None)
            with self._news:
                self._news.notify_all()
        if self.lose:
            self.lose = False
            server.transport.abort()
        return answer


def _knows(server: Any, session: Any, envelope: Envelope, mechanism: str, auth: LoginPassword) -> AuthResult:
    return AuthResult(success=(auth.login, auth.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def listening(secured: ssl.SSLContext | None = None, at_once: bool = False, asks: bool = False) -> Iterator[Letterbox]:
    """A letterbox that can be reached at its `port`: with STARTTLS, or TLS `at_once`, where it has a certificate.

    `asks`: for a name and a password.
    """
    box, loop = Letterbox(), asyncio.new_event_loop()
    how: dict[str, Any] = {} if at_once else {"tls_context": secured}
    if asks:
        how |= {"auth_required": True, "authenticator": _knows, "auth_require_tls": secured is not None}
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    sessions: list[SMTP] = []

    def greet() -> SMTP:
        sessions.append(SMTP(box, hostname="letterbox", loop=loop, **how))
        return sessions[-1]

    making = loop.create_server(greet, "127.0.0.1", 0, ssl=secured if at_once else None)
    server = asyncio.run_coroutine_threadsafe(making, loop).result(10)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, sessions), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(server: asyncio.Server, sessions: list[SMTP]) -> None:
    """Leave no connection open."""
    server.close()
    for session in sessions:
        if session.transport:
            # One of TLS that is closed already cannot be aborted any more, and says so in a way of its own.
            with suppress(AttributeError):
                session.transport.abort()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def text_of(mail: EmailMessage) -> str:
    """What it says as plain text."""
    return mail.get_body(("plain",)).get_content()


def html_of(mail: EmailMessage) -> str:
    """What it says as HTML."""
    return mail.get_body(("html",)).get_content()
