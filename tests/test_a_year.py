"""A person's year, played through the web by two people without JavaScript, and handed over at its end."""

import json
import re
from datetime import timedelta

import clock
import records
import scheduling
from actions import Action
from evidence import Evidence
from growth import Objective
from handovers import PassedRecord
from meetings import Item, Meeting
from models import Person

from .conftest import NOW

MONTHS = 12
MONTH = timedelta(days=28)


def written(moment) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def newest(model, **facts):
    """The row of this kind that was made last, as the database has it."""
    return next(row for row in model.select() if all(getattr(row, name) == value for name, value in facts.items()))


def hold(as_sam, as_ada, meeting: Meeting, number: int) -> Meeting:
    """One meeting from its agenda to its record; the next one."""
    as_sam.form(f"{meeting.path}/items", section="goals", text=f"Chapter {number}")
    as_ada.form(f"{meeting.path}/items", section="wellbeing", text=f"How is month {number}?")
    item = newest(Item, text=f"Chapter {number}")
    as_sam.form(f"{item.path}/notes", text=f"Chapter {number} is drafted", base="")
    fields = {"text": f"Finish chapter {number}", "owner": meeting.pair.report_id, "together": "1"}
    as_ada.form(f"{item.path}/actions", **fields)
    as_sam.form(f"{item.path}/discussion")
    as_sam.form(f"{newest(Objective).path}/progress", text=f"{number} chapters", outlook="good")
    as_ada.form(f"{meeting.path}/progress", objective=newest(Objective).id, text=f"Seen {number}")
    as_ada.form(f"{meeting.path}/closing", next_starts_at=written(clock.now() + MONTH))
    as_sam.form(f"{meeting.path}/record/confirmation")
    if number % 4:
        as_sam.form(f"{newest(Action, text=f'Finish chapter {number}').path}/completion")
    as_ada.form(f"{item.path}/evidence")
    as_sam.form(f"{newest(Evidence, text=f'Chapter {number}').path}/consent")
    return scheduling.next_meeting(meeting.pair)


def hand_over(as_sam, as_ada, as_lee, meeting: Meeting) -> None:
    """Lee becomes Sam's line manager: Sam passes on what is still to be achieved, and the record of the year."""
    pair, marked = meeting.pair, newest(Action, text="Finish chapter 4")
    as_sam.form(f"{pair.path}/objectives", text="Write the second edition")
    for client in (as_sam, as_ada):
        client.form(f"{marked.path}/handing-on")
    as_ada.form(f"{pair.path}/ending")
    begun = as_sam.form("/pairs", colleague="Lee Park", side="individual", starts_at=written(clock.now() + MONTH))
    as_lee.form(f"{begun.location}/acceptance")
    offered = as_sam.see(f"{pair.path}/handover")
    assert [value for value in ticked(offered) if "actions" in value] == [f'name="actions" value="{marked.id}"']
    aim, record = newest(Objective, text="Write the second edition"), newest(records.Record, meeting_id=meeting.id)
    to = begun.location.removeprefix("/pairs/")
    as_sam.form(f"{pair.path}/handover", to=to, objectives=aim.id, actions=marked.id, records=record.id)


def ticked(page: str) -> list[str]:
    """The boxes that are ticked already."""
    return re.findall(r'type="checkbox" (name="\w+" value="\w+") checked', page)


def must_see_that_alone(as_lee, as_ada, meeting: Meeting) -> None:
    """What was passed on is what Lee sees, and Ada sees nothing any more."""
    (own,) = (pair for pair in newest(Person, subject="lee").pairs() if pair.report_id == meeting.pair.report_id)
    shown = as_lee.see(f"{own.path}/passed-on")
    for words in ("Write the second edition", "Finish chapter 4", "Record of "):
        assert words in shown, words
    assert "Twelve chapters" in as_lee.see(newest(PassedRecord).path)
    pages = [as_lee.see(path) for path in (own.path, scheduling.next_meeting(own).path, f"{own.path}/plan", "/actions")]
    assert "Write the second edition" in pages[0]
    assert "Finish chapter 4" in pages[-1]
    for words in ("chapters", "Chapter", "Finish chapter 8", "Seen 12"):
        assert not [page for page in pages if words in page], words
    for client in (as_lee, as_ada):
        for path in (meeting.pair.path, meeting.path, f"{meeting.path}/record", f"{meeting.pair.path}/handover"):
            assert client.get(path).status_code == 404


def test_a_year_adds_up_to_its_review_and_goes_on_with_another_manager(as_sam, as_ada, as_lee, lee, meeting, pair):
    as_sam.form(f"{pair.path}/objectives", text="Write the handbook", measures="Twelve chapters")
    aim = Objective.get()
    as_ada.form(f"{aim.path}/agreement", terms=aim.terms)
    upcoming = meeting
    for number in range(1, MONTHS + 1):
        with clock.at(NOW + number * MONTH):
            as_sam.sign_in(pair.report)
            as_ada.sign_in(pair.manager)
            upcoming = hold(as_sam, as_ada, upcoming, number)
    with clock.at(NOW + (MONTHS + 1) * MONTH):
        as_sam.sign_in(pair.report)
        as_ada.sign_in(pair.manager)
        days = {"starts_on": f"{NOW:%Y-%m-%d}", "ends_on": f"{clock.now():%Y-%m-%d}"}
        as_sam.form(f"{pair.path}/years/{days['starts_on']}--{days['ends_on']}/review")
        seen = as_ada.see(upcoming.path)
        for words in ("Twelve chapters", "Sam, ", "12 chapters", "Seen 12", "We met 12 times"):
            assert words in seen, words
        assert "What we agreed to do: 9 done, 0 dropped, 3 open" in seen
        as_ada.form(f"{aim.path}/achievement")
        as_ada.form(f"{upcoming.path}/closing", no_next="1")
        for client in (as_sam, as_ada):
            client.form(f"{upcoming.path}/record/confirmation")
        as_sam.form(f"{upcoming.path}/record/uploads", address="The HR pages", uploaded_on=days["ends_on"])
        for extension in ("pdf", "docx", "md", "json"):
            copy = as_sam.get(f"{upcoming.path}/record.{extension}")
            assert copy.status_code == 200
            assert len(copy.data) > 1_000
        told = json.dumps(json.loads(as_sam.get(f"{upcoming.path}/record.json").text), ensure_ascii=False)
        assert all(f"{number} chapters" in told for number in range(1, MONTHS + 1))
        assert records.reviews_to_finish(pair.report) == []
        assert "The HR pages" in as_ada.see(f"{upcoming.path}/record")
        as_lee.sign_in(lee)
        hand_over(as_sam, as_ada, as_lee, upcoming)
        must_see_that_alone(as_lee, as_ada, upcoming)
