"""The same conversation with JavaScript switched off: plain forms, full pages, and no word lost."""

import re

import pytest
from playwright.sync_api import expect

from .desk import GOALS, OTHER, WELLBEING, Desk

TOPIC = "Team day in the new year"


@pytest.fixture
def plain(sign_in) -> Desk:
    """Ada without JavaScript, on the page of the meeting."""
    return sign_in("Ada Marsh", java_script_enabled=False).open_agenda("Sam Okoro")


def notes_of(desk: Desk, words: str) -> None:
    item = desk.item(TOPIC)
    item.notes.fill(words)
    item.button("Save the notes").click()


def test_a_whole_meeting_works_without_javascript(plain, sam):
    plain.add(GOALS, "A plain item")
    expect(sam.item("A plain item").row).to_be_visible()
    plain.composer(GOALS).fill("A plain draft")
    plain.section(GOALS).get_by_role("button", name="Add as a private draft").click()
    expect(plain.item("A plain draft").row).to_contain_text("Private draft")
    plain.item("A plain draft").button("Share").click()
    expect(sam.item("A plain draft").row).to_be_visible()

    plain.item("A plain item").button("Edit").click()
    plain.page.get_by_role("textbox", name="Words of the item").fill("A plainer item")
    plain.button("Save").click()
    expect(plain.item("A plainer item").row).to_be_visible()
    plain.item("A plainer item").button("Tick").click()
    expect(plain.item("A plainer item").tick).to_be_checked()
    expect(sam.item("A plainer item").tick).to_be_checked()
    plain.item("A plainer item").more("Move up")
    assert plain.order(GOALS)[-2:] == ["Go-live plan: which department first?", "A plain draft"]
    plain.item("A plain draft").more("Delete")
    expect(plain.item("A plain draft").row).to_have_count(0)
    plain.button("Undo").click()
    expect(plain.item("A plain draft").row).to_be_visible()

    sam.item(TOPIC).notes.fill("Sam says May.")
    expect(sam.page.locator("#saved")).to_contain_text("Last saved")
    notes_of(plain, "Ada says hello.")
    for desk in (plain, sam):
        expect(desk.item(TOPIC).notes).to_have_value(re.compile("Sam says May."))
        expect(desk.item(TOPIC).notes).to_have_value(re.compile("Ada says hello."))
    plain.page.get_by_role("textbox", name="Private notebook").fill("For me alone")
    plain.button("Save the notebook").click()
    expect(plain.page.get_by_role("textbox", name="Private notebook")).to_have_value("For me alone")
    plain.page.get_by_role("link", name="Open the agenda").click()

    plain.item("A plainer item").button("Make an action").click()
    plain.page.get_by_role("textbox", name="What will be done?").fill("Write it up")
    plain.page.get_by_role("combobox", name="Who", exact=True).select_option(label="Sam Okoro")
    plain.button("Propose").click()
    expect(plain.action("Write it up")).to_contain_text("Waiting for Sam")
    sam.action("Write it up").get_by_role("button", name="Agree", exact=True).click()
    expect(sam.tick_of("Write it up")).to_be_visible()
    plain.page.reload()
    plain.action("Write it up").get_by_role("button", name="Tick").click()
    expect(sam.tick_of("Write it up")).to_be_checked()
    plain.action("Write it up").get_by_role("button", name="Untick").click()
    expect(sam.tick_of("Write it up")).not_to_be_checked()
    sam.item("A plain draft").propose("Ring Jo", "Ada Marsh")
    plain.page.reload()
    plain.action("Ring Jo").get_by_role("button", name="Agree", exact=True).click()
    expect(sam.tick_of("Ring Jo")).to_be_visible()

    plain.close_meeting()
    plain.button("Confirm this record").click()
    expect(plain.page.locator("#confirmations")).to_contain_text("Ada Marsh")
    plain.page.get_by_role("textbox", name="Add a remark").fill("Plainly so")
    plain.button("Add the remark").click()
    expect(plain.page.locator("#remarks")).to_contain_text("Plainly so")
    plain.go("Today").open_agenda("Sam Okoro")
    expect(plain.item("A plain draft").row).to_contain_text("2nd time")
    expect(plain.page.get_by_role("region", name="From last time")).to_contain_text("Write it up")
    expect(plain.page.get_by_text("A plainer item")).to_have_count(0)


def test_what_is_refused_without_javascript_keeps_the_words(plain, sam, complaints):
    complaints.foresee("status of 4(22|09)")
    long = "x" * 10_001
    plain.composer(OTHER).fill(long)
    plain.section(OTHER).get_by_role("button", name="Add", exact=True).click()
    expect(plain.page.get_by_role("alert").filter(has_text="longer than 10,000 characters")).to_be_visible()
    expect(plain.composer(OTHER)).to_have_value(long)

    plain.page.get_by_role("link", name="Today").click()
    plain.open_agenda("Sam Okoro")
    notes_of(plain, long)
    expect(plain.page.get_by_role("alert").filter(has_text="longer than 10,000 characters")).to_be_visible()
    expect(plain.page.get_by_role("textbox", name="Notes").filter(has_text=re.compile("x{100}"))).to_have_value(long)

    plain.page.get_by_role("link", name="Today").click()
    plain.open_agenda("Sam Okoro")
    plain.item(TOPIC).button("Make an action").click()
    plain.page.get_by_role("textbox", name="What will be done?").fill("Something")
    plain.page.get_by_label("How likely, 1 to 10?").fill("11")
    plain.button("Propose").click()
    expect(plain.page.get_by_role("alert").filter(has_text="Choose a number from 1 to 10.")).to_be_visible()
    expect(plain.page.get_by_role("textbox", name="What will be done?")).to_have_value("Something")


def test_words_for_a_meeting_that_was_closed_a_second_ago_go_to_the_next_one_without_javascript(plain, sam, complaints):
    complaints.foresee("status of 409")
    plain.composer(WELLBEING).fill("What I still wanted to say")
    sam.close_meeting()
    plain.section(WELLBEING).get_by_role("button", name="Add", exact=True).click()
    expect(plain.page.get_by_text("This meeting was closed")).to_be_visible()
    expect(plain.page.get_by_role("textbox", name="Your words, so that they are not lost")).to_have_value(
        "What I still wanted to say"
    )
    plain.button("Add it to the next one").click()
    expect(plain.section(WELLBEING).get_by_text("What I still wanted to say")).to_be_visible()


def test_a_true_clash_without_javascript_shows_both_versions_and_asks(plain, sam, complaints):
    complaints.foresee("status of 409")
    notes_of(plain, "We meet on Monday at noon.")
    expect(sam.item(TOPIC).notes).to_have_value("We meet on Monday at noon.")
    sam.item(TOPIC).notes.fill("We meet on Tuesday at noon.")
    expect(sam.page.locator("#saved")).to_contain_text("Last saved")
    notes_of(plain, "We meet on Friday at noon.")
    expect(plain.page.get_by_role("alert").filter(has_text="You both changed the same words.")).to_be_visible()
    box = plain.page.get_by_role("textbox", name="Notes")
    for words in ("Tuesday", "Friday"):
        expect(box).to_have_value(re.compile(words))
    box.fill("We meet on Wednesday at noon.")
    plain.button("Save the notes").click()
    expect(sam.item(TOPIC).notes).to_have_value("We meet on Wednesday at noon.")
