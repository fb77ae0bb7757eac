"""Whether the server is well and ready: 200 and nothing private, or 503 with one plain reason, whatever hangs."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from gevent.event import Event

import process
import readiness
from rows import db

from .. import behind

PATHS = ["/healthz", "/readyz"]


@pytest.fixture
def monitor(app, here) -> Iterator[FlaskClient]:
    """Whoever asks, with nothing open."""
    db.close()
    yield FlaskClient(app, app.response_class)
    db.connect(reuse_if_open=True)


@pytest.fixture
def hanging(monkeypatch) -> Iterator[list[None]]:
    """How often a check was asked that does not come to an end."""
    over = Event()
    asked: list[None] = []
    check = readiness.Check(lambda: asked.append(None) or (over.wait() and None))
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(readiness, "checks", [*readiness.checks, check])
    yield asked
    over.set()


@pytest.mark.parametrize("path", PATHS)
def test_all_is_well(nobody, path):
    answer = nobody.get(path)
    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.parametrize("path", PATHS)
def test_a_database_out_of_reach_is_said(monitor, here, path):
    with behind.away(here.data_dir):
        answer = monitor.get(path)
    assert answer.status_code == 503
    assert answer.text == "The database is out of reach.\n"


@pytest.mark.parametrize("change", ["INSERT INTO {} VALUES (99, '9999_of_later', CURRENT_TIMESTAMP)", "DELETE FROM {}"])
def test_a_database_of_another_version_is_not_ready(monitor, change):
    with db.connection_context():
        db.execute_sql(change.format('"schema_migration"'))
    answer = monitor.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "The database is of another version.\n")
    assert monitor.get("/healthz").status_code == 200


def test_what_a_room_adds_has_to_hold(monitor, monkeypatch):
    monkeypatch.setattr(readiness, "checks", [*readiness.checks, readiness.Check(lambda: "It is stopping.")])
    answer = monitor.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "It is stopping.\n")


def test_a_check_that_breaks_is_one_that_does_not_hold(monitor, monkeypatch):
    monkeypatch.setattr(readiness, "checks", [readiness.Check(lambda: {}["secret"])])
    answer = monitor.get("/readyz")
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_whatever_hangs_a_monitor_has_its_answer_soon_and_nothing_piles_up(monitor, hanging):
    began = time.monotonic()
    answer = monitor.get("/readyz")
    assert monitor.get("/readyz").status_code == answer.status_code == 503
    assert answer.text == "It takes too long to find out.\n"
    assert time.monotonic() - began < 2
    assert len(hanging) == 1


def test_a_health_page_keeps_no_connection(monitor):
    monitor.get("/readyz")
    assert db.is_closed()
    assert not db.obj.connections_in_use


def test_an_address_with_a_letter_that_is_none_is_nothing(as_sam):
    for path in ("/meetings/%00", "/pairs/x%00"):
        assert as_sam.get(path).status_code == 404


@pytest.mark.parametrize(
    ("room", "said"),
    [("crossing", "This process does not hear the others.\n"), ("watch", "Open pages are not looked after.\n")],
)
def test_who_does_not_hear_of_changes_is_not_ready(monitor, monkeypatch, room, said):
    monkeypatch.setattr(process, room, SimpleNamespace(is_well=False))
    answer = monitor.get("/readyz")
    assert (answer.status_code, answer.text) == (503, said)
    monkeypatch.setattr(process, room, SimpleNamespace(is_well=True))
    assert monitor.get("/readyz").status_code == 200
