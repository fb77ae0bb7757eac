"""What commands that work on the database share: the settings, the keys, an open database."""

from collections.abc import Iterator
from contextlib import contextmanager

import config as settings
import database
from config import Config
from rows import db


@contextmanager
def opened() -> Iterator[Config]:
    """The settings, with the database open and the keys at hand. Raises Misconfigured."""
    config = settings.read()
    database.open_checked(config)
    with db.connection_context():
        yield config
