"""Longer words, and lines from the right: every page in a language that nobody speaks fits its window all the same."""

import pytest
from playwright.sync_api import expect

from .. import pseudo
from .running import Server
from .test_every_page import fits

# Elements whose own words do not all show: beyond the window, or beyond the element.
CLIPPED = """() => {
  const says = (elt) => [...elt.childNodes].some((node) => node.nodeType === 3 && /\\p{L}/u.test(node.textContent));
  const unseen = ".skip, .unseen, .brand span, .bar .me, noscript, option, datalist, textarea";
  const beyond = (elt) => {
    const { left, right } = elt.getBoundingClientRect();
    return left < -1 || right > document.documentElement.clientWidth + 1;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((elt) => !elt.closest(unseen) && elt.checkVisibility() && says(elt))
    .filter((elt) => beyond(elt) || (elt.clientWidth && elt.scrollWidth > elt.clientWidth + 1))
    .map((elt) => elt.outerHTML.slice(0, 200));
}"""


@pytest.fixture
def server(first_demo, tmp_path):
    """A server that speaks two languages more than English."""
    pseudo.write(tmp_path / "own", pseudo.LEFT, pseudo.RIGHT)
    server = Server(first_demo, tmp_path / "data", TRANSLATIONS=str(tmp_path / "own"))
    yield server
    server.stop()
    assert "Traceback" not in server.log


def buttons(desk, said):
    """The buttons that say this, in the language that nobody speaks."""
    return desk.page.get_by_role("button", name=pseudo.pseudo(said), exact=True)


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize(("language", "direction"), [(pseudo.LEFT, "ltr"), (pseudo.RIGHT, "rtl")])
def test_every_page_fits_its_window_in_other_languages(sign_in, width, language, direction):
    sam = sign_in("Sam Okoro", viewport={"width": width, "height": 800}).open_agenda("Ada Marsh")
    meeting = sam.page.url
    sam.page.goto("/me")
    sam.page.get_by_label("Language").select_option(language)
    sam.page.locator("#me").get_by_role("button", name="Save").click()
    expect(sam.page.locator("html")).to_have_attribute("dir", direction)

    def shows(where):
        expect(sam.page.locator("html")).to_have_attribute("lang", language)
        fits(sam, where)
        assert sam.page.evaluate(CLIPPED) == [], where

    preparation = f"{meeting}/preparation"
    for address in ("/me", "/", "/actions", "/search?q=the", "/pairs/new", "/me/data", preparation):
        sam.page.goto(address)
        shows(address)
    sam.page.goto(meeting)
    expect(sam.page.get_by_text(pseudo.pseudo("Live"))).to_be_visible()
    shows("the meeting")
    for opener in ("Change", "More", "Kind of conversation"):
        buttons(sam, opener).first.click()
        shows(f"the meeting with what {opener} opens")
        sam.page.keyboard.press("Escape")
    # The form takes the focus as it comes, which scrolls the page under whoever clicks meanwhile.
    buttons(sam, "Make an action").first.click()
    expect(buttons(sam, "Propose")).to_be_visible()
    buttons(sam, "Edit").last.click()
    expect(buttons(sam, "Save")).to_be_visible()
    shows("the meeting with its forms open")
    sam.page.locator(".crumb a").click()
    shows("the pair")
    buttons(sam, "Change").first.click()
    shows("the pair's arrangements")
    sam.page.keyboard.press("Escape")
    sam.page.locator(".history a").first.click()
    shows("a record")
