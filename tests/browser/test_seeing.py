"""Whoever sees little: at 400 % nothing covers what has the focus, and states show in the system's own few colours."""

from playwright.sync_api import expect

# 1280 by 1024 pixels at 400 %.
ZOOMED = {"width": 320, "height": 256}
FEWEST_TABS, MOST_TABS = 8, 300
# Whether nothing of what a link says is cut off.
WHOLE = """(elt) => {
  const words = elt.firstElementChild, box = elt.getBoundingClientRect();
  const edge = parseFloat(getComputedStyle(elt).paddingLeft), [left, right] = [box.left + edge, box.right - edge];
  const fits = [...words.getClientRects()].every((line) => line.left >= left && line.right <= right);
  return fits && words.scrollWidth <= words.clientWidth && words.scrollHeight <= words.clientHeight;
}"""
# What has the focus: where it is in the document, and what is wrong with how one sees it.
FOCUSED = """() => {
  const elt = document.activeElement, box = elt.getClientRects()[0];
  if (elt === document.body) return ["the end", ""];
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const how = !seen ? "out of the window" : elt.contains(seen) ? "" : `under ${seen.outerHTML.slice(0, 80)}`;
  return [[...document.querySelectorAll("*")].indexOf(elt), how && `${elt.outerHTML.slice(0, 120)} is ${how}`];
}"""


def unseen(page):
    """All that is not to be seen when the focus is on it, from the page's end to its beginning."""
    begins, problems = None, []
    for number in range(MOST_TABS):
        page.keyboard.press("Shift+Tab")
        where, problem = page.evaluate(FOCUSED)
        if where in ("the end", begins):
            assert number > FEWEST_TABS, "Hardly anything had the focus."
            return problems
        begins = begins or where
        problems += [problem] if problem else []
    raise AssertionError("The page does not end.")


def test_at_four_hundred_percent_nothing_covers_what_has_the_focus(sign_in):
    ada = sign_in("Ada Marsh", viewport=ZOOMED)
    assert unseen(ada.page) == []
    ada.open_agenda("Sam Okoro")
    ada.item("Team day in the new year").more("Delete")
    expect(ada.notice()).to_contain_text("Undo")
    ada.page.evaluate("document.activeElement.blur()")
    assert unseen(ada.page) == []
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    ada.page.locator(".history a").first.click()
    ada.page.wait_for_url("**/record")
    assert unseen(ada.page) == []


def test_on_a_phone_a_name_is_whole_and_a_sheet_that_fills_the_screen_has_a_way_out(sign_in):
    sam = sign_in("Sam Okoro", viewport={"width": 360, "height": 740}).open_agenda("Ada Marsh")
    assert sam.page.locator(".me").evaluate(WHOLE)
    for opener, heading in (("Change", "Change this meeting"), ("Kind of conversation", "Add to this meeting")):
        sam.button(opener).click()
        expect(sam.page.get_by_role("heading", name=heading)).to_be_visible()
        sam.button("Close").click()
        expect(sam.page.get_by_role("heading", name=heading)).to_be_hidden()


def test_states_show_in_the_systems_own_colours(sign_in):
    sam = sign_in("Sam Okoro", forced_colors="active")
    ink = sam.page.evaluate("getComputedStyle(document.body).color")
    expect(sam.page.locator(".past-year .met").first).to_have_css("stroke", ink)
    expect(sam.page.locator(".awaits .asks").first).to_have_css("outline-style", "solid")
    expect(sam.page.get_by_role("link", name="Open the agenda")).to_have_css("border-top-width", "3px")
    sam.open_agenda("Ada Marsh")
    item = sam.item("Team day in the new year")
    unticked = item.tick.screenshot()
    item.tick.check()
    assert item.tick.screenshot() != unticked
    item.more("Every time")
    expect(item.row.locator(".mark")).to_have_css("outline-style", "solid")
    item.propose("Book a room", "Sam Okoro")
    expect(sam.action("Book a room")).to_have_css("outline-style", "solid")
    sam.page.emulate_media(forced_colors="none", contrast="more")
    expect(sam.action("Book a room")).to_have_css("outline-style", "solid")
