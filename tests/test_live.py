"""Who is told what: names alone, each person theirs, the page that did it only what it has not been answered."""

import gevent
import pytest

import live
from live import Listener
from models import Pair


@pytest.fixture
def listeners(meeting, ada, sam, lee):
    """A function: open a page of a person. All are closed in the end."""
    opened = []

    def open_page(person, page=None, of=None) -> Listener:
        listener = Listener(person.id, page, of and of.id)
        live.join(listener)
        opened.append(listener)
        listener.wait(0)
        return listener

    yield open_page
    for listener in opened:
        live.leave(listener)


def test_both_people_of_the_pair_are_told_and_nobody_else(listeners, pair, ada, sam, lee):
    hers, his, outside = listeners(ada), listeners(sam), listeners(lee)
    live.announce(pair, "item-1", "wrapup")
    assert hers.wait(0) == his.wait(0) == {"item-1", "wrapup"}
    assert outside.wait(0) == set()


def test_every_open_page_of_a_person_is_told(listeners, pair, sam):
    pages = [listeners(sam) for _ in range(3)]
    live.announce(pair, "item-1")
    assert [page.wait(0) for page in pages] == [{"item-1"}] * 3


def test_what_one_person_alone_may_know_is_told_to_that_one(listeners, pair, ada, sam):
    hers, his = listeners(ada), listeners(sam)
    live.announce(pair, "item-1", only=sam.id)
    assert his.wait(0) == {"item-1"}
    assert hers.wait(0) == set()


def test_the_page_that_did_it_is_told_only_what_it_was_not_answered(listeners, pair, sam):
    acting, second = listeners(sam, page="p1"), listeners(sam, page="p2")
    live.announce(pair, "item-1", "wrapup", page="p1", answered=("item-1",))
    assert acting.wait(0) == {"wrapup"}
    assert second.wait(0) == {"item-1", "wrapup"}


def test_pages_without_a_name_are_always_told(listeners, pair, sam):
    nameless = listeners(sam)
    live.announce(pair, "item-1", page=None, answered=("item-1",))
    assert nameless.wait(0) == {"item-1"}


def test_a_slow_reader_is_told_each_name_once(listeners, pair, sam):
    page = listeners(sam)
    for _ in range(1000):
        live.announce(pair, "item-1")
    assert page.wait(0) == {"item-1"}
    assert page.wait(0) == set()


def test_what_comes_while_nobody_waits_is_not_lost(listeners, pair, sam):
    page = listeners(sam)
    live.announce(pair, "item-1")
    live.announce(pair, "item-2")
    assert page.wait(0) == {"item-1", "item-2"}


def test_a_waiting_page_wakes_at_once(listeners, pair, sam):
    page = listeners(sam)
    waiting = gevent.spawn(page.wait, 30)
    gevent.spawn(live.announce, pair, "item-1")
    assert waiting.get(timeout=5) == {"item-1"}


def test_a_page_that_left_is_told_nothing(pair, sam):
    page = Listener(sam.id)
    live.join(page)
    live.leave(page)
    live.announce(pair, "item-1")
    assert page.wait(0) == set()


# Catching up


def changed(pair, *names, only=None) -> None:
    """A change that counts, announced."""
    pair.version += 1
    pair.counted = (pair.version,)
    live.announce(pair, *names, only=only)


def test_a_page_that_was_away_learns_what_changed_since(pair, ada, sam):
    changed(pair, "item-1")
    heard = pair.version
    changed(pair, "item-2")
    changed(pair, "head")
    assert {"item-2", "head"} <= live.changes_since(pair, heard, sam.id)
    assert live.changes_since(pair, pair.version, sam.id) <= {"head"}


def test_a_draft_changed_meanwhile_is_caught_up_by_its_author_alone(pair, ada, sam):
    changed(pair, "item-1")
    live.announce(pair, "item-draft", only=sam.id)
    assert "item-draft" in live.changes_since(pair, pair.version, sam.id)
    assert "item-draft" not in live.changes_since(pair, pair.version, ada.id)


def test_a_page_away_for_too_long_is_told_that_nobody_knows(pair, sam):
    for n in range(live.REMEMBERED_CHANGES + 5):
        changed(pair, f"item-{n}")
    assert live.changes_since(pair, pair.version - live.REMEMBERED_CHANGES - 3, sam.id) is None
    assert live.changes_since(pair, pair.version - 3, sam.id) is not None


def test_after_a_restart_only_a_page_that_is_up_to_date_needs_nothing(pair, sam):
    assert live.changes_since(pair, pair.version, sam.id) == set()
    assert live.changes_since(pair, pair.version - 1, sam.id) is None


def test_changes_of_the_pairs_that_rest_longest_are_forgotten(pair, sam, monkeypatch):
    monkeypatch.setattr(live, "REMEMBERED_PAIRS", 3)
    changed(pair, "item-1")
    for n in range(5):
        live.announce(Pair(id=f"pair-{n}", manager=sam, report=sam, version=1), "item-1")
    assert live.changes_since(pair, pair.version - 1, sam.id) is None
    assert live.changes_since(Pair(id="pair-4", version=1), 1, sam.id) == {"item-1"}


def test_a_page_is_not_told_that_it_missed_nothing_while_a_change_has_not_been_heard_of(pair, sam):
    changed(pair, "item-1")
    before = pair.version
    unheard = Pair(id=pair.id, manager=pair.manager, report=pair.report, version=before + 1)
    unheard.counted = (unheard.version,)
    pair.version += 1
    changed(pair, "item-3")
    assert live.changes_since(pair, before, sam.id) is None
    live.announce(unheard, "item-2")
    assert {"item-2", "item-3"} <= live.changes_since(pair, before, sam.id)


# Presence


def test_who_has_the_meetings_page_open_is_here(listeners, meeting, ada, sam):
    his = listeners(sam, of=meeting)
    assert not live.is_here(meeting.id, ada.id)
    listeners(ada, of=meeting)
    assert live.is_here(meeting.id, ada.id)
    assert his.wait(0) == {"presence"}


def test_another_page_is_not_the_meeting(listeners, meeting, ada):
    listeners(ada)
    assert not live.is_here(meeting.id, ada.id)


def test_a_reload_is_no_departure(monkeypatch, meeting, ada):
    monkeypatch.setattr(live, "LEAVING_SECONDS", 0.01)
    first, second = (Listener(ada.id, None, meeting.id) for _ in range(2))
    live.join(first)
    live.leave(first)
    live.join(second)
    gevent.sleep(0.05)
    assert live.is_here(meeting.id, ada.id)
    live.leave(second)
    assert live.is_here(meeting.id, ada.id)
    with gevent.Timeout(5):
        while live.is_here(meeting.id, ada.id):
            gevent.sleep(0.005)


def test_writing_is_told_by_its_section_and_passes(listeners, monkeypatch, meeting, ada, sam):
    monkeypatch.setattr(live, "WRITING_SECONDS", 0.01)
    his = listeners(sam, of=meeting)
    live.note_writing(meeting.id, ada.id, "goals")
    assert live.writes_in(meeting.id, ada.id) == "goals"
    assert his.wait(0) == {"presence"}
    with gevent.Timeout(5):
        while live.writes_in(meeting.id, ada.id):
            gevent.sleep(0.005)
    assert his.wait(0) == {"presence"}


def test_saying_again_that_one_writes_there_tells_nobody_anew(listeners, meeting, ada, sam):
    his = listeners(sam, of=meeting)
    live.note_writing(meeting.id, ada.id, "goals")
    his.wait(0)
    live.note_writing(meeting.id, ada.id, "goals")
    assert his.wait(0) == set()
    live.note_writing(meeting.id, ada.id, None)
    assert his.wait(0) == {"presence"}
    assert live.writes_in(meeting.id, ada.id) is None


def test_whoever_writes_on_is_shown_as_writing_on(listeners, monkeypatch, meeting, ada):
    monkeypatch.setattr(live, "WRITING_SECONDS", 0.01)
    live.note_writing(meeting.id, ada.id, "goals")
    monkeypatch.setattr(live, "WRITING_SECONDS", 30)
    live.note_writing(meeting.id, ada.id, "goals")
    # By now the first note would have passed.
    gevent.spawn_later(0.02, int).join()
    assert live.writes_in(meeting.id, ada.id) == "goals"


def test_open_pages_are_counted(listeners, ada, sam):
    before = live.open_pages()
    listeners(ada), listeners(sam), listeners(sam)
    assert live.open_pages() == before + 3


# Other processes


def test_whoever_is_at_another_process_is_here_too_and_gone_only_from_all(listeners, meeting, ada, sam):
    his = listeners(sam, of=meeting)
    for process in ("one", "two"):
        live.arrive_elsewhere(process, meeting.id, ada.id)
    assert live.is_here(meeting.id, ada.id)
    assert his.wait(0) == {"presence"}
    live.depart_elsewhere("one", meeting.id, ada.id)
    assert his.wait(0) == set()
    live.place_elsewhere("two", ())
    assert not live.is_here(meeting.id, ada.id)
    assert his.wait(0) == {"presence"}


def test_what_is_said_anew_of_who_is_elsewhere_tells_nobody_who_has_not_changed(listeners, meeting, ada, sam):
    his = listeners(sam, of=meeting)
    live.place_elsewhere("one", [(meeting.id, ada.id)])
    assert his.wait(0) == {"presence"}
    live.place_elsewhere("one", [(meeting.id, ada.id)])
    assert his.wait(0) == set()


def test_the_page_that_did_it_is_skipped_in_whichever_process_it_is(listeners, pair, sam):
    acting = listeners(sam, page="p1")
    ids = pair.id, pair.manager_id, pair.report_id
    live.take_in(live.Told(*ids, pair.version, (), ("item-1", "wrapup"), page="p1", answered=("item-1",)))
    assert acting.wait(0) == {"wrapup"}
