"""Focus is never lost: whatever one does by keyboard and the answer takes away, one stands somewhere sensible."""

from playwright.sync_api import Locator, expect

from .desk import GOALS, HOLDS, OTHER, Desk, Item, eventually


def press(control: Locator, key: str = "Enter") -> None:
    control.focus()
    control.page.keyboard.press(key)


def choose(item: Item, name: str) -> None:
    """From the menu, by keyboard."""
    menu = item.row.get_attribute("id").replace("item-", "more-")
    press(item.row.locator(f'[popovertarget="{menu}"]'))
    press(item.button(name))


def stands_in(where: Locator) -> None:
    """The focus comes to it, or within it."""
    eventually(lambda: where.evaluate(HOLDS), True, where.page)


def test_focus_is_never_lost_on_the_agenda(ada, sam):
    first, second = sam.add(GOALS, "First"), sam.add(GOALS, "Second")
    goes_through_an_item(sam, first)
    makes_and_settles_actions(ada, sam, first)
    keeps_a_draft_and_shares_it(sam)
    takes_items_away(sam, first)
    loses_an_item_to_the_other_one(ada, sam, second)
    settles_what_is_left(sam)
    shares_what_was_prepared(sam)


def goes_through_an_item(sam: Desk, item: Item) -> None:
    press(item.tick, "Space")
    expect(item.row).to_have_class("item by-individual is-discussed")
    expect(item.tick).to_be_focused()
    row = sam.page.locator(f"#{item.row.get_attribute('id')}")
    press(item.button("Edit"))
    expect(row.get_by_role("textbox", name="Words of the item")).to_be_focused()
    sam.page.keyboard.press("Escape")
    expect(row).to_be_focused()
    press(item.button("Edit"))
    expect(row.get_by_role("textbox", name="Words of the item")).to_be_focused()
    sam.page.keyboard.press("End")
    sam.page.keyboard.type("!")
    sam.page.keyboard.press("Enter")
    expect(row).to_be_focused()
    for name in (
        "Keep for next time",
        "Not for next time",
        "Move down",
        "Move up",
        f"Move to {OTHER}",
        f"Move to {GOALS}",
    ):
        choose(Item(sam, "First!"), name)
        expect(row.get_by_role("button", name=name, exact=True)).to_be_hidden()
        stands_in(row)
    press(row.get_by_role("button", name="Edit", exact=True))
    press(row.get_by_role("button", name="Cancel", exact=True))
    expect(row).to_be_focused()


def makes_and_settles_actions(ada: Desk, sam: Desk, item: Item) -> None:
    item.row = sam.page.locator("li.item").filter(has_text="First!")
    for words in ("Agreed to", "Withdrawn"):
        press(item.button("Make an action"))
        expect(item.box("What will be done?")).to_be_focused()
        sam.page.keyboard.type(words)
        sam.page.keyboard.press("Enter")
        expect(sam.action(words)).to_be_visible()
        stands_in(item.row)
    press(sam.action("Withdrawn").get_by_role("button", name="Withdraw"))
    expect(sam.page.get_by_text("Withdrawn")).to_have_count(0)
    stands_in(item.row)
    press(ada.action("Agreed to").get_by_role("button", name="Agree", exact=True))
    expect(ada.tick_of("Agreed to")).to_be_visible()
    # On nothing that once more would press.
    expect(ada.action("Agreed to")).to_be_focused()
    press(ada.tick_of("Agreed to"), "Space")
    expect(ada.action("Agreed to")).to_contain_text("done")
    expect(ada.tick_of("Agreed to")).to_be_focused()


def keeps_a_draft_and_shares_it(sam: Desk) -> None:
    draft = sam.item("Ask about working from home on Fridays")
    press(draft.button("Share"))
    expect(draft.tick).to_be_visible()
    stands_in(draft.row)


def takes_items_away(sam: Desk, first: Item) -> None:
    id = first.row.get_attribute("id")
    beside = sam.page.locator(f"#{id} + li, li:has(+ #{id})").first
    beside = sam.page.locator(f"#{beside.get_attribute('id')}")
    choose(first, "Delete")
    expect(first.row).to_have_count(0)
    stands_in(beside)
    press(sam.button("Undo"))
    expect(first.row).to_be_focused()
    # The last of its section: there is nothing beside it.
    alone = sam.item("Team day in the new year")
    choose(alone, "Delete")
    expect(alone.row).to_have_count(0)
    expect(sam.section(OTHER).get_by_role("heading", name=OTHER)).to_be_focused()


def loses_an_item_to_the_other_one(ada: Desk, sam: Desk, item: Item) -> None:
    discussed = ada.section(GOALS).locator(".is-discussed").count()
    same = ada.item("Second")
    press(same.button("Make an action"))
    expect(same.box("What will be done?")).to_be_focused()
    item.more("Delete")
    expect(same.row).to_have_count(0)
    stands_in(ada.section(GOALS).locator(".items"))
    # What one goes on typing does nothing to what is beside it.
    ada.page.keyboard.type("discuss")
    stands_in(ada.section(GOALS).locator(".items"))
    expect(ada.section(GOALS).locator(".is-discussed")).to_have_count(discussed)
    expect(ada.section(GOALS).locator("[name=text]:focus")).to_have_count(0)


def settles_what_is_left(sam: Desk) -> None:
    late = "Write the two-page go-live plan"
    from_last_time = sam.page.get_by_role("region", name="From last time")
    for done in (1, 0):
        press(sam.tick_of(late), "Space")
        expect(from_last_time.locator(".is-done")).to_have_count(done)
        expect(sam.tick_of(late)).to_be_focused()
    press(sam.action(late).get_by_role("button", name="More"))
    sam.action(late).get_by_label("Why we drop it").focus()
    sam.page.keyboard.type("Said in a talk instead")
    sam.page.keyboard.press("Enter")
    expect(from_last_time.get_by_text(late)).to_have_count(0)
    stands_in(from_last_time)
    press(sam.wrapup().get_by_label("I have covered what I came for"), "Space")
    expect(sam.page.locator("#covered")).to_be_checked()
    expect(sam.page.locator("#covered")).to_be_focused()


def shares_what_was_prepared(sam: Desk) -> None:
    sam.page.get_by_role("link", name="Prepare", exact=True).click()
    sam.page.wait_for_url("**/preparation")
    sam.is_live()
    drafts, box = sam.page.locator("li.draft"), sam.page.get_by_label(f"Prepare for {GOALS}")
    for number, words in enumerate(("Thought of on the bus", "Thought of on the way"), start=1):
        box.fill(words)
        sam.page.keyboard.press("Enter")
        expect(drafts).to_have_count(number)
    row = sam.page.locator(f"#{drafts.first.get_attribute('id')}")
    press(row.get_by_role("button", name="Share", exact=True))
    expect(drafts).to_have_count(1)
    expect(row).to_be_focused()
    press(sam.button("Share all my drafts"))
    expect(drafts).to_have_count(0)
    expect(sam.page.locator("#sharing")).to_be_focused()


def test_focus_is_never_lost_on_today(sign_in, server):
    server.run("hold", "ada", "sam")
    ada = sign_in("Ada Marsh").is_live()
    press(ada.button("I have read this"))
    expect(ada.page.get_by_role("region", name="What is new")).to_have_count(0)
    expect(ada.page.get_by_role("heading", name="Hello, Ada")).to_be_focused()
    tick = ada.page.get_by_role("region", name="Your actions").get_by_role("checkbox").first
    press(tick, "Space")
    expect(ada.page.locator("#mine .is-done")).to_have_count(1)
    expect(tick).to_be_focused()
