"""What commands that work on the database share: the settings, the keys, an open database, pairs by usernames."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import click

import database
import people
import settings
from config import Config, Misconfigured
from models import Pair
from rows import db


@contextmanager
def opened() -> Iterator[Config]:
    """The settings, with the database open and the keys at hand. Raises Misconfigured."""
    config = settings.read()
    database.open_checked(config)
    with db.connection_context():
        yield config


def pairs_of(config: Config, manager: str, report: str) -> list[Pair]:
    """All that these two have, or had, as manager and report. Raises Refused, Misconfigured."""
    two = people.called(config, manager), people.called(config, report)
    found = list(Pair.select().where(Pair.manager == two[0], Pair.report == two[1]).order_by(Pair.invited_at))
    if not found:
        raise Misconfigured(f"{two[0].name} does not manage {two[1].name} here: name the manager first.")
    for pair in found:
        pair.manager, pair.report = two
    return found


def bar(label: str, length: int) -> AbstractContextManager[Any]:
    """A progress bar where somebody watches; nothing where nobody does."""
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())
