"""Closing a meeting: what is frozen, what moves on, and what opening it again undoes."""

from datetime import timedelta

import pytest

import actions
import clock
import meetings
import records
import scheduling
from meetings import Carry, Item, MeetingOver
from models import PairOver, Refused
from records import Confirmation, Record, Remark

from .conftest import NOW

LATER = NOW + timedelta(days=30)
AFTER = NOW + timedelta(hours=1)


def seen(person, meeting) -> list[str]:
    """The agenda as a person sees it."""
    return [item.text for item in meetings.find(person, meeting.id).items_for(person)]


def close(meeting, by, next_starts_at=LATER, at=AFTER):
    """Close it an hour from now."""
    with clock.at(at):
        return records.close(meetings.find(by, meeting.id), by, next_starts_at)


def minutes(meeting) -> dict:
    """What the record of a meeting says."""
    return Record.of(meeting).minutes


def recorded(meeting) -> list[str]:
    """The words of all items in the record."""
    return [item["text"] for section in minutes(meeting)["sections"] for item in section["items"]]


def tally(item) -> tuple:
    """All that is known of an item but its meeting's name."""
    found = Item.get_by_id(item.id)
    names = (
        "meeting_id section text notes position shared_at discussed_at kept_at standing_at deleted_at discussed_by_id"
    )
    return tuple(getattr(found, name) for name in names.split())


# Closing


def test_what_is_unfinished_moves_on_and_what_was_discussed_stays(ada, sam, meeting, item):
    done = meeting.add_item(ada, "goals", "Talked about")
    done.discuss(ada)
    upcoming = close(meeting, sam)
    assert seen(ada, upcoming) == seen(sam, upcoming) == [item.text]
    assert seen(ada, meeting) == ["Talked about"]


def test_the_next_meeting_is_made_on_the_agreed_date(ada, pair, meeting):
    upcoming = close(meeting, ada)
    assert upcoming.starts_at == LATER
    assert scheduling.next_meeting(pair).id == upcoming.id
    assert not meetings.find(ada, meeting.id).is_open


def test_what_is_kept_comes_back_once(ada, sam, meeting, item):
    item.discuss(sam)
    item.keep(sam)
    second = close(meeting, sam)
    assert seen(ada, second) == [item.text]
    back = meetings.find_item(ada, item.id)
    assert not back.discussed_at
    assert not back.kept_at
    back.discuss(ada)
    third = close(second, sam, LATER + timedelta(days=30), at=LATER)
    assert seen(ada, third) == []


def test_a_standing_item_is_on_every_agenda(ada, sam, meeting, item):
    item.stand(sam)
    upcoming = meeting
    for n in range(1, 4):
        meetings.find_item(ada, item.id).discuss(ada)
        upcoming = close(upcoming, sam, NOW + timedelta(days=30 * n), at=NOW + timedelta(days=30 * n - 10))
        assert seen(ada, upcoming) == [item.text]
    assert meetings.find_item(ada, item.id).carries == 3
    assert not meetings.find_item(ada, item.id).discussed_at


def test_notes_of_what_was_discussed_stay_with_the_record(ada, sam, meeting, item):
    item.write_notes(sam, "Of this time", "")
    item.discuss(sam)
    item.keep(sam)
    close(meeting, sam)
    assert meetings.find_item(ada, item.id).notes == ""
    assert minutes(meeting)["sections"][1]["items"][0]["notes"] == "Of this time"


def test_notes_of_what_was_not_discussed_go_along(ada, sam, meeting, item):
    item.write_notes(sam, "Think of the forms", "")
    close(meeting, sam)
    assert meetings.find_item(ada, item.id).notes == "Think of the forms"


def test_private_drafts_move_on_and_are_never_in_the_record(ada, sam, meeting, draft, item):
    draft.write_notes(sam, "A thought of my own", "")
    upcoming = close(meeting, ada)
    assert recorded(meeting) == [item.text]
    content = Record.of(meeting).content
    assert "Fridays" not in content
    assert "A thought" not in content
    assert draft.id not in content
    assert seen(ada, upcoming) == [item.text]
    assert sorted(seen(sam, upcoming)) == sorted([draft.text, item.text])


def test_a_draft_is_not_in_the_record_even_when_its_author_closes(sam, meeting, draft):
    close(meeting, sam)
    assert recorded(meeting) == []


def test_a_deleted_item_is_neither_recorded_nor_moved(ada, sam, meeting, item):
    item.delete_by(ada)
    upcoming = close(meeting, sam)
    assert recorded(meeting) == []
    assert seen(ada, upcoming) == []


def test_the_record_says_who_when_and_what(ada, sam, meeting, item):
    item.write_notes(ada, "Noted", "")
    item.discuss(sam)
    made = actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=NOW.date(), likelihood=7, together=True)
    actions.propose(item, sam, text="Perhaps", owner=ada, due_on=None, likelihood=None)
    close(meeting, ada)
    found = minutes(meeting)
    assert (found["individual"], found["manager"], found["closed_by"]) == ("Sam Okoro", "Ada Marsh", "Ada Marsh")
    assert found["kind"] == "Regular one-to-one"
    assert found["starts_at"] == meeting.starts_at.isoformat()
    assert found["closed_at"] == AFTER.isoformat()
    assert found["next_starts_at"] == LATER.isoformat()
    (noted,) = found["sections"][1]["items"]
    assert (noted["text"], noted["notes"], noted["author"]) == (item.text, "Noted", "Sam Okoro")
    assert noted["discussed_at"] == NOW.isoformat()
    assert noted["moved_on"] is False
    assert {action["text"]: action["agreed"] for action in noted["actions"]} == {
        "Map both gaps": True,
        "Perhaps": False,
    }
    (agreed,) = [action for action in noted["actions"] if action["id"] == made.id]
    assert (agreed["owner"], agreed["due_on"], agreed["likelihood"]) == ("Sam Okoro", "2026-03-03", 7)


def test_the_record_holds_what_was_open_from_last_time(ada, sam, meeting, item):
    actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=None, together=True)
    upcoming = close(meeting, ada)
    close(upcoming, ada, None, at=LATER)
    assert [action["text"] for action in minutes(upcoming)["from_last_time"]] == ["Map both gaps"]


def test_closing_twice_changes_nothing(ada, sam, pair, meeting, item):
    first = close(meeting, ada)
    before = Record.of(meeting).content
    assert close(meeting, sam, LATER + timedelta(days=1), at=LATER).id == first.id
    assert scheduling.meetings_of(pair).count() == 2
    assert Carry.select().count() == 1
    assert Record.select().count() == 1
    assert Record.of(meeting).content == before
    assert scheduling.next_meeting(pair).starts_at == LATER


def test_a_cancelled_meeting_is_not_closed(ada, sam, meeting):
    scheduling.cancel(meeting, ada, LATER)
    with pytest.raises(MeetingOver, match="cancelled"):
        close(meeting, sam)
    assert Record.of(meeting) is None


def test_a_meeting_of_an_ended_pair_is_not_closed(ada, sam, pair, meeting):
    pair.end(ada)
    with pytest.raises(PairOver):
        close(meeting, sam)


def test_with_no_next_meeting_the_unfinished_waits(ada, sam, pair, meeting, item, draft):
    assert close(meeting, sam, None) is None
    assert minutes(meeting)["next_starts_at"] is None
    assert len(scheduling.waiting_items(pair)) == 2
    upcoming = scheduling.schedule(pair, ada, LATER)
    assert sorted(seen(sam, upcoming)) == sorted([item.text, draft.text])
    assert meetings.find_item(ada, item.id).carries == 1


def test_closing_takes_the_items_into_a_next_meeting_that_is_there(ada, sam, pair, meeting, item):
    upcoming = close(meeting, sam)
    upcoming.add_item(ada, "goals", "New")
    with clock.at(AFTER + timedelta(minutes=1)):
        records.reopen(meetings.find(ada, meeting.id), ada)
    back = close(meeting, sam, at=AFTER + timedelta(minutes=2))
    assert back.id == upcoming.id
    assert seen(ada, upcoming) == [item.text, "New"]
    assert scheduling.meetings_of(pair).count() == 2


def test_a_record_does_not_change_with_what_comes_after(ada, sam, meeting, item):
    action = actions.propose(item, sam, text="Map gaps", owner=sam, due_on=None, likelihood=5, together=True)
    close(meeting, ada)
    before = Record.of(meeting).content
    moved = meetings.find_item(ada, item.id)
    moved.edit(ada, "Quite other words", moved.text)
    moved.write_notes(ada, "Later notes", "")
    moved.delete_by(ada)
    actions.find(sam, action.id).complete(sam)
    sam.change(name="Samuel Okoro")
    assert Record.of(meeting).content == before


# Opening again


def test_opening_again_brings_everything_back_as_it_was(ada, sam, meeting, item, draft):
    kept = meeting.add_item(ada, "other", "Kept")
    kept.write_notes(ada, "Of this time", "")
    kept.discuss(ada)
    kept.keep(ada)
    standing = meeting.add_item(ada, "other", "Standing")
    standing.stand(ada)
    before = {found.id: tally(found) for found in (item, draft, kept, standing)}
    upcoming = close(meeting, ada)
    with clock.at(AFTER):
        records.reopen(meetings.find(sam, meeting.id), sam)
    assert {id: tally(Item.get_by_id(id)) for id in before} == before
    assert Carry.select().count() == 0
    assert meetings.find(ada, meeting.id).is_open
    assert seen(ada, upcoming) == []
    assert Record.of(meeting) is None


def test_what_was_noted_since_comes_back_too(ada, sam, meeting, item):
    item.write_notes(sam, "Before", "")
    item.discuss(sam)
    item.stand(sam)
    close(meeting, ada)
    meetings.find_item(ada, item.id).write_notes(ada, "Since", "")
    records.reopen(meetings.find(sam, meeting.id), sam)
    assert meetings.find_item(ada, item.id).notes == "Before\nSince"


def test_the_same_words_noted_again_do_not_come_back_twice(ada, sam, meeting, item):
    item.write_notes(sam, "Before", "")
    item.discuss(sam)
    item.stand(sam)
    close(meeting, ada)
    meetings.find_item(ada, item.id).write_notes(ada, "Before", "")
    records.reopen(meetings.find(sam, meeting.id), sam)
    assert meetings.find_item(ada, item.id).notes == "Before"


def test_what_was_edited_and_added_since_is_not_lost(ada, sam, meeting, item):
    upcoming = close(meeting, ada)
    meetings.find_item(ada, item.id).edit(ada, "The pilot found three gaps", item.text)
    upcoming.add_item(ada, "goals", "New")
    records.reopen(meetings.find(sam, meeting.id), sam)
    assert seen(ada, meeting) == ["The pilot found three gaps"]
    assert seen(ada, upcoming) == ["New"]


def test_opening_again_goes_back_through_a_cancelled_meeting_between(ada, sam, meeting, item):
    second = close(meeting, ada)
    third = scheduling.cancel(meetings.find(ada, second.id), ada, LATER + timedelta(days=7))
    assert seen(ada, third) == [item.text]
    records.reopen(meetings.find(sam, meeting.id), sam)
    assert seen(ada, meeting) == [item.text]
    assert seen(ada, third) == []


def test_opening_an_open_meeting_changes_nothing(ada, meeting, item):
    before = tally(item)
    records.reopen(meetings.find(ada, meeting.id), ada)
    assert tally(item) == before


def test_opening_twice_changes_nothing_more(ada, sam, meeting, item):
    close(meeting, ada)
    stale = meetings.find(sam, meeting.id)
    records.reopen(meetings.find(ada, meeting.id), ada)
    meetings.find_item(ada, item.id).discuss(ada)
    before = tally(item)
    records.reopen(stale, sam)
    assert tally(item) == before


def test_a_meeting_stays_closed_once_the_next_one_is_under_way(ada, sam, meeting, item):
    upcoming = close(meeting, ada)
    meetings.find_item(ada, item.id).discuss(ada)
    with pytest.raises(Refused, match="under way"):
        records.reopen(meetings.find(sam, meeting.id), sam)
    meetings.find_item(ada, item.id).discuss(ada, undo=True)
    assert records.why_not_reopen(meetings.find(ada, meeting.id)) is None
    with clock.at(upcoming.starts_at), pytest.raises(Refused, match="under way"):
        records.reopen(meetings.find(sam, meeting.id), sam)
    assert not meetings.find(ada, meeting.id).is_open
    assert Record.of(meeting)


def test_only_the_latest_can_be_opened_again(ada, sam, meeting):
    second = close(meeting, ada)
    close(second, ada, LATER + timedelta(days=30), at=LATER)
    with clock.at(LATER), pytest.raises(Refused, match="Only the latest"):
        records.reopen(meetings.find(sam, meeting.id), sam)


def test_closing_again_makes_another_record_and_keeps_the_first_withdrawn(ada, sam, meeting, item):
    close(meeting, ada)
    first = Record.of(meeting)
    records.reopen(meetings.find(ada, meeting.id), ada)
    item.edit(ada, "Other words", item.text)
    close(meeting, sam, at=AFTER + timedelta(hours=1))
    assert Record.of(meeting).id != first.id
    assert recorded(meeting) == ["Other words"]
    withdrawn = Record.get_by_id(first.id)
    assert withdrawn.withdrawn_by == ada
    assert withdrawn.content == first.content


# Afterwards


def test_each_of_the_two_confirms_once(ada, sam, meeting):
    close(meeting, ada)
    record = Record.of(meeting)
    for person in (sam, ada, sam):
        record.confirm(person)
    assert sorted(found.person.first_name for found in record.confirmations()) == ["Ada", "Sam"]
    assert Confirmation.select().count() == 2


def test_remarks_are_dated_signed_and_leave_the_record_as_it_is(ada, sam, meeting):
    close(meeting, ada)
    record = Record.of(meeting)
    before = record.content
    record.remark(sam, "Both weeks, not one.")
    with clock.at(LATER):
        record.remark(ada, "Agreed.")
    assert [(found.author.first_name, found.text, found.written_at) for found in record.remarks()] == [
        ("Sam", "Both weeks, not one.", NOW),
        ("Ada", "Agreed.", LATER),
    ]
    assert Record.of(meeting).content == before


def test_one_remark_sent_twice_stands_once(sam, meeting):
    close(meeting, sam)
    for _ in range(2):
        Record.of(meeting).remark(sam, "Once", key="a")
    assert Remark.select().count() == 1
