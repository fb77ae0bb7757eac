"""A calendar as a program reads it that has nothing in common with the one that wrote it; and what RFC 5545 demands."""

import re

from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

LONGEST_LINE = 75
ONCE = ("PRODID", "VERSION", "METHOD")
ONCE_IN_EACH = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "STATUS")


def read(written: bytes) -> Calendar:
    """The calendar, once its letters are as the standard wants them."""
    must_be_well_formed(written)
    return IcsCalendarStream.calendar_from_ics(written.decode())


def events(written: bytes) -> dict[str, Event]:
    """Its events by UID. No two have the same."""
    found = read(written).events
    assert len({event.uid for event in found}) == len(found)
    return {event.uid: event for event in found}


def must_be_well_formed(written: bytes) -> None:
    """Lines of 75 bytes at most, each whole in UTF-8 and with both of its ends; each property as often as may be."""
    assert written.endswith(b"\r\n")
    lines = written.removesuffix(b"\r\n").split(b"\r\n")
    for line in lines:
        assert len(line) <= LONGEST_LINE
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line), line
        line.decode()
    names = [
        re.split("[:;]", line)[0] for line in "\r\n".join(map(bytes.decode, lines)).replace("\r\n ", "").split("\r\n")
    ]
    number = written.count(b"BEGIN:VEVENT\r\n")
    assert [names.count(name) for name in ONCE] == [1] * len(ONCE)
    assert [names.count(name) for name in ONCE_IN_EACH] == [number] * len(ONCE_IN_EACH)
