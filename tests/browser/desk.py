"""What a person at a browser does, in the words of the screen."""

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError, expect

# So long a menu stays where it is, unless its item is put elsewhere.
MENU_MS = 2_000

WELLBEING, GOALS, PLAN, OTHER = (
    "Wellbeing",
    "Progress towards goals",
    "Personal development plan",
    "Any other business",
)

# Whether the focus is on something or within it.
HOLDS = "(elt) => elt.contains(document.activeElement)"

# Whether the page's event stream stands; the meeting's page says so in words, too.
HEARS = """Boolean(document.getElementById("stream")?._htmx?.sse)
  && ["Live", undefined].includes(document.getElementById("link")?.textContent)"""


def eventually(what: Callable[[], Any], wanted: Any, page: Page, seconds: float = 10) -> None:
    """Look again and again until `what` gives what is wanted."""
    deadline = time.monotonic() + seconds
    while (found := what()) != wanted and time.monotonic() < deadline:
        page.evaluate("new Promise(requestAnimationFrame)")
    assert found == wanted, f"{found} is not {wanted}"


class Desk:
    """One person's browser tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.scripted = page.evaluate("typeof htmx") == "object"

    def another_tab(self) -> "Desk":
        """The same address in a second tab of the same person."""
        page = self.page.context.new_page()
        page.goto(self.page.url)
        desk = Desk(page)
        desk.is_live()
        return desk

    # Where one is

    def open_agenda(self, other: str) -> "Desk":
        """From Today to the open meeting with somebody."""
        row = self.page.get_by_role("listitem").filter(has_text=other)
        row.get_by_role("link", name="Open the agenda").click()
        self.page.wait_for_url("**/meetings/*")
        return self.is_live()

    def go(self, link: str) -> "Desk":
        """Follow a link of the navigation."""
        self.page.get_by_role("navigation").get_by_role("link", name=link).click()
        return self.is_live() if link in ("Today", "Actions") else self

    def is_live(self) -> "Desk":
        """Wait until the page hears of every change."""
        if self.scripted:
            eventually(lambda: self.page.evaluate(HEARS), True, self.page)
        return self

    def reload(self) -> "Desk":
        self.page.reload()
        return self.is_live()

    def says(self, text: str) -> Locator:
        """A line of status with exactly this text."""
        return self.page.get_by_role("status").filter(has_text=re.compile(f"^{re.escape(text)}$"))

    def notice(self) -> Locator:
        return self.page.locator("#notice")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    # The agenda

    def section(self, title: str) -> Locator:
        return self.page.get_by_role("region", name=title, exact=True)

    def composer(self, title: str) -> Locator:
        return self.page.get_by_role("textbox", name=f"Add to {title}", exact=True)

    def add(self, title: str, words: str) -> "Item":
        """Put something on the agenda and wait until it stands there."""
        self.composer(title).fill(words)
        self.section(title).get_by_role("button", name="Add", exact=True).click()
        item = self.item(words)
        expect(item.row).to_be_visible()
        return item

    def item(self, words: str) -> "Item":
        return Item(self, words)

    def order(self, title: str) -> list[str]:
        """The items of a section, from top to bottom."""
        return self.section(title).locator(".items > .item > .item-body > .words").all_inner_texts()

    # Actions

    def action(self, words: str) -> Locator:
        """The first place on the page where an action stands."""
        return self.page.locator("li.action").filter(has_text=words).first

    def tick_of(self, words: str) -> Locator:
        """The checkbox of a tracked action."""
        return self.page.get_by_role("checkbox", name=words, exact=True).first

    def wrapup(self) -> Locator:
        """The wrap-up, scrolled to: what is in it comes anew when somebody looks."""
        found = self.page.get_by_role("region", name="Wrap-up")
        found.scroll_into_view_if_needed()
        return found

    def close_meeting(self) -> None:
        """Close it, and go on to the record."""
        self.button("Close the meeting").click()
        self.page.wait_for_url("**/record")


class Item:
    """Something on the agenda, as one person sees it. Found by its words, which stand in it as text."""

    def __init__(self, desk: Desk, words: str) -> None:
        self.desk = desk
        exactly = re.compile(f"^{re.escape(words)}$")
        self.row = desk.page.locator("li.item").filter(has=desk.page.locator(".item-body > .words", has_text=exactly))

    def button(self, name: str) -> Locator:
        return self.row.get_by_role("button", name=name, exact=True)

    def box(self, name: str) -> Locator:
        return self.row.get_by_role("textbox", name=name, exact=True)

    @property
    def tick(self) -> Locator:
        return self.row.get_by_role("checkbox", name="Discussed", exact=True)

    @property
    def notes(self) -> Locator:
        return self.box("Notes")

    def more(self, name: str) -> None:
        """Choose something from the menu."""
        # The actions in it have menus of their own.
        menu = self.row.get_attribute("id").replace("item-", "more-")
        opener, choice = self.row.locator(f'[popovertarget="{menu}"]'), self.button(name)
        opener.click()
        try:
            choice.click(timeout=MENU_MS)
        except TimeoutError:
            # The item was put into place anew meanwhile, which closes its menu: whoever wants it opens it again.
            if not choice.is_visible():
                opener.click()
            choice.click()
        expect(self.row.get_by_role("button", name="Move up", exact=True)).to_be_hidden()

    def edit(self) -> Locator:
        """Open its form; the box with its words."""
        # The words are in a box from now on, so the row is known by its id.
        self.row = self.desk.page.locator(f"#{self.row.get_attribute('id')}")
        self.button("Edit").click()
        return self.box("Words of the item")

    def propose(self, words: str, who: str, by_when: str = "", likely: str = "", press: str = "Propose") -> None:
        """Make an action of it."""
        self.button("Make an action").click()
        self.box("What will be done?").fill(words)
        self.row.get_by_role("combobox", name="Who", exact=True).select_option(label=who)
        if by_when:
            self.row.get_by_label("By when", exact=True).fill(by_when)
        if likely:
            self.row.get_by_label("How likely, 1 to 10?", exact=True).fill(likely)
        self.row.locator("form.new-action").get_by_role("button", name=press, exact=True).click()
        expect(self.row.get_by_role("button", name="Propose", exact=True)).to_have_count(0)
