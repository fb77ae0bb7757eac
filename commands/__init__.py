"""The command line: every command's group. Every problem is one sentence and a non-zero exit."""

from gevent import monkey

monkey.patch_all()

import os

import click
from peewee import DatabaseError

from config import Misconfigured
from models import Refused
from secrecy import CannotOpen

from . import audit, backups, data, erasing, keys, mail, making, people, serving

NOTHING_WRONG, MISCONFIGURED = 0, 1


@click.group(invoke_without_command=True)
@click.pass_context
def duologue(context: click.Context) -> None:
    """Duologue: one-to-one meetings on one live agenda. Without a command it serves."""
    if context.invoked_subcommand is None:
        context.invoke(serving.serve)


for command in (
    making.create,
    making.migrate,
    making.demo,
    making.import_archive,
    making.check,
    serving.serve,
    people.people,
    keys.keys,
    audit.group,
    backups.backup,
    backups.restore,
    data.data,
    mail.mail,
    erasing.retain,
    erasing.hold,
    erasing.erase,
):
    duologue.add_command(command)


def main() -> int:
    """Run the command line; the exit status."""
    # Whatever it makes is its owner's alone.
    os.umask(0o077)
    try:
        duologue(standalone_mode=False)
    except (Misconfigured, Refused, CannotOpen) as problem:
        click.echo(f"duologue: {problem}", err=True)
        return MISCONFIGURED
    except DatabaseError as problem:
        cause = str(problem).strip().partition("\n")[0]
        click.echo(f"duologue: The database did not take this ({cause}): try again in a moment.", err=True)
        return MISCONFIGURED
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        return MISCONFIGURED
    return NOTHING_WRONG
