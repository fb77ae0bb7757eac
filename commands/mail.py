"""The command for mail: how the outbox stands, and a mail to try the settings with."""

import smtplib
from datetime import timedelta

import click

import clock
import letters
import outbox
import people
from config import Config, Misconfigured
from mailer import Mail, Relay
from models import Refused
from saying import count

from .opening import opened

LATELY = timedelta(days=7)


@click.command()
@click.option("--to", "address", metavar="ADDRESS", help="Send a mail to this address, to see whether it arrives.")
def mail(address: str | None) -> None:
    """Say what mail waits to be sent, and what became of that of the last seven days. No recipient is named."""
    with opened() as config:
        click.echo(_way(config))
        _tell(config, outbox.state(LATELY))
    if address:
        _try_out(config, address)


def _way(config: Config) -> str:
    if not config.smtp_host:
        return "No mail is sent: SMTP_HOST is not set."
    where = f"{config.smtp_host}, port {config.smtp_port} ({config.smtp_security})"
    return f"Mail goes by {where}, from {config.mail_from}."


def _tell(config: Config, state: outbox.State) -> None:
    since = state.oldest and f"{clock.local(state.oldest, config.time_zone):%Y-%m-%d %H:%M}"
    click.echo(f"Waiting: {state.waiting}{f', the oldest since {since}' if since else ''}.")
    click.echo(
        f"Of the last {count(LATELY.days, 'day')}: {state.sent} sent, {state.failed} given up, "
        f"{state.dropped} not worth saying any more."
    )


def _try_out(config: Config, address: str) -> None:
    if not config.smtp_host:
        raise Misconfigured("SMTP_HOST is not set, so there is no server to send mail by.")
    recipient = people.email_from(address)
    if not recipient or not recipient.isascii():
        raise Refused(f"{people.quoted(address)} is no address that mail can be sent to.")
    try:
        with Relay(config) as relay:
            relay.send(Mail.of(letters.trial(recipient, config)))
    except (smtplib.SMTPException, OSError) as problem:
        raise Refused(f"The mail server did not take it: {people.quoted(str(problem))}.") from None
    click.echo(f"{config.smtp_host} has taken a mail to {recipient}.")
