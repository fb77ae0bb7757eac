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
    assert "Sam proposes this" in as_ada.see(f"{pair.path}/objectives")


def test_an_objective_is_achieved_once_and_taken_back(as_sam, as_ada, pair):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review", key="k", together="1")
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


def test_an_objective_is_agreed_to_as_it_was_read(as_sam, as_ada, pair):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review")
    aim = Objective.get()
    terms = aim.terms
    as_sam.htmx(aim.path, text="Chair two reviews", terms=terms)
    assert as_ada.htmx(f"{aim.path}/agreement", terms=terms).status_code == 409
    fresh = Objective.get()
    assert as_ada.htmx(f"{aim.path}/agreement", terms=fresh.terms).status_code == 200
    assert Objective.get().agreed_at
    assert "agreed" in as_sam.see(f"{pair.path}/objectives")


def test_a_change_is_written_in_a_form_of_its_own_with_or_without_javascript(as_sam, as_ada, pair):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review", measures="Three", together="1")
    aim = Objective.get()
    assert "Three" in as_ada.see(f"{aim.path}/edit")
    assert as_ada.form(aim.path, text="Chair it", measures="Four", terms=aim.terms).status_code == 303
    assert "Your change waits for Sam" in as_ada.see(f"{pair.path}/objectives")
    assert "Ada proposes a change" in as_sam.see(f"{pair.path}/objectives")
    bad = as_ada.form(aim.path, text="", measures="Five")
    assert bad.status_code == 422
    assert "Five" in bad.text


def test_progress_is_seen_on_the_side_of_whoever_noted_it(as_sam, as_ada, pair):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review", together="1")
    aim = Objective.get()
    assert as_sam.htmx(f"{aim.path}/progress", text="Chaired one", outlook="good").status_code == 200
    assert as_ada.form(f"{aim.path}/progress", outlook="mixed").status_code == 303
    seen = as_ada.see(f"{pair.path}/objectives")
    assert seen.index("Sam’s view") < seen.index("Chaired one") < seen.index("Your view")
    assert "Ada: Needs attention" in as_sam.see(pair.path)


@pytest.mark.parametrize(("sent", "field"), [({}, "text"), ({"outlook": "splendid"}, "outlook")])
def test_progress_that_says_nothing_is_refused(as_sam, pair, sent, field):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review", together="1")
    aim = Objective.get()
    answer = as_sam.htmx(f"{aim.path}/progress", **sent)
    assert answer.status_code == 422
    assert problem_at(answer.text, f"progress-{aim.id}", field)


def test_progress_is_noted_from_within_the_meeting(as_sam, as_ada, meeting):
    as_sam.form(f"{meeting.pair.path}/objectives", text="Chair the review", together="1")
    aim = Objective.get()
    answer = as_ada.htmx(f"{meeting.path}/progress", objective=aim.id, text="Well prepared")
    assert "Well prepared" in regions(answer.text)["growth"]
    assert "Well prepared" in as_sam.see(meeting.path)
    assert "Well prepared" in as_sam.see(f"{meeting.pair.path}/objectives")


def test_nothing_is_noted_in_a_meeting_of_others_or_of_another_pairs_objective(as_sam, as_lee, meeting, theirs):
    as_lee.form(f"{theirs.pair.path}/objectives", text="Their own", together="1")
    aim = Objective.get()
    assert as_sam.htmx(f"{meeting.path}/progress", objective=aim.id, text="Forged").status_code == 404
    assert as_lee.htmx(f"{meeting.path}/progress", objective=aim.id, text="Forged").status_code == 404
    assert as_lee.htmx(f"{theirs.path}/progress", objective=aim.id, text="Mine").status_code == 200


def test_a_change_is_answered_in_the_place_of_what_it_changes(as_sam, as_ada, pair):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review", together="1")
    aim = Objective.get()
    as_ada.htmx(aim.path, text="Chair two reviews", terms=aim.terms)
    change = Objective.get(Objective.replaces == aim)
    answer = as_sam.htmx(f"{change.path}/agreement", terms=change.terms)
    assert list(regions(answer.text)) == [aim.region, "saved"]
    assert "Chair two reviews" in as_sam.see(pair.path)
    assert "proposes a change" not in as_sam.see(f"{pair.path}/objectives")


def test_no_to_a_change_is_no_to_the_change_alone(as_sam, as_ada, pair):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review", together="1")
    aim = Objective.get()
    as_ada.htmx(aim.path, text="Chair none", terms=aim.terms)
    change = Objective.get(Objective.replaces == aim)
    assert as_sam.htmx(f"{change.path}/agreement", undo=True).status_code == 200
    seen = as_ada.see(f"{pair.path}/objectives")
    assert "Chair the review" in seen
    assert "Chair none" not in seen


@pytest.mark.parametrize("way", ["htmx", "form"])
def test_a_change_that_was_overtaken_is_shown_once_more_beside_what_it_says_now(as_sam, as_ada, pair, way):
    as_sam.form(f"{pair.path}/objectives", text="Chair the review")
    aim = Objective.get()
    read = aim.terms
    as_sam.form(aim.path, text="Chair two reviews", terms=read)
    answer = getattr(as_ada, way)(aim.path, text="Chair it with Jo", measures="Three in a row", terms=read)
    assert answer.status_code == 409
    for words in ("Chair it with Jo", "Three in a row", "Chair two reviews", Objective.get().terms):
        assert words in answer.text
    again = as_ada.htmx(aim.path, text="Chair it with Jo", measures="Three in a row", terms=Objective.get().terms)
    assert again.status_code == 200


def test_a_meeting_asks_how_it_goes_once_there_is_something_that_both_agreed(as_sam, as_ada, meeting):
    as_sam.form(f"{meeting.pair.path}/objectives", text="Chair the review")
    assert "Note the progress" not in as_ada.see(meeting.path)
    aim = Objective.get()
    as_ada.form(f"{aim.path}/agreement", terms=aim.terms)
    assert "Note the progress" in as_ada.see(meeting.path)
