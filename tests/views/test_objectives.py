"""Objectives over HTTP: set, achieved, and refused kindly."""

from datetime import timedelta

import pytest

import clock
from growth import Objective

from ..conftest import NOW
from ..screen import boxes, problem_at, regions


def test_an_objective_is_set_and_seen_by_both(as_sam, as_ada, pair):
    answer = as_sam.htmx(f"{pair.path}/objectives", text="Chair the review", due_on="2026-06-30", key="k")
    assert answer.status_code == 200
    assert "Chair the review" in regions(answer.text)["objectives"]
    assert as_sam.form(f"{pair.path}/objectives", text="Chair the review", key="k").status_code == 303
    assert Objective.select().count() == 1
    assert "by 30 June" in as_ada.see(pair.path)


def test_an_objective_is_achieved_once_and_taken_back(as_sam, as_ada, pair):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review", key="k")
    path = f"{Objective.get().path}/achievement"
    for send, code in ((as_sam.htmx, 200), (as_ada.form, 303)):
        for minutes in (0, 20):
            with clock.at(NOW + timedelta(minutes=minutes)):
                assert send(path).status_code == code
            assert Objective.get().achieved_at == NOW
        assert send(path, undo=True).status_code == code
        assert Objective.get().achieved_at is None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("text", "", "Say what you want"),
        ("text", "  ", "Say what you want"),
        ("text", "x" * 1001, "longer than 1,000"),
        ("due_on", "2026-03-02", "has passed"),
        ("due_on", "20261-03-02", "not a day"),
    ],
)
def test_a_bad_objective_is_refused_beside_the_field_and_kept(as_sam, pair, field, value, message):
    sent = {"text": "Chair the review", "due_on": "", field: value}
    partial = as_sam.htmx(f"{pair.path}/objectives", **sent)
    assert partial.status_code == 422
    assert message in problem_at(partial.text, "new-objective", field)
    whole = as_sam.form(f"{pair.path}/objectives", **sent)
    assert whole.status_code == 422
    assert message in problem_at(whole.text, "new-objective", field)
    assert sent["text"].strip() in [text.strip() for text in boxes(whole.text, "text")]
    assert value in boxes(whole.text, field)
    assert Objective.select().count() == 0


def test_no_objective_is_set_when_the_two_no_longer_meet(as_sam, ada, pair):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review")
    pair.end(ada)
    whole = as_sam.form(f"{pair.path}/objectives", text="A second late")
    assert whole.status_code == 409
    assert boxes(whole.text, "text") == ["A second late"]
    assert as_sam.htmx(f"{Objective.get().path}/achievement").status_code == 409
