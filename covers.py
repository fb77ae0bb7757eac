"""Leave cover: somebody stands in for a manager who is away, until a day; then it is over by itself.

A cover is a pair of its own. Whoever stands in sees nothing of the one that they cover, unless it is passed on.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

import clock
import notices
import pairing
from languages import Phrase
from models import COVER_OF, Pair, PairOver, Person, Refused, cover_witnesses, stands
from prepared import Prepared
from rows import db, one_at_a_time

# What the talks go on as; the place may tell of the two, so it does not come along.
ALIKE = ("template", "rhythm", "minutes", "between_template", "between_rhythm", "between_minutes", "time_zone")


def of(pair: Pair) -> Pair | None:
    """Who stands in for the manager of this pair, or was asked to: that pair, its two people at hand."""
    return COVER_OF.first(pair=pair.id)


def set_up(pair: Pair, by: Person, manager: Person, last_day: date, first_starts_at: datetime | None = None) -> Pair:
    """Ask somebody to stand in for the manager up to and including a day. To ask the same again changes nothing.

    Raises Refused where that cannot be.
    """
    with one_at_a_time("people"), pair.changing():
        pairing.must_be_here(manager)
        _must_be_possible(pair, manager)
        standing = of(pair)
        if standing and standing.manager_id != manager.id:
            who = standing.manager.name
            raise Refused(Phrase("%(name)s has been asked to stand in already. Please end that first.", name=who))
        return standing or _begin(pair, by, manager, last_day, first_starts_at)


def _must_be_possible(pair: Pair, manager: Person) -> None:
    if pair.covers_id:
        raise Refused(Phrase("Nobody can stand in for somebody who stands in."))
    if pair.person(manager.id):
        raise Refused(Phrase("Please choose somebody besides the two of you."))
    if pairing.STANDING.first(manager=manager.id, report=pair.report_id):
        names = {"manager": manager.name, "individual": pair.report.first_name}
        raise Refused(Phrase("%(manager)s and %(individual)s meet one to one already.", **names))


def _begin(pair: Pair, by: Person, manager: Person, last_day: date, first_starts_at: datetime | None) -> Pair:
    facts: dict[str, Any] = {name: getattr(pair, name) for name in ALIKE}
    people = {"manager": manager, "report": pair.report, "invited_by": by}
    until = _end_of(last_day, pair.time_zone)
    cover = Pair.create(covers=pair, covers_until=until, first_starts_at=first_starts_at, **people, **facts)
    if by.id == pair.manager_id:
        notices.tell_one(pair.report, "cover", cover)
    else:
        notices.tell_one(pair.manager, "cover", pair)
    return cover


def _end_of(day: date, zone: str) -> datetime:
    return clock.from_local(datetime.combine(day + timedelta(days=1), time()), zone)


def move_end(cover: Pair, last_day: date) -> None:
    """Have somebody stand in until another day. Raises PairOver when they do not any more."""
    facts = {Pair.covers_until: _end_of(last_day, cover.time_zone), Pair.version: Pair.version + 1}
    with db.atomic():
        if not Pair.update(facts).where(Pair.id == cover.id, stands(clock.now())).execute():
            raise PairOver(cover.why_over())
        cover.see_count()


def end(pair: Pair, by: Person) -> Pair | None:
    """Have the manager of this pair stand for themselves again, from now on. Once is enough. Gives what ended."""
    with db.atomic():
        pair.lock()
        if cover := of(pair):
            cover.end(by)
            for person in cover.people:
                if person.id != by.id:
                    notices.tell_one(person, "cover-ended", cover)
        return cover


def _tell_of_end(cover: Pair) -> None:
    notices.tell("cover-ended", cover)


cover_witnesses.append(_tell_of_end)


def first_end(person: Person) -> datetime | None:
    """When the first time ends for which this person stands in for somebody, if they do."""
    found = FIRST_END.first(person=person.id)
    return found and found.covers_until


FIRST_END = Prepared(
    lambda person, now: (
        Pair.select(Pair.covers_until)
        .where(Pair.manager == person, Pair.covers_until.is_null(False), stands(now))
        .order_by(Pair.covers_until)
        .limit(1)
    )
)
