"""While one person types, the other changes everything around: words, caret, focus and scroll stay as they are."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .desk import GOALS, OTHER, PLAN, WELLBEING, Desk, eventually

WORDS = "Half a sentence, and then"
CARET = 7


def type_and_stop_in_the_middle(box: Locator) -> dict:
    """Type, put the caret between two words, and note how everything stands."""
    box.click()
    box.press("ControlOrMeta+a")
    box.press_sequentially(WORDS)
    for _ in range(len(WORDS) - CARET):
        box.press("ArrowLeft")
    return how_it_stands(box)


def how_it_stands(box: Locator) -> dict:
    return box.evaluate(
        """(box) => ({
            words: box.value, from: box.selectionStart, to: box.selectionEnd, focused: box === document.activeElement,
            top: Math.round(box.getBoundingClientRect().top),
        })"""
    )


def is_as_it_was(box: Locator, before: dict) -> None:
    assert before["from"] == CARET
    assert before["focused"]
    assert how_it_stands(box) == before
    expect(box.locator("xpath=ancestor-or-self::*[contains(@class, 'is-gone')]")).to_have_count(0)
    # And one can go on where one stopped.
    box.press_sequentially("X")
    expect(box).to_have_value(WORDS[:CARET] + "X" + WORDS[CARET:])


def change_everything(sam: Desk, ada: Desk, beside: str) -> None:
    """Add, edit, tick, move and delete, above and below where Ada types; ends when Ada's page shows it all."""
    sam.item(beside).tick.check()
    sam.add(WELLBEING, "Above")
    sam.add(GOALS, "Beside, to go")
    sam.add(OTHER, "Below")
    box = sam.item("How the week feels: three late evenings in a row").edit()
    box.fill("The week, edited")
    box.press("Enter")
    sam.item("Below").more("Move up")
    sam.item("Above").more(f"Move to {PLAN}")
    expect(ada.item("Beside, to go").row).to_be_visible()
    sam.item("Beside, to go").more("Delete")
    sam.item("Go-live plan: which department first?").propose("Ask finance", "Sam Okoro")
    expect(ada.item(beside).tick).to_be_checked()
    expect(ada.item("The week, edited").row).to_be_visible()
    expect(ada.page.get_by_text("Beside, to go")).to_have_count(0)
    expect(ada.action("Ask finance")).to_be_visible()
    for title in (PLAN, OTHER):
        eventually(lambda title=title: ada.order(title), sam.order(title), ada.page)
    assert "Above" in ada.order(PLAN)


def open_composer(ada: Desk) -> Locator:
    return ada.composer(GOALS)


def open_edit(ada: Desk) -> Locator:
    return ada.item("Mine").edit()


def open_notes(ada: Desk) -> Locator:
    return ada.item("Mine").notes


def open_new_action(ada: Desk) -> Locator:
    item = ada.item("Mine")
    item.button("Make an action").click()
    return item.box("What will be done?")


@pytest.mark.parametrize("open_box", [open_composer, open_edit, open_notes, open_new_action])
def test_the_other_changes_everything_while_one_types(ada, sam, open_box: Callable[[Desk], Locator]):
    ada.add(GOALS, "Mine")
    expect(sam.item("Mine").row).to_be_visible()
    box = open_box(ada)
    box.evaluate("(box) => scrollBy(0, box.getBoundingClientRect().top - innerHeight / 2)")
    before = type_and_stop_in_the_middle(box)
    change_everything(sam, ada, beside="Team day in the new year")
    is_as_it_was(box, before)


@pytest.mark.parametrize("open_box", [open_edit, open_notes, open_new_action])
def test_the_other_changes_the_very_item_that_one_types_in(ada, sam, open_box: Callable[[Desk], Locator]):
    ada.add(GOALS, "Mine")
    item = sam.item("Mine")
    box = open_box(ada)
    before = type_and_stop_in_the_middle(box)
    item.tick.check()
    item.more("Every time")
    item.more("Move up")
    expect(item.row).to_contain_text("Every time")
    # What comes after shows that all of it has arrived.
    sam.add(WELLBEING, "Afterwards")
    expect(ada.item("Afterwards").row).to_be_visible()
    eventually(lambda: sam.order(GOALS)[0], "Mine", sam.page)
    assert box.evaluate("(box) => box === document.activeElement && box.selectionStart") == CARET
    assert box.input_value() == before["words"]
    is_gone = ada.page.locator(".is-gone")
    expect(is_gone).to_have_count(0)


def test_unsaved_words_stay_in_boxes_that_nobody_is_in(ada, sam):
    """All at once: a composer, an edit form, a new action and an update, while the caret is somewhere else."""
    ada.add(GOALS, "Mine")
    ada.add(GOALS, "Mine, too")
    new_action = open_new_action(ada)
    new_action.fill("An action, half said")
    ada.page.get_by_label("By when", exact=True).fill("2027-03-30")
    edit = ada.item("Mine, too").edit()
    edit.fill("Mine, two")
    other_composer = ada.composer(WELLBEING)
    other_composer.fill("For later")
    objective = ada.page.get_by_label("Next meeting", exact=True)
    objective.fill("2027-03-30T09:00")
    box = ada.composer(GOALS)
    before = type_and_stop_in_the_middle(box)

    change_everything(sam, ada, beside="Team day in the new year")
    sam.item("Mine").tick.check()
    sam.item("Mine, too").tick.check()
    expect(ada.item("Mine").tick).to_be_checked()
    sam.wrapup().get_by_label("No next meeting yet").check()

    expect(new_action).to_have_value("An action, half said")
    expect(ada.page.get_by_label("By when", exact=True)).to_have_value("2027-03-30")
    expect(edit).to_have_value("Mine, two")
    expect(other_composer).to_have_value("For later")
    expect(objective).to_have_value("2027-03-30T09:00")
    is_as_it_was(box, {**before, "top": how_it_stands(box)["top"]})
    edit.press("Enter")
    expect(sam.item("Mine, two").tick).to_be_checked()


def test_the_item_that_one_is_editing_is_deleted_by_the_other(ada, sam, complaints):
    complaints.foresee("status of 409")
    ada.add(GOALS, "Mine")
    box = ada.item("Mine").edit()
    box.fill("Mine, with much more in it")
    sam.item("Mine").more("Delete")
    expect(ada.page.get_by_role("alert").filter(has_text="This was taken off the page a moment ago.")).to_be_visible()
    expect(box).to_have_value("Mine, with much more in it")
    expect(box).to_be_focused()
    ada.button("Save").last.click()
    expect(ada.page.get_by_role("alert").filter(has_text="This was deleted a moment ago.")).to_be_visible()
    expect(box).to_have_value("Mine, with much more in it")
    sam.button("Undo").click()
    expect(sam.item("Mine").row).to_be_visible()
    expect(ada.page.locator(".is-gone")).to_have_count(0)
    box.press("Enter")
    for desk in (ada, sam):
        expect(desk.item("Mine, with much more in it").row).to_be_visible()


def test_an_open_form_with_nothing_typed_yet_outlives_its_item_until_it_is_cancelled(ada, sam, complaints):
    complaints.foresee("status of 404")
    ada.add(GOALS, "Mine")
    box = ada.item("Mine").edit()
    expect(box).to_be_focused()
    sam.item("Mine").more("Delete")
    expect(ada.page.locator(".is-gone")).to_be_visible()
    expect(box).to_be_focused()
    ada.button("Cancel").click()
    expect(box).to_have_count(0)


def test_the_meeting_is_closed_by_the_other_while_one_has_words_in_a_composer(ada, sam, complaints):
    complaints.foresee("status of 409")
    box = ada.composer(GOALS)
    box.fill("What I still wanted to say")
    sam.close_meeting()
    expect(ada.page.get_by_text("This meeting is closed.")).to_be_visible()
    expect(box).to_have_value("What I still wanted to say")
    box.press("Enter")
    expect(ada.page.get_by_text("This meeting was closed, so nothing in it can change any more.")).to_be_visible()
    expect(box).to_have_value("What I still wanted to say")
    ada.button("Add it to the next one").dblclick()
    said = ada.page.get_by_role("link", name="It is on the next agenda now.")
    expect(said).to_be_visible()
    expect(box).to_have_value("")
    expect(ada.page.get_by_text("What I still wanted to say")).to_have_count(0)
    said.click()
    ada.page.wait_for_url("**/meetings/*")
    ada.is_live()
    assert ada.order(GOALS).count("What I still wanted to say") == 1


def test_unsaved_words_survive_a_reload(ada, sam):
    ada.add(GOALS, "Mine")
    ada.add(GOALS, "Mine, too")
    ada.composer(WELLBEING).fill("For later")
    open_new_action(ada).fill("An action, half said")
    ada.item("Mine, too").edit().fill("Mine, two")
    ada.reload()
    expect(ada.composer(WELLBEING)).to_have_value("For later")
    expect(ada.page.get_by_role("textbox", name="What will be done?")).to_have_value("An action, half said")
    edit = ada.page.get_by_role("textbox", name="Words of the item")
    expect(edit).to_have_value("Mine, two")
    edit.press("Enter")
    expect(edit).to_have_count(0)
    expect(sam.item("Mine, two").row).to_be_visible()
    ada.button("Cancel").click()
    ada.composer(WELLBEING).press("Enter")
    expect(sam.item("For later").row).to_be_visible()
    # What is saved or given up does not come back.
    ada.reload()
    expect(ada.item("For later").row).to_be_visible()
    expect(ada.composer(WELLBEING)).to_have_value("")
    expect(ada.page.get_by_role("textbox", name="What will be done?")).to_have_count(0)
    expect(ada.page.get_by_role("textbox", name="Words of the item")).to_have_count(0)


def test_what_is_refused_says_why_beside_the_box_and_keeps_the_words(ada, complaints):
    complaints.foresee("status of 422")
    alerts = ada.page.get_by_role("alert")
    ada.composer(GOALS).fill("x" * 10_001)
    ada.composer(GOALS).press("Enter")
    expect(alerts.filter(has_text="longer than 10,000 characters")).to_be_visible()
    expect(ada.composer(GOALS)).to_have_value("x" * 10_001)
    ada.composer(GOALS).fill("   ")
    ada.composer(GOALS).press("Enter")
    expect(alerts.filter(has_text="Write a few words first")).to_be_visible()
    item = ada.add(WELLBEING, "Mine")
    item.button("Make an action").click()
    item.box("What will be done?").fill("Something")
    item.row.get_by_label("How likely, 1 to 10?").fill("11")
    item.row.get_by_label("By when", exact=True).fill("2020-01-01")
    item.button("Propose").click()
    expect(alerts.filter(has_text="Choose a number from 1 to 10.")).to_be_visible()
    expect(alerts.filter(has_text="That day has passed.")).to_be_visible()
    expect(item.box("What will be done?")).to_have_value("Something")


def test_what_is_saved_is_not_kept_as_unsaved_where_the_stream_is_faster_than_the_answer(sam):
    late = "Write the two-page go-live plan"
    from_last_time = sam.page.get_by_role("region", name="From last time")

    def once_it_is_known(route):
        answer = route.fetch()
        expect(from_last_time).to_contain_text("This was taken off the page")
        route.fulfill(response=answer)

    sam.page.route("**/dropping", once_it_is_known)
    sam.action(late).get_by_role("button", name="More").click()
    sam.action(late).get_by_label("Why we drop it").fill("Said in a talk instead")
    sam.page.keyboard.press("Enter")
    expect(from_last_time.get_by_text(late)).to_have_count(0)
