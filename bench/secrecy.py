"""What encryption costs: the agenda page and an edit, with it and without, in one process, taking turns.

Run it as `python -m bench.secrecy`. The real application answers its WSGI client on a demo with a full agenda. Without
encryption means here that sealing and opening hand their words through; the database then holds them in clear.
"""

import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from peewee import FieldAccessor, TextField

import actions
import auth
import database
import meetings
import models
import scheduling
import settings
from app import create_app
from bench.people import LINES, NOTES, SECTIONS, add_pairs
from meetings import Meeting
from models import Person
from prepared import Prepared
from rows import Words, db
from tests.signed_in import SignedInClient

ITEMS = 20
ROUNDS = 60
AT_ONCE = 5


class Setting:
    """An application on a database of its own, with somebody signed in before a full agenda."""

    def __init__(self, folder: Path) -> None:
        self.config = settings.read({"SIGN_IN": "demo", "DATA_DIR": str(folder)})
        database.create(self.config)
        self.app = create_app(self.config)
        self.app.test_client_class = SignedInClient
        with db.connection_context():
            found = add_pairs(1)[0]
            person = Person.get_by_id(found["people"][1])
            self.items = _fill(meetings.find(person, found["meeting"]), person)
        self.meeting, self.edits = found["meeting"], 0
        self.client = self.app.test_client()
        self.client.sign_in(person)
        db.close_all()

    def open(self) -> None:
        """Work on this one's database from now on, warmed up."""
        database.open_checked(self.config)
        forget_readers()
        self.page()
        self.edit()

    def page(self) -> None:
        """The agenda, whole."""
        assert self.client.get(f"/meetings/{self.meeting}").status_code == 200

    def edit(self) -> None:
        """Other words in one item, saved."""
        self.edits += 1
        id, before = self.items[-1]
        self.items[-1] = id, f"Edit number {self.edits}"
        answer = self.client.htmx(f"/items/{id}", text=self.items[-1][1], base=before)
        assert answer.status_code == 200


def _fill(meeting: Meeting, person: Person) -> list[tuple[str, str]]:
    """Items with notes, until the agenda is as long as a long one; their ids and words."""
    found = []
    for number in range(ITEMS - len(LINES)):
        item = meeting.add_item(person, SECTIONS[number % len(SECTIONS)], f"{LINES[number % len(LINES)]} ({number})")
        item.write_notes(person, NOTES, "")
        found.append((item.id, item.text))
    return found


@contextlib.contextmanager
def in_clear() -> Iterator[None]:
    """Without encryption: words go to the database and come back as they are, as in any text field."""
    with (
        mock.patch.object(Words, "sealed", lambda words, row: row.__data__.get(words.name)),
        mock.patch.object(Words, "python_value", TextField.python_value),
        mock.patch.object(Words.accessor_class, "__get__", FieldAccessor.__get__),
    ):
        yield


def forget_readers() -> None:
    """Have the prepared queries find out anew how their columns are read."""
    for room in (models, meetings, scheduling, actions, auth):
        for query in vars(room).values():
            if isinstance(query, Prepared):
                query._read = None


def timed(work: Callable[[], None]) -> float:
    """How many milliseconds of the processor one of `work` takes, of a few in a row."""
    began = time.process_time()
    for _ in range(AT_ONCE):
        work()
    return (time.process_time() - began) * 1000 / AT_ONCE


def measure(sealed: Setting, clear: Setting) -> dict[str, dict[str, float]]:
    """For each kind of work: the median with encryption, the median without, and how much more that is."""
    taken: dict[str, dict[str, list[float]]] = {name: {"sealed": [], "clear": []} for name in ("page", "edit")}
    for _ in range(ROUNDS):
        sealed.open()
        for name, found in taken.items():
            found["sealed"].append(timed(getattr(sealed, name)))
        with in_clear():
            clear.open()
            for name, found in taken.items():
                found["clear"].append(timed(getattr(clear, name)))
    return {name: _summary(**found) for name, found in taken.items()}


def _summary(sealed: list[float], clear: list[float]) -> dict[str, float]:
    with_it, without = statistics.median(sealed), statistics.median(clear)
    ratios = statistics.median(one / other for one, other in zip(sealed, clear, strict=True))
    return {"sealed_ms": round(with_it, 2), "clear_ms": round(without, 2), "more_percent": round((ratios - 1) * 100, 1)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sealed = Setting(Path(folder, "sealed"))
        with in_clear():
            clear = Setting(Path(folder, "clear"))
        print(json.dumps(measure(sealed, clear), indent=2))
        db.close_all()


if __name__ == "__main__":
    main()
