"""A template of the organisation's own: copied, written, looked at and published by Robin, then met with by Ada."""

import pytest
from playwright.sync_api import expect

from .desk import WELLBEING
from .test_every_page import fits

ASKED, LATER = "What made you laugh this month?", "What would you rather not do again?"


@pytest.fixture
def robin(sign_in):
    """The people lead, whose pages need no JavaScript."""
    return sign_in("Robin Vale", java_script_enabled=False)


def test_robin_writes_a_template_and_ada_and_sam_meet_with_it(robin, ada):
    copy(robin, "Regular one-to-one", "Our monthly talk")
    add_prompt(robin, ASKED, "the individual")
    look_at(robin)
    robin.button("Publish").first.click()
    expect(robin.page.get_by_text("Version 1", exact=True).first).to_be_visible()

    running = ada.page.url
    choose(ada, "Our monthly talk")
    ada.page.goto(running)
    expect(prompts(ada)).to_have_count(1)
    expect(ada.page.get_by_text(ASKED)).to_have_count(0)
    ada.is_live().close_meeting()
    ada.page.goto("/")
    ada.open_agenda("Sam Okoro")
    expect(ada.page.get_by_role("heading", level=1)).to_contain_text("Our monthly talk")
    expect(ada.page.get_by_text(ASKED)).to_have_count(1)

    robin.page.get_by_role("link", name="Edit").click()
    add_prompt(robin, LATER, "the manager")
    robin.button("Publish").first.click()
    expect(robin.page.get_by_text(LATER)).to_be_visible()
    ada.reload()
    expect(ada.page.get_by_text(ASKED)).to_have_count(1)
    expect(ada.page.get_by_text(LATER)).to_have_count(0)


def copy(robin, source: str, name: str) -> None:
    robin.go("Robin Vale")
    robin.page.get_by_role("link", name="Templates").click()
    robin.page.get_by_role("link", name=source).click()
    robin.page.get_by_role("textbox", name="Name of the copy").fill(name)
    robin.button("Copy").click()
    expect(robin.page.get_by_role("heading", level=1)).to_have_text(f"Draft of “{name}”")


def add_prompt(robin, words: str, whose: str) -> None:
    """Add a prompt at the end of a section, and move it to the front of all."""
    section = robin.section(WELLBEING)
    number = section.locator("textarea").count() + 1
    section.get_by_role("button", name="Add a prompt").click()
    robin.page.wait_for_url(f"**/draft#section-0-prompt-{number - 1}")
    row = robin.page.locator(f"#section-0-prompt-{number - 1}")
    row.get_by_role("textbox", name=f"Prompt {number} of {WELLBEING}").fill(words)
    row.get_by_role("combobox", name="For", exact=True).select_option(label=whose)
    row.get_by_role("button", name="Move up").click()
    expect(robin.page.get_by_role("textbox", name=f"Prompt {number - 1} of {WELLBEING}")).to_have_value(words)


def look_at(robin) -> None:
    """Look at the draft as either side; what was added is the individual's."""
    robin.button("Preview as the individual").first.click()
    expect(theirs(robin)).to_have_count(0)
    expect(robin.page.get_by_text(ASKED)).to_have_count(1)
    robin.page.get_by_role("link", name="See it as the manager").click()
    expect(theirs(robin)).to_have_count(1)


def theirs(robin):
    """What was added, among the prompts of the other side."""
    return robin.page.locator("details.theirs").get_by_text(ASKED)


def choose(ada, kind: str) -> None:
    """Have the pair meet with another template from now on."""
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    ada.is_live().button("Change").first.click()
    ada.page.get_by_role("combobox", name="Kind of conversation", exact=True).select_option(label=kind)
    ada.page.locator("#rhythm").get_by_role("button", name="Save").click()
    expect(ada.page.locator("#pair")).to_contain_text(kind)


def prompts(ada):
    return ada.page.get_by_role("group", name=f"Prompts for {WELLBEING}")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_people_leads_pages_fit_their_window_and_name_their_controls(sign_in, complaints, width):
    complaints.foresee("status of 422")
    robin = sign_in("Robin Vale", viewport={"width": width, "height": 800})
    for address in (
        *("/me", "/signposts", "/signposts/new", "/templates", "/templates/import", "/templates/career"),
        *("/templates/career/draft", "/templates/career/draft/preview?side=manager", "/templates/career/versions/1"),
    ):
        robin.page.goto(address)
        fits(robin, address)
    robin.page.goto("/templates/catch_up/draft")
    robin.page.get_by_role("textbox", name="Name").fill("x" * 90)
    robin.button("Publish").first.click()
    expect(robin.page.get_by_text("This is longer than 80 characters.").last).to_be_visible()
    fits(robin, "a draft with something wrong in it")


def test_a_template_is_imported_from_a_file_and_by_hand(robin, tmp_path, complaints):
    complaints.foresee("status of 422")
    text = 'name = "Walk and talk"\nminutes = 30\n[[section]]\nkey = "walk"\ntitle = "On the way"\n'
    (tmp_path / "walk.toml").write_text(text)
    robin.page.goto("/templates/import")
    robin.page.locator("input[type=file]").set_input_files(tmp_path / "walk.toml")
    robin.button("Import").click()
    expect(robin.page.get_by_role("heading", level=1)).to_have_text("Draft of “Walk and talk”")
    robin.page.goto("/templates/import")
    wrong = text.replace("Walk and talk", "Sit and talk").replace("minutes = 30", "minutes = 3")
    robin.page.locator("textarea").fill(wrong)
    robin.button("Import").click()
    expect(robin.page.get_by_role("alert").filter(has_text="Line 2")).to_be_visible()
    expect(robin.page.locator("textarea")).to_have_value(wrong)
