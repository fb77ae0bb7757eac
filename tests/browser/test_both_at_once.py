"""Both do something at the same moment, or one does it twice: nothing is lost and nothing doubles."""

import re

from playwright.sync_api import expect

from .desk import GOALS, OTHER, WELLBEING, Desk, eventually

TOPIC = "Team day in the new year"
ADD_MANY = """async ([section, words]) => {
  const box = document.getElementById(`composer-${section}-text`);
  for (const text of words) {
    box.value = text;
    box.form.requestSubmit(box.form.querySelector("button"));
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
  }
}"""


def add_many(desk: Desk, section: str, words: list[str]) -> None:
    """Begin to add these, one right after the other, without waiting for any answer."""
    desk.page.evaluate(f"(given) => {{ ({ADD_MANY})(given); }}", [section, words])


def test_two_people_add_many_things_at_once_and_both_see_the_same_order(ada, sam):
    already = ada.order(GOALS)
    by_ada, by_sam = ([f"{name} {n}" for n in range(15)] for name in ("Ada", "Sam"))
    add_many(ada, "goals", by_ada)
    add_many(sam, "goals", by_sam)
    for desk in (ada, sam):
        expect(desk.section(GOALS).locator(".items > .item")).to_have_count(len(already) + 30)
    order = ada.order(GOALS)
    assert sam.order(GOALS) == order
    assert sorted(order) == sorted(already + by_ada + by_sam)
    # Each one's own come in the order in which they were typed.
    assert [words for words in order if words in by_ada] == by_ada
    assert [words for words in order if words in by_sam] == by_sam
    for desk in (ada, sam):
        assert desk.reload().order(GOALS) == order


def test_two_people_tick_move_and_delete_at_once_and_both_see_the_same(ada, sam):
    for n in range(4):
        ada.add(GOALS, f"Topic {n}")
    expect(sam.item("Topic 3").row).to_be_visible()
    ada.item("Topic 3").more("Move up")
    sam.item("Topic 0").more("Move down")
    ada.item("Topic 1").tick.check()
    sam.item("Topic 1").more(f"Move to {OTHER}")
    ada.item("Topic 2").more("Delete")
    for desk in (ada, sam):
        expect(desk.item("Topic 2").row).to_have_count(0)
        expect(desk.section(OTHER).get_by_text("Topic 1", exact=True)).to_be_visible()
        expect(desk.item("Topic 1").tick).to_be_checked()
    eventually(lambda: ada.order(GOALS), sam.order(GOALS), ada.page)
    order = ada.order(GOALS)
    for desk in (ada, sam):
        assert desk.reload().order(GOALS) == order


def test_the_same_notes_typed_at_once_keep_every_word_of_both(ada, sam):
    by_ada, by_sam = ada.item(TOPIC).notes, sam.item(TOPIC).notes
    by_ada.fill("Beginning. End.")
    expect(by_sam).to_have_value("Beginning. End.")
    by_ada.click()
    by_ada.press("ControlOrMeta+Home")
    by_sam.click()
    by_sam.press("ControlOrMeta+End")
    words_of_ada = [f"ada{n}" for n in range(12)]
    words_of_sam = [f"sam{n}" for n in range(12)]
    for one, other in zip(words_of_ada, words_of_sam, strict=True):
        by_ada.press_sequentially(f"{one} ", delay=25)
        by_sam.press_sequentially(f" {other}", delay=25)
    eventually(lambda: by_ada.input_value() == by_sam.input_value() != "", True, ada.page)
    eventually(lambda: words_of_ada[-1] in by_sam.input_value() and "sam11" in by_ada.input_value(), True, ada.page)
    text = by_ada.input_value()
    assert re.findall(r"ada\d+", text) == words_of_ada
    assert re.findall(r"sam\d+", text) == words_of_sam
    assert "Beginning. End." in text
    for desk in (ada, sam):
        expect(desk.reload().item(TOPIC).notes).to_have_value(text)


def test_notes_begun_by_both_on_an_empty_page_keep_both_beginnings(ada, sam):
    by_ada, by_sam = ada.item(TOPIC).notes, sam.item(TOPIC).notes
    by_ada.fill("Ada was here.")
    by_sam.fill("So was Sam.")
    for words in ("Ada was here.", "So was Sam."):
        for box in (by_ada, by_sam):
            expect(box).to_have_value(re.compile(re.escape(words)))
    assert by_ada.input_value() == by_sam.input_value()


def test_a_true_clash_shows_both_versions_and_asks(ada, sam, network, sign_in, complaints):
    complaints.foresee("status of 409", "ERR_", "Failed to fetch", "network error")
    far = sign_in("Sam Okoro", network.address).open_agenda("Ada Marsh")
    notes, same = ada.item(TOPIC).notes, far.item(TOPIC).notes
    notes.fill("We meet on Monday at noon.")
    expect(same).to_have_value("We meet on Monday at noon.")
    network.cut()
    expect(far.says("Reconnecting…")).to_be_visible()
    same.fill("We meet on Friday at noon.")
    notes.fill("We meet on Tuesday at noon.")
    expect(sam.item(TOPIC).notes).to_have_value("We meet on Tuesday at noon.")
    network.restore()
    expect(far.item(TOPIC).row.get_by_role("alert")).to_contain_text("You both changed the same words.")
    for words in ("Tuesday", "Friday"):
        expect(same).to_have_value(re.compile(words))
    expect(notes).to_have_value("We meet on Tuesday at noon.")
    same.fill("We meet on Wednesday at noon.")
    expect(notes).to_have_value("We meet on Wednesday at noon.")
    expect(far.item(TOPIC).row.get_by_role("alert")).to_be_hidden()


def test_the_same_item_edited_at_once_keeps_the_words_of_both_and_asks_where_they_clash(ada, sam, complaints):
    complaints.foresee("status of 409")
    one, other = ada.item(TOPIC).edit(), sam.item(TOPIC).edit()
    one.fill("The team day in the new year")
    other.fill("Team day in the new year, with Mei")
    one.press("Enter")
    expect(ada.item("The team day in the new year").row).to_be_visible()
    other.press("Enter")
    for desk in (ada, sam):
        expect(desk.item("The team day in the new year, with Mei").row).to_be_visible()

    one = ada.item("The team day in the new year, with Mei").edit()
    other = sam.item("The team day in the new year, with Mei").edit()
    one.fill("The team day in the old year, with Mei")
    other.fill("The team day in the next year, with Mei")
    one.press("Enter")
    expect(one).to_have_count(0)
    other.press("Enter")
    expect(sam.page.get_by_role("alert").filter(has_text="You both changed the same words.")).to_be_visible()
    for words in ("old", "next"):
        expect(other).to_have_value(re.compile(words))
    expect(sam.notice()).to_be_empty()
    other.fill("The team day, with Mei")
    other.press("Enter")
    for desk in (ada, sam):
        expect(desk.item("The team day, with Mei").row).to_be_visible()


def test_a_double_click_does_everything_once(ada, sam):
    ada.composer(WELLBEING).fill("Once")
    ada.section(WELLBEING).get_by_role("button", name="Add", exact=True).dblclick()
    expect(ada.item("Once").row).to_be_visible()
    # The composer is ready for the next one.
    expect(ada.composer(WELLBEING)).to_be_focused()
    expect(ada.composer(WELLBEING)).to_have_value("")
    ada.composer(WELLBEING).press_sequentially("Twice")
    ada.composer(WELLBEING).press("Enter")
    expect(ada.item("Twice").row).to_be_visible()
    assert ada.order(WELLBEING).count("Once") == 1
    expect(ada.section(WELLBEING).get_by_role("alert").first).to_be_hidden()

    item = ada.item("Once")
    item.button("Make an action").click()
    item.box("What will be done?").fill("An action")
    item.button("Propose").dblclick()
    expect(item.box("What will be done?")).to_have_count(0)
    expect(sam.item("Once").row.locator("li.action")).to_have_count(1)
    sam.item("Once").button("Agree").dblclick()
    expect(ada.tick_of("An action")).to_be_visible()

    ada.button("Close the meeting").dblclick()
    # The second answer takes her there again, so the first going there may be broken off.
    expect(ada.page).to_have_url(re.compile(r"/record$"))
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    history = ada.page.get_by_role("region", name="Meetings")
    expect(history.get_by_role("link", name="Open the agenda")).to_have_count(1)
    expect(history.locator(".history li")).to_have_count(3)
    history.get_by_role("link", name="Open the agenda").click()
    ada.page.wait_for_url("**/meetings/*")
    assert ada.order(WELLBEING).count("Once") == 1
    expect(ada.page.locator("li.action").filter(has_text="An action")).to_have_count(1)


def test_two_tabs_of_one_person_and_the_way_back_double_nothing(ada, sam):
    second = ada.another_tab()
    item = ada.add(WELLBEING, "From the first tab")
    expect(second.item("From the first tab").row).to_be_visible()
    # The same form in both, sent from both.
    other = second.item("From the first tab")
    for found in (item, other):
        found.button("Make an action").click()
        found.box("What will be done?").fill("One action")
    item.button("Propose").click()
    other.button("Propose").click()
    expect(other.box("What will be done?")).to_have_count(0)
    for desk in (ada, second, sam):
        expect(desk.item("From the first tab").row.locator("li.action")).to_have_count(1)
    second.item("From the first tab").notes.fill("Typed in the second tab")
    expect(ada.item("From the first tab").notes).to_have_value("Typed in the second tab")

    ada.composer(WELLBEING).fill("Before leaving")
    ada.composer(WELLBEING).press("Enter")
    expect(sam.item("Before leaving").row).to_be_visible()
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    sam.add(WELLBEING, "Meanwhile")
    ada.page.go_back()
    ada.is_live()
    expect(ada.item("Meanwhile").row).to_be_visible()
    expect(ada.composer(WELLBEING)).to_have_value("")
    # Where Sam's private draft stands among them is his alone to see.
    hers = ada.order(WELLBEING)
    # Sam leads, so what he brings stands before what she has brought.
    assert hers[-3:] == ["Meanwhile", "From the first tab", "Before leaving"]
    assert [words for words in sam.order(WELLBEING) if words in hers] == hers

    ada.close_meeting()
    ada.page.go_back()
    ada.page.wait_for_url("**/record")
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    expect(ada.page.locator(".history li")).to_have_count(3)
