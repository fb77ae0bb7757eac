"""People and their pairs: beginning, ending, who reads what, and who may still change something."""

from datetime import timedelta

import pytest

import actions
import clock
import growth
import meetings
import pairing
import people
import scheduling
import searching
from meetings import Item
from models import Pair, PairOver, Refused
from rows import ID_LENGTH, new_id

from .conftest import NOW

LATER = NOW + timedelta(days=30)


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


# Pairs


def test_a_pair_knows_its_two_sides(ada, sam, pair):
    assert pair.people == (pair.report, pair.manager)
    assert pair.side_of(ada) == "manager"
    assert pair.side_of(sam) == "individual"
    assert pair.other(ada).id == sam.id
    assert pair.other(sam).id == ada.id
    assert pair.person(ada.id).name == "Ada Marsh"
    assert pair.person("nobody") is None


def test_an_invitation_waits_for_the_other_one(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee)
    assert not pair.is_running
    assert scheduling.next_meeting(pair) is None
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
    meeting = scheduling.next_meeting(pair)
    assert pair.is_running
    assert (meeting.starts_at, meeting.minutes, meeting.place) == (LATER, 25, "Room 1")


def test_accepting_twice_makes_one_meeting(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee)
    pairing.accept(pair, lee)
    pairing.accept(pair, lee)
    assert scheduling.meetings_of(pair).count() == 1


def test_accepting_again_much_later_makes_no_meeting(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee)
    pairing.accept(pair, lee)
    scheduling.cancel(meetings.find(lee, scheduling.next_meeting(pair).id), lee, None)
    pairing.accept(lee.pair(pair.id), lee)
    assert scheduling.next_meeting(pair) is None


def test_an_invitation_that_was_taken_back_cannot_be_accepted(ada, lee):
    pair = pairing.invite(ada, manager=ada, report=lee)
    stale = lee.pair(pair.id)
    pair.end(ada)
    with pytest.raises(PairOver):
        pairing.accept(stale, lee)
    assert scheduling.meetings_of(pair).count() == 0


def test_an_ended_pair_stays_readable_and_cannot_change(ada, sam, meeting, pair, item):
    pair.end(ada)
    assert [found.text for found in meetings.find(sam, meeting.id).items_for(sam)] == ["The pilot found two gaps"]
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
            *(person.pair(pair.id), meetings.find(person, meeting.id), meetings.find_item(person, item.id)),
            *(
                actions.find(person, tracked.id),
                growth.find(person, aim.id),
                person.pairs(),
                scheduling.next_meetings_of(person),
            ),
            *(actions.done_ones_of(person), searching.search(person, "pilot").hits),
        )
        return [bool(one) for one in found]

    tracked.change(done_at=NOW)
    assert not any(found_by(ada))
    assert all(found_by(sam))


def test_a_former_manager_may_be_given_some_days_to_read(ada, pair, meeting):
    pair.end(ada, manager_days=7)
    with clock.at(NOW + timedelta(days=6, hours=23)):
        assert meetings.find(ada, meeting.id)
    with clock.at(NOW + timedelta(days=7)):
        assert not meetings.find(ada, meeting.id)
        assert not ada.pairs()


def test_an_invitation_declined_is_shown_to_the_manager_who_made_it(ada, lee):
    invitation = pairing.invite(ada, manager=ada, report=lee)
    invitation.end(lee)
    assert ada.pair(invitation.id)


def test_arrangements_hold_for_the_meetings_to_come(ada, sam, meeting, pair):
    pair.settle(ada, template="catch_up", rhythm="weekly", minutes=20, place="Video call")
    assert meetings.find(sam, meeting.id).minutes == 60
    made = scheduling.skip(meeting, sam)
    assert (made.template, made.minutes, made.place) == ("catch_up", 20, "Video call")


def test_every_shared_change_counts(sam, meeting, item):
    before = Pair.get_by_id(meeting.pair_id).version
    item.discuss(sam)
    item.write_notes(sam, "x", "")
    assert Pair.get_by_id(meeting.pair_id).version == before + 2
    assert item.meeting.pair.version == before + 2


def test_whose_pair_it_no_longer_is_changes_nothing_in_it(here, meeting, sam):
    """Somebody's account was merged into another while their page was open."""
    people.merge(sam, people.add(sam.issuer, "sam2", "Sam Okoro", None, sam.time_zone))
    for private in (False, True):
        with pytest.raises(PairOver, match="another account"):
            meeting.add_item(sam, "goals", "Too late", private=private)
    assert not Item.select().exists()
