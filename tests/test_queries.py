"""How many queries a request takes: few, and no more when there is more on the page."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

import actions
import growth
import meetings
import records
import scheduling
from rows import db

from .conftest import NOW

WORDS = ("SELECT", "UPDATE", "INSERT", "DELETE")


@contextmanager
def counted():
    """A list that fills with the SQL of every query made meanwhile."""
    found = []

    def hook(event) -> None:
        if event.sql.lstrip().upper().startswith(WORDS):
            found.append(event.sql)

    db.query_hooks.append(hook)
    try:
        yield found
    finally:
        db.query_hooks.remove(hook)


def queries_of(send) -> list[str]:
    """The SQL of one request; a first one warms up what is prepared once."""
    with counted() as found:
        assert send().status_code < 400
    return found


@pytest.fixture
def filled(meeting, ada, sam):
    """A function: put so many items, each with actions, updates and objectives around, into the open meeting."""

    def fill(number: int) -> None:
        first = meeting.add_item(sam, "goals", "From last time")
        for n in range(number):
            earlier = actions.propose(
                first, sam, text=f"Earlier {n}", owner=ada, due_on=NOW.date(), likelihood=5, together=True
            )
            for text in ("one", "two"):
                earlier.update_with(sam, text)
        return_to = records.close(meeting, ada, NOW + timedelta(days=30))
        upcoming = meetings.find(sam, return_to.id)
        for n in range(number):
            item = upcoming.add_item(sam, ("goals", "other", "wellbeing")[n % 3], f"Item {n}")
            actions.propose(item, sam, text=f"Action {n}", owner=sam, due_on=None, likelihood=None, together=True)
            actions.propose(item, ada, text=f"Proposal {n}", owner=ada, due_on=None, likelihood=None)
            growth.set_objective(meeting.pair, sam, f"Objective {n}", None)
        fill.meeting = upcoming

    return fill


MOST = {
    "the meeting's page": 20,
    "the pair's page": 15,
    "the actions page": 5,
    "today": 18,
    "the record": 10,
    "adding an item": 8,
    "ticking an item": 7,
    "ticking an action": 8,
    "one item's region": 4,
    "a search": 18,
}


def paths(client, meeting, item, action) -> dict:
    """What is measured: a name → how to send it."""
    return {
        "the meeting's page": lambda: client.get(meeting.path),
        "the pair's page": lambda: client.get(meeting.pair.path),
        "the actions page": lambda: client.get("/actions"),
        "today": lambda: client.get("/"),
        "the record": lambda: client.get(f"/meetings/{scheduling.last_meeting(meeting.pair).id}/record"),
        "adding an item": lambda: client.htmx(f"{meeting.path}/items", section="goals", text="New"),
        "ticking an item": lambda: client.htmx(f"{item.path}/discussion"),
        "ticking an action": lambda: client.htmx(f"{action.path}/completion"),
        "a search": lambda: client.get("/search?q=Item"),
        "one item's region": lambda: client.region(f"{meeting.path}/regions/{item.region}"),
    }


@pytest.mark.parametrize("what", MOST)
def test_a_request_takes_few_queries(filled, as_sam, sam, what):
    filled(3)
    meeting = filled.meeting
    (action, *_), (item, *_) = actions.open_ones(meeting.pair), meeting.items_for(sam)
    send = paths(as_sam, meeting, item, action)[what]
    send()
    found = queries_of(send)
    assert len(found) <= MOST[what], "\n".join(found)


@pytest.mark.parametrize("what", MOST)
@pytest.mark.parametrize("number", [2, 20])
def test_their_number_does_not_grow_with_what_is_there(filled, as_sam, sam, record_property, what, number):
    filled(number)
    meeting = filled.meeting
    (action, *_), (item, *_) = actions.open_ones(meeting.pair), meeting.items_for(sam)
    send = paths(as_sam, meeting, item, action)[what]
    send()
    assert len(queries_of(send)) <= MOST[what]


def test_rendering_one_item_for_a_stream_takes_few_queries(filled, as_sam, as_ada, sam, ada):
    filled(10)
    meeting = filled.meeting
    item = meeting.items_for(sam)[0]
    with as_ada.get(f"{meeting.path}/live?since={meeting.pair.version}") as answer:
        events = iter(answer.response)
        next(events), next(events)
        as_sam.htmx(f"{item.path}/discussion")
        next(events)
        as_sam.htmx(f"{item.path}/discussion", undo=True)
        db.connect(reuse_if_open=True)
        with counted() as found:
            next(events)
    # The meeting with the pair and its two people, the item, its actions, and what was said of those.
    assert len(found) <= 4, "\n".join(found)


# What goes over the wire, packed where it is large enough: a little more than it is.
HEAVIEST = {
    "the meeting's page": 15_000,
    "the pair's page": 7_000,
    "the actions page": 5_000,
    "today": 3_750,
    "the record": 3_000,
    "adding an item": 4_500,
    "ticking an item": 4_500,
    "ticking an action": 2_200,
    "one item's region": 4_000,
    "a search": 4_400,
}


@pytest.mark.parametrize("what", HEAVIEST)
def test_a_request_is_answered_with_few_bytes(filled, as_sam, sam, what):
    filled(3)
    meeting = filled.meeting
    (action, *_), (item, *_) = actions.open_ones(meeting.pair), meeting.items_for(sam)
    as_sam.environ_base["HTTP_ACCEPT_ENCODING"] = "gzip"
    found = paths(as_sam, meeting, item, action)[what]().data
    assert len(found) <= HEAVIEST[what]
