"""Leave cover: somebody stands in until a day, sees nothing from before, and can open nothing any more after it."""

from datetime import date, timedelta
from itertools import islice

import pytest

import actions
import clock
import covers
import erasure
import live
import meetings
import notices
import owndata
import pairing
import people
import records
import retention
import scheduling
import views.streams
from meetings import Item
from models import Pair, PairOver, Person, Refused
from rows import db

from .conftest import NOW

LAST_DAY = date(2026, 3, 17)
# Midnight in London.
OVER = NOW.replace(day=18, hour=0)
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def cover(pair, ada, lee) -> Pair:
    """Lee stands in for Ada, until the end of 17 March."""
    return lee.pair(_accepted(covers.set_up(pair, ada, lee, LAST_DAY), lee).id)


def _accepted(cover, by) -> Pair:
    pairing.accept(cover, by)
    return cover


def test_whoever_stands_in_accepts_as_with_an_invitation(pair, ada, lee, sam):
    cover = covers.set_up(pair, ada, lee, LAST_DAY)
    for other in (sam, ada):
        with pytest.raises(Refused, match="for Lee to accept"):
            pairing.accept(cover, other)
    pairing.accept(cover, lee)
    assert lee.pair(cover.id).is_running
    assert covers.of(pair).manager == lee


def test_it_can_be_asked_for_once(pair, ada, sam, lee, robin):
    cover = covers.set_up(pair, ada, lee, LAST_DAY)
    assert covers.set_up(pair, sam, lee, LAST_DAY).id == cover.id
    with pytest.raises(Refused, match="Lee Park has been asked"):
        covers.set_up(pair, sam, robin, LAST_DAY)


def test_nobody_stands_in_for_themselves_for_a_cover_or_where_they_meet_anyway(pair, cover, ada, sam, lee, noor, robin):
    for person in (ada, sam):
        with pytest.raises(Refused, match="besides the two"):
            covers.set_up(pair, sam, person, LAST_DAY)
    with pytest.raises(Refused, match="somebody who stands in"):
        covers.set_up(cover, sam, robin, LAST_DAY)
    pairing.invite(noor, manager=noor, report=sam)
    covers.end(pair, sam)
    with pytest.raises(Refused, match="meet one to one already"):
        covers.set_up(pair, sam, noor, LAST_DAY)


def test_it_shows_nothing_of_what_was_written_before(pair, meeting, item, cover, lee, as_lee):
    assert meetings.find(lee, meeting.id) is None
    assert meetings.find_item(lee, item.id) is None
    assert as_lee.get(pair.path).status_code == 404
    assert item.text not in as_lee.see(cover.path) + as_lee.see(scheduling.next_meeting(cover).path)


@pytest.fixture
def ending(cover) -> Pair:
    """The same, shortly before its end: nobody's session runs out on the way there."""
    cover.change(covers_until=SOON)
    return cover


def test_after_its_day_nothing_of_it_opens_for_the_one_who_stood_in(ending, lee, sam, as_lee, as_sam):
    cover = ending
    meeting = scheduling.next_meeting(cover)
    item = meetings.find(lee, meeting.id).add_item(lee, "goals", "Said while standing in")
    action = actions.propose(item, lee, text="Do it", owner=lee, due_on=None, likelihood=None, together=True)
    paths = (cover.path, meeting.path, item.path, action.path, f"{cover.path}/live", f"{meeting.path}/live")
    with clock.at(SOON - timedelta(seconds=1)):
        assert [as_lee.get(path).status_code for path in paths[:2]] == [200, 200]
        assert action.id in {one.id for one in actions.open_ones_of(lee)}
    with clock.at(SOON):
        client = as_lee
        assert {client.get(path).status_code for path in paths} == {404}
        for found in (
            lee.pair(cover.id),
            meetings.find(lee, meeting.id),
            meetings.find_item(lee, item.id),
            actions.find(lee, action.id),
        ):
            assert found is None
        assert cover.id not in {pair.id for pair in lee.pairs()} | set(scheduling.next_meetings_of(lee))
        assert actions.open_ones_of(lee) == actions.done_ones_of(lee) == []
        assert "Said while standing in" not in client.see("/") + client.see("/actions")
        assert cover.id not in str(owndata.own_data(lee))
        assert as_sam.get(meeting.path).status_code == 200
        assert actions.open_ones_of(sam) == []


def test_after_its_day_nothing_in_it_changes_any_more(cover, lee, sam):
    meeting = meetings.find(sam, scheduling.next_meeting(cover).id)
    item = meeting.add_item(sam, "goals", "Said while standing in")
    action = actions.propose(item, sam, text="Do it", owner=sam, due_on=None, likelihood=None, together=True)
    with clock.at(OVER):
        meeting = meetings.find(sam, meeting.id)
        for verb in (
            lambda: meeting.add_item(sam, "goals", "Too late"),
            lambda: meeting.add_item(sam, "goals", "A draft too late", private=True),
            lambda: meetings.find_item(sam, item.id).edit(sam, "Too late", item.text),
            lambda: actions.find(sam, action.id).complete(sam),
            lambda: records.close(meeting, sam, None),
        ):
            with pytest.raises(PairOver, match="have ended"):
                verb()
        assert not sam.pair(cover.id).is_running
    assert Item.select().count() == 1


def test_an_open_page_of_it_ends_by_itself(ending, as_lee, monkeypatch):
    monkeypatch.setattr(views.streams, "CHECK_SECONDS", -1)
    monkeypatch.setattr(views.streams, "PING_SECONDS", 0.01)
    for path in (ending.path, scheduling.next_meeting(ending).path, "", "/actions"):
        with as_lee.get(f"{path}/live?since=0") as answer:
            events = iter(answer.response)
            assert next(events) == views.streams.PING.encode()
            with clock.at(SOON):
                assert list(islice(events, 50))[-1] == views.streams.OVER[live.GONE].encode()
        db.connect(reuse_if_open=True)


ENDINGS = {
    "by hand": lambda pair, ada: pair.end(ada),
    "by the directory": lambda pair, ada: people.report_to(pair.report, None),
    "by the manager's leaving": lambda pair, ada: people.retire(ada),
    "by the individual's leaving": lambda pair, ada: people.retire(Person.get_by_id(pair.report_id)),
    "by erasing the pair": lambda pair, ada: erasure.erase_pair(pair),
    "by erasing the manager": lambda pair, ada: erasure.erase_person(ada),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_it_ends_with_what_it_covers_and_both_are_told(pair, cover, ada, sam, lee, how):
    pair.change(from_directory=True)
    ENDINGS[how](pair, ada)
    assert covers.of(pair) is lee.pair(cover.id) is None
    assert Pair.get_by_id(cover.id).ended_at
    for person in (sam, lee):
        kinds = [notice.kind for notice in notices.unread_of(person) if notice.pair_id == cover.id]
        assert kinds.count("cover-ended") == 1
        assert "unpaired" not in kinds


def test_both_are_told_kindly_that_it_ended(pair, cover, ada, as_sam, as_lee):
    pair.end(ada)
    assert "Lee Park no longer stands in for your line manager" in as_sam.see("/")
    assert "You no longer stand in for Sam Okoro’s line manager" in as_lee.see("/")


def test_an_invitation_to_stand_in_goes_with_what_it_is_for(pair, ada, lee):
    cover = covers.set_up(pair, ada, lee, LAST_DAY)
    pair.end(ada)
    with pytest.raises(PairOver):
        pairing.accept(cover, lee)


@pytest.mark.parametrize("path", ["/ending", "/cover"])
def test_open_pages_of_whoever_stood_in_end_at_once(pair, cover, as_ada, as_lee, path):
    # Nothing but the announcement makes them look.
    streams = [as_lee.get(f"{one.path}/live?since={cover.version}") for one in (cover, scheduling.next_meeting(cover))]
    events = [iter(answer.response) for answer in streams]
    for one in events:
        next(one)
    db.connect(reuse_if_open=True)
    list(islice(events[1], 1))
    db.connect(reuse_if_open=True)
    as_ada.form(f"{pair.path}{path}", undo=path == "/cover")
    for one in events:
        assert next(one) == views.streams.OVER[live.GONE].encode()
        db.connect(reuse_if_open=True)
    for answer in streams:
        answer.close()


def test_open_pages_of_what_is_covered_say_when_it_is_accepted_and_when_it_is_ended_there(pair, ada, lee, as_lee):
    cover = covers.set_up(pair, ada, lee, LAST_DAY)
    listener = live.Listener(ada.id, pair=pair.id)
    live.join(listener)
    for verb in ("acceptance", "ending"):
        as_lee.form(f"{cover.path}/{verb}")
        assert "pair" in listener.wait(0), verb


def test_an_invitation_that_ran_out_is_not_accepted(pair, ada, lee):
    cover = covers.set_up(pair, ada, lee, LAST_DAY)
    with clock.at(OVER), pytest.raises(PairOver):
        pairing.accept(lee.pair(cover.id), lee)
    assert Pair.get_by_id(cover.id).accepted_at is None


def test_either_can_end_it_early_and_nobody_reads_on_for_a_while(pair, cover, lee, sam):
    cover.end(sam, manager_days=30)
    assert lee.pair(cover.id) is None
    assert sam.pair(cover.id).over_at == NOW
    assert covers.of(pair) is None


def test_the_two_move_its_end_and_the_one_who_stands_in_does_not(pair, cover, lee, as_sam, as_ada, as_lee):
    assert as_lee.form(f"{pair.path}/cover/until", until="2026-05-01").status_code == 404
    assert as_lee.form(f"{cover.path}/cover/until", until="2026-05-01").status_code == 404
    assert as_sam.form(f"{pair.path}/cover/until", until="2026-03-20").status_code == 303
    assert lee.pair(cover.id).last_day == date(2026, 3, 20)
    assert as_ada.form(f"{pair.path}/cover/until", until="2026-03-01").status_code == 422
    assert as_ada.form(f"{pair.path}/cover", undo=True).status_code == 303
    assert lee.pair(cover.id) is None
    assert as_ada.form(f"{pair.path}/cover/until", until="2026-03-20").status_code == 409


def test_once_it_ran_out_its_day_cannot_be_moved(cover):
    with clock.at(OVER), pytest.raises(PairOver):
        covers.move_end(cover, date(2026, 4, 1))


def test_it_is_set_up_and_shown_on_the_pages_of_both(pair, as_ada, as_sam, as_lee, sam, ada):
    assert as_ada.form(f"{pair.path}/cover", colleague="Lee Park", until="2026-03-17").status_code == 303
    assert "Lee Park has been asked to stand in until the end of 17 March" in as_sam.see(pair.path)
    (cover,) = (one for one in sam.pairs() if one.covers_id)
    assert "Lee Park has been asked to stand in for your line manager" in as_sam.see("/")
    assert "Waiting for Lee to accept" in as_sam.see(cover.path)
    assert "Accept" in as_lee.see(cover.path)
    as_lee.form(f"{cover.path}/acceptance")
    assert "Lee Park stands in until the end of 17 March" in as_ada.see(pair.path)
    for client in (as_lee, as_sam):
        assert "Lee Park stands in for Ada Marsh until the end of 17 March" in client.see(cover.path)
    assert [notice.kind for notice in notices.unread_of(ada)] == []


def test_the_manager_is_told_when_the_individual_asks_somebody(pair, sam, ada, lee, as_ada):
    covers.set_up(pair, sam, lee, LAST_DAY)
    assert "Sam Okoro has asked somebody to stand in for you" in as_ada.see("/")
    assert notices.unread_of(sam) == []


def test_ending_it_early_is_asked_for_first(pair, cover, lee, sam, as_ada, as_sam):
    page = as_ada.see(f"{pair.path}/cover")
    question = page.partition("End it before that</summary>")[2].partition("</details>")[0]
    assert "Lee can then no longer open" in question
    assert "End it now" in question
    as_sam.form(f"{pair.path}/cover", undo=True)
    assert "Ask them to stand in" in as_ada.see(f"{pair.path}/cover")
    kinds = [[notice.kind for notice in notices.unread_of(person)] for person in (lee, sam)]
    assert [one.count("cover-ended") for one in kinds] == [1, 0]


def test_what_is_wrong_in_the_form_is_said_beside_it(pair, as_ada):
    answer = as_ada.form(f"{pair.path}/cover", colleague="Nobody Known", until="2026-03-17")
    assert answer.status_code == 422
    assert "Nobody of that name" in answer.text
    assert "Choose the last day" in as_ada.form(f"{pair.path}/cover", colleague="Lee Park").text


def test_the_directory_begins_a_pair_of_its_own_beside_a_cover(cover, lee, sam):
    people.report_to(sam, lee)
    own = next(pair for pair in lee.pairs() if pair.from_directory)
    assert own.id != cover.id
    with clock.at(OVER):
        assert lee.pair(own.id).is_running
        assert lee.pair(cover.id) is None


def test_what_was_written_in_it_goes_at_its_age_too(cover, sam):
    meetings.find(sam, scheduling.next_meeting(cover).id).add_item(sam, "goals", "Long ago")
    with clock.at(OVER + timedelta(days=800)):
        assert [(due.pair.id, due.is_whole) for due in retention.due(retention.limit(24))] == [(cover.id, True)]
