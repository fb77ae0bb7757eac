"""A mail as it goes out: its headers, and what it says as plain text and as HTML."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import languages
from config import Config
from languages import gettext
from mailings import MOST_QUOTED, Letter
from models import Person
from outbox import OutgoingMail
from saying import NAME

HERE = Path(__file__).parent
FOLDER, TOKENS = HERE / "templates" / "mail", HERE / "static" / "css" / "tokens.css"
# A token of the design that is a colour: its name, the colour by day, and by night.
COLOUR = re.compile(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);")
QUOTED_LENGTH = 200
Links = list[tuple[str, str]]


class Policy(EmailPolicy):
    """Mail as it is sent. Lines for programs that read mailing lists' headers stay whole (RFC 2369): Python would
    encode an address that is longer than a line, and then nobody finds it.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """A header's line or lines."""
        if name.lower().startswith("list-"):
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


# With Python's own length of lines, an encoded word may be one letter longer than RFC 2047 lets it be.
POLICY = Policy(linesep="\r\n", max_line_length=76)


def message(mail: OutgoingMail, person: Person, letter: Letter, config: Config) -> EmailMessage:
    """The mail. However often it is tried, it has the same Message-ID and date, so that a second copy is known as one.

    Raises ValueError where it cannot be addressed.
    """
    with languages.speaking(person.language):
        made = _headed(mail, person, letter.subject, config)
        out = f"{config.public_url}/unsubscribing?token={mail.token}"
        made["List-Unsubscribe"], made["List-Unsubscribe-Post"] = f"<{out}>", "List-Unsubscribe=One-Click"
        ways_out = [
            (gettext("No more mail of this kind"), out),
            (gettext("What you are mailed"), f"{config.public_url}/me"),
        ]
        links = [(label, config.public_url + path) for label, path in letter.links]
        lines = [_in_one_line(line) for line in letter.lines]
        _fill(made, letter._replace(lines=lines, quoted=_short(letter.quoted)), links, ways_out)
        made["Content-Language"] = languages.current().tag
    return made


def trial(address: str, config: Config) -> EmailMessage:
    """A mail to see whether mail arrives."""
    made = EmailMessage(policy=POLICY)
    made["From"], made["To"] = Address(NAME, addr_spec=config.mail_from), Address(addr_spec=address)
    made["Subject"], made["Auto-Submitted"] = "Mail from Duologue arrives", "auto-generated"
    made.set_content(f"This was sent by 'duologue mail --to', from {config.public_url}.\n")
    return made


def _headed(mail: OutgoingMail, person: Person, subject: str, config: Config) -> EmailMessage:
    made = EmailMessage(policy=POLICY)
    made["From"] = Address(NAME, addr_spec=config.mail_from)
    made["To"] = Address(_in_one_line(person.name), addr_spec=person.email)
    made["Subject"] = _in_one_line(subject)
    made["Date"] = mail.decided_at
    made["Message-ID"] = f"<{mail.id}@{urlsplit(config.public_url).hostname}>"
    made["Auto-Submitted"] = "auto-generated"
    # What Exchange goes by.
    made["X-Auto-Response-Suppress"] = "All"
    return made


def _fill(made: EmailMessage, letter: Letter, links: Links, ways_out: Links) -> None:
    made.set_content(_as_text(letter, links, ways_out), cte="quoted-printable")
    language = languages.current()
    html = _template().render(letter=letter, links=links, ways_out=ways_out, language=language, **_colours())
    made.add_alternative(html, subtype="html", cte="quoted-printable")


def _as_text(letter: Letter, links: Links, ways_out: Links) -> str:
    said = [*letter.lines, "\n".join(f"- {words}" for words in letter.quoted)]
    led = [f"{label}:\n{address}" for label, address in links]
    small = "\n".join(f"{label}: {address}" for label, address in ways_out)
    return "\n\n".join(part for part in (*said, *led, f"-- \n{small}\n") if part)


def _short(quoted: list[str]) -> list[str]:
    """A part of it, where it is much."""
    lines = [_in_one_line(words) for words in quoted[:MOST_QUOTED]]
    shortened = [line if len(line) <= QUOTED_LENGTH else f"{line[:QUOTED_LENGTH]}…" for line in lines]
    return [*shortened, "…"] if len(quoted) > MOST_QUOTED else shortened


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _template() -> Any:
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("mail.html")


@cache
def _colours() -> dict[str, dict[str, str]]:
    """The colours of our pages by `day` and by `night`, since a mail fetches none."""
    usual, *_ = TOKENS.read_text("utf-8").partition("@media")
    found = COLOUR.findall(usual)
    by_name = [(name.replace("-", "_"), day, night) for name, day, night in found]
    return {"day": {name: day for name, day, _ in by_name}, "night": {name: night for name, _, night in by_name}}
