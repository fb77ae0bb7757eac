"""Every page, wide and narrow: nothing sticks out sideways, nothing breaks the content policy, nothing is nameless."""

import re

import pytest
from playwright.sync_api import expect

from .desk import GOALS, WELLBEING

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
STICKS_OUT = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea")]
  .filter((elt) => elt.checkVisibility() && !elt.labels?.length && !elt.ariaLabel && !elt.textContent.trim())
  .map((elt) => elt.outerHTML)"""


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_fits_its_window_and_names_its_controls(sign_in, width):
    ada = sign_in("Ada Marsh", viewport={"width": width, "height": 800}).open_agenda("Sam Okoro")
    ada.add(WELLBEING, LONG)
    ada.item(LONG).notes.fill(LONG)
    ada.item(LONG).propose(LONG, "Ada Marsh", "2027-03-30", "7")
    history = f"/items/{ada.item(LONG).row.get_attribute('id').removeprefix('item-')}/history"
    for press in ("Make an action", "Edit"):
        ada.item("Go-live plan: which department first?" if press == "Edit" else LONG).button(press).click()
    expect(ada.page.get_by_role("textbox", name="Words of the item")).to_be_visible()
    expect(ada.page.get_by_role("textbox", name="What will be done?")).to_be_visible()
    fits(ada, "the meeting with its forms open")
    ada.button("Change").first.click()
    fits(ada, "the meeting's time")
    ada.page.keyboard.press("Escape")
    ada.button("Cancel").first.click()
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    fits(ada, "the pair")
    grow_and_tell(ada, ada.page.url)
    ada.page.get_by_role("link", name="Who opened it, and when").click()
    fits(ada, "the access history")
    ada.page.go_back()
    ada.button("Change").first.click()
    fits(ada, "the pair's arrangements")
    ada.page.keyboard.press("Escape")
    ada.page.locator(".history a").first.click()
    fits(ada, "a record")
    searches = "/search", f"/search?q={LONG}"
    for address in ("/", "/actions", *searches, history, "/pairs/new", "/me", "/me/data", "/demo"):
        ada.page.goto(address)
        fits(ada, address)
    ada.page.goto("/me")
    ada.button("Make a private address").click()
    expect(ada.page.get_by_label("Private address")).to_have_value(re.compile(r"/calendar/[\w-]{55}\.ics$"))
    fits(ada, "the address of the calendar")
    ada.page.goto("/")
    ada.open_agenda("Sam Okoro").close_meeting()
    fits(ada, "the record with long words")


def grow_and_tell(desk, pair):
    """The plan and the feedback of a pair, with long words and open forms; then back to the pair's page."""
    desk.page.goto(f"{pair}/plan")
    desk.page.get_by_role("textbox", name="Add a goal").fill(LONG)
    desk.button("Add the goal").click()
    goal = desk.page.locator("li.goal").filter(has_text=LONG)
    goal.get_by_role("textbox", name="Add an activity").fill(LONG)
    goal.get_by_role("button", name="Add the activity").click()
    goal.get_by_text("Support, and what could get in the way").click()
    goal.locator(".activities").get_by_role("button", name="Edit").click()
    expect(desk.page.get_by_role("textbox", name="Words of the activity")).to_be_visible()
    fits(desk, "the plan")
    desk.page.goto(f"{pair}/feedback")
    desk.page.get_by_role("textbox", name="What you would like to say").fill(LONG)
    desk.page.get_by_text("It comes from somebody else").click()
    desk.page.get_by_text("What makes feedback useful").click()
    desk.page.get_by_role("textbox", name="Who told you").fill(LONG)
    desk.button("Give feedback").click()
    expect(desk.page.locator(".spoken > li").filter(has_text=LONG)).to_be_visible()
    fits(desk, "the feedback")
    desk.page.goto(pair)


def fits(desk, where):
    assert desk.page.evaluate(STICKS_OUT) <= 0, where
    assert desk.page.evaluate(NAMELESS) == [], where


def test_a_page_that_breaks_the_content_policy_would_be_noticed(ada, complaints):
    """The other tests fail on a violation; this one shows that they would."""
    ada.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    ada.add(GOALS, "Something")
    assert any("style-src" in text for text in complaints.unforeseen)
    complaints.foresee("[Cc]ontent.[Ss]ecurity.[Pp]olicy", "content policy")
