"""Records over HTTP: read, confirmed and remarked on."""

from datetime import timedelta

import pytest

import actions
import records
from records import Confirmation, Record, Remark

from ..conftest import NOW
from ..screen import boxes, problem_at, regions

LATER = NOW + timedelta(days=30)


@pytest.fixture
def record(meeting, ada, sam, item) -> Record:
    """Of a meeting that Ada has closed."""
    item.write_notes(sam, "Nobody owns the reply.", "")
    actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=NOW.date(), likelihood=8, together=True)
    item.discuss(ada)
    records.close(meeting, ada, LATER)
    return Record.of(meeting)


def test_both_read_all_that_was_said(as_ada, as_sam, meeting, record):
    for client in (as_ada, as_sam):
        page = client.see(f"{meeting.path}/record")
        for words in (
            "The pilot found two gaps",
            "Nobody owns the reply.",
            "Map both gaps",
            "Closed by Ada Marsh",
            "likely 8 of 10",
            "Next meeting: Thursday 2 April, 11:00",
        ):
            assert words in page


def test_an_open_meeting_has_no_record_yet(as_sam, meeting):
    assert as_sam.get(f"{meeting.path}/record").location == meeting.path
    assert as_sam.htmx(f"{meeting.path}/record/confirmation").status_code == 404


def test_each_confirms_once_by_either_way(as_ada, as_sam, meeting, record):
    answer = as_sam.htmx(f"{meeting.path}/record/confirmation")
    assert answer.status_code == 200
    assert "Sam Okoro" in regions(answer.text)["confirmations"]
    assert as_sam.form(f"{meeting.path}/record/confirmation").status_code == 303
    assert as_ada.form(f"{meeting.path}/record/confirmation").location == f"{meeting.path}/record#confirmations"
    assert Confirmation.select().count() == 2


def test_a_remark_is_shown_to_both_and_sent_twice_stands_once(as_ada, as_sam, meeting, record):
    path = f"{meeting.path}/record/remarks"
    assert as_sam.form(path, text="Both weeks.", key="k").location == f"{meeting.path}/record#remarks"
    assert as_sam.form(path, text="Both weeks.", key="k").status_code == 303
    answer = as_sam.htmx(path, text="Both weeks.", key="k")
    assert "Both weeks." in regions(answer.text)["remarks"]
    assert Remark.select().count() == 1
    assert "Both weeks." in as_ada.see(f"{meeting.path}/record")


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "Write your remark"), (" \n", "Write your remark"), ("x" * 10_001, "longer than 10,000")],
    ids=["empty", "white space", "10,001 characters"],
)
def test_a_bad_remark_is_refused_beside_the_box_and_kept(as_sam, meeting, record, text, message):
    path = f"{meeting.path}/record/remarks"
    partial = as_sam.htmx(path, text=text)
    assert partial.status_code == 422
    assert message in problem_at(partial.text, "remark")
    whole = as_sam.form(path, text=text)
    assert whole.status_code == 422
    assert message in problem_at(whole.text, "remark")
    if text.strip():
        assert text in boxes(whole.text, "text")
    assert Remark.select().count() == 0


def test_a_withdrawn_record_is_confirmed_by_nobody(as_sam, ada, meeting, record):
    records.reopen(meeting, ada)
    assert as_sam.form(f"{meeting.path}/record/confirmation").status_code == 404
    assert as_sam.form(f"{meeting.path}/record/remarks", text="x").status_code == 404


def test_a_record_stays_readable_and_open_to_remarks_after_the_pair_ended(as_sam, ada, meeting, record):
    meeting.pair.end(ada)
    assert "Nobody owns the reply." in as_sam.see(f"{meeting.path}/record")


def test_unknown_regions_are_not_found(as_sam, meeting, record):
    assert as_sam.region(f"{meeting.path}/record/regions/remarks").status_code == 200
    for name in ("nothing", "item", "agenda", "remarks-x", "confirmations-x"):
        assert as_sam.region(f"{meeting.path}/record/regions/{name}").status_code == 404, name
