"""Actions over HTTP: proposed, agreed, ticked, updated, re-dated, put off and dropped, by htmx and plain forms."""

from datetime import timedelta

import pytest

import actions
import clock
import records
from actions import Action, ActionUpdate

from ..conftest import NOW
from ..screen import boxes, problem_at, regions

LATER = NOW + timedelta(days=30)
NEXT_WEEK = "2026-03-10"


@pytest.fixture
def proposal(item, sam) -> Action:
    """Sam's, waiting for Ada."""
    return actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=8)


@pytest.fixture
def tracked(proposal, ada) -> Action:
    """Agreed by both."""
    proposal.agree(ada)
    return proposal


def fresh(action) -> Action:
    """The action as it is in the database."""
    return Action.get_by_id(action.id)


def terms(person, **other) -> dict[str, str]:
    """What the form sends."""
    return {"text": "Map both gaps", "owner": person.id, "due_on": NEXT_WEEK, "likelihood": "8", **other}


# Proposing


def test_proposing_shows_the_action_under_its_item(as_sam, as_ada, sam, item):
    answer = as_sam.htmx(f"{item.path}/actions", **terms(sam))
    assert answer.status_code == 200
    assert "Waiting for Ada" in regions(answer.text)["agenda"]
    page = as_ada.see(item.meeting.path)
    assert "Sam proposes this" in page
    assert ">Agree</button>" in page
    assert "We agreed this together" in page


def test_proposing_by_a_plain_form_leads_back_to_the_item(as_sam, sam, item):
    page = as_sam.see(f"{item.path}/actions/new")
    for label in ("What will be done?", "Who", "By when", "How likely, 1 to 10?"):
        assert label in page
    answer = as_sam.form(f"{item.path}/actions", **terms(sam))
    assert (answer.status_code, answer.location) == (303, f"{item.meeting.path}#{item.region}")
    assert Action.get().likelihood == 8


def test_agreed_together_is_tracked_at_once(as_sam, ada, item):
    as_sam.form(f"{item.path}/actions", **terms(ada, together="1"))
    assert Action.get().is_tracked
    assert "noted together" in as_sam.see(item.meeting.path)


def test_proposing_twice_with_one_key_is_one_proposal(as_sam, sam, item):
    for send in (as_sam.htmx, as_sam.htmx, as_sam.form):
        assert send(f"{item.path}/actions", **terms(sam, key="k")).status_code < 400
    assert Action.select().count() == 1


def test_day_and_likelihood_may_be_left_open(as_sam, sam, item):
    assert as_sam.htmx(f"{item.path}/actions", **terms(sam, due_on="", likelihood="")).status_code == 200
    assert (Action.get().due_on, Action.get().likelihood) == (None, None)


BAD_TERMS = [
    ("text", "", "Say what will be done"),
    ("text", " \n ", "Say what will be done"),
    ("text", "x" * 1001, "longer than 1,000 characters"),
    ("due_on", "2026-03-02", "has passed"),
    ("due_on", "20261-03-31", "not a day"),
    ("due_on", "2096-03-31", "more than five years away"),
    ("due_on", "0001-01-01", "has passed"),
    ("due_on", "soon", "not a day"),
    ("likelihood", "0", "from 1 to 10"),
    ("likelihood", "11", "from 1 to 10"),
    ("likelihood", "-3", "from 1 to 10"),
    ("likelihood", "x", "1 to 10"),
    ("likelihood", "9" * 30, "1 to 10"),
    ("owner", "", "Choose"),
    ("owner", "somebody", "one of you two"),
]


@pytest.mark.parametrize(("field", "value", "message"), BAD_TERMS)
def test_bad_terms_are_refused_beside_the_field_and_kept(as_sam, sam, item, field, value, message):
    at = f"new-action-{item.id}-form"
    sent = terms(sam, **{field: value})
    partial = as_sam.htmx(f"{item.path}/actions", **sent)
    assert partial.status_code == 422
    assert message in problem_at(partial.text, at, field)
    whole = as_sam.form(f"{item.path}/actions", **sent)
    assert whole.status_code == 422
    assert message in problem_at(whole.text, at, field)
    for name in ("text", "due_on", "likelihood"):
        assert sent[name].strip() in [shown.strip() for shown in boxes(whole.text, name)]
    assert Action.select().count() == 0


def test_somebody_outside_cannot_be_made_the_owner(as_sam, lee, item):
    answer = as_sam.htmx(f"{item.path}/actions", **terms(lee))
    assert answer.status_code == 422
    assert "one of you two" in problem_at(answer.text, f"new-action-{item.id}-form", "owner")


def test_words_of_a_proposal_for_a_meeting_just_closed_are_kept(as_sam, ada, sam, item):
    item.discuss(ada)
    records.close(item.meeting, ada, LATER)
    at = f"new-action-{item.id}-form"
    partial = as_sam.htmx(f"{item.path}/actions", **terms(sam))
    assert partial.status_code == 409
    assert "closed" in problem_at(partial.text, at)
    whole = as_sam.form(f"{item.path}/actions", **terms(sam))
    assert whole.status_code == 409
    assert boxes(whole.text, "text") == ["Map both gaps"]


# Agreeing, withdrawing, other terms


def test_agreeing_tracks_it_and_twice_changes_nothing(as_sam, as_ada, proposal):
    answer = as_ada.htmx(f"{proposal.path}/agreement")
    assert answer.status_code == 200
    assert 'type="checkbox"' in regions(answer.text)[proposal.region]
    before = fresh(proposal).agreed_at
    assert as_ada.form(f"{proposal.path}/agreement").status_code == 303
    assert fresh(proposal).agreed_at == before


def test_we_agreed_this_together_is_one_press(as_sam, proposal):
    assert as_sam.form(f"{proposal.path}/agreement", together="1").status_code == 303
    assert fresh(proposal).is_tracked


def test_withdrawing_takes_it_off_the_page(as_sam, as_ada, proposal):
    answer = as_sam.htmx(f"{proposal.path}/agreement", undo=True)
    assert 'hx-swap="leave"' in answer.text
    assert "Map both gaps" not in as_ada.see(proposal.meeting.path)
    answer = as_ada.htmx(f"{proposal.path}/agreement")
    assert answer.status_code == 409
    assert "withdrawn" in regions(answer.text)["notice"]
    assert as_sam.form(f"{proposal.path}/agreement", undo=True).status_code == 303


def test_a_withdrawn_action_is_gone_from_its_address(as_sam, sam, proposal):
    proposal.withdraw(sam)
    assert as_sam.region(proposal.path).status_code == 404
    assert as_sam.region(f"{proposal.path}/edit").status_code in (404, 409)


def test_a_tracked_action_is_not_withdrawn(as_sam, tracked):
    answer = as_sam.form(f"{tracked.path}/agreement", undo=True)
    assert answer.status_code == 409
    assert "You can drop it, with a reason" in answer.text


def test_other_terms_are_suggested_and_ask_anew(as_sam, as_ada, ada, proposal):
    assert boxes(as_ada.see(f"{proposal.path}/edit"), "text") == ["Map both gaps"]
    answer = as_ada.htmx(proposal.path, **terms(ada, text="Map one gap"))
    assert answer.status_code == 200
    assert "Waiting for Sam" in answer.text
    assert fresh(proposal).text == "Map one gap"
    assert as_ada.form(proposal.path, **terms(ada, text="Map half a gap")).status_code == 303


@pytest.mark.parametrize(("field", "value", "message"), BAD_TERMS)
def test_bad_other_terms_are_refused_beside_the_field_and_kept(as_ada, ada, proposal, field, value, message):
    at = f"edit-action-{proposal.id}"
    sent = terms(ada, **{"text": "Map one gap", field: value})
    partial = as_ada.htmx(proposal.path, **sent)
    assert partial.status_code == 422
    assert message in problem_at(partial.text, at, field)
    whole = as_ada.form(proposal.path, **sent)
    assert whole.status_code == 422
    assert message in problem_at(whole.text, at, field)
    for name in ("text", "due_on", "likelihood"):
        assert sent[name].strip() in [shown.strip() for shown in boxes(whole.text, name)]
    assert fresh(proposal).text == "Map both gaps"


def test_other_terms_for_what_was_agreed_a_second_ago_are_kept_on_screen(as_sam, sam, tracked):
    partial = as_sam.htmx(tracked.path, **terms(sam, text="Map one gap"))
    assert partial.status_code == 409
    assert "settled" in problem_at(partial.text, f"edit-action-{tracked.id}")
    whole = as_sam.form(tracked.path, **terms(sam, text="Map one gap"))
    assert whole.status_code == 409
    assert boxes(whole.text, "text") == ["Map one gap"]


# Doing


def test_a_tick_is_set_and_taken_back_by_both_ways(as_sam, tracked):
    for send, code in ((as_sam.htmx, 200), (as_sam.form, 303)):
        for minutes in (0, 20):
            with clock.at(NOW + timedelta(minutes=minutes)):
                assert send(f"{tracked.path}/completion").status_code == code
            assert fresh(tracked).done_at == NOW
        for _ in range(2):
            assert send(f"{tracked.path}/completion", undo=True).status_code == code
            assert fresh(tracked).done_at is None


def test_a_proposal_cannot_be_ticked(as_sam, proposal):
    answer = as_sam.htmx(f"{proposal.path}/completion")
    assert answer.status_code == 409
    assert "Both must agree" in regions(answer.text)["notice"]


def test_an_update_is_shown_with_its_author_and_sent_twice_stands_once(as_sam, as_ada, tracked):
    for send in (as_sam.htmx, as_sam.htmx, as_sam.form):
        assert send(f"{tracked.path}/updates", text="Half done", key="k").status_code < 400
    assert ActionUpdate.select().count() == 1
    assert "Half done" in as_ada.see(tracked.meeting.path)


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "Write a few words"), ("  \n", "Write a few words"), ("x" * 2001, "longer than 2,000 characters")],
    ids=["empty", "white space", "2,001 characters"],
)
@pytest.mark.parametrize(("path", "at", "field"), [("updates", "update", "text"), ("dropping", "drop", "reason")])
def test_bad_words_are_refused_beside_the_box_and_kept(as_sam, tracked, path, at, field, text, message):
    message = "Say in a few words why" if field == "reason" and len(text) < 10 else message
    partial = as_sam.htmx(f"{tracked.path}/{path}", **{field: text})
    assert partial.status_code == 422
    assert message in problem_at(partial.text, f"{at}-{tracked.id}", field)
    whole = as_sam.form(f"{tracked.path}/{path}", **{field: text})
    assert whole.status_code == 422
    assert message in problem_at(whole.text, f"{at}-{tracked.id}", field)
    if text.strip():
        assert text in boxes(whole.text, field)
    assert ActionUpdate.select().count() == 0
    assert not fresh(tracked).dropped_at


@pytest.mark.parametrize(("path", "at", "field"), [("due", "due", "due_on"), ("rest", "rest", "until")])
@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("", "Choose"),
        ("2026-03-02", "has passed"),
        ("20261-01-01", "not a day"),
        ("2096-01-01", "five years"),
        ("x", "not a day"),
    ],
)
def test_a_bad_day_is_refused_beside_the_field_and_kept(as_sam, tracked, path, at, field, day, message):
    partial = as_sam.htmx(f"{tracked.path}/{path}", **{field: day})
    assert partial.status_code == 422
    assert message in problem_at(partial.text, f"{at}-{tracked.id}", field)
    whole = as_sam.form(f"{tracked.path}/{path}", **{field: day})
    assert whole.status_code == 422
    assert message in problem_at(whole.text, f"{at}-{tracked.id}", field)
    assert day in boxes(whole.text, field)
    assert (fresh(tracked).due_on, fresh(tracked).put_off_until) == (None, None)


def test_another_day_stays_on_view(as_sam, as_ada, tracked):
    as_sam.htmx(f"{tracked.path}/due", due_on=NEXT_WEEK)
    as_sam.form(f"{tracked.path}/due", due_on="2026-03-17")
    page = as_ada.see(tracked.meeting.path)
    assert "moved the day from 10 March to 17 March" in page


def test_what_is_put_off_leaves_the_agenda_and_is_taken_up_again(as_sam, as_ada, ada, tracked):
    upcoming = records.close(tracked.meeting, ada, LATER)
    words = "Map both gaps"
    assert words in as_ada.see(upcoming.path)
    as_sam.htmx(f"{tracked.path}/rest", until="2026-05-01")
    assert words not in as_ada.see(upcoming.path)
    assert "resting until 1 May" in as_ada.see("/actions")
    as_sam.form(f"{tracked.path}/rest", undo=True)
    assert words in as_ada.see(upcoming.path)


def test_dropping_shows_its_reason_and_is_undone(as_sam, as_ada, tracked):
    as_sam.htmx(f"{tracked.path}/dropping", reason="No longer needed")
    assert "No longer needed" in as_ada.see(tracked.pair.path)
    answer = as_ada.htmx(f"{tracked.path}/completion")
    assert answer.status_code == 409
    as_ada.form(f"{tracked.path}/dropping", undo=True)
    assert fresh(tracked).is_open


def test_a_reason_for_what_is_still_a_proposal_is_kept_on_screen(as_sam, proposal):
    whole = as_sam.form(f"{proposal.path}/dropping", reason="Because it is not wanted")
    assert whole.status_code == 409
    assert "Because it is not wanted" in whole.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("completion", {}),
        ("updates", {"text": "Half done"}),
        ("due", {"due_on": NEXT_WEEK}),
        ("rest", {"until": NEXT_WEEK}),
        ("dropping", {"reason": "x"}),
        ("agreement", {}),
    ],
)
def test_nothing_changes_when_the_two_no_longer_meet(as_sam, ada, tracked, path, fields):
    tracked.pair.end(ada)
    before = fresh(tracked).__data__
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{tracked.path}/{path}", **fields)
        assert answer.status_code == 409
        assert "have ended" in answer.text
    assert fresh(tracked).__data__ == before


# Pages


def test_the_actions_page_has_a_list_for_each_side(as_sam, as_ada, ada, sam, item, tracked):
    actions.propose(item, ada, text="Ask Jo", owner=ada, due_on=None, likelihood=None, together=True)
    actions.propose(item, ada, text="Perhaps", owner=ada, due_on=None, likelihood=None)
    page = as_sam.see("/actions")
    yours, theirs = page.split('aria-label="Yours"')[1].split('aria-label="Theirs"')
    assert "Map both gaps" in yours
    assert "Ask Jo" in theirs
    assert "Perhaps" in page.split('aria-label="To be agreed"')[1].split("</section>")[0]
    tracked.complete(sam)
    assert "Map both gaps" in as_ada.see("/actions").split('aria-label="Done lately"')[1]


def test_the_actions_of_others_are_not_on_the_page(as_lee, tracked):
    assert "Map both gaps" not in as_lee.see("/actions")


def test_an_action_has_a_page_of_its_own(as_sam, tracked):
    assert "Map both gaps" in as_sam.see(tracked.path)
    assert "<html" not in as_sam.region(tracked.path).text


def test_unknown_regions_are_not_found(as_sam, tracked):
    for name in ("nothing", "action", "action-nothing", "actions-x"):
        assert as_sam.region(f"/actions/regions/{name}").status_code == 404, name


def test_seven_or_less_asks_what_would_make_it_one_higher_and_keeps_the_answer(as_sam, as_ada, meeting, item, sam):
    as_sam.htmx(f"{item.path}/actions", text="Write the plan", owner=sam.id, likelihood="7", together="1")
    assert "What would make it one higher?" in as_ada.see(meeting.path)
    action = actions.made_in(meeting)[item.id][0]
    answer = as_sam.htmx(f"{action.path}/likelier", text="Figures by Friday", base="")
    assert "Figures by Friday" in answer.text
    for page in (meeting.path, "/actions", meeting.pair.path):
        assert "Figures by Friday" in as_ada.see(page)


def test_a_clash_over_what_would_help_shows_both_versions(as_sam, as_ada, meeting, item, sam):
    action = actions.propose(item, sam, text="Plan", owner=sam, due_on=None, likelihood=3, together=True)
    for text, base in (("Time", ""), ("More time", "Time")):
        as_ada.htmx(f"{action.path}/likelier", text=text, base=base)
    answer = as_sam.htmx(f"{action.path}/likelier", text="Less noise", base="Time")
    assert answer.status_code == 409
    assert "More time" in answer.text
    assert "Less noise" in answer.text
    page = as_sam.form(f"{action.path}/likelier", text="Less noise", base="Time")
    assert page.status_code == 409
    assert "Less noise" in page.text


def test_how_it_turned_out_is_told_wherever_the_action_is(as_sam, meeting, item, sam):
    action = actions.propose(item, sam, text="Plan", owner=sam, due_on=None, likelihood=3, together=True)
    assert "likely 3 of 10" in as_sam.see(meeting.path)
    action.complete(sam)
    assert "said 3 of 10, done" in as_sam.see(meeting.path)
    action.uncomplete(sam)
    action.drop(sam, "Overtaken")
    assert "said 3 of 10, dropped" in as_sam.see(meeting.pair.path)
    assert "Given 7 or less: 0 of 1 done." in as_sam.see(meeting.pair.path)


@pytest.mark.parametrize("way", ["htmx", "form"])
def test_a_change_of_a_proposal_that_was_overtaken_is_shown_once_more_and_can_be_finished(as_sam, as_ada, item, way):
    as_sam.form(f"{item.path}/actions", text="Map both gaps", owner=item.author_id)
    action = Action.get()
    sent = {"owner": item.author_id, "terms": action.terms}
    as_sam.form(action.path, text="Map three gaps", **sent)
    answer = getattr(as_ada, way)(action.path, text="Map one gap", **sent)
    assert answer.status_code == 409
    fresh = Action.get().terms
    for words in ("Map one gap", "Map three gaps", f'value="{fresh}"'):
        assert words in answer.text
    assert as_ada.htmx(action.path, text="Map one gap", owner=item.author_id, terms=fresh).status_code == 200
