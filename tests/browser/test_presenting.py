"""The large screen: arrows and clickers lead on, and what changes shows at once."""

from playwright.sync_api import expect

from .desk import GOALS, WELLBEING, eventually

IN_THE_MIDDLE = """document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest(".slide")
  .querySelector("h1, h2").textContent"""


def presented(desk):
    """The large screen, opened from the agenda."""
    desk.page.get_by_role("link", name="Present").click()
    desk.page.wait_for_url("**/present")
    desk.is_live()
    return desk.page


def shows(page, words):
    """Wait until these words fill the screen."""
    eventually(lambda: page.evaluate(IN_THE_MIDDLE), words, page)


def test_one_keystroke_leads_to_the_next_thing_and_one_back(ada):
    page = presented(ada)
    words = [heading.text_content() for heading in page.get_by_role("heading", level=2).all()]
    for key, number in (("ArrowRight", 0), ("PageDown", 1), (" ", 2), ("PageUp", 1), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        shows(page, words[number])
    # However slowly it scrolls.
    page.emulate_media(reduced_motion="no-preference")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    shows(page, words[2])


def test_what_the_other_one_does_shows_at_once_and_a_tick_shows_on_the_agenda(ada, sam):
    page = presented(ada)
    item = sam.add(GOALS, "Said while it is on the screen")
    slide = page.get_by_role("region", name="Said while it is on the screen")
    slide.get_by_role("checkbox", name="Discussed").check()
    expect(item.row.get_by_role("checkbox", name="Discussed")).to_be_checked()


def test_it_stays_where_it_is_when_something_is_added_above(ada, sam):
    page = presented(ada)
    words = [heading.text_content() for heading in page.get_by_role("heading", level=2).all()]
    for number in (0, 1):
        page.keyboard.press("ArrowRight")
        shows(page, words[number])
    sam.add(WELLBEING, "Added above")
    expect(page.get_by_role("heading", name="Added above")).to_be_attached()
    shows(page, words[1])


def test_what_is_higher_than_the_screen_is_read_to_its_end_first(ada):
    ada.add(WELLBEING, "A long story").notes.fill("\n".join(f"line {number}" for number in range(90)))
    ada.button("Add").first.focus()
    page = presented(ada)
    page.get_by_role("link", name="A long story").click()
    shows(page, "A long story")
    slide = page.get_by_role("region", name="A long story")
    before = slide.bounding_box()["y"]
    page.keyboard.press("PageDown")
    eventually(lambda: slide.bounding_box()["y"] < before - 100, True, page)
    shows(page, "A long story")
