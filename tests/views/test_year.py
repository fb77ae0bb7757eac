"""The year over HTTP: looked at, gathered, signed off, uploaded."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

import clock
import evidence
import growth
import live
import records
from evidence import Evidence
from records import Record, Upload
from reviews import Gathering
from views.year import YearPage

from ..conftest import NOW
from ..screen import problem_at, regions

SCHEMA = Path(__file__).parents[2] / "docs" / "competence.schema.json"
DAYS = {"starts_on": "2025-03-04", "ends_on": "2026-03-03"}


@pytest.fixture
def review(meeting, as_sam):
    """The meeting as an annual review, with the year gathered onto it."""
    growth.set_objective(meeting.pair, meeting.pair.report, "Chair the review", together=True)
    as_sam.htmx(f"{meeting.pair.path}/years/2025-03-04--2026-03-03/review")
    return meeting


def test_the_year_is_shown_from_day_to_day(as_sam, pair, sam):
    evidence.add(pair, sam, NOW.date() - timedelta(days=500), "Long ago")
    evidence.add(pair, sam, NOW.date() - timedelta(days=5), "Lately")
    usual = as_sam.see(f"{pair.path}/year")
    assert "Lately" in usual
    assert "Long ago" not in usual
    chosen = as_sam.get(f"{pair.path}/years?starts_on=2024-01-01&ends_on=2025-01-01")
    assert chosen.status_code == 302
    older = as_sam.see(chosen.location)
    assert "Long ago" in older
    assert "Lately" not in older


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("ends_on", "9999-12-31", "more than three years"),
        ("ends_on", "", "last day"),
        ("starts_on", "soon", "not a day"),
        ("ends_on", "2020-01-01", "before the first"),
        ("ends_on", "2050-01-01", "more than three years"),
    ],
)
def test_days_that_make_no_year_are_refused_beside_the_field(as_sam, pair, field, value, message):
    sent = {**DAYS, field: value}
    answer = as_sam.get(f"{pair.path}/years", query_string=sent)
    assert answer.status_code == 422
    assert message in problem_at(answer.text, "period", field)


@pytest.mark.parametrize(
    "days", ["x", "2026-01-01", "2026-01-01--x", "2026-01-02--2026-01-01", "2020-01-01--2026-01-01"]
)
def test_an_address_that_names_no_year_is_none(as_sam, pair, days):
    assert as_sam.get(f"{pair.path}/years/{days}").status_code == 404


def test_evidence_is_written_down_and_seen_by_both(as_sam, as_ada, pair):
    sent = {"text": "Chaired it", "link": "https://example.org/minutes", "happened_on": "2026-03-01", "key": "k"}
    assert "Chaired it" in regions(as_sam.htmx(f"{pair.path}/year/evidence", **sent).text)["evidences"]
    assert as_sam.form(f"{pair.path}/year/evidence", **sent).status_code == 303
    assert Evidence.select().count() == 1
    seen = as_ada.see(f"{pair.path}/year")
    assert 'href="https://example.org/minutes"' in seen


def test_the_others_open_page_is_told_of_every_change_of_the_evidence(as_sam, as_ada, item, pair):
    listener = live.Listener(pair.manager_id, pair=pair.id)
    live.join(listener)
    made = evidence.add(pair, pair.report, NOW.date(), "Chaired it")
    for path in (f"{pair.path}/year/evidence", f"{item.path}/evidence", made.path, f"{made.path}/removal"):
        as_sam.htmx(path, text="Chaired it", happened_on="2026-03-01")
        told = listener.wait(0)
        assert "evidences" in YearPage(pair.manager, pair).wanted(told), path
    live.leave(listener)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("text", " ", "what shows it"),
        ("text", "x" * 2001, "longer than"),
        ("link", "javascript:alert(1)", "http"),
        ("happened_on", "2026-03-09", "not come yet"),
        ("happened_on", "1900-03-09", "very long ago"),
        ("objective", "nobody-elses", "one of your objectives"),
    ],
)
def test_bad_evidence_is_refused_beside_the_field_and_kept(as_sam, pair, field, value, message):
    sent = {"text": "Chaired it", "happened_on": "2026-03-01", "reference": "3.1 of the framework", field: value}
    assert message in problem_at(as_sam.htmx(f"{pair.path}/year/evidence", **sent).text, "new-evidence", field)
    whole = as_sam.form(f"{pair.path}/year/evidence", **sent)
    assert whole.status_code == 422
    assert "3.1 of the framework" in whole.text
    assert not Evidence.select().exists()


def test_one_click_keeps_what_an_item_says_once_its_author_agrees(as_sam, as_ada, item):
    assert "Sam is asked" in as_ada.htmx(f"{item.path}/evidence").text
    assert "would like to keep this" in as_sam.see("/")
    kept = Evidence.get()
    assert as_ada.htmx(f"{kept.path}/consent").status_code == 404
    assert as_sam.htmx(f"{kept.path}/consent", terms="other words").status_code == 409
    assert as_sam.htmx(f"{kept.path}/consent", terms=kept.terms).status_code == 200
    assert Evidence.get().consented_at
    assert "would like to keep this" not in as_sam.see("/")


def test_whoever_wrote_it_can_say_no_and_nobody_else_brings_it_back(as_sam, as_ada, item):
    as_ada.form(f"{item.path}/evidence")
    kept = Evidence.get()
    answer = as_sam.form(f"{kept.path}/removal")
    assert "Undo" in as_sam.see(answer.location)
    year = f"{item.meeting.pair.path}/year"
    assert item.text not in as_ada.see(year)
    assert as_ada.htmx(f"{kept.path}/removal", undo=True).status_code == 409
    assert as_sam.htmx(f"{kept.path}/removal", undo=True).status_code == 200
    # Until Sam says yes, this copy of the words is nobody's but Sam's to read.
    assert item.text not in as_ada.see(year)
    assert "once Sam has said yes" in as_ada.see(year)
    assert item.text in as_sam.see(year)


def test_evidence_written_on_the_page_of_another_year_stays_on_that_page(as_sam, pair, sam):
    evidence.add(pair, sam, NOW.date() - timedelta(days=400), "Long ago")
    path = f"{pair.path}/years/2024-03-04--2025-03-03/evidence"
    then = as_sam.htmx(path, text="Chaired it", happened_on="2025-01-01")
    assert {"Long ago", "Chaired it"} <= {word for word in ("Long ago", "Chaired it") if word in then.text}
    now = as_sam.htmx(path, text="Written now", happened_on="2026-03-01")
    assert "Long ago" in regions(now.text)["evidences"]
    assert "Kept under another time" in now.text


@pytest.mark.parametrize(
    "name", ["action-x", "actions", "objective-x", "objectives", "feedback", "meetings", "evidences"]
)
def test_the_year_hears_of_all_that_it_counts(pair, name):
    assert YearPage(pair.report, pair).wanted({name})


def test_only_the_author_changes_or_takes_out_what_they_wrote(as_sam, as_ada, pair, sam):
    made = evidence.add(pair, sam, NOW.date(), "Chaired it")
    sent = {"text": "Chaired it twice", "happened_on": "2026-03-01"}
    assert as_ada.get(f"{made.path}/edit").status_code == 404
    assert as_ada.form(made.path, **sent).status_code == 404
    assert as_ada.form(f"{made.path}/removal").status_code == 404
    assert "Chaired it" in as_sam.see(f"{made.path}/edit")
    assert as_sam.form(made.path, **sent).status_code == 303
    assert "Chaired it twice" in as_ada.see(f"{pair.path}/year")
    bad = as_sam.form(made.path, text="", happened_on="2026-03-01", reflection="A thought to keep")
    assert bad.status_code == 422
    assert "A thought to keep" in bad.text


def test_the_year_is_gathered_with_one_click_and_again_from_the_meeting(as_sam, as_ada, review):
    seen = as_ada.see(review.path)
    assert "Gathered from 4 March 2025 to 3 March 2026 by Sam." in seen
    assert "Gathered from the year" in seen
    assert as_ada.form(f"{review.path}/gathering", **DAYS).status_code == 303
    assert Gathering.select().count() == 1


def test_the_year_is_gathered_onto_no_other_kind_of_meeting(as_sam, meeting):
    assert as_sam.htmx(f"{meeting.path}/gathering", **DAYS).status_code == 409
    assert "Gather the year" not in as_sam.see(meeting.path)


def test_a_review_is_signed_off_by_each_and_then_uploaded(as_sam, as_ada, review, ada):
    records.close(review, ada, NOW + timedelta(days=30))
    assert "waits for your sign-off" in as_sam.see("/")
    as_sam.form(f"{review.path}/record/confirmation")
    assert "waits for their sign-off" in as_sam.see("/")
    as_ada.form(f"{review.path}/record/confirmation")
    assert "not uploaded yet" in as_sam.see("/")
    sent = {"address": "https://hr.example.org/reviews", "uploaded_on": "2026-03-03"}
    assert as_sam.form(f"{review.path}/record/uploads", **sent).status_code == 303
    seen = as_ada.see(f"{review.path}/record")
    assert 'href="https://hr.example.org/reviews"' in seen
    assert "3 March 2026 by Sam Okoro" in seen
    assert "not uploaded yet" not in as_sam.see("/")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("address", "", "where you put it"),
        ("uploaded_on", "", "Choose the day"),
        ("uploaded_on", "2027-01-01", "not come"),
    ],
)
def test_an_upload_says_where_and_when(as_sam, review, ada, field, value, message):
    records.close(review, ada, NOW + timedelta(days=30))
    sent = {"address": "The HR pages", "uploaded_on": "2026-03-03", field: value}
    answer = as_sam.htmx(f"{review.path}/record/uploads", **sent)
    assert message in problem_at(answer.text, "upload", field)
    assert not Upload.select().exists()


def test_an_ordinary_record_is_confirmed_and_not_uploaded(as_sam, meeting, ada):
    with clock.at(NOW + timedelta(days=2)):
        records.close(meeting, ada, None)
    assert Record.of(meeting).year is None
    seen = as_sam.see(f"{meeting.path}/record")
    assert "Confirm this record" in seen
    assert "Note the upload" not in seen


@pytest.mark.parametrize("extension", ["pdf", "docx", "md", "json"])
def test_what_names_a_competence_is_taken_along_on_its_own(as_sam, as_ada, pair, sam, extension):
    evidence.add(pair, sam, NOW.date(), "Led the case review", reference="Framework 3.1", reflection="Ask sooner")
    evidence.add(pair, sam, NOW.date(), "A thank-you letter")
    path = f"{pair.path}/years/2025-03-04--2026-03-03/competence"
    assert f'href="{path}.{extension}"' in as_sam.see(f"{pair.path}/year")
    answer = as_sam.get(f"{path}.{extension}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="competence-2026-03-03.{extension}"'
    assert "took a copy of the evidence of competence" in as_ada.see(f"{pair.path}/access")
    if extension in ("md", "json"):
        assert "Led the case review" in answer.text
        assert "Ask sooner" in answer.text
        assert "thank-you" not in answer.text


def test_its_data_fits_the_schema_that_is_promised(as_sam, pair, sam):
    evidence.add(pair, sam, NOW.date(), "Led the case review", reference="Framework 3.1", link="https://example.org")
    both = {"author": None, "kept_by": sam, "reference": "Framework 3.2"}
    Evidence.create(pair=pair, happened_on=NOW.date(), text="Chaired together", consented_at=NOW, **both)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    found = as_sam.get(f"{pair.path}/years/2025-03-04--2026-03-03/competence.json").get_json()
    assert {one["author"] for one in found["entries"]} == {"Sam Okoro", None}
    assert [problem.message for problem in check.iter_errors(found)] == []
    assert not check.is_valid({**found, "entries": [{**found["entries"][0], "score": 3}]})


def test_what_waits_for_consent_and_what_strangers_ask_for_is_in_no_copy(as_sam, as_lee, pair, item, ada):
    path = f"{pair.path}/years/2025-03-04--2026-03-03/competence"
    kept = evidence.keep_item(item, ada)
    kept.change(reference="Framework 3.1")
    assert item.text not in as_sam.get(f"{path}.json").text
    assert as_lee.get(f"{path}.json").status_code == 404
    # It leaves a trace that the other one sees, so no other site can bring it about.
    link_elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert as_sam.get(f"{path}.json", headers=link_elsewhere).status_code == 400
    assert as_sam.get(f"{pair.path}/year", headers=link_elsewhere).status_code == 200
    assert as_sam.get(f"{path}.exe").status_code == 404


@pytest.mark.parametrize(("days", "where"), [(5, "/year#"), (800, "/years/2023-06-25--2024-06-23#")])
def test_evidence_is_found_in_its_year(as_sam, pair, sam, days, where):
    made = evidence.add(pair, sam, NOW.date() - timedelta(days=days), "Chaired it")
    answer = as_sam.get(made.path)
    assert where in answer.location
    assert "Chaired it" in as_sam.see(answer.location.partition("#")[0])


def test_what_was_taken_out_is_shown_once_more_to_whoever_did_so_as_far_as_it_is_theirs_to_read(as_sam, as_ada, item):
    as_ada.form(f"{item.path}/evidence")
    kept, year = Evidence.get(), f"{item.meeting.pair.path}/year"
    # Ada may take back what she asked for, but reads no copy of Sam's words before his yes.
    answer = as_ada.form(f"{kept.path}/removal")
    assert "Taken out of the year." in as_ada.see(answer.location)
    assert item.text not in as_ada.see(answer.location)
    as_ada.form(f"{kept.path}/removal", undo=True)
    as_sam.form(f"{kept.path}/removal")
    assert item.text in as_sam.see(f"{year}?removed={kept.id}")
    assert item.text not in as_ada.see(f"{year}?removed={kept.id}")
