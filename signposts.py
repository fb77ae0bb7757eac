"""Where to find help: links and short texts that the people lead keeps, by topic."""

from peewee import CharField, TextField

import clock
from rows import Moment, Row


class Signpost(Row):
    """A place to send somebody to. `by` is the id of the people lead who wrote it; without an address it is words."""

    topic = CharField(max_length=32)
    title = CharField(max_length=200)
    address = CharField(max_length=2000, default="")
    text = TextField(default="")
    by = CharField(max_length=12)
    written_at = Moment(default=clock.now)
