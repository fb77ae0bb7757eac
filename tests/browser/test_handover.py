"""A new line manager, and somebody who stands in: what is passed on arrives on open pages, and what ends goes away."""

import re

from playwright.sync_api import expect

from .desk import PLAN, Desk
from .test_conversations import in_days

PAIR = re.compile("/pairs/[a-z0-9]{12}$")


def pair_page(desk: Desk) -> Desk:
    """From the meeting to the page of the pair."""
    desk.page.get_by_role("link", name=re.compile("^You and ")).click()
    desk.page.wait_for_url(PAIR)
    return desk.is_live()


def end(desk: Desk) -> None:
    """End the one-to-ones of the pair's page."""
    desk.page.locator('[popovertarget="change-rhythm"]').first.click()
    desk.page.get_by_text("End these one-to-ones").click()
    desk.button("End them").click()


def accept(desk: Desk) -> None:
    """Accept the invitation that is on the screen; returns on the page that this leads to."""
    desk.button("Accept").click()
    expect(desk.button("Accept")).to_have_count(0)


def test_what_is_passed_on_stands_on_the_new_managers_open_page_at_once(ada, sam, sign_in):
    ada.add(PLAN, "Run a workshop of one's own").more("Put in the plan")
    expect(ada.notice()).to_contain_text("It is in the development plan now.")
    pair_page(sam)
    end(pair_page(ada))
    expect(sam.page.get_by_text("These one-to-ones ended on")).to_be_visible()

    lee = sign_in("Lee Park")
    lee.page.goto("/pairs/new")
    lee.page.get_by_label("Colleague's name or e-mail").fill("Sam Okoro")
    lee.page.get_by_label("They are").select_option(label="somebody I manage")
    lee.button("Invite").click()
    lee.page.wait_for_url(PAIR)
    sam.page.goto(lee.page.url)
    accept(sam)
    lee.page.get_by_role("link", name="Plan", exact=True).click()
    lee.is_live()

    sam.page.goto("/")
    sam.page.get_by_role("link", name="Choose what to pass on to Lee").click()
    sam.page.get_by_role("checkbox", name="Run a workshop of one's own").check()
    sam.button("Pass on to Lee what is ticked").click()
    expect(lee.page.locator("li.goal")).to_contain_text("Run a workshop of one's own")
    expect(sam.page.get_by_role("heading", name="What was passed on")).to_be_visible()


def test_somebody_stands_in_until_it_is_ended(ada, sam, sign_in, complaints):
    complaints.foresee("404")
    pair = pair_page(ada).page.url
    pair_page(sam)
    ada.page.goto(f"{pair}/cover")
    ada.page.get_by_label("Who stands in (name or e-mail)").fill("Lee Park")
    ada.page.get_by_label("Last day").fill(in_days(14))
    ada.button("Ask them to stand in").click()
    expect(sam.page.get_by_text("Lee Park has been asked to stand in")).to_be_visible()

    lee = sign_in("Lee Park")
    row = lee.page.get_by_role("listitem").filter(has_text="Sam Okoro")
    row.get_by_role("link").first.click()
    accept(lee)
    expect(sam.page.get_by_text("Lee Park stands in until the end of")).to_be_visible()
    lee.page.goto("/")
    lee.open_agenda("Sam Okoro")

    ada.page.reload()
    ada.page.get_by_text("End it before that").click()
    ada.button("End it now").click()
    expect(ada.button("Ask them to stand in")).to_be_visible()
    # The open agenda goes away by itself.
    expect(lee.page.get_by_role("heading", name="There is nothing here for you")).to_be_visible()
