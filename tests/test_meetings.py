"""Meetings and their agendas: who sees what, adding, words and marks, order, and what moves on with a meeting."""

from datetime import timedelta

import pytest

import clock
import meetings
import scheduling
from meetings import Carry, Item, ItemGone, Meeting, MeetingOver
from models import Pair, PairOver

from .conftest import NOW

LATER = NOW + timedelta(days=30)


def words(items) -> list[str]:
    """The words of items, in order."""
    return [item.text for item in items]


def seen(person, meeting) -> list[str]:
    """The agenda as a person sees it, looked up afresh."""
    return words(meetings.find(person, meeting.id).items_for(person))


def again(item, person) -> Item:
    """The item as it is in the database."""
    return meetings.find_item(person, item.id)


# Who finds what


def test_both_find_their_meeting_and_pair_and_others_do_not(ada, sam, lee, noor, robin, meeting, pair):
    for person in (ada, sam):
        assert meetings.find(person, meeting.id).id == meeting.id
        assert person.pair(pair.id).id == pair.id
        assert [found.id for found in person.pairs()] == [pair.id]
    for person in (lee, noor, robin):
        assert meetings.find(person, meeting.id) is None
        assert person.pair(pair.id) is None


def test_an_item_is_found_by_both_and_by_nobody_else(ada, sam, lee, robin, item):
    assert meetings.find_item(ada, item.id).text == meetings.find_item(sam, item.id).text == "The pilot found two gaps"
    assert meetings.find_item(lee, item.id) is None
    assert meetings.find_item(robin, item.id) is None


def test_a_draft_is_never_seen_by_the_other_one(ada, sam, meeting, draft):
    assert seen(sam, meeting) == ["Ask about Fridays at home"]
    assert seen(ada, meeting) == []
    assert meetings.find_item(ada, draft.id) is None


def test_a_draft_leaves_no_trace_in_the_count_of_changes(sam, meeting, draft):
    before = Pair.get_by_id(meeting.pair_id).version
    draft = meetings.find_item(sam, draft.id)
    draft.edit(sam, "Other words", draft.text)
    draft.write_notes(sam, "And notes", "")
    draft.discuss(sam)
    draft.keep(sam)
    draft.stand(sam)
    draft.step(sam, down=True)
    draft.move(sam, "goals")
    draft.delete_by(sam)
    draft.restore(sam)
    assert Pair.get_by_id(meeting.pair_id).version == before


def test_a_shared_draft_is_seen_by_both(ada, sam, meeting, draft):
    meetings.find_item(sam, draft.id).share(sam)
    assert seen(ada, meeting) == seen(sam, meeting) == ["Ask about Fridays at home"]


def test_sharing_twice_keeps_the_first_moment(sam, draft):
    draft.share(sam)
    with clock.at(LATER):
        draft.share(sam)
    assert again(draft, sam).shared_at == NOW


# Adding


def test_what_is_added_stands_at_the_end_of_its_section(ada, sam, meeting):
    for text in ("one", "two", "three"):
        meeting.add_item(sam, "goals", text)
    meeting.add_item(ada, "other", "elsewhere")
    assert [item.text for item in meeting.items_for(ada) if item.section == "goals"] == ["one", "two", "three"]


def test_the_same_key_twice_adds_one_item(sam, meeting):
    first = meeting.add_item(sam, "goals", "once", key="a")
    assert meeting.add_item(sam, "goals", "once", key="a").id == first.id
    assert seen(sam, meeting) == ["once"]


def test_a_key_holds_for_one_person_and_the_same_words_alone(ada, sam, meeting):
    meeting.add_item(sam, "goals", "words", key="a")
    meeting.add_item(sam, "goals", "other words", key="a")
    meeting.add_item(ada, "goals", "words", key="a")
    assert sorted(seen(sam, meeting)) == ["other words", "words", "words"]


def test_without_a_key_every_sending_counts(sam, meeting):
    meeting.add_item(sam, "goals", "again")
    meeting.add_item(sam, "goals", "again")
    assert seen(sam, meeting) == ["again", "again"]


def test_nothing_can_be_added_to_a_cancelled_meeting(sam, meeting):
    scheduling.cancel(meeting, sam, None)
    for private in (False, True):
        with pytest.raises(MeetingOver, match="cancelled"):
            meetings.find(sam, meeting.id).add_item(sam, "goals", "too late", private=private)


def test_a_stale_meeting_notices_that_it_is_over(ada, sam, meeting):
    stale = meetings.find(sam, meeting.id)
    scheduling.cancel(meeting, ada, None)
    with pytest.raises(MeetingOver):
        stale.add_item(sam, "goals", "too late")


def test_nothing_can_be_added_when_the_two_no_longer_meet(ada, sam, meeting, pair):
    pair.end(ada)
    for private in (False, True):
        with pytest.raises(PairOver, match="have ended"):
            meetings.find(sam, meeting.id).add_item(sam, "goals", "too late", private=private)


# Words, notes and marks


def test_editing_merges_what_both_changed(ada, sam, item):
    mine, hers = meetings.find_item(sam, item.id), meetings.find_item(ada, item.id)
    hers.edit(ada, "The pilot found three gaps", "The pilot found two gaps")
    merged = mine.edit(sam, "Our pilot found two gaps", "The pilot found two gaps")
    assert merged == ("Our pilot found three gaps", False)
    assert again(item, ada).text == "Our pilot found three gaps"


def test_a_clash_is_given_back_and_nothing_is_stored(ada, sam, item):
    meetings.find_item(ada, item.id).edit(ada, "The pilot found three gaps", item.text)
    merged = item.edit(sam, "The pilot found no gaps", "The pilot found two gaps")
    assert merged.clash
    assert "three" in merged.text
    assert "no" in merged.text
    assert again(item, ada).text == "The pilot found three gaps"


def test_notes_of_both_survive(ada, sam, item):
    item.write_notes(sam, "Forms arrive late.", "")
    meetings.find_item(ada, item.id).write_notes(ada, "Nobody owns the reply.", "")
    assert again(item, ada).notes == "Forms arrive late.\nNobody owns the reply."


@pytest.mark.parametrize(("verb", "fact"), [("discuss", "discussed"), ("keep", "kept"), ("stand", "standing")])
def test_a_mark_is_set_once_and_taken_back(ada, sam, item, verb, fact):
    getattr(item, verb)(sam)
    with clock.at(LATER):
        getattr(meetings.find_item(ada, item.id), verb)(ada)
    marked = again(item, ada)
    assert getattr(marked, f"{fact}_at") == NOW
    assert getattr(marked, f"{fact}_by_id" if fact != "standing" else "standing_by") == (
        sam if fact == "standing" else sam.id
    )
    getattr(marked, verb)(ada, undo=True)
    getattr(marked, verb)(ada, undo=True)
    cleared = again(item, ada)
    assert getattr(cleared, f"{fact}_at") is None
    assert getattr(cleared, f"{fact}_by") is None


def test_a_deleted_item_is_off_the_agenda_and_comes_back_as_it_was(ada, sam, meeting, item):
    item.write_notes(sam, "Notes", "")
    item.discuss(sam)
    item.delete_by(ada)
    assert seen(sam, meeting) == []
    again(item, ada).restore(ada)
    back = again(item, sam)
    assert (back.text, back.notes, bool(back.discussed_at)) == ("The pilot found two gaps", "Notes", True)
    assert seen(sam, meeting) == ["The pilot found two gaps"]


def test_deleting_twice_keeps_the_first(ada, sam, item):
    item.delete_by(sam)
    with clock.at(LATER):
        item.delete_by(ada)
    assert again(item, ada).deleted_at == NOW


def test_a_deleted_item_cannot_be_changed(ada, sam, item):
    stale = meetings.find_item(sam, item.id)
    item.delete_by(ada)
    for change in (
        lambda: stale.edit(sam, "New words", stale.text),
        lambda: stale.write_notes(sam, "New notes", ""),
        lambda: stale.discuss(sam),
        lambda: stale.keep(sam),
        lambda: stale.stand(sam),
        lambda: stale.move(sam, "other"),
        lambda: stale.step(sam, down=True),
    ):
        with pytest.raises(ItemGone, match="deleted"):
            change()


def test_a_draft_that_was_deleted_is_not_shared(ada, sam, draft):
    draft.delete_by(sam)
    with pytest.raises(ItemGone):
        draft.share(sam)
    assert meetings.find_item(ada, draft.id) is None


# Order


@pytest.fixture
def five(meeting, sam):
    """Five items of one section."""
    return [meeting.add_item(sam, "goals", text) for text in "abcde"]


def order(person, meeting, section="goals") -> str:
    """The words of a section run together."""
    return "".join(item.text for item in meetings.find(person, meeting.id).items_for(person) if item.section == section)


def test_a_step_goes_one_place_up_or_down(sam, meeting, five):
    five[2].step(sam, down=False)
    assert order(sam, meeting) == "acbde"
    five[2].step(sam, down=True)
    five[2].step(sam, down=True)
    assert order(sam, meeting) == "abdce"


def test_a_step_beyond_the_end_changes_nothing(sam, meeting, five):
    five[0].step(sam, down=False)
    five[4].step(sam, down=True)
    assert order(sam, meeting) == "abcde"


def test_an_item_goes_before_another_or_to_the_end(sam, meeting, five):
    five[4].move(sam, "goals", before=five[1])
    assert order(sam, meeting) == "aebcd"
    five[0].move(sam, "goals")
    assert order(sam, meeting) == "ebcda"


def test_an_item_moves_to_another_section(sam, meeting, five):
    five[1].move(sam, "other")
    assert order(sam, meeting) == "acde"
    assert order(sam, meeting, "other") == "b"


def test_before_something_of_another_section_means_the_end(sam, meeting, five):
    elsewhere = meeting.add_item(sam, "other", "x")
    five[0].move(sam, "goals", before=elsewhere)
    assert order(sam, meeting) == "bcdea"


def test_a_hundred_moves_into_one_gap_keep_the_order(ada, sam, meeting, five):
    for n in range(100):
        moved, before = (five[3], five[2]) if n % 2 else (five[2], five[3])
        meetings.find_item(sam, moved.id).move(sam, "goals", before=meetings.find_item(sam, before.id))
    assert order(sam, meeting) == order(ada, meeting) == "abdce"


def test_a_step_goes_past_the_others_draft_without_telling(ada, sam, meeting):
    first = meeting.add_item(ada, "goals", "a")
    meeting.add_item(sam, "goals", "x", private=True)
    meeting.add_item(ada, "goals", "b")
    meetings.find_item(ada, first.id).step(ada, down=True)
    assert order(ada, meeting) == "ba"


# Meetings that move


def test_rescheduling_keeps_the_agenda(ada, sam, meeting, item, draft):
    meeting.reschedule(ada, LATER, 45, "Room 9")
    moved = meetings.find(sam, meeting.id)
    assert (moved.starts_at, moved.minutes, moved.place) == (LATER, 45, "Room 9")
    assert sorted(seen(sam, meeting)) == sorted([item.text, draft.text])


def test_cancelling_takes_everything_unfinished_to_the_next_meeting(ada, sam, meeting, item, draft):
    upcoming = scheduling.cancel(meeting, ada, LATER)
    assert upcoming.starts_at == LATER
    assert sorted(seen(sam, upcoming)) == sorted([item.text, draft.text])
    assert seen(ada, upcoming) == [item.text]
    assert seen(sam, meeting) == []


def test_cancelling_loses_nothing_that_was_discussed_either(ada, sam, meeting, item):
    item.discuss(sam)
    upcoming = scheduling.cancel(meeting, ada, LATER)
    assert seen(sam, upcoming) == [item.text]


def test_cancelling_without_a_next_date_makes_the_items_wait_for_one(ada, sam, meeting, pair, item, draft):
    assert scheduling.cancel(meeting, ada, None) is None
    assert sorted(words(scheduling.waiting_items(pair))) == sorted([item.text, draft.text])
    upcoming = scheduling.schedule(pair, sam, LATER)
    assert sorted(seen(sam, upcoming)) == sorted([item.text, draft.text])
    assert scheduling.waiting_items(pair) == []


def test_cancelling_twice_makes_one_next_meeting(ada, sam, meeting, pair, item):
    first = scheduling.cancel(meeting, ada, LATER)
    assert scheduling.cancel(meetings.find(sam, meeting.id), sam, LATER).id == first.id
    assert scheduling.meetings_of(pair).count() == 2
    assert Carry.select().count() == 1


def test_cancelling_again_does_not_move_the_next_meeting(ada, sam, meeting, item):
    first = scheduling.cancel(meeting, ada, LATER)
    scheduling.cancel(meetings.find(sam, meeting.id), sam, LATER + timedelta(days=7))
    assert meetings.find(sam, first.id).starts_at == LATER


def test_a_closed_meeting_cannot_be_cancelled(ada, sam, meeting):
    Meeting.update(closed_at=NOW, closed_by=ada).execute()
    with pytest.raises(MeetingOver, match="closed"):
        scheduling.cancel(meeting, sam, LATER)


def test_skipping_goes_on_to_the_next_date_of_the_rhythm(ada, sam, meeting, item):
    upcoming = scheduling.skip(meeting, ada)
    # The first Wednesday of March becomes that of April, at ten on the wall clock in summer time.
    assert upcoming.starts_at.isoformat() == "2026-04-01T09:00:00+00:00"
    assert seen(sam, upcoming) == [item.text]


def test_skipping_twice_skips_one_meeting(ada, sam, meeting, pair):
    first = scheduling.skip(meeting, ada)
    assert scheduling.skip(meetings.find(sam, meeting.id), sam).id == first.id
    assert scheduling.meetings_of(pair).count() == 2


def test_skipping_without_a_rhythm_leaves_no_next_meeting(ada, sam, meeting, pair, item):
    pair.settle(ada, rhythm="none")
    assert scheduling.skip(meeting, sam) is None
    assert words(scheduling.waiting_items(pair)) == [item.text]


def test_scheduling_twice_moves_the_one_meeting(ada, pair, meeting):
    moved = scheduling.schedule(pair, ada, LATER)
    assert moved.id == meeting.id
    assert meetings.find(ada, meeting.id).starts_at == LATER


def test_what_is_carried_comes_first_and_in_its_order(ada, sam, meeting, pair, five):
    scheduling.cancel(meeting, ada, None)
    upcoming = scheduling.schedule(pair, ada, LATER)
    upcoming.add_item(sam, "goals", "new")
    assert order(sam, upcoming) == "abcdenew"


def test_an_item_of_a_section_that_the_next_template_lacks_goes_to_its_last_one(ada, sam, meeting, pair, item):
    pair.settle(ada, template="catch_up")
    upcoming = scheduling.cancel(meeting, ada, LATER)
    assert [found.section for found in upcoming.items_for(sam)] == ["open"]


def test_carries_are_counted_and_the_first_meeting_is_remembered(ada, sam, meeting, item):
    began = meeting.starts_at
    second = scheduling.cancel(meeting, ada, LATER)
    third = scheduling.cancel(second, ada, LATER + timedelta(days=30))
    (found,) = third.items_for(sam)
    assert found.carries == 2
    assert found.carried_from == began
    assert again(item, ada).carries == 2


def test_a_meeting_is_under_way_once_its_time_has_come_or_something_is_discussed(sam, meeting, item):
    assert not meeting.is_under_way
    with clock.at(meeting.starts_at):
        assert meeting.is_under_way
    item.discuss(sam)
    assert meeting.is_under_way


def test_notes_of_something_discussed_travel_out_of_a_cancelled_meeting(ada, sam, meeting, item):
    item.write_notes(sam, "Forms arrive late.", "")
    item.discuss(sam)
    upcoming = scheduling.cancel(meeting, ada, LATER)
    assert [(found.text, found.notes) for found in upcoming.items_for(sam)] == [(item.text, "Forms arrive late.")]
