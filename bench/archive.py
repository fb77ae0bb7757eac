"""What an archive of ten years of weekly meetings costs: how long it takes, and how long others wait at most meanwhile.

Run it as `python -m bench.archive`. Every meeting has its record with all its words; all of them are encrypted.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent

import archives
import database
import owndata
import settings
from app import create_app
from meetings import Item, Meeting
from models import Person
from records import Record
from rows import db
from views import archive_pages

from .search import Waits, fill


def freeze(person: Person) -> None:
    """Give every record the words of its meeting, as closing one does."""
    with db.atomic():
        for record in Record.select(Record, Meeting).join(Meeting):
            record.change(content=json.dumps(_minutes(record.meeting, person)))


def _minutes(meeting: Meeting, person: Person) -> dict[str, Any]:
    moment = meeting.starts_at.isoformat()
    said = {"author": person.name, "discussed_at": moment, "is_question": False, "moved_on": False, "standing": False}
    items = [
        {
            "id": item.id,
            "text": item.text,
            "notes": item.notes,
            "carries": 0,
            "carried_from": None,
            "actions": [],
            **said,
        }
        for item in Item.select().where(Item.meeting == meeting)
    ]
    whole = {"kind": "Regular one-to-one", "individual": person.name, "manager": "Ada Marsh", "starts_at": moment}
    lists: dict[str, Any] = {"from_last_time": [], "also_agreed": [], "progress": [], "feedback": []}
    return {**whole, "minutes": 60, **lists, "sections": [{"title": "Goals", "items": items}]}


def measure(make: Callable[[], Iterator[Any]]) -> dict[str, float]:
    """How long it takes, how long others wait at most, and how much it is."""
    waits, began, size = Waits(), time.process_time(), 0
    for piece in make():
        size += len(piece)
        gevent.sleep(0)
    taken = time.process_time() - began
    return {"seconds": round(taken, 2), "others_wait_ms": round(waits.stop() * 1000, 1), "megabytes": size / 1e6}


def read(person: Person) -> Iterator[str]:
    """All of it as plain data, at once: what the page to read it on starts from."""
    with db.connection_context():
        owndata.own_data(person)
    yield ""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = settings.read({"SIGN_IN": "demo", "DATA_DIR": folder})
        database.create(config)
        create_app(config)
        with db.connection_context():
            person = fill()
            freeze(person)
        figures = {
            "zip": measure(lambda: archives.zipped(archive_pages.files(person))),
            "json": measure(lambda: archive_pages.lines(person)),
            "data": measure(lambda: read(person)),
        }
        print(json.dumps(figures, indent=2))
        db.close_all()


if __name__ == "__main__":
    main()
