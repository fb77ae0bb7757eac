"""Ahead: what awaits a person in each of their conversations, counted."""

from datetime import timedelta

import pytest

import actions
import ahead
import clock
import growth
import meetings
import records
import scheduling
from ahead import Awaiting

from .conftest import NOW


@pytest.fixture
def counted(pair):
    """A function: what awaits somebody in the conversation of Ada and Sam."""

    def of(person) -> Awaiting:
        found = ahead.awaiting(person, scheduling.next_meetings_of(person), actions.open_ones_of(person))
        return found.get(pair.id, Awaiting())

    return of


def test_each_sees_what_the_other_one_and_they_themselves_have_added(counted, meeting, ada, sam, item, draft):
    meeting.add_item(sam, "other", "Cover in August")
    assert counted(ada) == Awaiting(theirs=2)
    assert counted(sam) == Awaiting(own=2, drafts=1)


def test_the_other_ones_draft_is_counted_for_nobody_else(counted, draft, ada):
    assert counted(ada) == Awaiting()


def test_what_is_deleted_or_talked_about_awaits_nobody(counted, meeting, ada, sam, item):
    meeting.add_item(sam, "other", "Not any more").delete_by(sam)
    item.discuss(ada)
    assert counted(ada).theirs == 0


def test_what_moved_on_is_from_last_time_and_nobodys_news(counted, meeting, ada, item):
    records.close(meeting, ada, NOW + timedelta(days=30))
    assert counted(ada) == Awaiting(carried=1)


def test_proposals_wait_for_whoever_has_not_said_yes(counted, item, pair, ada, sam):
    actions.propose(item, sam, text="Map both gaps", owner=ada, due_on=None, likelihood=None)
    growth.set_objective(pair, sam, "Chair the review")
    assert counted(ada).proposals == 2
    assert counted(sam).proposals == 0


def test_a_change_of_an_objective_waits_too(counted, pair, ada, sam):
    aim = growth.set_objective(pair, sam, "Chair the review", together=True)
    assert counted(ada).proposals == 0
    aim.rewrite(sam, text="Chair it twice")
    assert counted(ada).proposals == 1


def test_the_others_remarks_on_the_last_record_are_counted_until_the_next_one(counted, meeting, ada, sam):
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    record = records.Record.of(meeting)
    for text in ("One", "Two"):
        record.remark(sam, text)
    found = counted(ada)
    assert (found.remarks, found.remarked) == (2, meeting.id)
    assert counted(sam).remarks == 0
    with clock.at(NOW + timedelta(days=30)):
        records.close(meetings.find(ada, upcoming.id), ada, NOW + timedelta(days=60))
    assert counted(ada).remarks == 0


def test_whoever_brought_nothing_is_not_prepared(counted, draft, ada, sam):
    assert counted(ada).is_unprepared
    assert not counted(sam).is_unprepared


def test_strangers_and_the_people_lead_are_awaited_by_nothing(item, lee, robin, pair):
    for person in (lee, robin):
        assert pair.id not in ahead.awaiting(person, scheduling.next_meetings_of(person), actions.open_ones_of(person))
