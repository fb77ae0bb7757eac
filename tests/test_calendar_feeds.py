"""Private addresses of calendars: made once, shown once, given up, and gone with their person."""

import pytest

import audit
import calendar_feeds
import erasure
import people
from audit import AuditEntry
from calendar_feeds import CalendarFeed
from models import Person
from rows import ID_LENGTH, new_id

from . import behind


@pytest.fixture
def token(sam) -> str:
    """What opens Sam's calendar."""
    return calendar_feeds.begin(sam)


def test_it_opens_the_calendar_of_its_person_and_nobody_elses(token, sam, ada):
    assert calendar_feeds.holder_of(token) == sam
    assert calendar_feeds.of(sam)
    assert calendar_feeds.of(ada) is None
    assert calendar_feeds.holder_of(calendar_feeds.begin(ada)) == ada


def test_it_is_long_random_and_fits_the_address_that_proxies_let_through(sam):
    tokens = {calendar_feeds.begin(sam) for _ in range(5)}
    assert len(tokens) == 5
    assert {len(token) for token in tokens} == {55}
    assert all(token.replace("-", "").replace("_", "").isalnum() and token.isascii() for token in tokens)


def test_no_part_of_the_database_holds_what_opens_it(token):
    assert token[ID_LENGTH:] not in "\n".join(behind.everything())


@pytest.mark.parametrize("change", [lambda token: "", lambda token: token[:-1], lambda token: token + "A"])
def test_nothing_but_all_of_it_opens_anything(token, change):
    assert calendar_feeds.holder_of(change(token)) is None


def test_neither_its_id_its_digest_nor_anothers_secret_opens_it(token, ada):
    made, others = CalendarFeed.get(), calendar_feeds.begin(ada)
    for forged in (made.id, made.id + made.secret_digest, token[:ID_LENGTH] + others[ID_LENGTH:]):
        assert calendar_feeds.holder_of(forged) is None
    assert calendar_feeds.holder_of(new_id() + token[ID_LENGTH:]) is None


def test_a_new_one_ends_the_one_from_before(token, sam):
    second = calendar_feeds.begin(sam)
    assert calendar_feeds.holder_of(token) is None
    assert calendar_feeds.holder_of(second) == sam
    assert CalendarFeed.select().count() == 1


def test_it_can_be_turned_off_twice(token, sam):
    for _ in range(2):
        calendar_feeds.end(sam)
        assert calendar_feeds.holder_of(token) is None
        assert calendar_feeds.of(sam) is None
    assert [entry.about for entry in audit.entries(event="calendar")] == ["began", "ended"]


def test_the_trail_says_who_and_nothing_that_opens_it(token, sam):
    (entry,) = AuditEntry.select().where(AuditEntry.event == "calendar")
    assert (entry.by, entry.pair, entry.about) == (sam, None, "began")


def test_whoever_is_disabled_loses_it_for_good(token, sam):
    people.disable(sam)
    assert calendar_feeds.holder_of(token) is None
    people.enable(Person.get_by_id(sam.id))
    assert calendar_feeds.holder_of(token) is None
    assert calendar_feeds.of(Person.get_by_id(sam.id)) is None


@pytest.mark.parametrize("leave", [people.retire, erasure.erase_person])
def test_it_goes_with_its_person(token, sam, leave):
    leave(sam)
    assert calendar_feeds.holder_of(token) is None
    assert CalendarFeed.select().count() == 0


def test_a_name_that_becomes_another_takes_it_along_to_nobody(token, sam, noor, lee):
    kept = calendar_feeds.begin(lee)
    people.merge(sam, lee)
    assert calendar_feeds.holder_of(token) is None
    assert calendar_feeds.holder_of(kept) == lee
