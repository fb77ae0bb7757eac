"""Calendars over HTTP: a meeting's file, and the private address that is made, asked, replaced and turned off."""

import gzip
import re
from dataclasses import replace

import pytest

import calendar_feeds
import languages
import meetings
import scheduling
from views.people import OwnPage

from .. import pseudo
from ..reading import events
from ..test_queries import counted

ADDRESS = re.compile(r">(http://localhost/calendar/[\w-]{55}\.ics)</textarea>")
TYPE = "text/calendar; charset=utf-8"


@pytest.fixture
def address(sam) -> str:
    """The private address of Sam's calendar."""
    return f"/calendar/{calendar_feeds.begin(sam)}.ics"


@pytest.fixture
def without_calendars(app, monkeypatch):
    """Whoever runs Duologue wants no calendars to be read without signing on."""
    monkeypatch.setitem(app.config, "DUOLOGUE", replace(app.config["DUOLOGUE"], calendar_feeds=False))
    monkeypatch.setattr(OwnPage, "has_calendar", False)


def test_a_meeting_as_a_file_has_the_way_back_to_it_and_nobodys_name(as_sam, meeting):
    answer = as_sam.get(f"{meeting.path}/calendar.ics")
    assert (answer.status_code, answer.content_type) == (200, TYPE)
    assert answer.headers["Content-Disposition"] == 'inline; filename="one-to-one.ics"'
    assert answer.headers["Cache-Control"] == "no-store"
    (event,) = events(answer.data).values()
    assert str(event.url) == f"http://localhost{meeting.path}"


def test_an_open_meeting_and_today_lead_to_the_file(as_sam, meeting, ada):
    for path in (meeting.path, "/"):
        assert f'href="{meeting.path}/calendar.ics"' in as_sam.see(path)
    scheduling.cancel(meeting, ada, None)
    for path in (meeting.path, "/"):
        assert "calendar.ics" not in as_sam.see(path)


def test_an_address_is_made_shown_once_and_read_by_whoever_has_it(as_sam, nobody, meeting):
    assert "Make a private address" in as_sam.see("/me")
    page = as_sam.form("/me/calendar")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    (address,) = ADDRESS.findall(page.text)
    answer = nobody.get(address)
    assert (answer.status_code, answer.content_type) == (200, TYPE)
    assert [event.summary for event in events(answer.data).values()] == ["Regular one-to-one with Ada Marsh"]
    later = as_sam.see("/me")
    assert address not in later
    assert "has had a private address since 3 March" in later


def test_another_one_or_none_ends_it(as_sam, nobody):
    first, second = (ADDRESS.findall(as_sam.form("/me/calendar").text)[0] for _ in range(2))
    assert [nobody.get(address).status_code for address in (first, second)] == [404, 200]
    assert as_sam.form("/me/calendar", undo=True).location == "/me#calendar"
    assert nobody.get(second).status_code == 404
    assert "Make a private address" in as_sam.see("/me")


def test_the_page_after_making_one_can_be_gone_back_to(as_sam):
    as_sam.form("/me/calendar")
    page = as_sam.see("/me/calendar")
    assert "Make a new address" in page
    assert not ADDRESS.search(page)


def test_what_has_not_changed_is_not_sent_again(nobody, address, meeting, ada):
    first = nobody.get(address)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in first.headers
    known = {"If-None-Match": first.headers["ETag"]}
    again = nobody.get(address, headers=known)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    meeting.reschedule(ada, meeting.starts_at, 30, "")
    assert nobody.get(address, headers=known).status_code == 200


def test_a_head_is_asked_for_without_a_body(nobody, address):
    assert (nobody.head(address).status_code, nobody.head(address).data) == (200, b"")


def test_it_is_packed_for_who_takes_it_so(nobody, address, meeting, ada, sam):
    for _ in range(15):
        meeting = scheduling.skip(meetings.find(sam, meeting.id), ada)
    answer = nobody.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == nobody.get(address).data


def test_it_takes_two_queries(nobody, address):
    nobody.get(address)
    with counted() as found:
        nobody.get(address)
    assert len(found) == 2


def test_too_much_of_one_is_too_much_and_another_goes_on(nobody, address, ada):
    codes = {nobody.get(address).status_code for _ in range(40)}
    assert codes == {200, 429}
    assert nobody.get(f"/calendar/{calendar_feeds.begin(ada)}.ics").status_code == 200


def test_guessing_is_limited(nobody):
    codes = {nobody.get(f"/calendar/{'a' * 55}.ics").status_code for _ in range(610)}
    assert codes == {404, 429}


def test_where_they_are_turned_off_there_are_none(without_calendars, as_sam, nobody, address):
    assert nobody.get(address).status_code == 404
    assert as_sam.form("/me/calendar").status_code == 404
    assert 'id="calendar"' not in as_sam.see("/me")


def test_it_speaks_the_language_of_its_person(app, nobody, address, sam, tmp_path):
    pseudo.write(tmp_path / "own", pseudo.LEFT)
    languages.learn(tmp_path / "own")
    sam.speak(pseudo.LEFT)
    try:
        (event,) = events(nobody.get(address).data).values()
        assert event.summary.startswith(pseudo.OPEN)
    finally:
        languages.learn()
