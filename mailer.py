"""Sends what is in the outbox by the organisation's mail server, beside the requests.

Each process that serves does so, and each mail is taken by one of them: its row says for how long. It is noted as sent
after the server has taken it, not before: a reminder that is lost tells nobody that it was, but one that comes twice,
since the process was killed in that very moment, has the Message-ID of the first, and mail programs show it once.
"""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from peewee import PeeweeException

import letters
import mailings
import outbox
from config import STARTTLS, TLS, Config
from outbox import OutgoingMail
from rounds import Rounds
from rows import db

# For how long the mail server may be silent; a mail's lease is longer.
SILENCE_SECONDS = 30.0
FOR_GOOD = 500
# What says something of one mail; all else that goes wrong goes wrong with the server.
OF_ONE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


class Mail(NamedTuple):
    """A mail as the server takes it: from whom, to whom, and its bytes."""

    sender: str
    recipient: str
    content: bytes

    @classmethod
    def of(cls, message: EmailMessage) -> Self:
        """This message, for the one person it is addressed to."""
        sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        return cls(sender, recipient, message.as_bytes())


class Mailer(Rounds):
    """Decides every minute what is to be mailed, and sends it. `sent` and `failed` count what this process did."""

    name = "mail"
    seconds = 60.0
    last_seconds = 5.0

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.sent = self.failed = self.waiting = 0
        self._config = config

    def look(self) -> None:
        """Have sent all that is due now."""
        with db.connection_context():
            outbox.lay_in(mailings.due())
            outbox.forget_old()
        try:
            with Relay(self._config) as relay:
                while not self._over.is_set() and self._send_one(relay):
                    pass
        finally:
            with db.connection_context():
                self.waiting = outbox.number_waiting()

    def _send_one(self, relay: "Relay") -> bool:
        """Whether there was one, and it makes sense to go on with the next."""
        with db.connection_context():
            mail = outbox.take_next()
            message = mail and self._written(mail)
        if not mail or not message:
            return bool(mail)
        try:
            relay.send(message)
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            return self._note_refusal(mail, problem)
        with db.connection_context():
            mail.note_sent()
        self.sent += 1
        return True

    def _written(self, mail: OutgoingMail) -> Mail | None:
        """What it says now; None when it is not time for that, it is not worth saying, or it cannot be said."""
        try:
            if until := mailings.night_until(mail):
                mail.wait(until)
            elif found := mailings.letter(mail, self._config.mail_content):
                return Mail.of(letters.message(mail, *found, self._config))
            else:
                mail.drop()
        except PeeweeException:
            raise
        except Exception as problem:
            # Others are not to wait behind it. What went wrong could quote what is in it.
            self._put_off(mail, None, type(problem).__name__)
        return None

    def _note_refusal(self, mail: OutgoingMail, problem: Exception) -> bool:
        """Try it again later, or not. Whether others may fare better."""
        code, reason, is_its_own = _code_of(problem), type(problem).__name__, isinstance(problem, OF_ONE_MAIL)
        with db.connection_context():
            if is_its_own and code and code >= FOR_GOOD:
                mail.fail(code)
                self._note_failure(mail, code, reason)
            else:
                self._put_off(mail, code, reason)
        return is_its_own

    def _put_off(self, mail: OutgoingMail, code: int | None, reason: str) -> None:
        if mail.put_off(code):
            self.log.warning(
                "event=mail-put-off kind=%s tries=%d code=%s reason=%s", mail.kind, mail.tries, code, reason
            )
        else:
            self._note_failure(mail, code, reason)

    def _note_failure(self, mail: OutgoingMail, code: int | None, reason: str) -> None:
        self.failed += 1
        self.log.error("event=mail-given-up kind=%s tries=%d code=%s reason=%s", mail.kind, mail.tries, code, reason)


def _code_of(problem: Exception) -> int | None:
    """What the mail server answered, where it did."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return next(iter(problem.recipients.values()))[0]
    return getattr(problem, "smtp_code", None)


class Relay:
    """The mail server of these settings, connected to when there is something to send."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, problem: BaseException | None, trail: TracebackType | None) -> None:
        if self._server:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
            self._server.close()

    def send(self, mail: Mail) -> None:
        """Have it take a mail. Raises SMTPException, OSError."""
        # After a 421 it has hung up by itself.
        is_open = self._server and getattr(self._server, "sock", None)
        self._server = self._server if is_open else self._connected()
        self._server.sendmail(mail.sender, [mail.recipient], mail.content)

    def _connected(self) -> smtplib.SMTP:
        server = self._greeted()
        try:
            if self._config.smtp_security == STARTTLS:
                server.starttls(context=ssl.create_default_context())
            if self._config.smtp_user:
                server.login(self._config.smtp_user, self._config.smtp_password)
        except BaseException:
            server.close()
            raise
        return server

    def _greeted(self) -> smtplib.SMTP:
        config = self._config
        host, port, own_name = config.smtp_host, config.smtp_port, urlsplit(config.public_url).hostname
        if config.smtp_security == TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, own_name, timeout=SILENCE_SECONDS, context=context)
        return smtplib.SMTP(host, port, own_name, timeout=SILENCE_SECONDS)
