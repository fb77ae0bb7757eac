"""Pairs to measure with: people, a meeting behind them, open actions and an agenda of usual length.

Run with a number, it adds so many pairs to the database of the settings and prints who is where, as JSON:
the meeting ahead of each pair and its two people. Without one it prints the demo's Ada, and her meetings.
"""

import json
import sys
from datetime import timedelta

import actions
import auth
import clock
import database
import pairing
import records
import scheduling
import settings
from meetings import Item, Meeting
from models import Person
from rows import db

ZONE = "Europe/London"
SECTIONS = ("wellbeing", "goals", "development", "other")
LINES = (
    "How the new rota feels after its first month",
    "The intake pilot: two gaps, and who owns them",
    "Chairing the design review, with somebody beside me at first",
    "Cover for the second half of the month",
)
NOTES = "Agreed to look at it again once the figures are in.\nNobody owns the reply yet."


def add_pairs(count: int) -> list[dict]:
    """So many new pairs, each with a closed meeting and one ahead."""
    with db.atomic():
        return [_add_pair(number) for number in range(count)]


def _add_pair(number: int) -> dict:
    manager, report = _person(f"Manager {number:04}"), _person(f"Report {number:04}")
    meeting = _past_and_present(manager, report)
    return {"meeting": meeting.id, "people": [manager.id, report.id]}


def _person(name: str) -> Person:
    return Person.create(issuer=auth.DEMO_ISSUER, subject=name.lower(), name=name, time_zone=ZONE)


def _past_and_present(manager: Person, report: Person) -> Meeting:
    began = clock.now() - timedelta(days=30)
    with clock.at(began):
        pair = pairing.invite(manager, manager=manager, report=report, first_starts_at=began)
        pairing.accept(pair, report)
        pair.manager, pair.report = manager, report
        _hold(scheduling.next_meeting(pair), manager, report)
    meeting = scheduling.next_meeting(pair)
    for line in LINES:
        meeting.add_item(report, SECTIONS[LINES.index(line)], line).write_notes(manager, NOTES, "")
    return meeting


def _hold(meeting: Meeting, manager: Person, report: Person) -> None:
    """A meeting from the first item to the closing: two actions stay open, one item is carried."""
    for owner, line in ((manager, LINES[0]), (report, LINES[1])):
        item = meeting.add_item(report, "goals", line)
        due = (clock.now() + timedelta(days=40)).date()
        actions.propose(item, report, text=line, owner=owner, due_on=due, likelihood=8).agree(manager)
        item.discuss(report)
    meeting.add_item(manager, "development", LINES[2])
    records.close(meeting, manager, clock.now() + timedelta(days=31))


def of_the_demo() -> dict:
    """Ada and Sam, the meeting that lies ahead of them, and Ada's with Mei."""
    ada, sam = (Person.get(Person.issuer == auth.DEMO_ISSUER, Person.subject == name) for name in ("ada", "sam"))
    ahead = {pair.other(ada).id: scheduling.next_meeting(pair) for pair in ada.pairs()}
    meeting = ahead.pop(sam.id)
    items = Item.select().where(Item.meeting == meeting).count()
    return {"meeting": meeting.id, "people": [ada.id, sam.id], "second": ahead.popitem()[1].id, "items": items}


def main(arguments: list[str]) -> None:
    database.open_checked(settings.read())
    with db.connection_context():
        print(json.dumps(add_pairs(int(arguments[0])) if arguments else of_the_demo()))


if __name__ == "__main__":
    main(sys.argv[1:])
