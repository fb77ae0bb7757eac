"""A whole conversation of Ada and Sam, from the first preparation to the next agenda, with Lee outside."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from .desk import GOALS, PLAN, WELLBEING, Desk


def in_days(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


def at_ten_in_days(days: int) -> str:
    return f"{in_days(days)}T10:00"


def meeting_page(desk: Desk) -> str:
    return desk.page.url.split("#", maxsplit=1)[0]


def test_two_people_prepare_meet_agree_close_and_find_it_all_on_the_next_agenda(ada, sam, sign_in, complaints):
    old_page = meeting_page(ada)
    prepare(ada, sam)
    meet(ada, sam)
    agree(ada, sam)
    close(ada, sam)
    confirm_and_remark(ada, sam)
    find_it_again(ada, sam)
    nothing_for_lee(sign_in("Lee Park"), ada, old_page, complaints)


def prepare(ada, sam):
    sam.composer(WELLBEING).fill("Working from home on Fridays")
    sam.section(WELLBEING).get_by_role("button", name="Add as a private draft").click()
    draft = sam.item("Working from home on Fridays")
    expect(draft.row).to_contain_text("Private draft: only you see this")
    # Ada's page has heard of what came after the draft, so it would show the draft by now.
    sam.add(WELLBEING, "Sleep")
    expect(ada.item("Sleep").row).to_be_visible()
    expect(ada.page.get_by_text("Working from home on Fridays")).to_have_count(0)
    draft.button("Share").click()
    expect(ada.item("Working from home on Fridays").row).to_be_visible()
    expect(draft.row).not_to_contain_text("Private draft")

    prompts = sam.page.get_by_role("group", name="Prompts for Wellbeing")
    expect(prompts.get_by_text("How am I, really, these days?")).to_be_visible()
    for_ada = prompts.get_by_text("How did the things you told me about last time turn out?")
    expect(for_ada).to_be_hidden()
    prompts.get_by_text("Prompts for Ada").click()
    expect(for_ada).to_be_visible()

    notebook = ada.page.get_by_role("textbox", name="Private notebook")
    notebook.fill("Listen first.")
    ada.add(WELLBEING, "Holidays")
    expect(sam.item("Holidays").row).to_be_visible()
    expect(sam.page.get_by_role("textbox", name="Private notebook")).to_have_value("")


def meet(ada, sam):
    from_last_time = ada.page.get_by_role("region", name="From last time")
    plan = "Write the two-page go-live plan"
    expect(from_last_time.locator("li.action").filter(has_text=plan)).to_contain_text("late")
    from_last_time.get_by_role("checkbox", name=plan).check()
    expect(sam.tick_of(plan)).to_be_checked()
    expect(sam.action(plan)).to_contain_text("done")
    sam.tick_of(plan).uncheck()
    expect(ada.tick_of(plan)).not_to_be_checked()

    more = sam.action(plan)
    more.get_by_role("button", name="More", exact=True).click()
    more.get_by_role("textbox", name="Add an update").fill("The figures came today.")
    more.get_by_role("button", name="Add the update").click()
    expect(ada.action(plan)).to_contain_text("The figures came today.")
    more.get_by_role("button", name="More", exact=True).click()
    expect(more.get_by_role("textbox", name="Add an update")).to_have_value("")
    sam.page.keyboard.press("Escape")

    ada.item("Sleep").tick.check()
    expect(sam.item("Sleep").tick).to_be_checked()
    sam.item("Holidays").tick.check()
    expect(ada.item("Holidays").tick).to_be_checked()
    box = sam.item("Sleep").edit()
    expect(box).to_be_focused()
    box.fill("Sleep is better")
    sam.button("Save").last.click()
    for desk in (ada, sam):
        expect(desk.item("Sleep is better").row).to_be_visible()
    expect(ada.page.locator("#saved")).to_have_text(re.compile(r"Last saved \d\d:\d\d"))
    ada.item("Sleep is better").notes.fill("No calls after six.")
    expect(sam.item("Sleep is better").notes).to_have_value("No calls after six.")


def agree(ada, sam):
    item, same = ada.item("Sleep is better"), sam.item("Sleep is better")
    item.propose("Buy a lamp", "Sam Okoro", in_days(20), "8")
    item.propose("Move the Monday call", "Ada Marsh")
    item.propose("Buy a sofa", "Sam Okoro")
    item.propose("Ask for a desk", "Sam Okoro", press="We agreed this together")
    expect(ada.action("Buy a lamp")).to_contain_text("Waiting for Sam")
    expect(sam.action("Buy a lamp")).to_contain_text("Ada proposes this")
    same.row.locator("li.action", has_text="Buy a lamp").get_by_role("button", name="Agree", exact=True).click()
    for desk in (ada, sam):
        expect(desk.tick_of("Buy a lamp")).to_be_visible()
        expect(desk.tick_of("Ask for a desk")).to_be_visible()
        expect(desk.action("Buy a lamp")).to_contain_text("likely 8 of 10")
    move = same.row.locator("li.action", has_text="Move the Monday call")
    move.get_by_role("button", name="We agreed this together").click()
    expect(ada.tick_of("Move the Monday call")).to_be_visible()
    item.row.locator("li.action", has_text="Buy a sofa").get_by_role("button", name="Withdraw").click()
    for desk in (ada, sam):
        expect(desk.page.get_by_text("Buy a sofa")).to_have_count(0)
        expect(desk.item("Sleep is better").row.locator("li.action")).to_have_count(3)
    sam.tick_of("Ask for a desk").check()
    expect(ada.tick_of("Ask for a desk")).to_be_checked()
    item.propose("Nobody has said yes to this", "Ada Marsh")
    expect(ada.wrapup()).to_contain_text("Nobody has said yes to this")


def close(ada, sam):
    wrapup = ada.wrapup()
    expect(wrapup).to_contain_text("Working from home on Fridays")
    expect(wrapup.get_by_label("Next meeting", exact=True)).not_to_have_value("")
    wrapup.get_by_label("Next meeting", exact=True).fill(at_ten_in_days(60))
    ada.close_meeting()
    expect(sam.page.get_by_text("This meeting is closed.")).to_be_visible()
    expect(sam.button("Add")).to_have_count(0)
    record = ada.page.get_by_role("article")
    for words in ("Sleep is better", "No calls after six.", "Buy a lamp", "proposed, not agreed yet"):
        expect(record).to_contain_text(words)
    expect(record).not_to_contain_text("Listen first.")
    sam.page.get_by_role("link", name="Read the record").click()


def confirm_and_remark(ada, sam):
    for desk in (ada, sam):
        desk.button("Confirm this record").click()
        expect(desk.button("Confirm this record")).to_have_count(0)
        desk.page.get_by_role("textbox", name="Add a remark").fill(f"A remark: {desk.page.url[-8:]}")
        desk.button("Add the remark").click()
        expect(desk.page.locator("#remarks")).to_contain_text("A remark: ")
        expect(desk.page.get_by_role("textbox", name="Add a remark")).to_have_value("")
    ada.page.reload()
    for desk in (ada, sam):
        expect(desk.page.locator("#confirmations")).to_contain_text("Ada Marsh")
        expect(desk.page.locator("#confirmations")).to_contain_text("Sam Okoro")
        expect(desk.page.locator("#remarks .update")).to_have_count(2)


def find_it_again(ada, sam):
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    expect(ada.page.get_by_role("textbox", name="Private notebook")).to_have_value(re.compile("Listen first."))
    for desk, other in ((ada, "Sam Okoro"), (sam, "Ada Marsh")):
        desk.go("Today").open_agenda(other)
        expect(desk.item("Working from home on Fridays").row).to_contain_text(re.compile(r"from \d+ \w+.*, 2nd time"))
        expect(desk.page.get_by_text("Sleep is better")).to_have_count(0)
        regions = desk.page.locator("main section[aria-labelledby] > h2")
        expect(regions.first).to_have_text("From last time")
        carried = desk.page.get_by_role("region", name="From last time")
        lamp = carried.locator("li.action").filter(has_text="Buy a lamp")
        expect(lamp).to_contain_text("carried once")
        expect(carried.get_by_role("checkbox", name="Move the Monday call")).to_be_visible()
        expect(carried.get_by_role("checkbox", name="Ask for a desk")).to_have_count(0)
    ada.tick_of("Buy a lamp").check()
    expect(sam.tick_of("Buy a lamp")).to_be_checked()


def nothing_for_lee(lee, ada, old_page, complaints):
    complaints.foresee("status of 404")
    new_page = meeting_page(ada)
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    pair_page = ada.page.url
    for address in (new_page, old_page, f"{old_page}/record", f"{new_page}/live", pair_page, f"{pair_page}/live"):
        answer = lee.page.goto(address)
        assert answer.status == 404, address
        expect(lee.page.get_by_role("heading", name="There is nothing here for you")).to_be_visible()
        expect(lee.page.get_by_text("Sam")).to_have_count(0)
    lee.page.goto("/search?q=sleep")
    expect(lee.page.get_by_text("0 places found.")).to_be_visible()


def test_a_closed_meeting_can_be_opened_again_and_everything_comes_back(ada, sam):
    first = meeting_page(ada)
    ada.add(PLAN, "Left for next time")
    ada.close_meeting()
    sam.page.get_by_role("link", name="Go to the next one").click()
    sam.is_live()
    expect(sam.item("Left for next time").row).to_contain_text("2nd time")
    sam.page.get_by_text("Prompts for Ada").first.click()
    for_ada = sam.page.get_by_text("How did the things you told me about last time turn out?")
    expect(for_ada).to_be_visible()
    ada.button("Open this meeting again").click()
    ada.page.wait_for_url(first)
    ada.is_live()
    expect(ada.item("Left for next time").row).not_to_contain_text("2nd time")
    for place in (sam.page.locator("#agenda"), sam.wrapup()):
        expect(place.get_by_text("Left for next time")).to_have_count(0)
    # The whole agenda has come anew, and what was opened in it is still open.
    expect(for_ada).to_be_visible()
    ada.add(PLAN, "Something more")
    ada.close_meeting()
    for words in ("Left for next time", "Something more"):
        expect(sam.item(words).row).to_contain_text("2nd time")


def test_a_meeting_that_was_moved_keeps_its_agenda_and_says_so_to_both(ada, sam):
    ada.button("Change").first.click()
    ada.page.get_by_label("Date and time").fill("2027-03-30T15:30")
    ada.page.get_by_label("Place or link").fill("The garden")
    ada.button("Save").first.click()
    for desk in (ada, sam):
        expect(desk.page.locator("#head")).to_contain_text("30 March 2027, 15:30")
        expect(desk.page.locator("#head")).to_contain_text("The garden")
        expect(desk.item("Team day in the new year").row).to_be_visible()
    # What Ada saved is no longer unsaved: Sam's next change arrives in her form, too.
    sam.button("Change").first.click()
    expect(sam.page.get_by_label("Place or link")).to_have_value("The garden")
    sam.page.get_by_label("Place or link").fill("The library")
    sam.button("Save").first.click()
    expect(ada.page.locator("#head")).to_contain_text("The library")
    ada.button("Change").first.click()
    expect(ada.page.get_by_label("Place or link")).to_have_value("The library")


@pytest.mark.parametrize("press", ["Cancel this meeting", "Skip to the next one in the rhythm"])
def test_a_cancelled_or_skipped_meeting_loses_nothing(ada, sam, press):
    cancelled = meeting_page(ada)
    ada.button("Change").first.click()
    ada.button(press).click()
    ada.page.wait_for_url(lambda url: "/meetings/" in url and not url.startswith(cancelled))
    ada.is_live()
    expect(sam.page.get_by_text("This meeting was cancelled.")).to_be_visible()
    sam.page.get_by_role("link", name="Go to the next one").click()
    sam.is_live()
    for desk in (ada, sam):
        for words in ("Team day in the new year", "Go-live plan: which department first?"):
            expect(desk.item(words).row).to_be_visible()
    expect(sam.item("Ask about working from home on Fridays").row).to_contain_text("Private draft")
    expect(ada.page.get_by_text("Ask about working from home on Fridays")).to_have_count(0)


def test_a_meeting_can_be_closed_without_a_next_one_and_what_is_left_waits_for_it(ada, sam):
    ada.wrapup().get_by_label("No next meeting yet").check()
    ada.close_meeting()
    expect(ada.page.get_by_text("No next meeting was set.")).to_be_visible()
    sam.page.get_by_role("link", name="You and Ada Marsh").click()
    sam.is_live()
    expect(sam.page.get_by_text("No next meeting yet.")).to_be_visible()
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    ada.page.get_by_label("Next meeting").fill("2027-03-30T15:30")
    ada.button("Make the meeting").click()
    ada.page.wait_for_url("**/meetings/*")
    expect(ada.item("Team day in the new year").row).to_contain_text("2nd time")
    expect(sam.page.get_by_role("link", name="Open the agenda")).to_be_visible()


def test_something_kept_comes_back_and_something_standing_comes_back_every_time(ada, sam):
    for words, choice in (("Kept", "Keep for next time"), ("Standing", "Every time"), ("Over", "")):
        item = ada.add(GOALS, words)
        if choice:
            item.more(choice)
        item.tick.check()
    expect(sam.item("Kept").row).to_contain_text("Kept for next time")
    expect(sam.item("Standing").row).to_contain_text("Every time")
    expect(sam.item("Over").tick).to_be_checked()
    wrapup = ada.wrapup()
    expect(wrapup).to_contain_text(re.compile("Coming back next time: .*Kept"))
    ada.close_meeting()
    ada.go("Today").open_agenda("Sam Okoro")
    for words in ("Kept", "Standing"):
        expect(ada.item(words).row).to_contain_text("2nd time")
        expect(ada.item(words).tick).not_to_be_checked()
    expect(ada.page.get_by_text("Over", exact=True)).to_have_count(0)
    for words in ("Kept", "Standing"):
        ada.item(words).tick.check()
    expect(ada.item("Standing").tick).to_be_checked()
    ada.close_meeting()
    ada.go("Today").open_agenda("Sam Okoro")
    expect(ada.item("Standing").row).to_contain_text("3rd time")
    expect(ada.page.get_by_text("Kept", exact=True)).to_have_count(0)


def test_a_colleague_is_invited_accepts_and_the_first_agenda_opens(sign_in):
    lee, mei = sign_in("Lee Park"), sign_in("Mei Tanaka")
    lee.is_live()
    mei.is_live()
    lee.page.get_by_role("link", name="Meet somebody one to one").click()
    lee.page.get_by_label("Colleague's name or e-mail").fill("Mei Tanaka")
    lee.page.get_by_label("They are").select_option(label="somebody I manage")
    lee.page.get_by_label("First meeting").fill(at_ten_in_days(14))
    lee.page.get_by_label("Rhythm").select_option(label="Every two weeks")
    lee.page.get_by_label("Usual length, in minutes").fill("45")
    lee.page.get_by_label("Usual place or link").fill("The canteen")
    lee.button("Invite").click()
    expect(lee.page.get_by_text("Waiting for Mei to accept.")).to_be_visible()
    lee.is_live()

    mei.page.get_by_role("link", name="Lee Park would like to meet you one to one").click()
    mei.is_live()
    mei.button("Accept").click()
    for desk in (mei, lee):
        expect(desk.page.get_by_role("link", name="Open the agenda")).to_be_visible()
        expect(desk.page.get_by_role("heading", name="Open actions")).to_be_visible()
        desk.page.get_by_role("link", name="Open the agenda").click()
        desk.is_live()
        expect(desk.page.locator("#head")).to_contain_text("45 minutes · The canteen")
    mei.add(WELLBEING, "Hello")
    expect(lee.item("Hello").row).to_contain_text("Mei")


def test_one_action_is_live_on_the_meeting_the_pair_and_the_actions_page(ada, sam):
    pair_page = ada.another_tab()
    pair_page.page.get_by_role("link", name="You and Sam Okoro").click()
    pair_page.is_live()
    actions_page = ada.another_tab().go("Actions")
    today = ada.another_tab().go("Today")
    everywhere = (ada, pair_page, actions_page, today)
    sam.item("Go-live plan: which department first?").propose("Choose the department", "Ada Marsh")
    for desk in everywhere[:3]:
        expect(desk.action("Choose the department")).to_contain_text("Sam proposes this")
    actions_page.action("Choose the department").get_by_role("button", name="Agree", exact=True).click()
    for desk in (sam, *everywhere):
        expect(desk.tick_of("Choose the department")).to_be_visible()
    yours = actions_page.page.get_by_role("region", name="Yours", exact=True)
    expect(yours.get_by_role("checkbox", name="Choose the department", exact=True)).to_be_visible()
    pair_page.tick_of("Choose the department").check()
    for desk in (sam, ada, actions_page):
        expect(desk.tick_of("Choose the department")).to_be_checked()
    sam.tick_of("Choose the department").uncheck()
    for desk in (ada, pair_page, actions_page, today):
        expect(desk.tick_of("Choose the department")).not_to_be_checked()

    row = actions_page.action("Choose the department")
    row.get_by_role("button", name="More", exact=True).click()
    row.get_by_label("Another day").fill("2027-03-30")
    row.get_by_role("button", name="Change the day").click()
    for desk in (sam, *everywhere):
        expect(desk.action("Choose the department")).to_contain_text("by 30 March 2027")
    row.get_by_role("button", name="More", exact=True).click()
    row.get_by_label("Why we drop it").fill("Finance chose")
    row.get_by_role("button", name="Drop", exact=True).click()
    expect(today.page.get_by_text("Choose the department")).to_have_count(0)


def test_the_terms_of_a_proposal_can_be_changed_and_the_other_is_asked_anew(ada, sam):
    item = sam.item("Go-live plan: which department first?")
    item.propose("Choose the department", "Sam Okoro")
    proposal = ada.action("Choose the department")
    proposal.get_by_role("button", name="Suggest a change").click()
    ada.page.get_by_role("textbox", name="What will be done?").fill("Choose two departments")
    ada.button("Propose").click()
    expect(ada.button("Propose")).to_have_count(0)
    expect(ada.action("Choose two departments")).to_contain_text("Waiting for Sam")
    expect(sam.action("Choose two departments")).to_contain_text("Ada proposes this")
    sam.action("Choose two departments").get_by_role("button", name="Agree", exact=True).click()
    expect(ada.tick_of("Choose two departments")).to_be_visible()
