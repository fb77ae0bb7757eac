"""Pages as they come and as they are printed: nothing moves, and paper has no buttons."""

from playwright.sync_api import expect

from ..paper import text_of
from .desk import GOALS, WELLBEING
from .test_accessibility import kind, pages_from

SHIFTED = """() => new Promise((tell) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const { value } of list.getEntries()) sum += value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => tell(sum))));
})"""
# What one can only press or fill in. A box that is ticked or not tells something, and so do notes.
PRESSED = """() => [...document.querySelectorAll("nav, button, .button, select, textarea, input:not([type=checkbox])")]
  .filter((elt) => elt.checkVisibility() && !elt.matches("form.notes textarea:not(:placeholder-shown)"))
  .map((elt) => elt.outerHTML.slice(0, 200))"""
BLACK_ON_WHITE = """() => {
  const of = (elt) => getComputedStyle(elt);
  return [of(document.documentElement).backgroundColor, of(document.body).color];
}"""


# What A4 has between its margins, in the browser's pixels.
PAPER = {"width": 680, "height": 990}
# What is wider than the paper, and numbers in a table that stand in two lines.
CUT_OFF = """() => [...document.querySelectorAll("main, main *")]
  .filter((elt) => elt.checkVisibility() && (elt.getBoundingClientRect().right > innerWidth
    || elt.matches("td span") && elt.getClientRects().length > 1))
  .map((elt) => elt.outerHTML.slice(0, 200))"""


def cut_off(page):
    """What of a page does not fit on paper, or falls apart there."""
    page.emulate_media(media="print")
    found = page.evaluate(CUT_OFF)
    page.emulate_media(media="null")
    return found


def on_paper(page):
    """What a page that is printed from a dark screen has that paper should not."""
    page.emulate_media(media="print", color_scheme="dark")
    found = page.evaluate(PRESSED)
    if page.evaluate(BLACK_ON_WHITE) != ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]:
        found.append("not black on white")
    page.emulate_media(media="null", color_scheme="null")
    return found


def hears(desk):
    """Wait until the page's stream has brought what it brings at first, where there is one."""
    if desk.page.locator("#stream").count():
        desk.is_live()
    return desk.page


def test_pages_come_without_a_shift_and_print_without_what_one_can_only_press(sign_in):
    ada = sign_in("Ada Marsh")
    moved, pressed = {}, {}
    for page in pages_from(ada):
        moved[kind(page.url)] = hears(ada).evaluate(SHIFTED)
        pressed[kind(page.url)] = on_paper(page)
    assert {where: by for where, by in moved.items() if by} == {}
    assert {where: what for where, what in pressed.items() if what} == {}
    assert {"/", "/actions", "/meetings/*", "/meetings/*/record", "/pairs/*/plan", "/me/data"} <= set(moved)


def test_the_people_leads_pages_print_without_what_one_can_only_press_and_within_the_paper(sign_in):
    robin, wrong = sign_in("Robin Vale"), {}
    template = "/templates/regular"
    library = "/templates", template, f"{template}/versions/1", f"{template}/draft/preview"
    for address in ("/figures", "/signposts", *library):
        robin.page.goto(address)
        robin.page.set_viewport_size(PAPER)
        if found := [*on_paper(robin.page), *cut_off(robin.page)]:
            wrong[address] = found
    assert wrong == {}


def test_an_agenda_on_paper_has_its_notes_and_nothing_that_is_ones_own_alone(ada):
    ada.add(GOALS, "The pilot").notes.fill("Two gaps are left.")
    ada.composer(WELLBEING).fill("Tired of it")
    ada.section(WELLBEING).get_by_role("button", name="Add as a private draft").click()
    expect(ada.item("Tired of it").row).to_be_visible()
    ada.page.get_by_role("textbox", name="Private notebook").fill("Listen first.")
    said = " ".join(text_of(ada.page.pdf(format="A4")).split())
    for words in ("The pilot", "Two gaps are left."):
        assert words in said
    for words in ("Tired of it", "Listen first.", "Add to", "Make an action"):
        assert words not in said
