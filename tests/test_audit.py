"""The audit trail: what is noted, that it is found whole, and what the commands say of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

import audit
import clock
import keyring_file
from audit import AuditEntry, Broken
from rows import db

from .command_line import refused, run, said
from .conftest import NOW


@pytest.fixture
def trail(ada, pair) -> list[AuditEntry]:
    """Three entries."""
    return [
        audit.note("sign-in", by=ada),
        audit.note("open", by=ada, pair=pair, about="pair"),
        audit.note("refused", about="nobody: unknown name"),
    ]


def test_entries_are_numbered_and_the_whole_trail_holds(trail):
    assert [entry.number for entry in audit.walk()] == [1, 2, 3]
    assert [entry.id for entry in audit.verify()] == [entry.id for entry in trail]


def test_what_is_noted_at_once_on_two_connections_is_two_entries(ada, monkeypatch):
    # Each has read the trail before either has written, unless the first to come has the trail to itself.
    waiting, last_entry = threading.Barrier(2), audit.last_entry

    def read_slowly():
        found = last_entry()
        with suppress(threading.BrokenBarrierError):
            waiting.wait(0.5)
        return found

    def note() -> None:
        with db.connection_context():
            audit.note("sign-in", by=ada)

    monkeypatch.setattr(audit, "last_entry", read_slowly)
    with ThreadPoolExecutor(2) as threads:
        for noted in [threads.submit(note) for _ in range(2)]:
            noted.result(timeout=30)
    assert [entry.number for entry in audit.walk()] == [1, 2]


def test_what_is_noted_at_the_end_keeps_nobody_waiting_and_is_gone_with_what_failed(here, ada):
    with db.atomic(), audit.at_the_end():
        audit.note("directory", by=ada)
        assert audit.last_entry() is None
    assert [entry.by_id for entry in audit.verify()] == [ada.id]
    with suppress(ZeroDivisionError), db.atomic(), audit.at_the_end():
        audit.note("directory", by=ada)
        raise ZeroDivisionError
    audit.note("open", by=ada)
    assert [entry.event for entry in audit.verify()] == ["directory", "open"]


def test_an_about_that_is_too_long_is_cut(here):
    assert audit.note("refused", about="x" * 1000).about == "x" * audit.ABOUT_LENGTH
    assert len(list(audit.walk())) == 1


def test_the_head_is_the_youngest_entrys_and_a_beginning_when_there_is_none(here):
    assert audit.head() == f"0:{audit.BEGINNING}"
    entry = audit.note("start")
    assert audit.head() == f"1:{entry.chain}"


def test_a_head_noted_earlier_is_still_in_a_trail_that_went_on(trail):
    noted = audit.head()
    audit.note("sign-in")
    assert len(list(audit.verify(noted))) == 4


@pytest.mark.parametrize("noted", ["x", "1", "1:", ":", "-1:" + "0" * 64, "1:abc", "²:" + "0" * 64])
def test_what_is_no_head_is_said_to_be_none(trail, noted):
    with pytest.raises(Broken, match="no head of a trail"):
        list(audit.verify(noted))


def test_entries_are_picked_by_event_day_and_number(here, trail):
    with clock.at(NOW + timedelta(days=2)):
        late = audit.note("open")
    assert [entry.number for entry in audit.entries()] == [1, 2, 3, 4]
    assert [entry.number for entry in audit.entries(event="open")] == [2, 4]
    assert [entry.number for entry in audit.entries(since=NOW + timedelta(days=1))] == [late.number]
    assert [entry.number for entry in audit.entries(last=2)] == [3, 4]


# The commands


def test_verify_says_that_the_trail_holds_and_gives_its_head(here, trail):
    assert said(run(here.data_dir, "audit", "verify")) == f"The trail holds: 3 entries, head {audit.head()}\n"
    assert said(run(here.data_dir, "audit", "head")) == f"{audit.head()}\n"
    noted = f"2:{trail[1].chain}"
    assert said(run(here.data_dir, "audit", "verify", "--head", noted)).startswith("The trail holds: 3 entries")


def test_list_prints_one_line_for_each_entry(here, trail, pair):
    lines = said(run(here.data_dir, "audit", "list")).splitlines()
    assert lines[1] == f"2026-03-03T10:00:00Z\t2\topen\tada\t{pair.id}\tpair"
    assert lines[2] == "2026-03-03T10:00:00Z\t3\trefused\t-\t-\tnobody: unknown name"
    assert len(lines) == 3
    assert said(run(here.data_dir, "audit", "list", "--last", "1")).splitlines() == lines[2:]
    assert said(run(here.data_dir, "audit", "list", "--event", "open")).splitlines() == lines[1:2]
    assert said(run(here.data_dir, "audit", "list", "--since", "2026-03-04")) == ""


def test_a_trail_of_another_key_does_not_hold(here, trail):
    said(run(here.data_dir, "audit", "verify"))
    here.keyring_file.unlink()
    keyring_file.make(here.keyring_file)
    assert "is not that of this database" in refused(run(here.data_dir, "audit", "verify"))
