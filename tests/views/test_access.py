"""Who can read a pair's pages, and who did: what is noted, how often, and who sees the list."""

from datetime import timedelta

import pytest
from peewee import OperationalError

import access
import audit
import clock
import records
import scheduling
from audit import AuditEntry
from sessions import Session

from ..conftest import NOW
from ..test_queries import counted


def noted() -> list[tuple[str, str, str]]:
    """What is in the trail: event, first name, about."""
    return [(entry.event, entry.by.first_name, entry.about) for entry in audit.entries() if entry.event != "sign-in"]


def history(client, pair) -> str:
    """The access history as a browser shows it, its white space made one."""
    return " ".join(client.see(f"{pair.path}/access").split())


@pytest.fixture
def closed(meeting, ada):
    """The meeting, closed."""
    records.close(meeting, ada, NOW + timedelta(days=30))
    return meeting


def test_every_pairs_page_says_who_can_read_it(as_sam, pair):
    page = as_sam.see(pair.path)
    assert "Who can read this: Sam Okoro and Ada Marsh. In Duologue nobody else can" in page
    assert f'href="{pair.path}/access"' in page


def test_a_page_is_shown_though_it_cannot_be_written_that_its_reader_is_here(as_sam, meeting, monkeypatch, caplog):
    def fail(*_, **__):
        raise OperationalError("database or disk is full")

    as_sam.see(meeting.path)
    monkeypatch.setattr(Session, "change", fail)
    with clock.at(NOW + timedelta(minutes=2)):
        as_sam.see(meeting.path)
    assert "event=not-seen kind=OperationalError" in caplog.text


def test_the_pages_of_a_pair_are_noted_when_they_are_opened(as_sam, as_ada, pair, closed):
    upcoming = scheduling.next_meeting(pair)
    as_sam.see(pair.path)
    as_sam.see(upcoming.path)
    as_ada.see(f"{closed.path}/record")
    assert noted() == [
        ("open", "Sam", "pair"),
        ("open", "Sam", f"meeting {upcoming.id}"),
        ("open", "Ada", f"record {closed.id}"),
    ]
    assert {entry.pair_id for entry in audit.entries(event="open")} == {pair.id}


def test_a_page_is_noted_once_an_hour_for_each_person(as_sam, as_ada, client_of, sam, pair):
    for client in (as_sam, as_sam, as_ada, as_sam):
        client.see(pair.path)
    assert [name for _, name, _ in noted()] == ["Sam", "Ada"]
    with clock.at(NOW + timedelta(minutes=59)):
        client_of(sam).see(pair.path)
    assert len(noted()) == 2
    with clock.at(NOW + timedelta(minutes=60)):
        client_of(sam).see(pair.path)
    assert len(noted()) == 3


def test_what_one_process_noted_the_others_do_not_note_within_the_hour(sam, ada, pair):
    def at_another_process(person, minutes: int) -> None:
        access._lately.clear()
        with clock.at(NOW + timedelta(minutes=minutes)):
            access.note_open(person, pair)

    at_another_process(sam, 0)
    at_another_process(ada, 20)
    at_another_process(sam, 30)
    assert [name for _, name, _ in noted()] == ["Sam", "Ada"]
    with clock.at(NOW + timedelta(minutes=60)):
        access.note_open(sam, pair)
    assert [name for _, name, _ in noted()] == ["Sam", "Ada", "Sam"]


def test_a_page_that_was_noted_lately_costs_no_query(as_sam, sam, pair):
    access.note_open(sam, pair)
    with counted() as found:
        access.note_open(sam, pair)
    assert found == []


def test_the_memory_of_what_was_noted_has_an_end(sam, pair, monkeypatch):
    monkeypatch.setattr(access, "REMEMBERED", 2)
    for number in range(5):
        access._remember((sam.id, str(number)), NOW)
    assert list(access._lately) == [(sam.id, "3"), (sam.id, "4")]


@pytest.mark.parametrize("path", ["/", "/actions", "/search", "/search?q=x", "/me", "/pairs/new"])
def test_pages_of_no_pair_are_not_noted(as_sam, pair, path):
    as_sam.see(path)
    assert noted() == []


def test_who_opens_a_part_of_a_page_has_opened_it(as_sam, as_ada, pair, meeting, item):
    as_sam.region(f"{meeting.path}/regions/agenda")
    as_ada.region(f"{item.path}/edit")
    assert noted() == [("open", "Sam", f"meeting {meeting.id}"), ("open", "Ada", f"meeting {meeting.id}")]


def test_the_history_itself_is_not_noted(as_sam, pair):
    history(as_sam, pair)
    assert noted() == []


def test_whoever_may_not_see_a_page_leaves_no_trace_in_its_history(as_lee, pair, closed):
    for path in (pair.path, f"{closed.path}/record", f"{pair.path}/access"):
        assert as_lee.get(path).status_code == 404
    assert as_lee.htmx(f"{closed.path}/prints").status_code == 404
    assert AuditEntry.select().where(AuditEntry.pair == pair).count() == 0


def test_a_page_is_not_shown_when_its_opening_cannot_be_noted(as_sam, pair, item, monkeypatch):
    from peewee import OperationalError

    def fail(*_, **__) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(access.audit, "note", fail)
    answer = as_sam.get(item.meeting.path)
    assert answer.status_code == 503
    assert item.text not in answer.text
    monkeypatch.undo()
    as_sam.see(item.meeting.path)
    assert len(noted()) == 1


def test_both_see_who_opened_what_and_when_the_latest_first(as_sam, as_ada, pair, closed):
    as_sam.see(f"{closed.path}/record")
    as_ada.see(pair.path)
    seen = history(as_sam, pair)
    assert "You opened the record of 4 March</span>" in seen
    assert "Ada Marsh opened this conversation’s page" in seen
    assert "Tuesday 3 March, 10:00" in seen
    assert seen.index("Ada Marsh opened") < seen.index("You opened")
    assert "You opened this conversation’s page" in history(as_ada, pair)


def test_an_empty_history_says_so_kindly(as_sam, pair):
    assert "Nobody has opened anything yet." in history(as_sam, pair)


def test_prints_are_noted_once_an_hour_for_each_page(as_sam, pair, meeting, closed):
    upcoming = scheduling.next_meeting(pair)
    for path in (closed.path, upcoming.path, upcoming.path):
        assert as_sam.htmx(f"{path}/prints").status_code == 204
    assert noted() == [
        ("print", "Sam", f"record {closed.id}"),
        ("print", "Sam", f"meeting {upcoming.id}"),
    ]
    assert "You printed the record of 4 March" in history(as_sam, pair)


def test_a_print_without_the_token_is_refused(as_sam, meeting):
    assert as_sam.post(f"{meeting.path}/prints").status_code == 400
    assert noted() == []


def test_exports_of_any_kind_are_in_the_history(as_sam, sam, pair, closed):
    audit.note("export", by=sam, pair=pair, about=f"record {closed.id}")
    audit.note("export", by=sam, pair=pair, about="calendar")
    seen = history(as_sam, pair)
    assert "You took a copy of the record of 4 March" in seen
    assert "You took a copy of calendar" in seen


def test_other_events_and_other_pairs_are_not_in_the_history(as_sam, lee, sam, pair, theirs):
    audit.note("open", by=lee, pair=theirs.pair, about="pair")
    audit.note("sign-in", by=sam)
    audit.note("held", by=sam, pair=pair)
    assert "Nobody has opened anything yet." in history(as_sam, pair)


def test_a_meeting_that_was_deleted_is_said_to_be_gone(as_sam, sam, pair):
    audit.note("open", by=sam, pair=pair, about="record aaaaaaaaaaaa")
    assert "You opened the record of a meeting that is no longer here" in history(as_sam, pair)


def test_the_history_shows_the_latest_200(sam, pair):
    for _ in range(access.MOST + 5):
        audit.note("print", by=sam, pair=pair, about="pair")
    found = access.history(pair)
    assert len(found) == access.MOST == 200
    with counted() as queries:
        access.history(pair)
    assert len(queries) == 2


def test_the_history_of_an_ended_pair_is_the_individuals_alone_and_says_so(as_sam, ada, pair):
    assert "You and Ada both see this list." in history(as_sam, pair)
    pair.end(ada)
    assert "You see this list; Ada saw it while you met." in history(as_sam, pair)
    assert "Ada was your line manager here" in as_sam.see(pair.path)
