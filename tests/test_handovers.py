"""Handing over: the individual alone chooses, both see exactly what went along, and nothing else does."""

import re
from datetime import date, timedelta

import pytest

import actions
import clock
import covers
import erasure
import growth
import handovers
import live
import meetings
import notices
import pairing
import records
import retention
import scheduling
from actions import Action
from development import Activity, DevelopmentGoal
from growth import Objective, ObjectiveAgreement
from handovers import Chosen, Handover, PassedRecord
from models import Pair, PairOver, Refused
from notebooks import PrivateNote
from rows import db
from views.pages import MeetingPage, PairPage
from views.plan import PlanPage
from views.today import TodayPage

from .conftest import NOW

SECRETS = (
    *("Talked about in March", "notebook of Sam", "notebook of Ada", "draft of Sam", "an update", "a reflection"),
    *("a barrier", "how it goes", "help from Ada"),
)


@pytest.fixture
def source(pair, meeting, ada, sam) -> Pair:
    """Ada and Sam with everything that could go along, and much that must not."""
    item = meeting.add_item(sam, "goals", "Talked about in March")
    meeting.add_item(sam, "goals", "draft of Sam", private=True)
    for person in (ada, sam):
        PrivateNote.write(pair, person, f"notebook of {person.first_name}", "")
    for text, owner in (("Sam's action", sam), ("Ada's action", ada), ("Not marked", sam)):
        action = actions.propose(item, sam, text=text, owner=owner, due_on=NOW.date(), likelihood=5, together=True)
        action.update_with(ada, "an update")
        if text != "Not marked":
            for person in (ada, sam):
                handovers.hand_on(action, person)
    objective = growth.set_objective(pair, sam, "Chair the review", NOW.date())
    objective.change(measures="Three in a row", competencies="Leading")
    growth.Progress.create(pair=pair, objective=objective, author=ada, text="how it goes")
    goal = DevelopmentGoal.create(
        pair=pair, text="Facilitate", support="Time", barriers="a barrier", help="help from Ada", set_by=sam
    )
    done = {"done_at": NOW, "done_by": sam, "reflection": "a reflection"}
    Activity.create(pair=pair, goal=goal, text="Watch Jo", mode="others", added_by=ada, **done)
    records.close(meeting, ada, NOW + timedelta(days=30))
    return pair


@pytest.fixture
def to(source, sam, lee) -> Pair:
    """Lee, Sam's new manager, and Sam; Ada's time is over."""
    source.end(None)
    new = pairing.invite(lee, manager=lee, report=sam)
    pairing.accept(new, sam)
    return sam.pair(new.id)


def ended(pair, sam) -> Pair:
    """The pair as it is now."""
    return sam.pair(pair.id)


def everything(offer) -> Chosen:
    """All that can go along."""
    ids = [[row.id for row in rows] for rows in offer]
    return Chosen(ids[0], ids[1], dict.fromkeys(ids[2], ""), ids[3])


def test_nothing_goes_along_by_itself(source, to, lee, as_lee):
    assert Objective.select().where(Objective.pair == to).count() == Handover.select().count() == 0
    for path in (source.path, f"{source.path}/handover", f"{source.path}/passed-on"):
        assert as_lee.get(path).status_code == 404
    page = as_lee.see(to.path) + as_lee.see(f"{to.path}/passed-on") + as_lee.see("/actions")
    assert not [words for words in (*SECRETS, "Sam's action", "Chair the review") if words in page]


def test_all_that_was_chosen_goes_along_and_nothing_else(source, to, sam, lee, as_lee):
    source = ended(source, sam)
    handovers.pass_on(source, to, sam, everything(handovers.offer(source, to)))
    (objective,) = Objective.select().where(Objective.pair == to)
    assert (objective.text, objective.measures, objective.competencies) == (
        *("Chair the review", "Three in a row", "Leading"),
    )
    (goal,) = DevelopmentGoal.select().where(DevelopmentGoal.pair == to)
    assert (goal.text, goal.support, goal.barriers, goal.help) == ("Facilitate", "Time", "", "")
    (activity,) = Activity.select().where(Activity.goal == goal)
    assert (activity.text, activity.mode, activity.done_at, activity.reflection) == ("Watch Jo", "others", NOW, "")
    assert {one.text for one in actions.open_ones(to)} == {"Sam's action", "Ada's action", "Not marked"}
    (passed,) = PassedRecord.select().where(PassedRecord.pair == to)
    assert passed.minutes["manager"] == "Ada Marsh"
    pages = "".join(as_lee.see(path) for path in (to.path, f"{to.path}/passed-on", "/actions"))
    for words in ("Sam&#39;s action", "Three in a row", "Leading", "Facilitate", "Watch Jo", passed.path):
        assert words in pages
    assert not [words for words in SECRETS if words in pages]
    assert "Talked about in March" in as_lee.see(passed.path)


def test_the_new_manager_has_to_agree_to_what_came_along(source, to, sam, lee):
    source = ended(source, sam)
    handovers.pass_on(source, to, sam, everything(handovers.offer(source, to)))
    for action in actions.open_ones(to):
        assert action.is_proposed
        assert [one.person_id for one in action.agreements] == [sam.id]
    (objective,) = Objective.select().where(Objective.pair == to)
    assert objective.agreed_at is None
    assert [one.person_id for one in ObjectiveAgreement.select().where(ObjectiveAgreement.objective == objective)] == [
        sam.id
    ]


def test_the_individual_says_who_does_now_what_the_former_manager_had(source, to, sam, lee):
    source = ended(source, sam)
    found = {action.text: action for action in actions.open_ones(source)}
    one, other = found["Ada's action"], found["Not marked"]
    handovers.pass_on(source, to, sam, Chosen(actions={one.id: lee.id, other.id: source.manager_id}))
    owners = {action.text: action.owner_id for action in actions.open_ones(to)}
    assert owners == {"Ada's action": lee.id, "Not marked": sam.id}


def test_the_earlier_pair_stays_as_it_was(source, to, sam):
    source = ended(source, sam)
    before = [(one.text, one.owner_id, one.agreed_at) for one in actions.open_ones(source)]
    handovers.pass_on(source, to, sam, everything(handovers.offer(source, to)))
    assert [(one.text, one.owner_id, one.agreed_at) for one in actions.open_ones(source)] == before
    assert ended(source, sam).version == source.version


def test_each_thing_goes_along_once(source, to, sam):
    source = ended(source, sam)
    first = Chosen(objectives=[row.id for row in handovers.offer(source, to).objectives])
    whole = everything(handovers.offer(source, to))
    assert handovers.pass_on(source, to, sam, first)
    assert handovers.pass_on(source, to, sam, first) is None
    handovers.pass_on(source, to, sam, whole)
    assert not any(handovers.offer(source, to))
    assert handovers.pass_on(source, to, sam, whole) is None
    for model, number in ((Objective, 1), (DevelopmentGoal, 1), (Activity, 1), (Action, 3), (PassedRecord, 1)):
        assert model.select().where(model.pair == to).count() == number
    assert Handover.select().count() == 2


def test_nobody_else_can_pass_anything_on(source, to, sam, ada, lee, as_ada, as_lee):
    source = ended(source, sam)
    whole = everything(handovers.offer(source, to))
    for person in (ada, lee):
        with pytest.raises(Refused, match="Only Sam"):
            handovers.pass_on(source, to, person, whole)
    for client in (as_ada, as_lee):
        answer = client.form(f"{source.path}/handover", to=to.id, objectives=[*whole.objectives])
        assert answer.status_code == 404
    assert Handover.select().count() == 0


def test_what_is_of_another_pair_cannot_be_chosen(source, to, sam, theirs, lee):
    source = ended(source, sam)
    foreign = growth.set_objective(theirs.pair, lee, "Of Noor and Lee", None)
    assert handovers.pass_on(source, to, sam, Chosen(objectives=[foreign.id])) is None
    assert "Of Noor" not in str([one.told for one in Handover.select()])


def test_nothing_goes_to_a_pair_that_has_ended_or_with_nothing_ticked(source, to, sam):
    source = ended(source, sam)
    with pytest.raises(Refused, match="Tick what"):
        handovers.pass_on(source, to, sam, Chosen())
    whole = everything(handovers.offer(source, to))
    to.end(sam)
    with pytest.raises(PairOver):
        handovers.pass_on(source, to, sam, whole)


def test_both_are_told_and_see_the_same_page(source, to, sam, lee, as_sam, as_lee):
    source = ended(source, sam)
    handovers.pass_on(source, to, sam, everything(handovers.offer(source, to)))
    assert {notice.kind for person in (sam, lee) for notice in notices.unread_of(person)} == {"handed-over"}
    assert "Sam Okoro has passed on to you" in as_lee.see("/")
    mine, theirs = (client.see(f"{to.path}/passed-on").partition("<section")[2] for client in (as_sam, as_lee))
    assert mine.partition("</main>")[0] == theirs.partition("</main>")[0]
    assert "passed-on" in as_lee.see(to.path)


def test_what_was_passed_on_is_for_the_two_alone(source, to, sam, as_ada, client_of, noor, robin):
    source = ended(source, sam)
    handovers.pass_on(source, to, sam, everything(handovers.offer(source, to)))
    passed = PassedRecord.get()
    for client in (as_ada, client_of(noor), client_of(robin)):
        for path in (f"{to.path}/passed-on", passed.path):
            assert client.get(path).status_code == 404


def test_an_action_is_handed_on_when_both_say_so_and_not_by_one(source, sam, ada, as_sam, as_ada, pair):
    action = next(one for one in actions.open_ones(source) if one.text == "Not marked")
    as_ada.form(f"{action.path}/handing-on")
    assert handovers.handed_on(source)[action.id] == {ada.id}
    as_ada.form(f"{action.path}/handing-on")
    as_sam.form(f"{action.path}/handing-on")
    assert handovers.handed_on(source)[action.id] == {ada.id, sam.id}
    as_ada.form(f"{action.path}/handing-on", undo=True)
    assert handovers.handed_on(source)[action.id] == {sam.id}
    assert "Waiting for Ada" in as_sam.see(f"{pair.path}/handover")
    assert "Sam would pass this on" in as_ada.see(f"{pair.path}/handover")


def test_what_is_done_or_over_is_not_handed_on(source, sam):
    action = actions.open_ones(source)[0]
    action.complete(sam)
    with pytest.raises(Refused, match="not open any more"):
        handovers.hand_on(action, sam)
    source.end(None)
    with pytest.raises(PairOver):
        handovers.hand_on(action, sam)


def test_only_what_both_agreed_on_is_ticked(source, to, as_sam):
    page = as_sam.see(f"{source.path}/handover")
    assert page.count('type="checkbox"') == 6
    assert page.count(" checked>") == 2
    assert page.count("you both said so") == 2
    assert page.count("Who does it now?") == 1
    action = Action.get(Action.pair == source, Action.owner == source.manager)
    select = page.partition("<select")[2].partition(">")[0]
    for name in select.partition('aria-labelledby="')[2].partition('"')[0].split():
        assert page.count(f'id="{name}"') == 1
        assert action.id in name


def test_the_page_opens_no_record_to_say_which_there_are(source, to, as_sam):
    asked = []
    db.query_hooks.append(lambda event: asked.append(event.sql))
    try:
        assert "Record of 4 March" in as_sam.see(f"{source.path}/handover")
    finally:
        db.query_hooks.pop()
    of_records = [sql for sql in asked if 'FROM "record"' in sql]
    assert of_records
    assert not [sql for sql in of_records if '"content"' in sql]


def test_it_is_done_through_the_web(source, to, sam, as_sam, as_lee):
    assert "Choose what to pass on to Lee" in as_sam.see("/")
    assert "Choose what to pass on to Lee" in as_sam.see(source.path)
    (objective,) = Objective.select().where(Objective.pair == source)
    answer = as_sam.form(f"{source.path}/handover", to=to.id, objectives=objective.id)
    assert (answer.status_code, answer.location) == (303, f"{to.path}/passed-on")
    assert "Chair the review" in as_lee.see(answer.location)
    assert as_sam.form(f"{source.path}/handover", to=to.id).status_code == 409
    assert as_sam.form(f"{source.path}/handover", to=source.id, objectives=objective.id).status_code == 404


def test_whoever_goes_back_and_ticks_something_else_passes_that_on_too(source, to, sam, as_sam, as_lee):
    page = as_sam.see(f"{source.path}/handover").partition('<form id="handover"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page))
    for kind, row in (("objectives", Objective.get(pair=source)), ("goals", DevelopmentGoal.get(pair=source))):
        as_sam.form(f"{source.path}/handover", **{**hidden, "csrf_token": as_sam.token, kind: row.id})
    shown = as_lee.see(f"{to.path}/passed-on")
    assert "Chair the review" in shown
    assert "Facilitate" in shown


def test_open_pages_show_at_once_what_came_along(source, to, sam, lee, as_sam):
    goal = DevelopmentGoal.get(DevelopmentGoal.pair == source)
    pages = [
        PlanPage(lee, to),
        PairPage(lee, to),
        MeetingPage(lee, meetings.find(lee, scheduling.next_meeting(to).id)),
        TodayPage(lee),
    ]
    listeners = [live.Listener(lee.id, pair=page.pair and to.id) for page in pages]
    for listener in listeners:
        live.join(listener)
    as_sam.form(f"{source.path}/handover", to=to.id, goals=goal.id)
    sent = [page.wanted(listener.wait(0)) for page, listener in zip(pages, listeners, strict=True)]
    assert sent == [
        {"plan", "balance"},
        {"pair", "actions", "objectives"},
        {"actions", "growth"},
        {"today", "conversations", "mine", "team", "growing"},
    ]


def test_what_began_in_a_cover_goes_back_at_its_end_and_what_came_from_there_is_not_doubled(
    source, sam, ada, lee, as_sam
):
    cover = covers.set_up(source, ada, lee, date(2026, 4, 1))
    pairing.accept(cover, lee)
    cover = sam.pair(cover.id)
    handovers.pass_on(source, cover, sam, everything(handovers.offer(source, cover)))
    for action in actions.open_ones(cover):
        action.agree(lee)
    growth.set_objective(cover, lee, "Begun with Lee", together=True)
    cover.end(sam)
    cover = ended(cover, sam)
    assert "Choose what to pass on to Ada" in as_sam.see(cover.path)
    back = handovers.offer(cover, source)
    assert [one.text for one in back.objectives] == ["Begun with Lee"]
    assert not back.goals
    assert not back.actions
    handovers.pass_on(cover, source, sam, everything(back))
    found = [one.text for one in growth.open_ones(source)]
    assert sorted(found) == ["Begun with Lee", "Chair the review"]


def test_a_page_says_kindly_that_there_is_nobody_to_pass_on_to(source, as_sam):
    source.end(None)
    assert "As soon as you meet somebody else" in as_sam.see(f"{source.path}/handover")


def test_what_was_passed_on_goes_at_its_age(source, to, sam):
    source = ended(source, sam)
    with clock.at(NOW + timedelta(days=1)):
        handovers.pass_on(source, to, sam, everything(handovers.offer(source, to)))
    with clock.at(NOW + timedelta(days=365)):
        to = sam.pair(to.id)
        before = PassedRecord.get().closed_at
        retention.clear(to, before)
        assert PassedRecord.select().count() == 1
        retention.clear(to, before + timedelta(seconds=1))
        assert (PassedRecord.select().count(), Handover.select().count()) == (0, 1)
        retention.clear(to, NOW + timedelta(days=2))
        assert Handover.select().count() == 0


def test_erasing_the_new_pair_takes_along_what_was_passed_on(source, to, sam):
    source = ended(source, sam)
    handovers.pass_on(source, to, sam, everything(handovers.offer(source, to)))
    erasure.erase_pair(to)
    assert erasure.words_in(to) == {}
    assert erasure.words_in(source)
