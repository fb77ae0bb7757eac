"""Whoever sees, hears, points or reads differently: axe-core finds nothing on any page, in any state."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from .barriers import barriers
from .desk import GOALS

ID = re.compile(r"/[a-z0-9]{12}(?=/|$)")
# Files, not pages.
FILE = re.compile(r"\.\w+$|/archive$|/files/")
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"


def kind(address):
    """The address without what makes it one of many."""
    return ID.sub("/*", urlsplit(address).path)


def pages_from(desk):
    """Every kind of page that links lead to, opened one after the other."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(desk.page.url))
    waiting, known = [desk.page.url], set()
    while waiting:
        address = waiting.pop(0)
        if kind(address) in known or not address.startswith(origin) or FILE.search(kind(address)):
            continue
        known.add(kind(address))
        desk.page.goto(address)
        yield desk.page
        waiting += desk.page.evaluate(LINKS)


@pytest.mark.parametrize("person", ["Ada Marsh", "Sam Okoro", "Robin Vale"])
def test_axe_finds_nothing_on_any_page(sign_in, person):
    desk = sign_in(person)
    found = {kind(page.url): what for page in pages_from(desk) if (what := barriers(page))}
    assert found == {}


def test_axe_finds_nothing_on_a_meeting_in_any_state(ada, sam):
    ada.add(GOALS, "An item with everything open")
    item = ada.item("An item with everything open")
    item.propose("Something to agree to", "Sam Okoro", "2027-03-30", "7")
    expect(sam.item("An item with everything open").row).to_contain_text("Something to agree to")
    assert barriers(sam.page) == []
    for press in ("Make an action", "Edit"):
        item.button(press).click()
        assert barriers(ada.page) == []
    ada.button("Cancel").first.click()
    for sheet in ("Change", "Kind of conversation", "More"):
        ada.button(sheet).first.click()
        assert barriers(ada.page) == []
        ada.page.keyboard.press("Escape")


def test_axe_finds_nothing_beside_the_address_of_a_calendar(sign_in):
    sam = sign_in("Sam Okoro")
    sam.page.goto("/me")
    sam.button("Make a private address").click()
    expect(sam.page.get_by_label("Private address")).to_be_visible()
    assert barriers(sam.page) == []


def test_axe_finds_nothing_on_a_page_that_is_not_there(sign_in, complaints):
    complaints.foresee("404")
    desk = sign_in("Ada Marsh")
    desk.page.goto(desk.page.url + "nowhere")
    assert barriers(desk.page) == []
