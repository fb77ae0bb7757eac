"""Whole conversations as both sides hold them: a one-to-one with supervision in it, and a career conversation."""

from datetime import date, timedelta

from playwright.sync_api import Page, expect

from template_files import read_folder

from .desk import OTHER, WELLBEING, Desk, eventually

PRACTICE = "Practice and cases"
FUTURE = "What do you want in the future?"
HOW = "How will you get there?"
NEXT = "Next steps"
SECRET = "Ready for more than she dares to say"
# What is for the manager to think over, and nobody else.
PRIVATE = [prompt.text for prompt in read_folder()["career"].preparation if prompt.side == "manager"]


def in_days(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


def prompts(desk: Desk, section: str):
    """What stands beside a section."""
    return desk.page.get_by_role("group", name=f"Prompts for {section}", exact=True)


def put(desk: Desk, section: str, text: str) -> None:
    """Put a prompt on the agenda with one click, once what it is folded into is open."""
    group = prompts(desk, section)
    line = group.locator("li").filter(has_text=text).first
    for fold in group.locator("details:not([open])").all():
        if not line.is_visible():
            fold.locator("summary").first.click()
    line.get_by_role("button", name="Put on the agenda").click()


def choose_conversation(desk: Desk, press: str) -> None:
    """Open the sheet of the kinds and press one of its buttons."""
    desk.button("Kind of conversation").click()
    desk.button(press).click()
    desk.page.keyboard.press("Escape")


def agree_the_date(first: Desk, second: Desk, day: str) -> None:
    """One proposes a date in the wrap-up, the other one takes it."""
    first.page.get_by_role("textbox", name="Next meeting", exact=True).fill(f"{day}T10:00")
    first.button("This date suits me").click()
    expect(second.page.locator("#close")).to_contain_text("proposes")
    second.button("This date suits me").click()
    for desk in (first, second):
        expect(desk.page.locator("#close")).to_contain_text("You have both agreed")


def test_a_one_to_one_takes_in_professional_supervision_and_is_held_to_its_end(ada, sam):
    choose_conversation(sam, "Add Professional supervision")
    expect(ada.section(PRACTICE)).to_be_visible()
    expect(ada.page.get_by_text("with Professional supervision")).to_be_visible()

    # The individual leads: what he brings stands first, whoever was quicker.
    ada.add(PRACTICE, "The audit's second finding")
    sam.add(PRACTICE, "A case that will not let me go")
    for desk in (ada, sam):
        eventually(
            lambda desk=desk: desk.order(PRACTICE),
            ["A case that will not let me go", "The audit's second finding"],
            desk.page,
        )
    expect(prompts(ada, PRACTICE).get_by_role("heading", name="To keep in mind")).to_be_visible()

    # A prompt becomes a question on the agenda, once; the other one sees that it is there.
    question = prompts(sam, "Theory and reflective practice").locator("li:has(button) span").first.inner_text()
    put(sam, "Theory and reflective practice", question)
    expect(ada.item(question).row).to_contain_text("Question")
    group = prompts(sam, "Theory and reflective practice")
    here = group.get_by_role("button", name=f"On the agenda: {question}", exact=True)
    expect(here).to_be_focused()
    # It can be put there again once it was taken off.
    ada.item(question).more("Delete")
    expect(group.get_by_role("button", name=f"Put on the agenda: {question}", exact=True)).to_be_visible()
    put(sam, "Theory and reflective practice", question)

    # Not likely: so what would help is asked, kept, and shown to both.
    case = sam.item("A case that will not let me go")
    case.tick.check()
    case.propose("Bring the notes of the case", "Sam Okoro", in_days(10), "6")
    hers = ada.item("A case that will not let me go")
    hers.button("Agree").click()
    help_box = case.row.get_by_role("textbox", name="What would make it one higher?", exact=True)
    help_box.fill("An hour without calls")
    case.button("Keep this").click()
    expect(hers.row).to_contain_text("An hour without calls")
    expect(hers.row).to_contain_text("likely 6 of 10")

    sam.page.get_by_role("checkbox", name="I have covered what I came for", exact=True).check()
    expect(ada.page.locator("#close")).to_contain_text("Sam has covered everything.")
    agree_the_date(ada, sam, in_days(28))
    ada.close_meeting()
    record = ada.page.get_by_role("article")
    for words in ("Supervision", PRACTICE, "A case that will not let me go", "An hour without calls", "agreed by"):
        expect(record).to_contain_text(words, ignore_case=True)
    expect(record).to_contain_text("Covered what they came for: Sam Okoro.")

    # Next time it is a one-to-one again; what is left of the supervision stands with all other business.
    sam.go("Today").open_agenda("Ada Marsh")
    expect(sam.section(PRACTICE)).to_have_count(0)
    expect(sam.section(OTHER)).to_contain_text("The audit's second finding")
    expect(sam.action("Bring the notes of the case")).to_contain_text("An hour without calls")


def test_a_career_conversation_is_prepared_in_private_and_held_to_its_end(ada, sam, complaints):
    ada.button("Kind of conversation").click()
    ada.page.get_by_role("combobox", name="Kind of conversation", exact=True).select_option(label="Career conversation")
    ada.button("Change the kind").click()
    for desk in (ada, sam):
        expect(desk.section(FUTURE)).to_be_visible()
    # Nothing was lost by it: what has no section any more stands in the last one.
    expect(sam.section(NEXT)).to_contain_text("Go-live plan: which department first?")

    prepare_in_private(ada, sam)

    sam.page.get_by_label("Looking ahead").first.select_option(label="three years")
    for desk in (ada, sam):
        expect(desk.section(FUTURE)).to_contain_text("three years from now")
    for count in (1, 2):
        put(sam, FUTURE, "What else?")
        eventually(lambda: ada.order(FUTURE).count("What else?"), count, ada.page)
    asked = ada.section(FUTURE).locator("li.item").first
    asked.get_by_role("textbox", name="Notes", exact=True).fill("Lead a team of five")
    step = sam.add(HOW, "A first step")
    expect(sam.section(FUTURE).get_by_role("textbox", name="Notes", exact=True).first).to_have_value(
        "Lead a team of five"
    )
    step.propose("Shadow the head of design for a day", "Sam Okoro", in_days(30), "8")
    ada.item("A first step").button("Agree").click()
    expect(sam.tick_of("Shadow the head of design for a day")).to_be_visible()

    agree_the_date(sam, ada, in_days(35))
    sam.close_meeting()
    expect(sam.page.get_by_role("article")).to_contain_text("Lead a team of five")
    assert SECRET not in sam.page.content()


def prepare_in_private(ada: Desk, sam: Desk) -> None:
    """Ada prepares; no way that Sam has shows any of it."""
    meeting = ada.page.url.split("#", maxsplit=1)[0]
    ada.page.get_by_role("link", name="Prepare", exact=True).click()
    ada.page.wait_for_url("**/preparation")
    ada.is_live()
    shown = ada.section("Before you meet").text_content()
    assert len(PRIVATE) > 10
    assert all(words in shown for words in PRIVATE)
    ada.page.get_by_role("textbox", name=f"Prepare for {FUTURE}", exact=True).fill(SECRET)
    ada.section(FUTURE).get_by_role("button", name="Keep as a draft", exact=True).click()
    expect(ada.section(FUTURE).locator("li").filter(has_text=SECRET)).to_be_visible()
    note = ada.page.get_by_role("textbox", name="Private notebook")
    note.fill("My view of her potential")
    # What comes after it by the stream has come, so it would have come itself by now.
    another = ada.another_tab()
    another.page.goto(meeting)
    another.is_live().add(NEXT, "A word about the budget")
    expect(sam.item("A word about the budget").row).to_be_visible()

    seen = sam.page.content()
    for path in (f"{meeting}/preparation", f"{meeting}/regions/agenda", f"{meeting}/preparation/regions/drafts"):
        seen += fetched(sam.page, path)
    seen += fetched(sam.page, "/search?q=dares") + fetched(sam.page, "/me/data.json")
    for words in (SECRET, "My view of her potential", *PRIVATE):
        assert words not in seen, words

    another.page.close()
    ada.page.get_by_role("link", name="To the agenda", exact=True).click()
    ada.is_live()
    expect(ada.item(SECRET).row).to_contain_text("only you see this")


def fetched(page: Page, path: str) -> str:
    """What this person's browser is answered at an address, whole or as a part."""
    return page.evaluate("path => fetch(path).then(answer => answer.text())", path)


def test_prompts_are_hidden_section_by_section(ada, sam):
    group = prompts(sam, WELLBEING)
    group.get_by_role("button", name="Hide these prompts", exact=True).click()
    expect(group.get_by_role("heading")).to_have_count(0)
    expect(prompts(ada, WELLBEING).get_by_role("heading").first).to_be_visible()
    sam.reload()
    expect(group.get_by_role("heading")).to_have_count(0)
    group.get_by_role("button", name="Show prompts", exact=True).click()
    expect(group.get_by_role("heading").first).to_be_visible()
