"""What got lost is noticed and mended soon; what did not is left alone."""

import threading
import time
from collections.abc import Callable

import pytest

import live
import logs
import meetings
import watch as watch_room
from live import ALL, Listener
from models import Pair
from rows import db
from watch import Watch


@pytest.fixture
def watch(here):
    """A watch that looks when it is told to."""
    found = Watch()
    live.hearers.append(found.hear)
    yield found
    live.hearers.remove(found.hear)


def look(watch: Watch, times: int = 1) -> None:
    """Have it look as it does in a server: beside whatever else the process does."""
    for _ in range(times):
        thread = threading.Thread(target=watch.look)
        thread.start()
        thread.join()


@pytest.fixture
def page(pair, ada):
    """Ada's page of the pair."""
    listener = Listener(ada.id, pair=pair.id, version=pair.version)
    live.join(listener)
    yield listener
    live.leave(listener)


@pytest.fixture
def today(ada):
    """Ada's page of all her pairs."""
    listener = Listener(ada.id)
    live.join(listener)
    yield listener
    live.leave(listener)


def test_a_change_that_nobody_announced_is_sent_whole_at_the_second_look(watch, page, today, meeting, sam):
    look(watch)
    meeting.add_item(sam, "goals", "Written by a command")
    look(watch)
    assert page.wait(0) == today.wait(0) == set()
    look(watch)
    assert page.wait(0) == today.wait(0) == {ALL}
    look(watch, 3)
    assert page.wait(0) == today.wait(0) == set()


def test_a_change_between_the_page_and_the_first_look_is_found_too(watch, page, meeting, sam):
    meeting.add_item(sam, "goals", "Written by a command")
    look(watch, 2)
    assert page.wait(0) == {ALL}


def test_an_unannounced_change_is_found_behind_a_later_one_that_was_announced(watch, page, meeting, sam):
    look(watch)
    meeting.add_item(sam, "goals", "Written by a command")
    again = meetings.find(sam, meeting.id)
    again.add_item(sam, "goals", "Written by a page")
    live.announce(again.pair, "agenda")
    look(watch, 2)
    assert page.wait(0) == {"agenda", ALL}


@pytest.mark.parametrize("when", ["before the look", "after the look"])
def test_what_is_announced_is_left_alone(watch, page, meeting, sam, when):
    look(watch)
    for _ in range(5):
        meeting.add_item(sam, "goals", "Written by a page")
        if when == "after the look":
            look(watch)
        live.announce(meeting.pair, "agenda")
        look(watch)
    look(watch, 3)
    assert page.wait(0) == {"agenda"}
    assert watch.mended == 0


def test_what_is_announced_after_a_later_change_is_left_alone(watch, page, meeting, sam):
    look(watch)
    meeting.add_item(sam, "goals", "First")
    again = meetings.find(sam, meeting.id)
    again.add_item(sam, "goals", "Second")
    live.announce(again.pair, "agenda")
    look(watch)
    live.announce(meeting.pair, "agenda")
    look(watch, 3)
    assert page.wait(0) == {"agenda"}


def test_pages_of_others_are_left_alone(watch, page, theirs, noor):
    look(watch)
    theirs.add_item(noor, "goals", "Written by a command")
    look(watch, 3)
    assert page.wait(0) == set()


@pytest.fixture
def away(here):
    """A function that brings the pairs back: they are out of reach."""
    db.execute_sql('ALTER TABLE "pair" RENAME TO "elsewhere"')

    def bring_back() -> None:
        if "elsewhere" in db.get_tables():
            db.execute_sql('ALTER TABLE "elsewhere" RENAME TO "pair"')

    yield bring_back
    bring_back()


def test_nothing_is_asked_while_no_page_is_open(watch, away):
    look(watch)


def test_many_pages_are_looked_at_in_turns(watch, pair, ada, meeting, sam, monkeypatch):
    monkeypatch.setattr("watch.ASKED_AT_ONCE", 2)
    pages = [Listener(ada.id, pair=f"{number}") for number in range(5)]
    pages += [Listener(ada.id, pair=pair.id, version=pair.version)]
    for page in pages:
        live.join(page)
    meeting.add_item(sam, "goals", "Written by a command")
    look(watch, 2)
    assert [page.wait(0) for page in pages] == [set()] * 5 + [{ALL}]


def test_a_database_that_is_away_ends_no_watch(page, away, meeting, sam, monkeypatch, caplog):
    monkeypatch.setattr("watch.Watch.seconds", 0.01)
    watch = Watch()
    watch.begin()
    until(lambda: "event=no-look" in caplog.text)
    away()
    meeting.add_item(sam, "goals", "Written by a command")
    until(lambda: page.names == {ALL})
    watch.end()


def until(there: Callable[[], bool]) -> None:
    """Wait for something, not for ever."""
    began = time.monotonic()
    while not there():
        assert time.monotonic() - began < 5, "it did not come"
        time.sleep(0.01)


@pytest.fixture
def all_heard(pair):
    """A function: how many versions were counted since, all of which must have been announced."""
    heard, began = set(), pair.version

    def hear(id, counted):
        heard.update(counted)

    def check() -> int:
        counted = range(began + 1, Pair.get_by_id(pair.id).version + 1)
        assert heard >= set(counted)
        return len(counted)

    live.hearers.append(hear)
    yield check
    live.hearers.remove(hear)


def test_whatever_a_page_changes_is_announced_with_all_that_it_counted(app, as_sam, as_ada, meeting, item, all_heard):
    base = f"/items/{item.id}"
    for client in (as_sam, as_ada):
        client.htmx(f"{meeting.path}/items", section="goals", text="One more", key=f"k{client.token}")
        client.htmx(base, text=f"{client.token} instead", base="Something else that nobody wrote")
        client.htmx(f"{base}/notes", text=f"{client.token} noted", base="Something else that nobody wrote")
        client.htmx(f"{base}/discussion")
        client.htmx(f"{base}/discussion", undo=True)
    as_sam.htmx(f"{meeting.pair.path}/ending")
    assert all_heard() > 8


def test_whatever_goes_wrong_it_looks_again(watch, here, monkeypatch, caplog):
    looked, look = threading.Event(), watch.look
    goes_wrong = iter([True])

    def look_around() -> None:
        if next(goes_wrong, False):
            raise KeyError("a secret")
        look()
        looked.set()

    monkeypatch.setattr(watch_room.Watch, "seconds", 0.01)
    monkeypatch.setattr(watch, "look", look_around)
    watch.begin()
    assert looked.wait(5)
    watch.end()
    live.hearers.append(watch.hear)
    assert "event=failed type=KeyError" in logs.AsText().format(caplog.records[0])


def test_who_has_not_looked_for_long_is_not_well(watch, monkeypatch):
    assert watch.is_well
    monkeypatch.setattr(watch, "_looked_at", time.monotonic() - 60)
    assert not watch.is_well
    look(watch)
    assert watch.is_well
