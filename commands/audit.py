"""Commands for the audit trail: whether it holds, its head, and what is in it."""

from datetime import UTC, datetime

import click

import audit
from audit import AuditEntry, Broken
from config import Misconfigured
from logs import escaped

from .opening import bar, opened


@click.group("audit")
def group() -> None:
    """Look at the audit trail."""


@group.command()
@click.option("--head", "noted", metavar="NUMBER:CHAIN", help="A head noted elsewhere earlier: it must still be there.")
def verify(noted: str | None) -> None:
    """Say whether every entry is as it was written."""
    with opened():
        last = audit.last_entry()
        passed = 0
        try:
            with bar("Checking", last.number if last else 0) as progress:
                for entry in audit.verify(noted):
                    passed = entry.number
                    progress.update(1)
        except Broken as problem:
            raise Misconfigured(f"The trail does not hold. {problem}") from None
        click.echo(f"The trail holds: {passed} {'entry' if passed == 1 else 'entries'}, head {audit.head()}")


@group.command()
def head() -> None:
    """Print the trail's head, to be kept somewhere else."""
    with opened():
        click.echo(audit.head())


@group.command("list")
@click.option("--last", type=click.IntRange(min=1), help="Only so many, the latest.")
@click.option("--event", help="Only this event, such as sign-in or export.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on (UTC).")
def list_entries(last: int | None, event: str | None, since: datetime | None) -> None:
    """Print entries, one a line: time, number, event, who, pair and about, with tabs between them."""
    with opened():
        for entry in audit.entries(last, event, since and since.replace(tzinfo=UTC)):
            click.echo(_line(entry))


def _line(entry: AuditEntry) -> str:
    who = entry.by.subject if entry.by else "-"
    facts = (f"{entry.at:%Y-%m-%dT%H:%M:%SZ}", str(entry.number), entry.event, who, entry.pair_id or "-", entry.about)
    # Whoever can choose a name or send a header must not be able to write lines, columns or colours of their own.
    return "\t".join(escaped(fact) for fact in facts)
