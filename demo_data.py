"""Invented people with some months behind them, so that everything can be tried at once."""

from datetime import datetime, timedelta

import actions
import clock
import demo_crowd
import development
import evidence
import feedback
import growth
import notices
import pairing
import records
import scheduling
from config import DEMO
from meetings import Item, Meeting
from models import Pair, Person
from notebooks import PrivateNote
from rows import db

PEOPLE = ("Ada Marsh", "Sam Okoro", "Mei Tanaka", "Lee Park", "Noor Haddad", "Robin Vale")
PEOPLE_LEAD = "Robin Vale"
DEPARTMENT = "Operations"


def fill(zone: str) -> None:
    """Fill an empty demo database: three pairs, with meetings behind them and one ahead, and a crowd around them."""
    with db.atomic():
        ada, sam, mei, lee, noor, _ = (_person(name, zone) for name in PEOPLE)
        _ada_and_sam(ada, sam)
        _plan_of(sam, ada, _days_ago(63, zone), clock.first_start(zone))
        _feedback_of(sam, ada, _days_ago(33, zone))
        _ada_and_mei(ada, mei)
        _lee_and_noor(lee, noor)
        demo_crowd.add(zone)


def _person(name: str, zone: str) -> Person:
    subject = name.split(maxsplit=1)[0].lower()
    return Person.create(
        issuer=DEMO,
        subject=subject,
        name=name,
        time_zone=zone,
        email=f"{subject}@example.org",
        people_lead=name == PEOPLE_LEAD,
        department=DEPARTMENT,
    )


def _days_ago(days: int, zone: str) -> datetime:
    """Ten in the morning, so many days ago, or on the Friday before if that is a weekend."""
    day = clock.today(zone) - timedelta(days=days)
    day -= timedelta(days=max(day.weekday() - 4, 0))
    return clock.from_local(datetime.combine(day, datetime.min.time()).replace(hour=10), zone)


def _after(moment: datetime, days: int) -> datetime:
    """So many days later, or on the Friday before if that is a weekend."""
    later = moment + timedelta(days=days)
    return later - timedelta(days=max(later.weekday() - 4, 0))


def _start(manager: Person, report: Person, began: datetime, **settings) -> Meeting:
    """A pair, invited and accepted the week before its first meeting."""
    with clock.at(began - timedelta(days=7)):
        pair = pairing.invite(manager, manager=manager, report=report, first_starts_at=began, **settings)
        pairing.accept(pair, report)
        for person in pair.people:
            for notice in notices.unread_of(person):
                notice.read()
        pair.manager, pair.report = manager, report
        return scheduling.next_meeting(pair)


def _agree(
    item: Item, by: Person, other: Person, text: str, owner: Person, due: datetime, likelihood: int | None = None
) -> actions.Action:
    action = actions.propose(item, by, text=text, owner=owner, due_on=due.date(), likelihood=likelihood)
    action.agree(other)
    return action


def _ada_and_sam(ada: Person, sam: Person) -> None:
    """Two meetings behind them, one ahead, and what became of their objectives in between."""
    zone = ada.time_zone
    first, second, ahead = _days_ago(63, zone), _days_ago(33, zone), clock.first_start(zone)
    meeting = _start(ada, sam, first, rhythm="monthly", minutes=60, place="Room 4, by the window")
    with clock.at(first + timedelta(minutes=5)):
        intake_live = _agree_on_intake(meeting.pair, ada, ahead)
    with clock.at(first + timedelta(minutes=6)):
        chair = _agree_on_chairing(meeting.pair, sam, ahead)
    _first_time(meeting, ada, sam, second)
    with clock.at(_after(first, 20)):
        chair.note_progress(sam, "good", "Chaired half of a session; Jo took notes for me.")
    _second_time(scheduling.next_meeting(meeting.pair), ada, sam, ahead)
    with clock.at(_after(second, 10)):
        intake_live.note_progress(sam, "mixed", "One department is ready. The second has no date yet.")
        intake_live.note_progress(ada, "good", "The gap map convinced the service desk. That was the hard part.")
    with clock.at(_after(second, 14)):
        said = "The service desk asks half as many questions since they have the gap map."
        evidence.add(meeting.pair, sam, clock.today(zone), said, reflection="To draw it once saved ten explanations.")
    _this_time(scheduling.next_meeting(meeting.pair), ada, sam)


def _first_time(meeting: Meeting, ada: Person, sam: Person, next_at: datetime) -> None:
    at = meeting.starts_at
    with clock.at(at + timedelta(minutes=5)):
        week = meeting.add_item(sam, "wellbeing", "How the week feels: three late evenings in a row")
        intake = meeting.add_item(sam, "goals", "Intake process: the pilot found two gaps")
        review = meeting.add_item(ada, "goals", "Design review: would you like to chair it?")
        meeting.add_item(sam, "development", "Facilitation course, or learn from Jo?")
        week.stand(sam)
        week.write_notes(ada, "No evening calls on Mondays and Wednesdays from now on.", "")
        intake.write_notes(sam, "Forms arrive without a cost centre. Nobody owns the reply.", "")
    with clock.at(at + timedelta(minutes=50)):
        map_gaps = _agree(intake, sam, ada, "Map both gaps with the service desk", sam, _after(at, 21), 9)
        ask_jo = _agree(review, ada, sam, "Ask Jo to share the chair for two sessions", ada, _after(at, 24), 8)
        for item in (week, intake, review):
            item.discuss(sam)
        records.close(meeting, ada, next_at)
    with clock.at(at + timedelta(hours=5)):
        for person in (sam, ada):
            records.Record.of(meeting).confirm(person)
    with clock.at(_after(at, 12)):
        actions.find(ada, ask_jo.id).complete(ada)
    with clock.at(_after(at, 20)):
        actions.find(sam, map_gaps.id).complete(sam)


def _second_time(meeting: Meeting, ada: Person, sam: Person, next_at: datetime) -> None:
    at, due = meeting.starts_at, _days_ago(8, sam.time_zone)
    with clock.at(at + timedelta(minutes=10)):
        week = next(item for item in meeting.items_for(sam) if item.standing_at)
        praise = meeting.add_item(ada, "goals", "The gap map: thank you, and what next")
        leave = meeting.add_item(sam, "other", "Cover during my leave")
        praise.write_notes(sam, "Service desk takes the replies. Cost centre becomes a required field.", "")
    with clock.at(at + timedelta(minutes=55)):
        plan = _agree(praise, ada, sam, "Write the two-page go-live plan", sam, due, 6)
        _agree(leave, sam, ada, "Find cover for the first week of Sam's leave", ada, _after(next_at, 10), 9)
        for item in (week, praise, leave):
            item.discuss(ada)
        records.close(meeting, sam, next_at)
    with clock.at(_after(at, 3)):
        records.Record.of(meeting).confirm(ada)
        records.Record.of(meeting).remark(sam, "The cover question is for both weeks, not only the first.")
    with clock.at(_after(at, 20)):
        plan.say_what_helps(sam, "Finance sends the figures a week before.", "")
        actions.find(sam, plan.id).update_with(sam, "Outline is done; waiting for the figures from finance.")


def _this_time(meeting: Meeting, ada: Person, sam: Person) -> None:
    with clock.at(clock.now() - timedelta(days=1)):
        meeting.add_item(sam, "goals", "Go-live plan: which department first?")
        meeting.add_item(ada, "other", "Team day in the new year")
        meeting.add_item(sam, "wellbeing", "Ask about working from home on Fridays", private=True)
        PrivateNote.write(meeting.pair, ada, "Ask how the evenings are now. Thank Sam for stepping in last week.", "")


def _plan_of(sam: Person, ada: Person, first: datetime, ahead: datetime) -> None:
    """What Sam wants to be able to do, with something of each kind to learn it by."""
    pair, spring = sam.pairs()[0], _after(ahead, 90).date()
    with clock.at(first + timedelta(minutes=45)):
        chair = development.set_goal(
            pair,
            sam,
            "Chair a meeting in which everybody speaks and something is decided",
            spring,
        )
        chair.write(sam, "support", "Somebody who watches and tells me afterwards what they saw.", "")
        chair.write(sam, "barriers", "The review always falls into my busiest week.", "")
        chair.write(ada, "help", "I move the monthly figures to the week after.", "")
        shadow = chair.add_activity(sam, "Watch Jo chair a difficult one", "others")
    with clock.at(first + timedelta(minutes=46)):
        chair.add_activity(sam, "Chair the design review twice", "experience", ahead.date())
    with clock.at(first + timedelta(minutes=47)):
        chair.add_activity(ada, "Facilitation course, two days", "formal", spring)
        figures = development.set_goal(pair, sam, "Explain our figures to people who do not like figures")
        figures.add_activity(sam, "Present the pilot's results to the board", "experience")
    with clock.at(_after(first, 16)):
        shadow.do(sam)
        shadow.reflect(
            sam, "Jo asks the quiet ones first and then waits. Next: try that with a question I do not answer.", ""
        )


def _feedback_of(sam: Person, ada: Person, second: datetime) -> None:
    """One word of praise asked for, and one reported from somebody else that both want in the record."""
    pair = sam.pairs()[0]
    with clock.at(second - timedelta(days=9)):
        asked = feedback.ask(pair, sam, "How was it to work from my gap map?")
    with clock.at(second - timedelta(days=8)):
        asked.answer(ada, "positive", "I could brief the service desk from it in ten minutes. The colours did that.")
    with clock.at(second - timedelta(days=7)):
        asked.acknowledge(sam, "Good to know; I was unsure about the colours.")
    with clock.at(_after(second, 15)):
        told = feedback.give(
            pair,
            ada,
            "developmental",
            "In the last review two questions went unanswered. A short list of what is still open would help.",
            is_reported=True,
            reported_from="Jo",
        )
        told.record(ada)
    with clock.at(clock.now() - timedelta(days=2)):
        feedback.ask(pair, ada, "Do I leave you enough room in our meetings?")


def _agree_on_intake(pair: Pair, ada: Person, ahead: datetime) -> growth.Objective:
    return growth.set_objective(
        pair,
        ada,
        "Bring the new intake process live in two departments",
        _after(ahead, 120).date(),
        measures="Both departments use it for every request for four weeks.",
        competencies="Planning\nWorking across departments",
        together=True,
    )


def _agree_on_chairing(pair: Pair, sam: Person, ahead: datetime) -> growth.Objective:
    return growth.set_objective(
        pair,
        sam,
        "Chair the monthly design review on my own",
        _after(ahead, 60).date(),
        measures="Three sessions in a row, with decisions written down the same day.",
        competencies="Facilitation",
        together=True,
    )


def _ada_and_mei(ada: Person, mei: Person) -> None:
    meeting = _start(
        ada,
        mei,
        clock.first_start(ada.time_zone) + timedelta(hours=2),
        rhythm="two-weekly",
        minutes=30,
        template="catch_up",
        place="Video call",
    )
    meeting.add_item(mei, "open", "First impressions after my first week")


def _lee_and_noor(lee: Person, noor: Person) -> None:
    zone = lee.time_zone
    began, ahead = _days_ago(28, zone), _after(clock.first_start(zone), 1)
    meeting = _start(lee, noor, began, rhythm="monthly", minutes=45)
    with clock.at(began + timedelta(minutes=40)):
        rota = meeting.add_item(noor, "wellbeing", "The rota over the holidays")
        _agree(rota, noor, lee, "Send the holiday rota to everybody", lee, _after(began, 7), 10)
        rota.discuss(noor)
        records.close(meeting, lee, ahead)
    upcoming = scheduling.next_meeting(meeting.pair)
    upcoming.add_item(noor, "development", "Mentoring: two people have asked me")
    upcoming.join(noor, "supervision")
    upcoming.add_item(noor, "practice", "The complaint that was withdrawn: what to learn from it")
