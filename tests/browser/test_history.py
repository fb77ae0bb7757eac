"""History and search with two browsers: earlier words come back on both screens, and are found by the keyboard."""

import re

from playwright.sync_api import expect

from .desk import GOALS, Desk

FIRST, SECOND = "Plan the pilot with Jo", "Plan the café with Jo"


def test_an_earlier_wording_is_restored_and_shows_on_the_others_screen(ada, sam):
    sam.add(GOALS, FIRST)
    item = sam.item(FIRST)
    item.button("Edit").click()
    sam.page.get_by_role("textbox", name="Words of the item").fill(SECOND)
    sam.button("Save").click()
    expect(ada.item(SECOND).row).to_be_visible()

    ada.item(SECOND).button("More").click()
    ada.item(SECOND).row.get_by_role("link", name="History", exact=True).click()
    expect(ada.page.get_by_role("deletion")).to_have_text(re.compile("pilot"))
    expect(ada.page.get_by_role("insertion")).to_have_text(re.compile("café"))
    ada.button("Restore this wording").click()
    expect(ada.page.get_by_role("listitem")).to_have_count(3)
    expect(sam.item(FIRST).row).to_be_visible()

    ada.page.get_by_role("link", name="Back to where it stands").click()
    expect(Desk(ada.page).item(FIRST).row).to_be_visible()


def test_one_searches_and_opens_a_hit_by_the_keyboard(sam):
    sam.add(GOALS, SECOND)
    sam.go("Search")
    expect(sam.page.get_by_role("searchbox", name="Words")).to_be_focused()
    sam.page.keyboard.type("CAFE jo")
    sam.page.keyboard.press("Enter")
    expect(sam.page.get_by_text("1 place found.")).to_be_visible()
    hit = sam.page.get_by_role("link", name=SECOND, exact=True)
    expect(hit.locator("mark")).to_have_text(["café", "Jo"])
    hit.focus()
    sam.page.keyboard.press("Enter")
    expect(sam.item(SECOND).row).to_be_visible()
