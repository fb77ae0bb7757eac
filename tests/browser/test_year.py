"""The year in two browsers: objectives agreed live, evidence kept, the review gathered, signed off and taken along."""

import json
import re

from playwright.sync_api import Locator, expect

from .desk import Desk

AIM = "Write the handbook of the service desk"


def tab(desk: Desk, name: str) -> Desk:
    """From any page of the pair to another one."""
    desk.page.get_by_role("navigation", name="Between you and").get_by_role("link", name=name, exact=True).click()
    return desk.is_live()


def to_the_pair(desk: Desk, other: str) -> Desk:
    desk.page.get_by_role("link", name=f"You and {other}").click()
    return desk.is_live()


def aim(desk: Desk, text: str = AIM) -> Locator:
    return desk.page.get_by_role("article", name=text)


def propose(desk: Desk, text: str) -> None:
    desk.page.get_by_text("Set an objective").click()
    form = desk.page.locator("#new-objective")
    form.get_by_label("What should be achieved?").fill(text)
    form.get_by_label("How will you both know?").fill("Somebody new needs no questions")
    form.get_by_label("Competencies").fill("Writing\nAsking")
    form.get_by_role("button", name="Propose").click()


def note(where: Locator, text: str, outlook: str = "No change") -> None:
    where.get_by_label("How does it go?").fill(text)
    where.get_by_label("Outlook").select_option(outlook)
    where.get_by_role("button", name="Note the progress").click()


def test_an_objective_is_agreed_live_and_each_ones_view_is_seen_by_both(ada, sam):
    for desk, other in ((ada, "Sam Okoro"), (sam, "Ada Marsh")):
        tab(to_the_pair(desk, other), "Objectives")
    propose(sam, AIM)
    expect(aim(sam)).to_contain_text("Waiting for Ada")
    # The form is blank again, for another one.
    for label in ("What should be achieved?", "How will you both know?", "Competencies"):
        expect(sam.page.locator("#new-objective").get_by_label(label)).to_have_value("")
    aim(ada).get_by_role("button", name="Agree", exact=True).click()
    expect(aim(sam)).to_contain_text("agreed")
    note(aim(sam), "The first chapter is there", "Going well")
    note(aim(ada), "Ask the night shift, too")
    for desk in (ada, sam):
        expect(aim(desk)).to_contain_text("The first chapter is there")
        expect(aim(desk)).to_contain_text("Ask the night shift, too")
    expect(aim(sam).get_by_label("Outlook")).to_have_value("")


def test_a_change_of_what_was_agreed_asks_again_and_disturbs_nobodys_typing(ada, sam):
    for desk, other in ((ada, "Sam Okoro"), (sam, "Ada Marsh")):
        tab(to_the_pair(desk, other), "Objectives")
    chair = "Chair the monthly design review"
    aim(sam, chair).get_by_label("How does it go?").fill("Half a sentence")
    aim(ada, chair).get_by_role("button", name="Suggest a change").click()
    form = ada.page.locator("article.is-edited")
    form.get_by_label("How will you both know?").fill("Four sessions in a row")
    form.get_by_role("button", name="Propose").click()
    expect(aim(sam, chair)).to_contain_text("Ada proposes a change")
    expect(aim(sam, chair)).to_contain_text("Four sessions in a row")
    expect(aim(sam, chair).get_by_label("How does it go?")).to_have_value("Half a sentence")
    aim(sam, chair).get_by_role("button", name="Agree", exact=True).click()
    expect(aim(ada, chair)).not_to_contain_text("Your change waits")
    expect(aim(ada, chair)).to_contain_text("Four sessions in a row")


def test_progress_is_noted_while_the_two_meet(ada, sam):
    for desk in (ada, sam):
        desk.page.get_by_role("heading", name="Objectives and plan").click()
    note(ada.page.locator("#growth"), "Two departments have a date", "Going well")
    expect(sam.page.locator("#growth")).to_contain_text("Two departments have a date")


def test_the_year_is_gathered_reviewed_signed_off_and_taken_along(ada, sam, tmp_path):
    sam.item("Go-live plan: which department first?").more("Keep for the annual review")
    expect(sam.notice()).to_contain_text("Kept for the annual review.")
    tab(to_the_pair(ada, "Sam Okoro"), "The year")
    expect(ada.page.get_by_role("region", name="Evidence")).to_contain_text("Go-live plan")
    ada.button("Gather the year").click()
    gathered = "Bring the new intake process live in two departments"
    expect(ada.item(gathered).row).to_contain_text("Gathered from the year")
    sam.reload()
    mine, theirs = (desk.item(gathered).notes for desk in (sam, ada))
    mine.press("Control+End")
    mine.press_sequentially("\nWe are proud of this.")
    expect(theirs).to_have_value(re.compile("We are proud of this."))
    ada.page.get_by_role("checkbox", name="No next meeting yet").check()
    ada.button("Close the meeting").click()
    ada.page.wait_for_url("**/record")
    record = ada.is_live().page.url
    sam.page.goto(record)
    sam.is_live()
    ada.button("Sign this review off").click()
    expect(sam.page.get_by_role("region", name="Sign-off")).to_contain_text("Ada Marsh")
    sam.button("Sign this review off").click()
    expect(ada.page.get_by_role("region", name="Sign-off")).to_contain_text("Sam Okoro")
    with sam.page.expect_download() as taken:
        sam.button("Copy as JSON").click()
    taken.value.save_as(tmp_path / "record.json")
    data = json.loads((tmp_path / "record.json").read_text())
    assert "We are proud of this." in json.dumps(data)
    assert len(data["confirmations"]) == 2
    form = sam.page.locator("#upload")
    form.get_by_label("Uploaded to").fill("https://hr.example.org/reviews/2026")
    form.get_by_role("button", name="Note the upload").click()
    expect(ada.page.get_by_role("region", name="Where it is kept")).to_contain_text("by Sam Okoro")
    ada.page.reload()
    expect(ada.page.get_by_text("signed this review off, so it stays")).to_be_visible()


def test_what_the_other_one_wrote_is_kept_only_with_their_word(ada, sam):
    ada.item("Go-live plan: which department first?").more("Keep for the annual review")
    expect(ada.notice()).to_contain_text("Sam is asked")
    sam.go("Today")
    asked = sam.page.get_by_role("region", name="For the annual review")
    expect(asked).to_contain_text("Go-live plan")
    asked.get_by_role("button", name="Rather not").click()
    expect(asked).to_have_count(0)
