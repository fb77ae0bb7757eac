"""Today in a browser: it tells at once what changed elsewhere, and leaves the reader where they are."""

import pytest
from playwright.sync_api import expect

from .desk import GOALS
from .test_every_page import fits


def test_what_the_other_one_adds_shows_at_once_and_the_focus_stays(sign_in):
    ada, sam = sign_in("Ada Marsh").is_live(), sign_in("Sam Okoro").open_agenda("Ada Marsh")
    row = ada.page.locator(".conversations > li").filter(has_text="Sam Okoro")
    expect(row).to_contain_text("1 thing from Sam")
    row.get_by_role("link", name="Prepare").focus()
    sam.add(GOALS, "One thing more")
    expect(row).to_contain_text("2 things from Sam")
    expect(row.get_by_role("link", name="Prepare")).to_be_focused()
    expect(ada.page.locator(".team")).to_contain_text("you have both added to the agenda")


def test_prepare_and_the_agenda_are_one_click_away(sign_in):
    ada = sign_in("Ada Marsh")
    ada.page.get_by_role("listitem").filter(has_text="Sam Okoro").get_by_role("link", name="Prepare").click()
    expect(ada.page.get_by_role("heading", name="Prepare for Sam")).to_be_visible()
    ada.go("Today").open_agenda("Sam Okoro")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_people_leads_figures_fit(sign_in, width):
    robin = sign_in("Robin Vale", viewport={"width": width, "height": 800})
    robin.page.goto("/figures")
    expect(robin.page.get_by_role("heading", name="Small departments together")).to_be_visible()
    expect(robin.page.locator("figure.months")).to_have_count(5)
    fits(robin, "the figures")
