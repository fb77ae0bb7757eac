"""The conversation without a web: people, pairs, meetings and items, and what each may do."""

from datetime import timedelta

import pytest

import actions
import clock
import growth
import pairing
import people
import scheduling
import searching
from models import Carry, Item, ItemGone, Meeting, MeetingOver, Pair, PairOver, Refused
from rows import ID_LENGTH, new_id

from .conftest import NOW

LATER = NOW + timedelta(days=30)


def words(items) -> list[str]:
    """The words of items, in order."""
    return [item.text for item in items]


def seen(person, meeting) -> list[str]:
    """The agenda as a person sees it, looked up afresh."""
    return words(person.meeting(meeting.id).items_for(person))


def again(item, person) -> Item:
    """The item as it is in the database."""
    return person.item(item.id)


# Ids and people


def test_ids_tell_no_order_and_do_not_repeat():
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {len(id) for id in made} == {ID_LENGTH}
    assert made != sorted(made)


def test_a_person_is_called_by_the_first_name(ada):
    assert ada.first_name == "Ada"


def test_today_is_the_day_where_the_person_is(ada):
    ada.time_zone = "Pacific/Auckland"
    with clock.at(NOW.replace(hour=12)):
        assert ada.today == NOW.date() + timedelta(days=1)


# Who finds what


def test_both_find_their_meeting_and_pair_and_others_do_not(ada, sam, lee, noor, robin, meeting, pair):
    for person in (ada, sam):
        assert person.meeting(meeting.id).id == meeting.id
        assert person.pair(pair.id).id == pair.id
        assert [found.id for found in person.pairs()] == [pair.id]
    for person in (lee, noor, robin):
        assert person.meeting(meeting.id) is None
        assert person.pair(pair.id) is None


def test_an_item_is_found_by_both_and_by_nobody_else(ada, sam, lee, robin, item):
    assert ada.item(item.id).text == sam.item(item.id).text == "The pilot found two gaps"
    assert lee.item(item.id) is None
    assert robin.item(item.id) is None


def test_a_draft_is_never_seen_by_the_other_one(ada, sam, meeting, draft):
    assert seen(sam, meeting) == ["Ask about Fridays at home"]
    assert seen(ada, meeting) == []
    assert ada.item(draft.id) is None


def test_a_draft_leaves_no_trace_in_the_count_of_changes(sam, meeting, draft):
    before = Pair.get_by_id(meeting.pair_id).version
    draft = sam.item(draft.id)
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
    sam.item(draft.id).share(sam)
    assert seen(ada, meeting) == seen(sam, meeting) == ["Ask about Fridays at home"]


def test_sharing_twice_keeps_the_first_moment(sam, draft):
    draft.share(sam)
    with clock.at(LATER):
        draft.share(sam)
    assert again(draft, sam).shared_at == NOW


def test_a_pair_knows_its_two_sides(ada, sam, pair):
    assert pair.people == (pair.report, pair.manager)
    assert pair.side_of(ada) == "manager"
    assert pair.side_of(sam) == "individual"
    assert pair.other(ada).id == sam.id
    assert pair.other(sam).id == ada.id
    assert pair.person(ada.id).name == "Ada Marsh"
    assert pair.person("nobody") is None


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
            sam.meeting(meeting.id).add_item(sam, "goals", "too late", private=private)


def test_a_stale_meeting_notices_that_it_is_over(ada, sam, meeting):
    stale = sam.meeting(meeting.id)
    scheduling.cancel(meeting, ada, None)
    with pytest.raises(MeetingOver):
        stale.add_item(sam, "goals", "too late")


def test_nothing_can_be_added_when_the_two_no_longer_meet(ada, sam, meeting, pair):
    pair.end(ada)
    for private in (False, True):
        with pytest.raises(PairOver, match="have ended"):
            sam.meeting(meeting.id).add_item(sam, "goals", "too late", private=private)


# Words, notes and marks


def test_editing_merges_what_both_changed(ada, sam, item):
    mine, hers = sam.item(item.id), ada.item(item.id)
    hers.edit(ada, "The pilot found three gaps", "The pilot found two gaps")
    merged = mine.edit(sam, "Our pilot found two gaps", "The pilot found two gaps")
    assert merged == ("Our pilot found three gaps", False)
    assert again(item, ada).text == "Our pilot found three gaps"


def test_a_clash_is_given_back_and_nothing_is_stored(ada, sam, item):
    ada.item(item.id).edit(ada, "The pilot found three gaps", item.text)
    merged = item.edit(sam, "The pilot found no gaps", "The pilot found two gaps")
    assert merged.clash
    assert "three" in merged.text
    assert "no" in merged.text
    assert again(item, ada).text == "The pilot found three gaps"


def test_notes_of_both_survive(ada, sam, item):
    item.write_notes(sam, "Forms arrive late.", "")
    ada.item(item.id).write_notes(ada, "Nobody owns the reply.", "")
    assert again(item, ada).notes == "Forms arrive late.\nNobody owns the reply."


@pytest.mark.parametrize(("verb", "fact"), [("discuss", "discussed"), ("keep", "kept"), ("stand", "standing")])
def test_a_mark_is_set_once_and_taken_back(ada, sam, item, verb, fact):
    getattr(item, verb)(sam)
    with clock.at(LATER):
        getattr(ada.item(item.id), verb)(ada)
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
    stale = sam.item(item.id)
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
    assert ada.item(draft.id) is None


# Order


@pytest.fixture
def five(meeting, sam):
    """Five items of one section."""
    return [meeting.add_item(sam, "goals", text) for text in "abcde"]


def order(person, meeting, section="goals") -> str:
    """The words of a section run together."""
    return "".join(item.text for item in person.meeting(meeting.id).items_for(person) if item.section == section)


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
        sam.item(moved.id).move(sam, "goals", before=sam.item(before.id))
    assert order(sam, meeting) == order(ada, meeting) == "abdce"


def test_a_step_goes_past_the_others_draft_without_telling(ada, sam, meeting):
    first = meeting.add_item(ada, "goals", "a")
    meeting.add_item(sam, "goals", "x", private=True)
    meeting.add_item(ada, "goals", "b")
    ada.item(first.id).step(ada, down=True)
    assert order(ada, meeting) == "ba"


# Pairs


def test_an_invitation_waits_for_the_other_one(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee)
    assert not pair.is_running
    assert pair.next_meeting() is None
    with pytest.raises(Refused, match="for Lee to accept"):
        pairing.accept(pair, ada)
    with pytest.raises(PairOver, match="Lee has not accepted"):
        scheduling.schedule(pair, ada, LATER)


def test_inviting_twice_is_one_invitation(ada, lee):
    first = pairing.invite(ada, manager=ada, report=lee)
    assert pairing.invite(ada, manager=ada, report=lee).id == first.id
    pairing.accept(first, lee)
    assert pairing.invite(lee, manager=ada, report=lee).id == first.id


def test_accepting_makes_the_first_meeting_at_the_time_proposed(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee, first_starts_at=LATER, minutes=25, place="Room 1")
    pairing.accept(pair, lee)
    meeting = pair.next_meeting()
    assert pair.is_running
    assert (meeting.starts_at, meeting.minutes, meeting.place) == (LATER, 25, "Room 1")


def test_accepting_twice_makes_one_meeting(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee)
    pairing.accept(pair, lee)
    pairing.accept(pair, lee)
    assert pair.meetings().count() == 1


def test_accepting_again_much_later_makes_no_meeting(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee)
    pairing.accept(pair, lee)
    scheduling.cancel(lee.meeting(pair.next_meeting().id), lee, None)
    pairing.accept(lee.pair(pair.id), lee)
    assert pair.next_meeting() is None


def test_an_invitation_that_was_taken_back_cannot_be_accepted(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee)
    stale = lee.pair(pair.id)
    pair.end(ada)
    with pytest.raises(PairOver):
        pairing.accept(stale, lee)
    assert pair.meetings().count() == 0


def test_an_ended_pair_stays_readable_and_cannot_change(ada, sam, meeting, pair, item):
    pair.end(ada)
    assert seen(sam, meeting) == ["The pilot found two gaps"]
    for change in (
        lambda: pair.settle(ada, rhythm="weekly"),
        lambda: scheduling.schedule(pair, ada, LATER),
        lambda: scheduling.cancel(meeting, ada, LATER),
        lambda: meeting.reschedule(ada, LATER, 30, ""),
        lambda: item.discuss(ada),
    ):
        with pytest.raises(PairOver, match="have ended"):
            change()


def test_ending_twice_keeps_the_first(ada, sam, pair):
    pair.end(ada)
    with clock.at(LATER):
        pair.end(sam)
    ended = sam.pair(pair.id)
    assert (ended.ended_at, ended.ended_by) == (NOW, ada)


def test_after_an_end_the_two_can_begin_again(ada, sam, pair):
    pair.end(ada)
    new = pairing.invite(sam, manager=ada, report=sam)
    assert new.id != pair.id
    pairing.accept(new, ada)
    assert ada.pair(new.id).is_running


def test_running_pairs_come_before_ended_ones(ada, lee, sam, pair):
    pair.end(ada)
    with clock.at(LATER):
        pairing.invite(sam, manager=lee, report=sam)
    assert [bool(found.ended_at) for found in sam.pairs()] == [False, True]


def test_a_former_manager_reads_nothing_more_and_the_individual_everything(ada, sam, pair, meeting, item):
    tracked = actions.propose(item, sam, text="Map", owner=sam, due_on=None, likelihood=None, together=True)
    aim = growth.set_objective(pair, sam, "Chair the review", None, together=True)
    pair.end(ada)

    def found_by(person) -> list[bool]:
        found = (
            *(person.pair(pair.id), person.meeting(meeting.id), person.item(item.id)),
            *(actions.find(person, tracked.id), growth.find(person, aim.id), person.pairs(), person.next_meetings()),
            *(actions.done_ones_of(person), searching.search(person, "pilot").hits),
        )
        return [bool(one) for one in found]

    tracked.change(done_at=NOW)
    assert not any(found_by(ada))
    assert all(found_by(sam))


def test_a_former_manager_may_be_given_some_days_to_read(ada, pair, meeting):
    pair.end(ada, manager_days=7)
    with clock.at(NOW + timedelta(days=6, hours=23)):
        assert ada.meeting(meeting.id)
    with clock.at(NOW + timedelta(days=7)):
        assert not ada.meeting(meeting.id)
        assert not ada.pairs()


def test_an_invitation_declined_is_shown_to_the_manager_who_made_it(ada, lee):
    invitation = pairing.invite(ada, manager=ada, report=lee)
    invitation.end(lee)
    assert ada.pair(invitation.id)


def test_arrangements_hold_for_the_meetings_to_come(ada, sam, meeting, pair):
    pair.settle(ada, template="catch_up", rhythm="weekly", minutes=20, place="Video call")
    assert sam.meeting(meeting.id).minutes == 60
    made = scheduling.skip(meeting, sam)
    assert (made.template, made.minutes, made.place) == ("catch_up", 20, "Video call")


def test_every_shared_change_counts(sam, meeting, item):
    before = Pair.get_by_id(meeting.pair_id).version
    item.discuss(sam)
    item.write_notes(sam, "x", "")
    assert Pair.get_by_id(meeting.pair_id).version == before + 2
    assert item.meeting.pair.version == before + 2


# Meetings that move


def test_rescheduling_keeps_the_agenda(ada, sam, meeting, item, draft):
    meeting.reschedule(ada, LATER, 45, "Room 9")
    moved = sam.meeting(meeting.id)
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
    assert scheduling.cancel(sam.meeting(meeting.id), sam, LATER).id == first.id
    assert pair.meetings().count() == 2
    assert Carry.select().count() == 1


def test_cancelling_again_does_not_move_the_next_meeting(ada, sam, meeting, item):
    first = scheduling.cancel(meeting, ada, LATER)
    scheduling.cancel(sam.meeting(meeting.id), sam, LATER + timedelta(days=7))
    assert sam.meeting(first.id).starts_at == LATER


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
    assert scheduling.skip(sam.meeting(meeting.id), sam).id == first.id
    assert pair.meetings().count() == 2


def test_skipping_without_a_rhythm_leaves_no_next_meeting(ada, sam, meeting, pair, item):
    pair.settle(ada, rhythm="none")
    assert scheduling.skip(meeting, sam) is None
    assert words(scheduling.waiting_items(pair)) == [item.text]


def test_scheduling_twice_moves_the_one_meeting(ada, pair, meeting):
    moved = scheduling.schedule(pair, ada, LATER)
    assert moved.id == meeting.id
    assert ada.meeting(meeting.id).starts_at == LATER


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


def test_whose_pair_it_no_longer_is_changes_nothing_in_it(here, meeting, sam):
    """Somebody's account was merged into another while their page was open."""
    people.merge(sam, people.add(sam.issuer, "sam2", "Sam Okoro", None, sam.time_zone))
    for private in (False, True):
        with pytest.raises(PairOver, match="another account"):
            meeting.add_item(sam, "goals", "Too late", private=private)
    assert not Item.select().exists()
