"""Of whom something is worth saying by mail, when, and what it says: as things are when it is sent."""

from datetime import date, datetime, timedelta

import pytest

import actions
import clock
import covers
import mailings
import outbox
import pairing
import people
import records
from mailings import DAY_BEFORE, INVITATION, KINDS, LATE, RECORD, announced_on
from models import Person
from outbox import Mailing, OutgoingMail

from . import pseudo
from .conftest import NOW, ZONE
from .test_queries import counted

LATER = timedelta(minutes=20)


def letters(moment: datetime = NOW, may_quote: bool = False) -> dict[tuple[str, str], mailings.Letter]:
    """What would be sent at a moment, were everything sent at once: (first name, kind) → what it says."""
    with clock.at(moment):
        outbox.lay_in(mailings.due())
        found = {}
        while mail := outbox.take_next():
            said = mailings.letter(mail, may_quote)
            mail.note_sent() if said else mail.drop()
            if said:
                found[said[0].first_name, mail.kind] = said[1]
        return found


def kinds_for(person: Person, moment: datetime = NOW) -> list[str]:
    """The kinds of mail that a person would be sent at a moment."""
    return sorted(kind for name, kind in letters(moment) if name == person.first_name)


def agreed(item, by, owner, text: str, due_on: date | None = None):
    """An action that both have agreed to."""
    return actions.propose(item, by, text=text, owner=owner, due_on=due_on, likelihood=None, together=True)


# The day before


def test_the_day_before_each_of_the_two_is_told_what_awaits_them(meeting, ada, sam, item, draft):
    meeting.add_item(ada, "other", "Holidays").discuss(ada)
    for owner in (sam, sam, ada):
        agreed(item, sam, owner, "Map both gaps")
    agreed(item, sam, sam, "Not before summer").put_off(sam, date(2026, 6, 1))
    found = letters()
    assert {name for name, _ in found} == {"Ada", "Sam", "Lee", "Noor"}
    assert found["Sam", DAY_BEFORE] == mailings.Letter(
        "Wednesday 4 March, 10:00: you and Ada Marsh",
        [
            "You and Ada Marsh meet on Wednesday 4 March, 10:00.",
            "1 item is on the agenda.",
            "2 open actions are yours.",
        ],
        [("Open the agenda", meeting.path), ("Prepare in private", f"{meeting.path}/preparation")],
        [],
    )
    assert found["Ada", DAY_BEFORE].lines[2] == "1 open action is yours."
    assert found["Noor", DAY_BEFORE].lines[1:] == ["Nothing is on the agenda yet."]


def test_it_is_said_once(meeting, sam):
    assert kinds_for(sam) == [DAY_BEFORE]
    for hours in range(24):
        assert kinds_for(sam, NOW + timedelta(hours=hours)) == []


@pytest.mark.parametrize(("hour", "is_told"), [(8, False), (9, True), (19, True), (20, False)])
def test_it_is_said_at_a_decent_hour_of_whom_it_is_for(meeting, sam, ada, hour, is_told):
    sam.live_in("Asia/Tokyo")
    moment = clock.from_local(datetime(2026, 3, 3, hour), "Asia/Tokyo")
    assert (kinds_for(sam, moment) == [DAY_BEFORE]) == is_told


def test_which_day_is_tomorrow_is_a_matter_of_where_one_is(meeting, ada, sam):
    sam.live_in("Pacific/Kiritimati")
    meeting.change(starts_at=NOW + timedelta(hours=30))
    assert kinds_for(sam, clock.from_local(datetime(2026, 3, 4, 12), sam.time_zone)) == [DAY_BEFORE]
    assert clock.local(meeting.starts_at, sam.time_zone).date() == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 3, 5), [date(2026, 3, 6)]),
        (date(2026, 3, 6), [date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)]),
        (date(2026, 3, 7), []),
        (date(2026, 3, 8), []),
        (date(2026, 3, 9), [date(2026, 3, 10)]),
    ],
)
def test_nobody_is_reminded_at_the_weekend(today, days):
    first, end = announced_on(today)
    assert [first + timedelta(days=number) for number in range((end - first).days)] == days


def test_mondays_meeting_is_announced_on_friday(meeting, sam):
    meeting.change(starts_at=datetime(2026, 3, 9, 10, tzinfo=NOW.tzinfo))
    days = [day for day in range(3, 10) if kinds_for(sam, NOW.replace(day=day, hour=12))]
    assert days == [6]


def test_a_meeting_that_moved_away_is_not_announced_and_on_its_new_day_it_is(meeting, ada, sam):
    with clock.at(NOW):
        outbox.lay_in(mailings.due())
    meeting.reschedule(ada, NOW + timedelta(days=8), 60, "")
    assert letters(NOW + LATER).keys() == {("Lee", DAY_BEFORE), ("Noor", DAY_BEFORE)}
    assert kinds_for(sam, NOW + timedelta(days=7)) == [DAY_BEFORE]


def test_a_meeting_that_moved_by_an_hour_is_announced_once(meeting, ada, sam):
    assert kinds_for(sam) == [DAY_BEFORE]
    meeting.reschedule(ada, meeting.starts_at + timedelta(hours=1), 60, "")
    assert kinds_for(sam, NOW + LATER) == []


def _cancel(meeting, sam):
    meeting.change(cancelled_at=NOW, cancelled_by=sam)


def _end(meeting, sam):
    meeting.pair.end(sam)


def _disable(meeting, sam):
    people.disable(sam)


def _stop(meeting, sam):
    sam.stop_mail(DAY_BEFORE)


def _take_address_away(meeting, sam):
    sam.change(email=None)


def _be_unreachable(meeting, sam):
    sam.change(email="säm@example.org")


@pytest.mark.parametrize("happen", [_cancel, _end, _disable, _stop, _take_address_away, _be_unreachable])
@pytest.mark.parametrize("is_decided", [False, True], ids=["before", "while it waits"])
def test_what_makes_no_sense_any_more_is_not_said(meeting, sam, happen, is_decided):
    if is_decided:
        outbox.lay_in(mailings.due())
    happen(meeting, sam)
    assert ("Sam", DAY_BEFORE) not in letters()
    if not is_decided:
        assert not OutgoingMail.select().where(OutgoingMail.person == sam).exists()


def test_an_announcement_that_comes_too_late_is_not_sent(meeting, sam):
    outbox.lay_in(mailings.due())
    assert letters(meeting.starts_at) == {}


# After a meeting


def test_after_a_meeting_both_are_told_of_the_record_and_their_actions(meeting, ada, sam, item):
    agreed(item, sam, sam, "Map both gaps")
    records.close(meeting, ada, None)
    assert ("Sam", RECORD) not in letters()
    found = letters(NOW + LATER)
    assert found["Sam", RECORD] == mailings.Letter(
        "Your record of 4 March, with Ada Marsh, is ready",
        ["What you and Ada Marsh noted and agreed on 4 March is in its record.", "1 action from it is yours."],
        [("Read the record", f"{meeting.path}/record"), ("See your actions", "/actions")],
        [],
    )
    assert found["Ada", RECORD].lines[1] == "No action from it is yours."
    assert [label for label, _ in found["Ada", RECORD].links] == ["Read the record"]
    assert letters(NOW + 2 * LATER) == {}


def test_a_meeting_that_is_open_again_is_told_of_when_it_is_closed_again(meeting, ada, sam):
    records.close(meeting, ada, None)
    with clock.at(NOW + LATER):
        outbox.lay_in(mailings.due())
        records.reopen(meeting, ada)
    assert RECORD not in kinds_for(sam, NOW + LATER)
    with clock.at(NOW + 2 * LATER):
        records.close(meeting, ada, None)
    assert kinds_for(sam, NOW + 2 * LATER) == []
    assert kinds_for(sam, NOW + 3 * LATER) == [RECORD]


# Late actions


def test_on_mondays_one_is_told_of_ones_late_actions_once(meeting, ada, sam, item):
    for text, due_on in (("Map both gaps", 2), ("Ask Jo", 5), ("Book a room", 30)):
        agreed(item, sam, sam, text, date(2026, 3, due_on))
    agreed(item, sam, ada, "Answer Jo", date(2026, 3, 30))
    monday = NOW + timedelta(days=6)
    found = letters(monday)
    assert found.keys() == {("Sam", LATE)}
    assert found["Sam", LATE].subject == "2 actions of yours are late"
    assert found["Sam", LATE].lines[:2] == ["2 actions of yours are late.", "With Ada Marsh: 2"]
    assert found["Sam", LATE].links == [("See your actions", "/actions")]
    days = [day for day in range(13) if letters(monday + timedelta(days=day, hours=1))]
    assert days == [7]


@pytest.mark.parametrize("do", ["complete", "put_off", "redate", "drop"])
@pytest.mark.parametrize("is_decided", [False, True], ids=["before", "while it waits"])
def test_what_is_not_late_any_more_is_not_said(meeting, sam, item, do, is_decided):
    action = agreed(item, sam, sam, "Map both gaps", date(2026, 3, 2))
    with clock.at(NOW + timedelta(days=6)):
        outbox.lay_in(mailings.due() if is_decided else [])
        facts = {"put_off": (date(2026, 4, 1),), "redate": (date(2026, 4, 1),), "drop": ("No need",)}
        getattr(action, do)(sam, *facts.get(do, ()))
    assert letters(NOW + timedelta(days=6)) == {}
    assert OutgoingMail.select().count() == is_decided


# Invitations


def test_whoever_is_invited_is_told_and_nobody_else(here, ada, lee, noor):
    pair = pairing.invite(noor, manager=ada, report=noor, first_starts_at=NOW + timedelta(days=1))
    assert INVITATION not in {kind for _, kind in letters()}
    found = {key: said for key, said in letters(NOW + LATER).items() if key[1] == INVITATION}
    assert found.keys() == {("Ada", INVITATION)}
    assert found["Ada", INVITATION].subject == "Noor Haddad would like to meet you one to one"
    assert found["Ada", INVITATION].lines[1] == "For the first time on Wednesday 4 March, 10:00."
    assert found["Ada", INVITATION].links == [("Answer the invitation", pair.path)]


def test_whoever_is_asked_to_stand_in_is_told(pair, sam, lee):
    covers.set_up(pair, sam, lee, date(2026, 4, 1))
    assert INVITATION in kinds_for(lee, NOW + LATER)


@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_an_invitation_that_is_answered_is_not_told_of(here, ada, noor, answer):
    pair = pairing.invite(noor, manager=ada, report=noor)
    with clock.at(NOW + LATER):
        outbox.lay_in(mailings.due())
        pairing.accept(pair, ada) if answer == "accepted" else pair.end(ada)
    assert INVITATION not in kinds_for(ada, NOW + LATER)


# All of them


def test_when_mail_was_off_for_a_week_only_what_is_still_news_is_sent(meeting, ada, sam, noor, item):
    agreed(item, sam, sam, "Map both gaps", date(2026, 3, 2))
    pairing.invite(noor, manager=ada, report=noor)
    records.close(meeting, ada, NOW + timedelta(days=9))
    found = letters(NOW + timedelta(days=8))
    assert found.keys() == {("Ada", DAY_BEFORE), ("Sam", DAY_BEFORE)}


def test_what_is_off_does_not_come_and_the_others_do(meeting, ada, sam, item):
    agreed(item, sam, sam, "Map both gaps", date(2026, 3, 2))
    sam.choose_mail([DAY_BEFORE, LATE, INVITATION], content=False)
    assert kinds_for(sam) == kinds_for(sam, NOW + timedelta(days=6)) == []
    with clock.at(NOW + timedelta(days=7)):
        records.close(meeting, ada, None)
    assert kinds_for(sam, NOW + timedelta(days=7) + LATER) == [RECORD]


def test_what_one_was_told_under_another_name_is_not_told_again_and_what_waits_comes(meeting, ada, sam, lee, item):
    agreed(item, sam, sam, "Map both gaps", date(2026, 3, 2))
    records.close(meeting, ada, None)
    sammy = people.add("demo", "sammy", "Sammy Okoro", "sammy@example.org", ZONE)
    assert ("Sam", RECORD) in letters(NOW + LATER)
    with clock.at(NOW + LATER):
        pairing.invite(lee, manager=lee, report=sam)
        waiting = (sam, "2026-03-02"), (sam, "2026-02-23"), (sammy, "2026-02-23")
        outbox.lay_in(Mailing(person.id, LATE, monday) for person, monday in waiting)
        people.merge(sam, sammy)
    assert letters(NOW + 3 * LATER).keys() == {("Sammy", LATE), ("Sammy", INVITATION)}


@pytest.mark.parametrize(
    ("organisation", "reader", "is_said"), [(0, 0, False), (0, 1, False), (1, 0, False), (1, 1, True)]
)
def test_what_was_written_is_in_it_only_if_the_organisation_and_the_reader_say_so(
    meeting, ada, sam, item, draft, organisation, reader, is_said
):
    agreed(item, sam, sam, "Map both gaps", date(2026, 3, 2))
    sam.choose_mail([], content=bool(reader))
    ahead = letters(may_quote=bool(organisation))["Sam", DAY_BEFORE]
    late = letters(NOW + timedelta(days=6), may_quote=bool(organisation))["Sam", LATE]
    assert ahead.quoted == (["The pilot found two gaps", "Yours to do: Map both gaps"] if is_said else [])
    assert late.quoted == (["Map both gaps"] if is_said else [])
    for said in (ahead, late):
        assert not any("gaps" in words for words in (said.subject, *said.lines))


def test_it_speaks_the_language_of_whom_it_is_for(meeting, ada, sam, item, foreign):
    agreed(item, sam, sam, "Map both gaps", date(2026, 3, 2))
    records.close(meeting, ada, None)
    for person in (sam, ada):
        person.speak(pseudo.LEFT)
    pairing.invite(sam, manager=sam, report=ada)
    found = letters(NOW + LATER) | letters(NOW + timedelta(days=6))
    mine = {kind: said for (name, kind), said in found.items() if name in ("Sam", "Ada")}
    assert mine.keys() == set(KINDS) - {DAY_BEFORE}
    for said in mine.values():
        words = [said.subject, *said.lines, *(label for label, _ in said.links)]
        assert all(each.startswith(pseudo.OPEN) and each.endswith(pseudo.SHUT) for each in words)
    assert "4. März" in mine[RECORD].subject


def test_looking_who_is_due_writes_nothing_and_asks_no_more_however_many_there_are(meeting, ada, sam):
    with counted() as few:
        assert {mailing.kind for mailing in mailings.due()} == {DAY_BEFORE}
    assert not OutgoingMail.select().exists()
    for number in range(5):
        person = Person.create(issuer="demo", subject=str(number), name=str(number), email="x@y.org", time_zone=ZONE)
        pairing.accept(pairing.invite(ada, manager=ada, report=person, first_starts_at=meeting.starts_at), person)
    with counted() as many:
        assert len(list(mailings.due())) > 5
    assert len(many) == len(few)
