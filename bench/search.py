"""What searching costs somebody with ten years of weekly meetings: of the processor, and of others' time.

Run it as `python -m bench.search`. The words are as long as people write them, some with accents and typographic
quotes, and all are encrypted. Searched are a rare word, a common one, several, a phrase and the beginning of a word.
"""

import json
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import gevent

import auth
import database
import searching
import settings
from actions import Action, ActionUpdate
from app import create_app
from config import Config
from meetings import Item, Meeting
from models import Pair, Person
from notebooks import PrivateNote
from records import Record, Remark
from rows import Row, db
from tests.signed_in import SignedInClient

MEETINGS, ITEMS, ACTIONS = 520, 8, 3
BEGAN = datetime(2016, 1, 5, 10, tzinfo=UTC)
ROUNDS = 15
LINES = (
    "How the new rota feels after its first month",
    "The intake pilot: two gaps, and who owns them",
    "Chairing the design review, with somebody beside me at first",
    "Cover for the second half of the month, while Zoë is away",
    "What “good enough” means for the quarterly figures",
)
NOTES = (
    "Agreed to look at it again once the figures are in.\nNobody owns the reply yet; ask José whether his team could.",
    "We tried it for two weeks. What helped was a short list every morning, and somebody to ask – what did not was "
    "the meeting on Fridays, which nobody had prepared for. Next step: leave it out for a month and see who misses it.",
)
SEARCHES = {
    "a rare word": "needle",
    "no word of theirs": "zeppelin",
    "a common word": "month",
    "several words": "figures reply agreed",
    "a phrase": '"two weeks"',
    "the beginning of a word": "prep",
    "letters everywhere": "e",
    "with accents": "josé zoë",
}


def fill() -> Person:
    """One pair with ten years behind it; its individual."""
    ada, sam = (
        Person.create(issuer=auth.DEMO_ISSUER, subject=name.lower(), name=name, time_zone="Europe/London")
        for name in ("Ada Marsh", "Sam Okoro")
    )
    with db.atomic():
        pair = Pair.create(manager=ada, report=sam, invited_by=ada, accepted_at=BEGAN, time_zone="Europe/London")
        PrivateNote.create(pair=pair, author=sam, text="\n".join(NOTES))
        for week in range(MEETINGS):
            _meet(pair, ada, sam, BEGAN + timedelta(weeks=week), week)
    return sam


def _meet(pair: Pair, ada: Person, sam: Person, moment: datetime, week: int) -> None:
    held = {"closed_at": moment, "closed_by": ada}
    facts: dict[str, Any] = {"template": "regular", "starts_at": moment, "minutes": 60, "created_by": ada}
    meeting = Meeting.create(pair=pair, created_at=moment, **facts, **held)
    for number in range(ITEMS):
        _item(meeting, sam if number % 2 else ada, moment, week, number)
    record = Record.create(pair=pair, meeting=meeting, content="{}", closed_at=moment, closed_by=ada)
    if not week % 4:
        Remark.create(pair=pair, record=record, author=sam, text=LINES[0], written_at=moment)


def _item(meeting: Meeting, author: Person, moment: datetime, week: int, number: int) -> None:
    once = {"created_at": moment, "shared_at": moment, "discussed_at": moment, "discussed_by": author}
    text = f"{LINES[(week + number) % len(LINES)]} ({week}, {number})" + " needle" * (week == 300 and number == 3)
    facts: dict[str, Any] = {"pair": meeting.pair_id, "meeting": meeting, "author": author, **once}
    notes = NOTES[(week + number) % len(NOTES)]
    item = Item.create(**facts, section="goals", text=text, notes=notes, position=number)
    if number < ACTIONS:
        facts = {"pair": meeting.pair_id, "meeting": meeting, "item": item, "owner": author, "proposed_by": author}
        action = Action.create(**facts, text=text, proposed_at=moment, agreed_at=moment, done_at=moment, done_by=author)
        ActionUpdate.create(pair=meeting.pair_id, action=action, author=author, written_at=moment, text=LINES[week % 5])


def measure(person: Person) -> dict[str, dict[str, float]]:
    """For each search: the median and the longest time it took, how long others waited at most, and what was found."""
    return {name: _measured(person, words) for name, words in SEARCHES.items()}


def _measured(person: Person, words: str) -> dict[str, float]:
    number, taken = searching.search(person, words).number, []
    for _ in range(ROUNDS):
        began = time.process_time()
        searching.search(person, words)
        taken.append((time.process_time() - began) * 1000)
    waits = Waits()
    searching.search(person, words)
    return {
        "median_ms": round(statistics.median(taken), 1),
        "longest_ms": round(max(taken), 1),
        "others_wait_ms": round(waits.stop() * 1000, 1),
        "found": number,
    }


class Waits:
    """Somebody else who wants a turn all the time, and how long the longest wait for one was."""

    def __init__(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()
        self._greenlet = gevent.spawn(self._wait)

    def _wait(self) -> None:
        while True:
            self._last = time.perf_counter()
            gevent.sleep(0)
            self.longest = max(self.longest, time.perf_counter() - self._last)

    def stop(self) -> float:
        """The longest wait, in seconds."""
        self._greenlet.kill()
        return self.longest


def page(config: Config, person: Person) -> float:
    """The median of how many milliseconds of the processor the whole page takes."""
    app = create_app(config)
    app.test_client_class = SignedInClient
    client, taken = app.test_client(), []
    client.sign_in(person)
    for _ in range(ROUNDS):
        began = time.process_time()
        assert client.get("/search?q=month").status_code == 200
        taken.append((time.process_time() - began) * 1000)
    return round(statistics.median(taken), 1)


def rows() -> int:
    """How many rows with words there are."""
    models: tuple[type[Row], ...] = (Item, Action, ActionUpdate, Remark)
    return sum(model.select().count() for model in models)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = settings.read({"SIGN_IN": "demo", "DATA_DIR": folder})
        database.create(config)
        database.open_checked(config)
        with db.connection_context():
            person = fill()
            figures: dict[str, Any] = {"rows": rows(), "searches": measure(person)}
        db.close_all()
        print(json.dumps({**figures, "page_ms": page(config, person)}, indent=2))
        db.close_all()


if __name__ == "__main__":
    main()
