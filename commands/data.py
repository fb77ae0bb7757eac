"""Commands for all of the data at once: moving it to another database."""

import click

import database
import engines
import moving
import settings
from config import Config, Misconfigured
from saying import count

from .opening import bar


@click.group()
def data() -> None:
    """Move all of the data."""


@data.command()
@click.argument("url")
def copy(url: str) -> None:
    """Copy all there is from DATABASE_URL to the database at URL, and compare every row.

    Either may be a file (sqlite:/// and a path) or on a server (postgresql://user@host/name), which must be empty. All
    of it is there afterwards, or nothing; where all of it is there already, nothing is done. Stop Duologue first: what
    is written meanwhile is not in the copy.
    """
    config = settings.read()
    target = settings.elsewhere(config, url)
    database.inspect(config)
    engines.of(config).must_not_be_served()
    number = moving.count(engines.of(config))
    if database.exists(target):
        _must_be_there_already(config, target, number)
        return
    with bar("Copying", 2 * number) as progress:
        moving.move(engines.of(config), engines.of(target), progress.update)
    database.inspect(target)
    click.echo(f"Copied {count(number, 'row')} to {target.database_url}, and compared each of them.")
    click.echo(f"Set DATABASE_URL to what you gave here, and start Duologue. {config.database_url} is as it was.")


def _must_be_there_already(config: Config, target: Config, number: int) -> None:
    """Say so if all of it was copied before. Raises Misconfigured where it is something else."""
    database.inspect(target)
    source, there = engines.of(config), engines.of(target)
    try:
        with source.reading(), there.reading(), bar("Comparing", number) as progress:
            moving.must_be_alike(source, there, progress.update)
    except Misconfigured as problem:
        raise Misconfigured(f"There is another database at {target.database_url} already. {problem}") from None
    click.echo(f"All of it is at {target.database_url} already: {count(number, 'row')} compared.")
