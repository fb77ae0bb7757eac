"""Finding words again: in memory, over what one person may see. Each text is opened, looked at and let go."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from heapq import nlargest
from operator import attrgetter
from typing import Any, NamedTuple, cast

import gevent
from peewee import Value

import clock
import secrecy
from languages import Phrase
from matching import Part, Wanted
from models import Pair, Person
from places import KINDS, PLACES, Place
from rows import Moment, db

MOST = 50
# After so many rows everybody else gets a turn.
AT_A_TIME = 200
# Id, pair, moment and home come before a row's words.
FACTS = 4
EDGE = timedelta(days=2)
# No text holds it, so no phrase goes from one text over into the next.
BETWEEN = "\0"
MOMENT = Moment()


class Narrowed(NamedTuple):
    """Where to look: what is with one other person, of one kind, from one day to another, or not over yet."""

    other: str = ""
    kind: str = ""
    from_day: date | None = None
    to_day: date | None = None
    open_only: bool = False


EVERYWHERE = Narrowed()


class Hit(NamedTuple):
    """Something found: how well, when it was written, what it is, with whom, where to see it, and its words."""

    rank: int
    at: datetime
    kind: Phrase
    pair: Pair
    path: str
    title: list[Part]
    more: list[Part]


class Found(NamedTuple):
    """The best hits, and how many there are altogether."""

    hits: list[Hit]
    number: int


class _Lead(NamedTuple):
    """A row that has all the words, and how well."""

    rank: int
    at: Any
    place: Place
    row: tuple


def search(person: Person, words: str, narrowed: Narrowed = EVERYWHERE) -> Found:
    """What holds all the words: whole words before beginnings before the rest, then the newest; at most 50 of them."""
    wanted = Wanted(words)
    pairs = {pair.id: pair for pair in person.pairs() if narrowed.other in ("", pair.other(person).id)}
    if not wanted.terms or not pairs:
        return Found([], 0)
    leads = list(_leads(person, wanted, narrowed, list(pairs)))
    best = nlargest(MOST, leads, key=attrgetter("rank", "at"))
    return Found([_hit(lead, wanted, pairs) for lead in best], len(leads))


def others(person: Person) -> dict[str, str]:
    """Whom this person has or had one-to-ones with that they may still read: id → name."""
    return {other.id: other.name for other in (pair.other(person) for pair in person.pairs())}


def _leads(person: Person, wanted: Wanted, narrowed: Narrowed, pairs: list[str]) -> Iterator[_Lead]:
    for place in PLACES:
        if narrowed.kind in ("", place.kind) and (place.is_open is not None or not narrowed.open_only):
            for number, row in enumerate(_rows(place, person, narrowed, pairs)):
                if not number % AT_A_TIME:
                    gevent.sleep(0)
                if rank := wanted.rank(BETWEEN.join(_opened(place, row))):
                    yield _Lead(rank, row[2], place, row)


def _rows(place: Place, person: Person, narrowed: Narrowed, pairs: list[str]) -> list[tuple]:
    """As the database has them, words sealed: making instances of them all would take longer than the search."""
    query = place.rows(person, pairs)
    if narrowed.from_day:
        query = query.where(place.at >= _midnight(narrowed.from_day, person))
    if narrowed.to_day:
        query = query.where(place.at < _midnight(narrowed.to_day, person, days_on=1))
    if narrowed.open_only:
        query = query.where(place.is_open)
    return db.execute(query).fetchall()


def _midnight(day: date, person: Person, days_on: int = 0) -> Value:
    """When a day begins for this person, as the database has moments."""
    # Within two days of what a calendar can hold, neither a step nor a zone carries it over the edge.
    near = min(max(day, date.min + EDGE), date.max - EDGE) + timedelta(days=days_on)
    began = clock.from_local(datetime.combine(near, time()), person.time_zone)
    return Value(began.replace(tzinfo=None), converter=False)


def _opened(place: Place, row: tuple) -> list[str]:
    id, pair = row[0], row[1]
    found = zip(place.words, row[FACTS:], strict=True)
    return place.texts([secrecy.unseal(text, words.place_of(id, pair)) if text else "" for words, text in found])


def _hit(lead: _Lead, wanted: Wanted, pairs: dict[str, Pair]) -> Hit:
    id, pair, at, home, *_ = lead.row
    title, *others = filter(None, _opened(lead.place, lead.row))
    more = next((text for text in others if wanted.is_in(text)), "")
    return Hit(
        lead.rank,
        cast(datetime, MOMENT.python_value(at)),
        KINDS[lead.place.kind],
        pairs[pair],
        lead.place.path.format(pair=pair, home=home, id=id),
        wanted.excerpt(title),
        wanted.excerpt(more) if more else [],
    )
