"""One renderer: a region fetched, answered or streamed is, letter by letter, what the whole page shows."""

import re
from datetime import timedelta

import pytest

import actions
import clock
import development
import feedback
import growth
import meetings
import records
from meetings import Item
from notebooks import PrivateNote
from views.actions import ActionsPage
from views.feedback import FeedbackPage
from views.pages import MeetingPage, Page, PairPage
from views.plan import PlanPage
from views.records import RecordPage
from views.today import TodayPage

from .conftest import NOW
from .screen import regions

LATER = NOW + timedelta(days=30)
# It tells the one who has just written something, and nobody else, that it is saved.
SAYS_SOMETHING_NEW = {"saved"}
# It tells the page that what stands there is out of date.
IS_DUE = {f"{name}-due" for name in MeetingPage.on_sight}
# Of these there are several; the name goes on with the key of each.
KEYED = {"item", "action", "section", "prompts", "composer", "goal", "activity"}


@pytest.fixture
def full(meeting, ada, sam):
    """The second meeting of the two, with items and actions in every state."""
    with clock.at(NOW - timedelta(hours=2)):
        earlier = meeting.add_item(sam, "goals", "From last time")
        standing = meeting.add_item(ada, "wellbeing", "How the week feels")
        standing.stand(ada)
        for text in ("open", "done", "dropped", "resting", "late"):
            actions.propose(
                earlier, sam, text=f"To be {text}", owner=sam, due_on=NOW.date(), likelihood=7, together=True
            )
        actions.propose(earlier, ada, text="Perhaps", owner=ada, due_on=None, likelihood=None)
        standing.write_notes(sam, "\nA line below", "")
    with clock.at(NOW - timedelta(hours=1)):
        upcoming = records.close(meeting, ada, LATER)
    found = {action.text: action for action in actions.open_ones(meeting.pair)}
    found["To be done"].complete(sam)
    found["To be dropped"].drop(sam, "No need")
    found["To be resting"].put_off(sam, NOW.date() + timedelta(days=60))
    found["To be late"].update_with(ada, "<b>How</b> is it going?")
    found["To be late"].redate(sam, NOW.date() - timedelta(days=2))
    upcoming = meetings.find(sam, upcoming.id)
    upcoming.add_item(sam, "goals", "Two lines\nof <script> & “words”")
    upcoming.add_item(sam, "other", "My own draft", private=True)
    kept = upcoming.add_item(ada, "other", "Kept")
    kept.keep(ada)
    kept.discuss(ada)
    actions.propose(kept, ada, text="Made here", owner=ada, due_on=NOW.date(), likelihood=None)
    actions.propose(kept, ada, text="Agreed here", owner=sam, due_on=None, likelihood=3, together=True)
    growth.set_objective(meeting.pair, sam, "Chair the review", NOW.date(), together=True).achieve(ada)
    growth.set_objective(meeting.pair, sam, "Another", None)
    PrivateNote.write(meeting.pair, sam, "\nMy notes", "")
    fill_plan(sam, ada, kept)
    fill_feedback(meeting.pair, sam, ada)
    return upcoming


def fill_plan(sam, ada, item) -> None:
    """Goals in every state, with activities in every state."""
    goal = development.put_in_plan(item, ada)
    goal.write(sam, "support", "\nSomebody who <b>watches</b>", "")
    for mode in development.MODES:
        goal.add_activity(sam, f"Learn {mode}", mode, NOW.date() - timedelta(days=1)).do(sam)
    goal.add_activity(sam, "Out again", "formal").take_out(ada)
    goal.activities[0].reflect(sam, "That it works & why", "")
    development.set_goal(goal.pair, sam, "Met").meet(sam)
    development.set_goal(goal.pair, sam, "Dropped").drop(sam)


def fill_feedback(pair, sam, ada) -> None:
    """Feedback in every state, both ways."""
    for giver, receiver in ((sam, ada), (ada, sam)):
        for tone in feedback.TONES:
            feedback.give(pair, giver, tone, "New & <b>bold</b>")
        thanked = feedback.ask(pair, receiver, "How was it?")
        thanked.answer(giver, "positive", "Well", is_reported=True, reported_from="")
        thanked.acknowledge(receiver, "Thank you, both")
        thanked.record(receiver)
        feedback.give(pair, giver, "positive", "Taken back").withdraw(giver)
        feedback.ask(pair, receiver, "What else?")


def names_on(page: str, kinds) -> list[str]:
    """The names of all regions of these kinds that stand on a page, by the ids of its elements."""
    ids = re.findall(r' id="([a-z]+(?:-[a-z0-9]+)?)"', page)
    return [id for id in ids if id in kinds or id.partition("-")[0] in KEYED.intersection(kinds)]


def check(client, page_path: str, regions_path: str, kinds) -> None:
    """Every region of a page, fetched, occurs in the page."""
    page = client.see(page_path)
    names = names_on(page, kinds)
    assert {name.partition("-")[0] for name in names} == set(kinds)
    for name in set(names) - SAYS_SOMETHING_NEW:
        fragment = client.region(f"{regions_path}/{name}")
        assert fragment.status_code == 200, name
        assert fragment.text.strip() in page, name


@pytest.mark.parametrize("who", ["as_sam", "as_ada"])
def test_every_region_of_the_meeting_is_on_its_page(full, request, who):
    client = request.getfixturevalue(who)
    check(client, full.path, f"{full.path}/regions", MeetingPage.partials)


@pytest.mark.parametrize("who", ["as_sam", "as_ada"])
def test_every_region_of_the_pair_is_on_its_page(full, request, who):
    client = request.getfixturevalue(who)
    check(client, full.pair.path, f"{full.pair.path}/regions", PairPage.partials)


@pytest.mark.parametrize("who", ["as_sam", "as_ada"])
def test_every_region_of_the_actions_page_is_on_it(full, request, who):
    check(request.getfixturevalue(who), "/actions", "/actions/regions", ActionsPage.partials)


def test_every_region_of_today_is_on_it(full, as_sam):
    check(as_sam, "/", "/regions", TodayPage.partials)


def test_every_region_of_a_record_is_on_its_page(full, meeting, as_sam, sam):
    records.Record.of(meeting).remark(sam, "Remarkable")
    check(as_sam, f"{meeting.path}/record", f"{meeting.path}/record/regions", RecordPage.partials)


@pytest.mark.parametrize("who", ["as_sam", "as_ada"])
def test_every_region_of_the_plan_is_on_its_page(full, request, who):
    path = f"{full.pair.path}/plan"
    check(request.getfixturevalue(who), path, f"{path}/regions", PlanPage.partials)


@pytest.mark.parametrize("who", ["as_sam", "as_ada"])
def test_every_region_of_the_feedback_is_on_its_page(full, request, who):
    path = f"{full.pair.path}/feedback"
    check(request.getfixturevalue(who), path, f"{path}/regions", FeedbackPage.partials)


def answered(client, path: str, **fields) -> dict[str, str]:
    """The regions that a write answers with, but for the word that it is saved, and for what is only marked."""
    answer = client.htmx(path, **fields)
    assert answer.status_code == 200, answer.text
    shown = regions(answer.text)
    return {name: html for name, html in shown.items() if html and name not in SAYS_SOMETHING_NEW | IS_DUE}


def test_the_answer_to_a_write_is_what_the_page_shows_then(full, as_sam, sam):
    item = next(found for found in full.items_for(sam) if found.text == "Kept")
    open_action = next(found for found in actions.open_ones(full.pair) if found.text == "To be open")
    proposal = next(found for found in actions.open_ones(full.pair) if found.text == "Made here")
    for path, fields in (
        (f"{full.path}/items", {"section": "goals", "text": "New"}),
        (f"{item.path}/discussion", {"undo": True}),
        (f"{item.path}/keeping", {}),
        (f"{item.path}/position", {"direction": "up"}),
        (item.path, {"text": "Kept, in other words", "base": "Kept"}),
        (f"{item.path}/actions", {"text": "One more", "owner": sam.id}),
        (f"{full.path}/time", {"starts_at": "2026-04-03T10:00", "minutes": "30", "place": "Room 9"}),
        (f"{open_action.path}/completion", {}),
        (f"{open_action.path}/updates", {"text": "Well done"}),
        (f"{proposal.path}/agreement", {}),
    ):
        shown = answered(as_sam, path, **fields)
        page = as_sam.see(full.path)
        assert shown, path
        for name, html in shown.items():
            assert html.strip() in page, (path, name)


def test_what_the_stream_sends_is_what_the_page_shows(full, as_sam, as_ada, ada):
    item = next(found for found in full.items_for(ada) if found.text == "Kept")
    with as_sam.get(f"{full.path}/live?since={full.pair.version}") as answer:
        events = (event.decode() if isinstance(event, bytes) else event for event in answer.response)
        next(events), next(events)
        as_ada.htmx(f"{item.path}/notes", text="Forms & <b>figures</b>\nin two lines", base="")
        sent = next(events)
        page = as_sam.see(full.path)
    html = "\n".join(line.removeprefix("data: ") for line in sent.split("\n") if line.startswith("data: "))
    assert "Forms &amp; &lt;b&gt;figures" in html
    for name, shown in regions(html).items():
        assert shown.strip() in page, name
    assert f"id: {Item.get_by_id(item.id).pair.version}\n" in sent


@pytest.mark.parametrize("name", ['item-x"><b>', "item-x, body", "item-x y", "head>b", ""])
def test_what_no_region_is_called_comes_into_no_page(full, ada, name):
    page = MeetingPage(ada, full)
    for put in (page.partial, page.outright):
        with pytest.raises(ValueError, match="No region"):
            put(name)


def kinds(kind=Page):
    """Every kind of page there is."""
    return {kind}.union(*map(kinds, kind.__subclasses__()))


@pytest.mark.parametrize(
    "kind", sorted((kind for kind in kinds() if hasattr(kind, "whole")), key=lambda kind: kind.__name__)
)
def test_a_page_that_was_away_is_sent_all_that_can_change(kind):
    page = object.__new__(kind)
    assert page.wanted(set(kind.whole)) == set(kind.whole)
