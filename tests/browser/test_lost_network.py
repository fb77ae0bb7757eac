"""The network goes, the server goes, the tab is hidden: the page says so, keeps every word, and is right again."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import expect

from .desk import GOALS, OTHER, WELLBEING, Desk
from .running import Network

TOPIC = "Team day in the new year"
RIGHT_AGAIN_SECONDS = 3
NO_CONNECTION = (
    "ERR_",
    "Failed to fetch",
    "network error",
    "signal is aborted",
    "timeout",
    "SSE reconnect",
    "AbortError",
)
# Playwright cannot hide a tab, so the page is told that it is hidden.
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def far(sign_in, network, complaints) -> Desk:
    """Sam, at the end of a network that the test holds in its hands."""
    complaints.foresee(*NO_CONNECTION)
    desk = sign_in("Sam Okoro", network.address).open_agenda("Ada Marsh")
    desk.page.evaluate("window.neverReloaded = true")
    return desk


def offline(far: Desk, network: Network) -> Callable[[], None]:
    far.page.context.set_offline(True)
    return lambda: far.page.context.set_offline(False)


def cut(far: Desk, network: Network) -> Callable[[], None]:
    network.cut()
    return network.restore


def frozen(far: Desk, network: Network) -> Callable[[], None]:
    network.freeze()
    return network.restore


@pytest.mark.parametrize("lose", [offline, cut, frozen])
def test_the_network_goes_and_comes_back(ada, far, network, lose):
    ada.add(GOALS, "To be deleted")
    ada.add(GOALS, "To be ticked")
    expect(far.item("To be ticked").row).to_be_visible()
    restore = lose(far, network)
    # A frozen connection looks like a quiet one for as long as a few pings take.
    expect(far.says("Reconnecting…")).to_be_visible(timeout=20_000)

    ada.add(OTHER, "While you were away")
    ada.item("To be ticked").tick.check()
    ada.item("To be deleted").more("Delete")
    ada.item("Go-live plan: which department first?").notes.fill("Finance, I think.")
    expect(ada.wrapup()).not_to_contain_text("To be ticked")
    far.item(TOPIC).notes.fill("Typed without a network.")
    far.composer(WELLBEING).fill("Not sent yet")

    restore()
    back = time.monotonic()
    expect(far.item("While you were away").row).to_be_visible()
    expect(far.item("To be ticked").tick).to_be_checked()
    expect(far.page.get_by_text("To be deleted", exact=True)).to_have_count(0)
    expect(far.item("Go-live plan: which department first?").notes).to_have_value("Finance, I think.")
    expect(far.says("Live")).to_be_visible()
    expect(ada.item(TOPIC).notes).to_have_value("Typed without a network.")
    assert time.monotonic() - back < RIGHT_AGAIN_SECONDS
    expect(far.composer(WELLBEING)).to_have_value("Not sent yet")
    assert far.page.evaluate("window.neverReloaded")
    far.composer(WELLBEING).press("Enter")
    expect(ada.item("Not sent yet").row).to_be_visible()


def test_a_failure_that_something_in_between_reports_says_what_to_quote(ada, complaints):
    complaints.foresee("502")
    answer = {"status": 502, "headers": {"X-Request-Id": "k3f9w2m8xa"}, "body": "Bad gateway"}
    ada.page.route("**/items", lambda route: route.fulfill(**answer))
    box = ada.composer(GOALS)
    box.fill("Said to a broken proxy")
    box.press("Enter")
    expect(ada.notice()).to_contain_text("Your words are still here")
    expect(ada.notice()).to_contain_text("If you tell somebody about this, quote k3f9w2m8xa.")
    expect(box).to_have_value("Said to a broken proxy")


def test_what_cannot_be_sent_goes_back_into_its_box_and_is_added_once(ada, far, network):
    network.cut()
    expect(far.says("Reconnecting…")).to_be_visible()
    box = far.composer(GOALS)
    box.fill("Said into the void")
    box.press("Enter")
    expect(far.notice()).to_contain_text("There is no connection, so this is not saved yet.")
    expect(box).to_have_value("Said into the void")
    far.item(TOPIC).tick.click()
    expect(far.item(TOPIC).tick).not_to_be_checked()
    edit = far.item(TOPIC).edit
    far.item(TOPIC).button("Edit").click()
    expect(far.item(TOPIC).row).to_be_visible()
    network.restore()
    expect(far.says("Live")).to_be_visible()
    expect(box).to_have_value("Said into the void")
    box.press("Enter")
    expect(ada.item("Said into the void").row).to_be_visible()
    expect(box).to_have_value("")
    expect(far.notice()).to_be_hidden()
    words = edit()
    words.fill("Team day in March")
    network.cut()
    words.press("Enter")
    expect(far.notice()).to_contain_text("There is no connection, so this is not saved yet.")
    expect(words).to_have_value("Team day in March")
    network.restore()
    expect(far.says("Live")).to_be_visible()
    words.press("Enter")
    expect(ada.item("Team day in March").row).to_be_visible()
    assert ada.order(GOALS).count("Said into the void") == 1


def test_an_answer_that_got_lost_does_not_double_what_was_saved(ada, far, network):
    network.freeze()
    box = far.composer(GOALS)
    with far.page.expect_request("**/items"):
        box.fill("Saved, though nobody told me")
        box.press("Enter")
    network.restore()
    expect(ada.item("Saved, though nobody told me").row).to_be_visible()
    expect(far.item("Saved, though nobody told me").row).to_be_visible()

    # The request arrives, its answer does not.
    far.page.route("**/items", lambda route: (route.fetch(), route.abort()))
    box.fill("Saved all the same")
    box.press("Enter")
    expect(ada.item("Saved all the same").row).to_be_visible()
    expect(box).to_have_value("Saved all the same")
    far.page.unroute("**/items")
    box.press("Enter")
    expect(box).to_have_value("")
    expect(far.notice()).to_be_hidden()
    for desk in (ada, far):
        assert desk.order(GOALS).count("Saved all the same") == 1
        assert desk.order(GOALS).count("Saved, though nobody told me") == 1


def test_the_server_is_started_again_and_the_page_is_right_again(server, ada, sam, complaints):
    complaints.foresee(*NO_CONNECTION)
    for desk in (ada, sam):
        desk.page.evaluate("window.neverReloaded = true")
    sam.add(GOALS, "Before the pause")
    sam.composer(WELLBEING).fill("Half a word")
    server.stop()
    expect(ada.says("Reconnecting…")).to_be_visible()
    ada.item(TOPIC).notes.fill("Typed while the server was away.")
    server.start()
    for desk in (ada, sam):
        expect(desk.says("Live")).to_be_visible()
    expect(sam.item(TOPIC).notes).to_have_value("Typed while the server was away.")
    ada.add(GOALS, "After the pause")
    expect(sam.item("After the pause").row).to_be_visible()
    expect(ada.says("Sam is here")).to_be_visible()
    expect(sam.composer(WELLBEING)).to_have_value("Half a word")
    for desk in (ada, sam):
        assert desk.order(GOALS)[-2:] == ["Before the pause", "After the pause"]
        assert desk.page.evaluate("window.neverReloaded")


def test_a_hidden_tab_lets_its_stream_go_and_is_right_again_when_shown(ada, sam):
    expect(ada.says("Sam is here")).to_be_visible()
    sam.page.evaluate(HIDE, True)
    # The server notices at its second ping that nobody listens.
    expect(ada.says("Sam is not here yet")).to_be_visible(timeout=20_000)
    ada.add(GOALS, "While you looked elsewhere")
    ada.item(TOPIC).tick.check()
    assert "While you looked elsewhere" not in sam.order(GOALS)
    sam.page.evaluate(HIDE, False)
    shown = time.monotonic()
    expect(sam.item("While you looked elsewhere").row).to_be_visible()
    expect(sam.item(TOPIC).tick).to_be_checked()
    assert time.monotonic() - shown < RIGHT_AGAIN_SECONDS
    expect(sam.says("Live")).to_be_visible()
    expect(ada.says("Sam is here")).to_be_visible()


def test_a_page_that_was_away_while_its_session_ran_out_is_not_left_open(server, far, network, complaints):
    complaints.foresee("401")
    network.cut()
    expect(far.says("Reconnecting…")).to_be_visible()
    with closing(sqlite3.connect(server.folder / "duologue.db")) as connection, connection:
        connection.execute("UPDATE session SET seen_at = '2020-01-01 00:00:00'")
    network.restore()
    expect(far.page.get_by_role("heading", name="You are signed out")).to_be_visible()
