"""Commands for a database's beginning: create, migrate, demo and check."""

from pathlib import Path

import click

import archive_import
import database
import demo_data
import gate
import settings
from config import Misconfigured
from saying import count

from .opening import opened


@click.command()
def create() -> None:
    """Make a new, empty database."""
    config = settings.read()
    database.create(config)
    click.echo(f"Made {config.database_url}.")


@click.command()
def migrate() -> None:
    """Bring the database forward to this version."""
    applied = database.migrate(settings.read())
    click.echo(f"Applied {', '.join(applied)}." if applied else "The database is of this version already.")


@click.command()
def demo() -> None:
    """Make the demo database with its invented people, unless it is there already."""
    config = settings.read()
    if not config.is_demo:
        raise Misconfigured("Invented people belong into a demo alone: set SIGN_IN=demo.")
    if not database.exists(config):
        database.create(config, fill=lambda: demo_data.fill(config.time_zone))
        click.echo(f"Made a demo database at {config.database_url}.")
    elif database.fill_if_empty(config, lambda: demo_data.fill(config.time_zone)):
        click.echo(f"Filled the demo database at {config.database_url}.")


@click.command("import-archive")
@click.argument("file", type=click.Path(path_type=Path))
def import_archive(file: Path) -> None:
    """Bring a person's archive (the ZIP file, or the archive.json in it) into a database that nobody is in yet.

    People keep their ids and usernames, and sign in with this installation's sign-on. Nobody becomes a people lead.
    """
    data = archive_import.read(file)
    with opened() as config:
        number = archive_import.bring_in(data, config)
    click.echo(f"Brought in {data['account']['name']} and all that is theirs: {count(number, 'row')}.")


@click.command()
def check() -> None:
    """Print the settings as they hold, and say what would be refused."""
    config = settings.read()
    for name, value in config.shown().items():
        click.echo(f"{name:24} {value or '-'}")
    gate.must_be_able(config)
    database.inspect(config)
    click.echo("Nothing would be refused.")
