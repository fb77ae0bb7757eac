"""How two people come to meet one to one: by an invitation that is accepted, or because the directory says so."""

from datetime import datetime
from typing import Any

from peewee import Case

import clock
import notices
import scheduling
from languages import Phrase
from models import Pair, PairOver, Person, Refused, stands
from prepared import Prepared
from rows import db, one_at_a_time


def invite(by: Person, manager: Person, report: Person, **settings: Any) -> Pair:
    """Ask the other one to meet one to one. While an invitation or a pair of the same two stands, that is it."""
    with one_at_a_time("people"):
        must_be_here(manager, report)
        return STANDING.first(manager=manager.id, report=report.id) or Pair.create(
            invited_by=by, manager=manager, report=report, time_zone=by.time_zone, **settings
        )


def must_be_here(*people: Person) -> None:
    """Raise Refused unless all of them can come in, as things are now."""
    for person in people:
        if Person.get_by_id(person.id).disabled_at:
            raise Refused(Phrase("%(name)s is not here any more.", name=person.name))


def begin(manager: Person, report: Person) -> tuple[Pair, bool]:
    """Have the two meet from now on, as the staff directory says; and whether they did not do so before.

    No invitation is needed, and one that stands is accepted.
    """
    with one_at_a_time("people"):
        pair = STANDING.first(manager=manager.id, report=report.id)
        is_new = not (pair and pair.accepted_at)
        if pair is None:
            people: dict[str, Any] = {"invited_by": manager, "manager": manager, "report": report}
            pair = Pair.create(time_zone=manager.time_zone, accepted_at=clock.now(), **people)
            scheduling.schedule(pair, report, _first_start(pair))
        elif is_new:
            accept(pair, pair.invitee)
        pair.change(from_directory=True)
        return pair, is_new


def accept(pair: Pair, by: Person) -> None:
    """Say yes to the invitation; the first meeting is made. Raises PairOver when it was withdrawn."""
    if by.id != pair.invitee.id:
        raise Refused(Phrase("It is for %(name)s to accept.", name=pair.invitee.first_name))
    with db.atomic():
        invited = Pair.id == pair.id, Pair.accepted_at.is_null(), stands(clock.now())
        is_new = Pair.update(accepted_at=clock.now()).where(*invited).execute()
        fresh = Pair.get_by_id(pair.id)
        pair.accepted_at, pair.ended_at, pair.covers_until = fresh.accepted_at, fresh.ended_at, fresh.covers_until
        if is_new:
            scheduling.schedule(pair, by, _first_start(pair))
            notices.welcome(pair)
        elif pair.over_at:
            raise PairOver(pair.why_over())


def invitations():
    """The invitations that wait for an answer, each with whoever is to give it (Pair.invitee), as a query."""
    is_managers = Pair.covers.is_null(False) | (Pair.invited_by == Pair.report)
    invitee = Case(None, ((is_managers, Pair.manager),), Pair.report)
    found = Pair.select().join(Person, on=(Person.id == invitee))
    return found.where(Pair.accepted_at.is_null(), stands(clock.now()))


def _first_start(pair: Pair) -> datetime:
    wished = pair.first_starts_at
    return wished if wished and wished > clock.now() else clock.first_start(pair.time_zone)


# Standing in for somebody is no pair of one's own: an invitation, or the directory, begins another.
STANDING = Prepared(
    lambda manager, report: Pair.select().where(
        Pair.manager == manager, Pair.report == report, Pair.ended_at.is_null(), Pair.covers.is_null()
    )
)
