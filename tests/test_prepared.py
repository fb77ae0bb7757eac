"""A prepared query gives the rows that the query gives, and builds its SQL once."""

import json
from datetime import timedelta

import pytest
from peewee import Value

import actions
import audit
import auth
import covers
import evidence
import feedback
import growth
import handovers
import history
import library
import meetings
import models
import notices
import people
import prepared
import publishing
import records
import scheduling
import sessions
import signposts
import wrapup
from actions import Action
from handovers import Handover
from meetings import Item, Meeting
from prepared import Prepared
from rows import db

from .conftest import NOW


@pytest.fixture
def filled(meeting, ada, sam, item, draft, theirs, lee):
    """A meeting that was closed, with something on both agendas; one cancelled; and a word of the directory."""
    theirs.add_item(lee, "goals", "Waits for the next one")
    scheduling.cancel(theirs, lee, None)
    people.report_to(sam, ada)
    signposts.add(ada, "grow", "Coaching cards", "", "")
    notices.tell("held", meeting.pair)
    feedback.give(meeting.pair, ada, "positive", "Well done")
    audit.note("opened", by=sam)
    item.write_notes(sam, "Nobody owns the reply", "")
    actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=NOW.date(), likelihood=5, together=True)
    aim = growth.set_objective(meeting.pair, sam, "Chair the review", together=True)
    aim.note_progress(sam, "good", "Half-way", meeting)
    evidence.keep_item(item, ada)
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    actions.propose(meetings.find_item(sam, item.id), ada, text="Ask Jo", owner=ada, due_on=None, likelihood=None)
    done = actions.propose(
        meetings.find_item(sam, item.id), ada, text="Done", owner=ada, due_on=None, likelihood=None, together=True
    )
    done.complete(sam)
    sessions.begin(sam, "demo", sessions.Limits(timedelta(minutes=30), timedelta(hours=10)))
    return upcoming


def data(rows) -> list:
    """Rows as plain data, joined rows included."""
    return [(row.__data__, {name: other.__data__ for name, other in row.__rel__.items()}) for row in rows]


def all_of(*rooms) -> dict[str, Prepared]:
    """Every prepared query of these modules."""
    return {
        f"{room.__name__}.{name}": found
        for room in rooms
        for name, found in vars(room).items()
        if isinstance(found, Prepared)
    }


QUERIES = all_of(
    *(models, meetings, scheduling, actions, auth, sessions, people, notices, audit, library, signposts, wrapup),
    *(feedback, growth, evidence, history, covers, handovers),
)


@pytest.mark.parametrize("name", QUERIES)
def test_every_prepared_query_gives_the_same_rows_as_the_query(filled, ada, sam, lee, theirs, name):
    query = QUERIES[name]
    known = {
        "id": [ada.id, filled.id, filled.pair_id, *(row.id for row in Item.select()), *(a.id for a in Action.select())]
        + [found.id for found in sessions.Session.select()],
        "person": [ada.id, sam.id, lee.id],
        "meeting": [meeting.id for meeting in Meeting.select()],
        "pair": [filled.pair_id, theirs.pair_id],
        "manager": [ada.id, lee.id],
        "report": [sam.id],
        "issuer": ["demo", "elsewhere"],
        "subject": ["ada", "sam"],
        "item": [item.id for item in Item.select()],
        "key": ["regular", "catch_up", "nothing"],
        "mark": ["", "nothing"],
        "about": [item.region for item in Item.select()],
        "part": ["text", "notes"],
        "start": [-1e12, 1_000.0],
        "end": [1_000.0, 1e12],
        "until": ["2026-01-01 00:00:00", "9999-01-01 00:00:00"],
        "now": [NOW.replace(tzinfo=None)],
        "ids": [json.dumps([filled.pair_id, theirs.pair_id, *(found.id for found in sessions.Session.select())]), "[]"],
        "digest": [found.token_digest for found in sessions.Session.select()],
        "since": ["2026-03-01 00:00:00", "9999-01-01 00:00:00"],
    }
    wrapup.cover(filled, ada)
    growth.set_objective(filled.pair, ada, "Proposed by one")
    cover = covers.set_up(filled.pair, sam, lee, NOW.date())
    Handover.create(pair=filled.pair, from_pair=cover, by=sam, content="{}")
    publishing.copy("career", ada, "Another talk")
    seen = 0
    for values in combinations({slot: known[slot] for slot in query._names}):
        rows = query(**values)
        seen += len(rows)
        plain = query._build(**{slot: Value(value, converter=False) for slot, value in values.items()})
        assert data(rows) == data(plain), values
        first = query.first(**values)
        assert (first and first.__data__) == (rows[0].__data__ if rows else None)
    assert seen


def combinations(choices: dict[str, list]) -> list[dict]:
    """Every way to choose one value per name."""
    found = [{}]
    for name, values in choices.items():
        found = [{**one, name: value} for one in found for value in values]
    return found


def test_the_sql_is_built_once(filled):
    built = []

    def build(id):
        built.append(id)
        return Meeting.select().where(Meeting.id == id)

    query = Prepared(build)
    for meeting in Meeting.select():
        assert query.first(id=meeting.id).id == meeting.id
    assert len(built) == 1


def test_a_value_missing_is_an_error_and_not_a_wrong_answer(filled):
    with pytest.raises(KeyError):
        meetings.MEETING(id=filled.id)


def test_values_never_become_sql(filled):
    assert meetings.MEETING.first(id="' OR 1=1 --", person="' OR 1=1 --") is None
    assert prepared.Prepared(lambda id: Meeting.select().where(Meeting.id == id))(id='"; DROP TABLE item') == []
    assert db.table_exists("item")
