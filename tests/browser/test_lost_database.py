"""PostgreSQL goes away while somebody types: the page says so, keeps every word, and saves them when it is back."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bench.postgresql import QUICKLY, PostgreSQL
from bench.server import Gunicorn

from .desk import GOALS, WELLBEING
from .test_lost_network import NO_CONNECTION

TOPIC = "Team day in the new year"
NOT_SAVED = "That could not be saved."
RIGHT_AGAIN_SECONDS = 5


@pytest.fixture
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL server that may be stopped."""
    with PostgreSQL(**QUICKLY) as server:
        server.make("duologue")
        yield server


@pytest.fixture
def server(postgres, tmp_path) -> Iterator[Gunicorn]:
    """Two processes on it."""
    server = Gunicorn(tmp_path, DATABASE_URL=postgres.url("duologue"), PROCESSES="2")
    server.make_demo()
    with server:
        yield server
        server.stop()
    assert "Traceback" not in server.log()


def test_the_database_goes_away_while_somebody_types_and_comes_back(postgres, server, sign_in, complaints):
    complaints.foresee("503", *NO_CONNECTION)
    ada = sign_in("Ada Marsh", server.origin).open_agenda("Sam Okoro")
    sam = sign_in("Sam Okoro", server.origin).open_agenda("Ada Marsh")
    for desk in (ada, sam):
        desk.page.evaluate("window.neverReloaded = true")
    words = ada.item(TOPIC).edit()
    words.fill("Team day in March")
    box = ada.composer(GOALS)
    box.fill("Said into an outage")

    postgres.stop()
    box.press("Enter")
    expect(ada.notice()).to_contain_text(NOT_SAVED)
    expect(ada.notice()).to_contain_text("Your words are still in their box")
    expect(box).to_have_value("Said into an outage")
    words.press("Enter")
    expect(words).to_have_value("Team day in March")
    tick = ada.item("Go-live plan: which department first?").tick
    tick.click()
    expect(tick).not_to_be_checked()
    sam.composer(WELLBEING).fill("Not sent yet")

    postgres.start()
    back = time.monotonic()
    box.press("Enter")
    expect(sam.item("Said into an outage").row).to_be_visible()
    words.press("Enter")
    expect(sam.item("Team day in March").row).to_be_visible()
    tick.click()
    expect(sam.item("Go-live plan: which department first?").tick).to_be_checked()
    for desk in (ada, sam):
        expect(desk.says("Live")).to_be_visible()
    assert time.monotonic() - back < RIGHT_AGAIN_SECONDS
    expect(ada.notice()).to_be_hidden()
    expect(sam.composer(WELLBEING)).to_have_value("Not sent yet")
    for desk in (ada, sam):
        assert desk.order(GOALS).count("Said into an outage") == 1
        assert desk.page.evaluate("window.neverReloaded")
