"""Commands that delete for good, by age or for somebody, and the legal hold that forbids it."""

import click

import erasure
import people
import retention
from models import Pair, Person
from saying import count

from .opening import bar, opened, pairs_of

APPLY = click.option("--apply", is_flag=True, help="Do it. Without this it is only said what would be done.")
DRY = "Nothing was deleted: run it again with --apply to do it."
BACKUPS = "Backups still hold it until they are rotated out."


@click.command("retention")
@APPLY
def retain(apply: bool) -> None:
    """Delete what is older than RETENTION_MONTHS. It is best run when few people write."""
    with opened() as config:
        before = retention.limit(config.retention_months)
        found = retention.due(before)
        meetings, pairs = sum(due.meetings for due in found), count(len(found), "pair")
        click.echo(f"From before {before:%d %B %Y}: {count(meetings, 'meeting')} of {pairs}, none of them held.")
        if not apply:
            click.echo(DRY)
            return
        with erasure.thorough(), bar("Deleting", len(found)) as progress:
            for due in found:
                retention.clear(due.pair, before)
                progress.update(1)
        click.echo(f"Deleted. {BACKUPS}")


@click.command()
@click.argument("manager")
@click.argument("report")
@click.option("--release", is_flag=True, help="Take the hold back.")
def hold(manager: str, report: str, release: bool) -> None:
    """Keep all that MANAGER and REPORT wrote with each other, whatever its age, and whoever asks to erase it."""
    with opened() as config:
        pairs = pairs_of(config, manager, report)
        for pair in pairs:
            (retention.release if release else retention.hold)(pair)
        two = f"{pairs[0].manager.name} and {pairs[0].report.name}"
        click.echo(f"{two} are {'not held any more' if release else 'held'}; both are told so.")


@click.group()
def erase() -> None:
    """Delete for good what two people wrote, or all of one person's."""


@erase.command("pair")
@click.argument("manager")
@click.argument("report")
@APPLY
def erase_pair(manager: str, report: str, apply: bool) -> None:
    """Delete all that MANAGER and REPORT wrote with each other, and end their one-to-ones."""
    with opened() as config:
        pairs = [pair for pair in pairs_of(config, manager, report) if not pair.erased_at]
        for pair in pairs:
            erasure.must_not_be_held(pair)
            click.echo(_whole(pair))
        if not pairs:
            click.echo("All of it was erased before.")
        if not apply:
            click.echo(DRY)
            return
        with erasure.thorough():
            for pair in pairs:
                erasure.erase_pair(pair)
        click.echo(f"{'Erased; both are told so. ' if pairs else ''}{BACKUPS}")


@erase.command("person")
@click.argument("username")
@APPLY
def erase_person(username: str, apply: bool) -> None:
    """Delete all that USERNAME wrote as an individual or for themselves, and let them go."""
    with opened() as config:
        person = people.called(config, username)
        for pair in erasure.pairs_of(person):
            erasure.must_not_be_held(pair)
            click.echo(_whole(pair) if pair.report_id == person.id else _own(pair, person))
        click.echo(
            f"{person.name}: signed out, name and address removed, the username {person.subject} taken for ever."
        )
        if not apply:
            click.echo(DRY)
            return
        with erasure.thorough():
            erasure.erase_person(person)
        click.echo(f"Erased; those whom they met are told so. {BACKUPS}")


def _whole(pair: Pair) -> str:
    rows = ", ".join(f"{number} {table.replace('_', ' ')}" for table, number in erasure.words_in(pair).items())
    return f"{pair.manager.name} and {pair.report.name}: all of it, in rows: {rows or 'none'}."


def _own(pair: Pair, person: Person) -> str:
    private = count(erasure.private_words_of(person, pair), "private note or draft", "private notes and drafts")
    return f"{pair.manager.name} and {pair.report.name}: {private}; the rest stays with {pair.report.name}."
