"""Commands for who may come in: the staff directory's file, and one person at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

import audit
import clock
import directory
import people as room
import settings
from config import Config
from logs import escaped
from models import Person, Refused
from rows import one_at_a_time

from .opening import bar, opened

MOST_SHOWN = 1_000


@click.group()
def people() -> None:
    """Who may come in, and who meets whom."""


@people.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", is_flag=True, help="Carry it out. Without this, only what would change is printed.")
@click.option("--disable-missing", is_flag=True, help="Disable everybody who is not in the file.")
@click.option("--yes-disable", type=int, metavar="N", help="Disable N people, though these are very many.")
def import_(file: Path, apply: bool, disable_missing: bool, yes_disable: int | None) -> None:
    """Bring people and their line managers up to date from a CSV file.

    The file is UTF-8, separated by commas or semicolons; its first line names the columns, in any order:

    \b
    username     what sign-in calls the person (required)
    name         the full name (required)
    email        an address; empty for none
    manager      the line manager's username; empty for none
    time_zone    where a new person starts, such as Europe/London
    department   for the people lead's figures; empty for none
    people_lead  yes or no; empty is no

    What a column says holds, the empty included; a column left out changes nothing. Whoever is not in the file stays
    as they are. Everything is done, or nothing; doing it again changes nothing more. While it is carried out nobody
    can save anything, so a large file is best imported when few people write.
    """
    sheet = _sheet(file, settings.read())
    with opened() as config:
        plan = _planned(sheet, config, disable_missing)
        for line in (*plan.steps, *(f"{name} stays disabled, and as they were" for name in plan.left)):
            click.echo(line)
        if disable_missing:
            plan.must_be_meant(yes_disable)
        if apply:
            _carry_out(plan, lambda: _planned(sheet, config, disable_missing))
    done = "Done" if apply else "Nothing was changed yet (--apply does it)"
    click.echo(f"{done}: {plan.summary}." if plan.steps else "There is nothing to do.")


def _sheet(file: Path, config: Config) -> directory.Sheet:
    with _problems_told():
        return directory.read(_content(file), config)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(directory.SIZE_LIMIT + 1)
    except OSError as problem:
        raise Refused(f"The file {file} cannot be read: {problem.strerror}.") from None


def _planned(sheet: directory.Sheet, config: Config, disable_missing: bool) -> directory.Plan:
    with _problems_told():
        return directory.compare(sheet, config, disable_missing)


@contextmanager
def _problems_told() -> Iterator[None]:
    try:
        yield
    except directory.BadFile as problem:
        for found in problem.problems[:MOST_SHOWN]:
            click.echo(found, err=True)
        if len(problem.problems) > MOST_SHOWN:
            click.echo(f"… and {len(problem.problems) - MOST_SHOWN:,} more.", err=True)
        raise


def _carry_out(printed: directory.Plan, compare: Callable[[], directory.Plan]) -> None:
    """Do what was printed, while nobody else changes anything. Raises Refused where that is not the plan any more."""
    with one_at_a_time("people"), audit.at_the_end(), bar("Importing", len(printed.steps)) as progress:
        plan = compare()
        if [str(step) for step in plan.steps] != [str(step) for step in printed.steps]:
            raise Refused("Nothing was changed, since people changed meanwhile: run it once more.")
        for step in plan.steps:
            plan.take(step)
            progress.update(1)


@people.command()
@click.argument("username")
@click.option("--name", required=True, help="The full name.")
@click.option("--email", default="", help="An e-mail address.")
@click.option("--time-zone", default="", help="Such as Europe/London. The default is TIME_ZONE.")
@click.option("--again", is_flag=True, help="It is another person than the retired one with this username.")
def add(username: str, name: str, email: str, time_zone: str, again: bool) -> None:
    """Let somebody in under the name that sign-in gives them."""
    with _at_work() as config:
        subject = room.subject_from(config, username)
        zone = room.time_zone_from(time_zone) or config.time_zone
        room.add(config.issuer, subject, room.name_from(name), room.email_from(email), zone, again)
    click.echo(f"Added {subject}.")


@people.command()
@click.argument("username")
def disable(username: str) -> None:
    """Shut somebody out at once, until they are enabled. What they wrote and their one-to-ones stay."""
    with _at_work() as config:
        person = room.called(config, username)
        room.disable(person)
    click.echo(f"Disabled {person.subject}.")


@people.command()
@click.argument("username")
def enable(username: str) -> None:
    """Let somebody who was disabled in again."""
    with _at_work() as config:
        person = room.called(config, username)
        room.enable(person)
    click.echo(f"Enabled {person.subject}.")


@people.command()
@click.argument("username")
def retire(username: str) -> None:
    """Somebody has left for good: shut them out, end their one-to-ones, and keep their username from others."""
    with _at_work() as config:
        person = room.called(config, username)
        room.retire(person, config.former_manager_days)
    click.echo(f"Retired {person.subject}.")


@people.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="INTO")
def merge(source: str, target: str) -> None:
    """Somebody's username has changed: give all that was theirs as FROM to INTO, and retire FROM. It is for good.

    The people lead's role does not come along. Of two one-to-ones with the same other one, an empty one ends.
    """
    with _at_work() as config:
        old, new = room.called(config, source), room.called(config, target)
        is_role_lost = old.people_lead and not new.people_lead
        pairs = room.merge(old, new)
    click.echo(f"Merged {old.subject} into {new.subject}; pairs that came along: {pairs}.")
    if is_role_lost:
        click.echo(f"The people lead's role did not: 'duologue people lead {new.subject} --yes' gives it.")


@people.command("list")
def list_() -> None:
    """Print everybody's username, name and state."""
    with opened() as config:
        for person in room.of_issuer(config.issuer):
            click.echo(f"{person.subject:24} {escaped(person.name):32} {_state(person)}")


def _state(person: Person) -> str:
    if person.retired_at:
        return f"retired on {clock.local(person.retired_at, person.time_zone):%Y-%m-%d}"
    if person.disabled_at:
        return f"disabled since {clock.local(person.disabled_at, person.time_zone):%Y-%m-%d}"
    return "active, people lead" if person.people_lead else "active"


@people.command()
@click.argument("username")
@click.option("--yes/--no", "leads", required=True, help="Give the role, or take it back.")
def lead(username: str, leads: bool) -> None:
    """Give somebody the people lead's role, or take it back. It shows them nobody's conversations."""
    room.must_choose_people_leads(settings.read())
    with _at_work() as config:
        person = room.called(config, username)
        room.make_people_lead(person, undo=not leads)
    click.echo(f"{person.subject} is {'a' if leads else 'not a'} people lead.")


@contextmanager
def _at_work() -> Iterator[Config]:
    """The settings, with the database open and one transaction begun, which is undone when something is refused."""
    with opened() as config, one_at_a_time("people"):
        yield config
