"""A person's year, played through the web by two people without JavaScript: from the first objective to the copy."""

import json
from datetime import timedelta

import clock
import records
from actions import Action
from evidence import Evidence
from growth import Objective
from models import Item, Meeting

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
    return meeting.pair.next_meeting()


def test_a_year_adds_up_to_its_review(as_sam, as_ada, meeting, pair):
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
