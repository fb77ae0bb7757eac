"""Commands for backups: making one, and coming back from one."""

from pathlib import Path

import click

import backups
import settings

from .opening import bar

FILE = click.Path(dir_okay=False, path_type=Path)
SINCE_THEN = (
    "What was erased since the backup was made is in it again: erase that once more.",
    "The database that you moved away says what it was (point DATABASE_URL at it for 'duologue audit list --event "
    "erase'), or else your own notes do.",
    "Who is disabled or retired, the roles and the legal holds are as they were then: settle what has changed since.",
)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write a copy of the database to FILE, whole and checked, while people go on writing."""
    config, path = settings.read(), file.absolute()
    with bar("Copying", 1) as progress:

        def show(done: int, of: int) -> None:
            progress.length = of
            progress.update(done - progress.pos)

        backups.back_up(config, path, show)
    click.echo(f"Wrote {path} ({path.stat().st_size / 1_000_000:.1f} MB), and read it again: it is whole.")
    click.echo(
        "The keys are not in it, and without them nobody can read it: "
        f"keep {config.keyring_file} (KEYRING_FILE) somewhere else."
    )


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Put the backup FILE where the settings want the database. There must be none: move it away, and keep it."""
    config = settings.read()
    applied = backups.restore(config, file.absolute())
    click.echo(f"Restored {file} as {config.database_url}.")
    if applied:
        click.echo(f"It was of an older version, so it was brought forward: {', '.join(applied)}.")
    for line in SINCE_THEN:
        click.echo(line)
