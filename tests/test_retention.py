"""Retention: what is too old goes, what is open or held stays, and it can be stopped and run again."""

from datetime import UTC, datetime, timedelta

import pytest

import actions
import clock
import erasure
import growth
import meetings
import models
import notices
import records
import retention
import scheduling
from actions import Action
from audit import AuditEntry
from growth import Objective
from meetings import Item, Meeting
from models import Pair, Refused
from notebooks import PrivateNote
from records import Record

from . import behind
from .command_line import refused, run, said
from .conftest import NOW
from .test_queries import counted

BEFORE = NOW - timedelta(days=365)
LONG_AGO = NOW - timedelta(days=800)


@pytest.fixture
def years(pair, meeting, ada, sam) -> dict:
    """Ada and Sam met long ago and lately: name → what was written then."""
    made = {}
    with clock.at(LONG_AGO):
        item = meeting.add_item(sam, "goals", "The old plan")
        meeting.add_item(sam, "goals", "An old draft", private=True)
        for name in ("done", "open", "dropped"):
            made[name] = actions.propose(
                item, sam, text=f"{name} long ago", owner=sam, due_on=None, likelihood=None, together=True
            )
        made["done"].complete(sam)
        made["done"].update_with(sam, "It went well")
        made["dropped"].drop(sam, "No need")
        growth.set_objective(pair, sam, "Achieved long ago", None, together=True).achieve(sam)
        growth.set_objective(pair, sam, "Still to come", None)
        item.discuss(sam)
        kept = meeting.add_item(ada, "goals", "Talked about for years")
        kept.stand(ada)
        made["later"] = records.close(meeting, ada, NOW - timedelta(days=10))
        Record.of(meeting).remark(sam, "An old remark")
        Record.of(meeting).confirm(sam)
        PrivateNote.write(pair, sam, "My own", "")
    with clock.at(NOW - timedelta(days=10)):
        later = meetings.find(sam, made["later"].id)
        later.add_item(sam, "goals", "The new plan").discuss(sam)
        made["next"] = records.close(later, ada, NOW + timedelta(days=10))
    return {**made, "old": meeting, "later": later}


def clear(before: datetime = BEFORE) -> None:
    """Delete what is due."""
    for due in retention.due(before):
        retention.clear(due.pair, before)


def words_of(model) -> set[str]:
    """All the texts of a table."""
    return {row.text for row in model.select()}


def test_old_meetings_go_with_all_that_has_its_home_there(years):
    clear()
    assert {meeting.id for meeting in Meeting.select()} >= {years["later"].id, years["next"].id}
    assert not Meeting.select().where(Meeting.id == years["old"].id).exists()
    assert words_of(Item) == {"Talked about for years", "The new plan", "An old draft"}
    assert Record.select().count() == 1
    assert records.Remark.select().count() == records.Confirmation.select().count() == 0
    assert behind.dangling() == []


def test_open_actions_stay_and_are_still_on_the_next_agenda(years, sam, ada):
    clear()
    assert words_of(Action) == {"open long ago"}
    found = Action.get()
    assert (found.meeting_id, found.item_id) == (None, None)
    upcoming = meetings.find(sam, years["next"].id)
    assert [action.id for action in actions.from_last_time(upcoming, None, sam.today)] == [found.id]
    actions.find(ada, found.id).complete(ada)


def test_achieved_objectives_go_and_others_stay_with_the_notebooks(years):
    clear()
    assert words_of(Objective) == {"Still to come"}
    assert words_of(PrivateNote) == {"My own"}


def test_what_is_on_the_next_agenda_stays(years, sam):
    before = [item.id for item in meetings.find(sam, years["next"].id).items_for(sam)]
    clear()
    assert before
    assert [item.id for item in meetings.find(sam, years["next"].id).items_for(sam)] == before


def test_the_pages_of_what_is_left_are_shown_as_before(years, as_sam, pair):
    clear()
    for path in (pair.path, years["next"].path, f"{years['later'].path}/record", "/actions", "/"):
        as_sam.see(path)
    assert as_sam.get(years["old"].path).status_code == 404


def test_nothing_goes_that_is_younger(years):
    clear(LONG_AGO)
    assert Meeting.select().where(Meeting.id == years["old"].id).exists()
    assert Action.select().count() == 3


def test_old_meetings_that_did_not_take_place_go_too(pair, meeting, sam):
    with clock.at(LONG_AGO):
        scheduling.cancel(meeting, sam, NOW + timedelta(days=10))
    clear()
    assert not Meeting.select().where(Meeting.id == meeting.id).exists()


def test_a_pair_that_ended_long_ago_is_emptied(years, pair, sam, theirs):
    with clock.at(LONG_AGO):
        pair.end(sam)
    clear()
    assert erasure.words_in(pair) == {}
    found = Pair.get_by_id(pair.id)
    assert (found.place, bool(found.erased_at)) == ("", True)
    assert Meeting.select().where(Meeting.id == theirs.id).exists()
    assert retention.due(BEFORE) == []


def test_a_hold_keeps_everything(years, pair):
    retention.hold(pair)
    assert retention.due(BEFORE) == []
    before = erasure.words_in(pair)
    clear()
    assert erasure.words_in(pair) == before


def test_a_hold_that_comes_while_it_runs_counts(years, pair):
    (due,) = retention.due(BEFORE)
    retention.hold(pair)
    before = erasure.words_in(pair)
    retention.clear(due.pair, BEFORE)
    assert erasure.words_in(pair) == before


def test_a_hold_is_told_to_both_and_noted_once(pair, ada, sam):
    for _ in range(2):
        retention.hold(pair)
    for _ in range(2):
        retention.release(pair)
    for person in (ada, sam):
        assert sorted(notice.kind for notice in notices.unread_of(person)) == ["held", "released"]
    assert [entry.event for entry in AuditEntry.select().order_by(AuditEntry.number)] == ["held", "released"]
    assert Pair.get_by_id(pair.id).held_at is None


def test_each_pair_is_noted_in_the_trail_with_a_number_and_no_words(years, pair):
    clear()
    (entry,) = AuditEntry.select()
    assert (entry.event, entry.pair_id, entry.about) == ("retention", pair.id, "1 meeting")


def test_a_pair_is_cleared_wholly_or_not_at_all(years, pair, monkeypatch):
    before = erasure.words_in(pair)
    monkeypatch.setattr(retention.audit, "note", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        clear()
    assert erasure.words_in(pair) == before
    monkeypatch.undo()
    clear()
    assert erasure.words_in(pair) != before


def test_months_are_counted_in_the_calendar(stopped_clock):
    assert retention.limit(1) == datetime(2026, 2, 3, 10, tzinfo=NOW.tzinfo)
    assert retention.limit(15) == datetime(2024, 12, 3, 10, tzinfo=NOW.tzinfo)
    with clock.at(datetime(2026, 3, 31, tzinfo=NOW.tzinfo)):
        assert retention.limit(1) == datetime(2026, 2, 28, tzinfo=NOW.tzinfo)
    with pytest.raises(Refused, match="RETENTION_MONTHS is 0"):
        retention.limit(0)


def test_what_is_due_takes_one_query_however_many_pairs_there_are(years, theirs, noor):
    with clock.at(LONG_AGO):
        scheduling.cancel(theirs, noor, NOW + timedelta(days=10))
    with counted() as queries:
        found = retention.due(BEFORE)
    assert [due.meetings for due in found] == [1, 1]
    assert len(queries) == 1


def test_the_number_in_the_trail_is_of_what_was_deleted_then(years, pair, sam):
    (found,) = retention.due(BEFORE)
    with clock.at(LONG_AGO):
        scheduling.cancel(meetings.find(sam, years["next"].id), sam, NOW + timedelta(days=20))
    assert found.meetings == 1
    retention.clear(found.pair, BEFORE)
    (entry,) = AuditEntry.select()
    assert entry.about == "2 meetings"


def test_clearing_one_pair_leaves_the_others(years, pair, theirs, noor):
    with clock.at(LONG_AGO):
        scheduling.cancel(theirs, noor, NOW + timedelta(days=10))
    retention.clear(pair, BEFORE)
    assert [due.pair.id for due in retention.due(BEFORE)] == [theirs.pair_id]
    assert AuditEntry.select().count() == 1


def test_an_old_action_alone_is_due_without_a_meeting(pair, item, sam):
    with clock.at(LONG_AGO):
        actions.propose(item, sam, text="Long done", owner=sam, due_on=None, likelihood=None, together=True).complete(
            sam
        )
    assert [(due.pair.id, due.meetings) for due in retention.due(BEFORE)] == [(pair.id, 0)]


def test_all_meetings_of_a_pair_that_ended_long_ago_are_counted(years, pair, sam):
    with clock.at(LONG_AGO):
        pair.end(sam)
    (found,) = retention.due(BEFORE)
    assert (found.meetings, found.is_whole) == (Meeting.select().where(Meeting.pair == pair).count(), True)


# The commands


def test_the_command_deletes_nothing_unless_told_to(here, years, pair):
    today = datetime.now(UTC)  # The command's own clock is not stopped.
    months = str((today.year - 2025) * 12 + today.month - 1)
    before = erasure.words_in(pair)
    words = said(run(here.data_dir, "retention", RETENTION_MONTHS=months))
    assert ": 1 meeting of 1 pair, none of them held." in words
    assert "--apply" in words
    assert erasure.words_in(pair) == before
    assert "Backups still hold it" in said(run(here.data_dir, "retention", "--apply", RETENTION_MONTHS=months))
    assert not Meeting.select().where(Meeting.id == years["old"].id).exists()
    assert ": 0 meetings of 0 pairs" in said(run(here.data_dir, "retention", "--apply", RETENTION_MONTHS=months))


def test_without_a_number_of_months_it_refuses(here, years):
    assert "RETENTION_MONTHS is 0" in refused(run(here.data_dir, "retention", "--apply"))


def test_hold_and_release_by_usernames(here, pair):
    assert "are held" in said(run(here.data_dir, "hold", "ada", "Sam"))
    assert Pair.get_by_id(pair.id).held_at
    assert "not held any more" in said(run(here.data_dir, "hold", "ada", "sam", "--release"))
    assert not Pair.get_by_id(pair.id).held_at


@pytest.mark.parametrize(("names", "words"), [(("sam", "ada"), "does not manage"), (("ada", "nobody"), "'nobody'")])
def test_names_that_are_no_pair_are_refused(here, pair, names, words):
    assert words in refused(run(here.data_dir, "hold", *names))
    assert models.Pair.select().where(Pair.held_at.is_null(False)).count() == 0
