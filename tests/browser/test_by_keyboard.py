"""A whole conversation with nothing but a keyboard: from signing in to the next agenda."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .desk import HOLDS, OTHER, Desk, eventually

MOST_TABS = 250
IS_REACHED = "(all) => all.includes(document.activeElement)"


@pytest.fixture
def keyboard(browser, server, complaints):
    """A function: full name → their tab on Today, come to by keys."""
    opened = []

    def keyboard(name: str) -> Desk:
        context = browser.new_context(base_url=server.address, reduced_motion="reduce")
        opened.append(context)
        complaints.listen(context)
        page = context.new_page()
        page.goto("/demo")
        tab_to(page.get_by_role("button", name=f"Sign in as {name}"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=f"Hello, {name.split(maxsplit=1)[0]}")).to_be_visible()
        return Desk(page)

    yield keyboard
    for context in opened:
        context.close()


def tab_to(control: Locator, key: str = "Tab") -> Page:
    """Press Tab, or another key that goes on, until it has the focus."""
    page = control.page
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        if control.evaluate_all(IS_REACHED):
            return page
    raise AssertionError(f"{control} is not reached by {key}")


def go(control: Locator, key: str = "Enter") -> None:
    tab_to(control).keyboard.press(key)


def open_agenda(desk: Desk, other: str) -> Desk:
    row = desk.page.locator(".conversations > li").filter(has_text=other)
    go(row.get_by_role("link", name="Open the agenda"))
    desk.page.wait_for_url("**/meetings/*")
    return desk.is_live()


def test_two_people_meet_agree_and_close_without_a_mouse(keyboard):
    ada, sam = open_agenda(keyboard("Ada Marsh"), "Sam Okoro"), open_agenda(keyboard("Sam Okoro"), "Ada Marsh")
    adds_notes_and_proposes(ada, sam)
    agrees(sam, ada)
    closes_and_confirms(ada)
    finds_it_on_the_next_agenda(ada)


def adds_notes_and_proposes(ada: Desk, sam: Desk) -> None:
    keys = ada.page.keyboard
    tab_to(ada.item("Team day in the new year").row, "j")
    tab_to(ada.composer(OTHER))
    keys.type("Who looks after the plants")
    keys.press("Enter")
    item = ada.item("Who looks after the plants")
    expect(item.row).to_be_visible()
    keys.press("Escape")
    expect(item.row).to_be_focused()
    tab_to(item.notes)
    keys.type("Jo did until now.")
    keys.press("Escape")
    keys.press("a")
    expect(item.box("What will be done?")).to_be_focused()
    keys.type("Water them")
    keys.press("Tab")
    keys.type("Sam")
    tab_to(item.row.get_by_label("How likely, 1 to 10?"))
    keys.type("9")
    keys.press("Enter")
    expect(sam.action("Water them")).to_contain_text("likely 9 of 10")
    expect(sam.action("Water them")).to_contain_text("You")
    keys.press("d")
    expect(sam.item("Who looks after the plants").tick).to_be_checked()
    expect(sam.item("Who looks after the plants").notes).to_have_value("Jo did until now.")


def agrees(sam: Desk, ada: Desk) -> None:
    tab_to(sam.item("Who looks after the plants").row, "j")
    go(sam.action("Water them").get_by_role("button", name="Agree", exact=True))
    expect(ada.tick_of("Water them")).to_be_visible()
    eventually(lambda: sam.action("Water them").evaluate(HOLDS), True, sam.page)


def closes_and_confirms(ada: Desk) -> None:
    go(ada.page.get_by_label("I have covered what I came for"), "Space")
    expect(ada.page.locator("#covered")).to_be_checked()
    go(ada.button("Close the meeting"))
    ada.page.wait_for_url("**/record")
    ada.is_live()
    go(ada.button("Confirm this record"))
    confirmed = ada.page.get_by_role("region", name="Confirmed")
    expect(confirmed).to_contain_text("Ada Marsh")
    expect(confirmed.get_by_role("heading")).to_be_focused()


def finds_it_on_the_next_agenda(ada: Desk) -> None:
    ada.page.keyboard.press("g")
    ada.page.keyboard.press("t")
    ada.page.wait_for_url(lambda url: url.endswith("/"))
    open_agenda(ada, "Sam Okoro")
    go(ada.tick_of("Water them"), "Space")
    expect(ada.action("Water them")).to_contain_text("done")
    expect(ada.tick_of("Water them")).to_be_focused()
