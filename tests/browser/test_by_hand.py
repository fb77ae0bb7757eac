"""What hands do on the agenda: keys, drags, menus; and what each sees of the other one meanwhile."""

import re

from playwright.sync_api import expect

from .desk import GOALS, OTHER, PLAN, WELLBEING, eventually

TOPIC = "Team day in the new year"


def test_all_that_matters_is_done_by_keyboard(ada, sam):
    keys = ada.page.keyboard
    ada.composer(OTHER).focus()
    keys.type("First line")
    keys.press("Shift+Enter")
    keys.type("second line")
    keys.press("Enter")
    item = ada.item("First line\nsecond line")
    expect(item.row).to_be_visible()
    expect(sam.item("First line\nsecond line").row).to_be_visible()
    # Ready for the next one, without the mouse.
    expect(ada.composer(OTHER)).to_be_focused()
    keys.type("Next")
    keys.press("Enter")
    expect(sam.item("Next").row).to_be_visible()

    item.tick.focus()
    keys.press("Space")
    expect(sam.item("First line\nsecond line").tick).to_be_checked()
    expect(item.tick).to_be_focused()

    item.button("Make an action").focus()
    keys.press("Enter")
    expect(item.box("What will be done?")).to_be_focused()
    keys.type("Done by keyboard")
    keys.press("Tab")
    keys.press("s")
    keys.press("Tab")
    item.row.get_by_label("How likely, 1 to 10?").focus()
    keys.type("7")
    keys.press("Enter")
    expect(sam.action("Done by keyboard")).to_contain_text("likely 7 of 10")

    item.button("Edit").focus()
    edit = item.edit()
    expect(edit).to_be_focused()
    keys.press("Escape")
    expect(edit).to_have_count(0)

    more = ada.item("Next").button("More")
    more.focus()
    keys.press("Enter")
    expect(ada.item("Next").button("Move up")).to_be_visible()
    keys.press("Escape")
    expect(ada.item("Next").button("Move up")).to_be_hidden()
    expect(more).to_be_focused()


def test_items_are_reordered_by_buttons_and_both_see_the_same(ada, sam):
    for n in range(3):
        ada.add(PLAN, f"Topic {n}")
    first = ada.order(PLAN)[0]
    ada.item("Topic 2").more("Move up")
    eventually(lambda: sam.order(PLAN), [first, "Topic 0", "Topic 2", "Topic 1"], sam.page)
    sam.item(first).more("Move down")
    eventually(lambda: ada.order(PLAN), ["Topic 0", first, "Topic 2", "Topic 1"], ada.page)
    ada.item("Topic 0").more(f"Move to {WELLBEING}")
    for desk in (ada, sam):
        expect(desk.section(WELLBEING).get_by_text("Topic 0", exact=True)).to_be_visible()
        expect(desk.section(PLAN).get_by_text("Topic 0", exact=True)).to_have_count(0)
        eventually(lambda desk=desk: desk.order(PLAN), [first, "Topic 2", "Topic 1"], desk.page)
        assert desk.reload().order(PLAN) == [first, "Topic 2", "Topic 1"]
        # Sam's draft may stand anywhere among what both see.
        assert [words for words in desk.order(WELLBEING) if "Fridays" not in words][-1] == "Topic 0"


def test_moving_between_the_same_two_for_ever_keeps_one_order_on_both_screens(ada, sam):
    for n in range(3):
        ada.add(GOALS, f"Topic {n}")
    for _ in range(13):
        for words in ("Topic 2", "Topic 1"):
            before = ada.order(GOALS)
            ada.item(words).more("Move up")
            place = before.index(words)
            before.insert(place - 1, before.pop(place))
            eventually(lambda: ada.order(GOALS), before, ada.page)
    eventually(lambda: sam.order(GOALS), ada.order(GOALS), sam.page)
    order = ada.order(GOALS)
    for desk in (ada, sam):
        assert desk.reload().order(GOALS) == order


def test_items_are_dragged_within_and_between_sections_and_both_see_the_same(ada, sam):
    for n in range(3):
        ada.add(PLAN, f"Topic {n}")
    first = ada.order(PLAN)[0]

    # All of it at once on the screen: nobody scrolls while dragging.
    ada.page.set_viewport_size({"width": 1280, "height": 2400})

    def drag(words, target, **where):
        ada.item(words).row.locator(".grip").hover()
        ada.page.mouse.down()
        # A drag begins with the first move and is over something with the second.
        target.hover(**where)
        target.hover(**where)
        ada.page.mouse.up()

    drag("Topic 2", ada.item("Topic 0").row, position={"x": 60, "y": 4})
    for desk in (ada, sam):
        eventually(lambda desk=desk: desk.order(PLAN), [first, "Topic 2", "Topic 0", "Topic 1"], desk.page)
    drag("Topic 0", ada.section(OTHER).get_by_role("heading", name=OTHER))
    for desk in (ada, sam):
        eventually(lambda desk=desk: desk.order(OTHER), ["Topic 0", TOPIC], desk.page)
    # Below the last one: to the end.
    drag("Topic 2", ada.composer(OTHER))
    for desk in (ada, sam):
        eventually(lambda desk=desk: desk.order(OTHER), ["Topic 0", TOPIC, "Topic 2"], desk.page)
        assert desk.reload().order(OTHER) == ["Topic 0", TOPIC, "Topic 2"]
        assert desk.order(PLAN) == [first, "Topic 1"]


def test_what_was_deleted_comes_back_with_undo(ada, sam):
    item = ada.item(TOPIC)
    item.notes.fill("Where? When?")
    expect(sam.item(TOPIC).notes).to_have_value("Where? When?")
    before = ada.order(OTHER)
    sam.item(TOPIC).more("Delete")
    for desk in (ada, sam):
        expect(desk.item(TOPIC).row).to_have_count(0)
    expect(sam.notice()).to_contain_text(f"Deleted “{TOPIC}”.")
    sam.button("Undo").click()
    for desk in (ada, sam):
        expect(desk.item(TOPIC).notes).to_have_value("Where? When?")
        assert desk.order(OTHER) == before


def test_each_sees_who_is_here_and_where_the_other_writes_but_never_a_half_typed_word(ada, sam):
    expect(ada.says("Sam is here")).to_be_visible()
    expect(sam.says("Ada is here")).to_be_visible()
    secret = "Something that I have not decided to say"
    sam.composer(GOALS).press_sequentially(secret)
    expect(ada.says(f"Sam is here · writing in {GOALS}")).to_be_visible()
    assert secret not in ada.page.content()
    sam.composer(GOALS).press_sequentially(" yet", delay=30)
    sam.item(TOPIC).button("Edit").focus()
    expect(ada.says("Sam is here")).to_be_visible()
    sam.item(TOPIC).edit().press_sequentially(", perhaps")
    expect(ada.says(f"Sam is here · writing in {OTHER}")).to_be_visible()
    for half in (secret, "perhaps"):
        assert half not in ada.page.content()
    sam.go("Actions")
    # The server notices at its second ping that nobody listens.
    expect(ada.says("Sam is not here yet")).to_be_visible(timeout=20_000)
    sam.go("Today").open_agenda("Ada Marsh")
    expect(ada.says("Sam is here")).to_be_visible()


def test_an_open_menu_and_opened_prompts_stay_open_while_the_other_changes_things(ada, sam):
    ada.page.get_by_text("Prompts for Sam").first.click()
    shown = ada.page.get_by_text("How am I, really, these days?")
    expect(shown).to_be_visible()
    item = ada.item(TOPIC)
    item.button("More").click()
    sam.item(TOPIC).tick.check()
    sam.item(TOPIC).more("Every time")
    expect(item.row).to_contain_text("Every time")
    expect(item.tick).to_be_checked()
    expect(item.button("Delete")).to_be_visible()
    expect(shown).to_be_visible()


def test_every_time_and_keep_for_next_time_can_be_taken_back(ada, sam):
    for choice, undo, mark in (
        ("Every time", "No longer every time", "Every time"),
        ("Keep for next time", "Not for next time", "Kept for next time"),
    ):
        marked = re.compile(mark)
        facts = sam.item(TOPIC).row.locator(".mark")
        ada.item(TOPIC).more(choice)
        expect(facts.filter(has_text=marked)).to_be_visible()
        sam.item(TOPIC).more(undo)
        expect(facts.filter(has_text=marked)).to_have_count(0)
        expect(ada.item(TOPIC).row.locator(".mark")).to_have_count(0)
