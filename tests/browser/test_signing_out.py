"""Signing out, and being signed out: nothing is left for the next person, and nothing typed is lost to oneself."""

import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from .desk import GOALS, Desk

# A page that is not theirs any more ends within 15 seconds, whoever looks.
END_MS = 20_000


def test_signing_out_in_one_tab_leaves_no_page_open_in_another(ada):
    other = ada.another_tab()
    ada.go("Ada Marsh").button("Sign out").click()
    for page in (ada.page, other.page):
        expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def test_what_one_typed_and_did_not_save_is_not_there_for_the_next_person(ada):
    ada.composer(GOALS).fill("For Ada's eyes alone")
    meeting = ada.page.url
    ada.page.goto("/me")
    assert "eyes alone" in ada.page.evaluate("JSON.stringify(sessionStorage)")
    ada.button("Sign out").click()
    expect(ada.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert "eyes alone" not in ada.page.evaluate("JSON.stringify(sessionStorage)")
    ada.page.get_by_role("link", name="Sign in again").click()
    ada.button("Sign in as Sam Okoro").click()
    ada.page.goto(meeting)
    expect(ada.composer(GOALS)).to_have_value("")


def test_words_typed_before_a_session_ran_out_are_there_after_signing_in_again(server, ada, complaints):
    complaints.foresee("401")
    ada.composer(GOALS).fill("Half a sentence")
    expect(ada.composer(GOALS)).to_have_value("Half a sentence")
    with closing(sqlite3.connect(server.folder / "duologue.db")) as connection, connection:
        connection.execute("UPDATE session SET seen_at = '2020-01-01 00:00:00'")
    expect(ada.page.get_by_role("heading", name="You are signed out")).to_be_visible(timeout=END_MS)
    expect(ada.page.get_by_text("What you had typed")).to_be_visible()
    ada.page.get_by_role("link", name="Sign in again").click()
    ada.button("Sign in as Ada Marsh").click()
    again = Desk(ada.page).is_live()
    expect(again.composer(GOALS)).to_have_value("Half a sentence")


def test_somebody_who_only_reads_is_not_taken_for_gone(server, ada):
    ada.page.evaluate("Date.now = () => new Date().getTime() + 301_000")
    with ada.page.expect_response("**/activity") as answer:
        ada.page.mouse.move(300, 300)
    assert answer.value.status == 204
