"""The others in the demo's organisation, who have met their managers for a year, or not, so that figures can be drawn.

Nobody signs in as one of them, and they have written nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import clock
from meetings import Meeting
from models import Pair, Person

# Whoever vouches for them is nobody's way in.
ISSUER = "demo-crowd"
FIRST_NAMES = (
    *("Amir", "Bea", "Carl", "Dana", "Emil", "Fatou", "Greta", "Hugo", "Ines", "Jonas", "Kavya", "Liam"),
    *("Mona", "Nils", "Olga", "Pavel", "Rosa", "Stefan", "Tara", "Yusuf"),
)
LAST_NAMES = (
    *("Adeyemi", "Berg", "Castillo", "Dumont", "Eriksen", "Fischer", "Gupta", "Hughes"),
    *("Ivanova", "Jensen", "Kaya", "Lombardi", "Moreau", "Novak", "Osei", "Petrov"),
    *("Quinn", "Rossi", "Silva", "Turner", "Ueda", "Vogel", "Wu"),
)
# A first meeting before the year, so that it can have been in time.
MONTHS = 13


class Department(NamedTuple):
    """Who is in it, and how many of its pairs did not meet in each month, the latest last."""

    name: str
    managers: int
    individuals: int
    away: tuple[int, ...]


DEPARTMENTS = (
    Department("Customer care", 3, 9, (2, 3, 3, 2, 2, 1, 1, 2, 1, 1, 0, 1, 0)),
    Department("Engineering", 3, 11, (1, 1, 2, 1, 1, 2, 4, 5, 2, 1, 1, 1, 2)),
    Department("Sales", 2, 7, (0, 0, 1, 0, 1, 1, 1, 2, 2, 3, 3, 2, 3)),
    # These two are too small to be told apart.
    Department("Finance", 2, 4, (0, 1, 0, 0, 1, 1, 0, 2, 1, 0, 0, 1, 0)),
    Department("Legal", 1, 2, (0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0)),
)


def add(zone: str) -> None:
    """Have them all here, with when they met."""
    names = _names()
    for department in DEPARTMENTS:
        managers = [_person(next(names), department, zone) for _ in range(department.managers)]
        for number in range(department.individuals):
            pair = _pair(managers[number % len(managers)], _person(next(names), department, zone))
            for moment in _moments(department, number, zone):
                _meet(pair, moment)


def _names() -> Iterator[str]:
    """All kinds of names, the same each time and none twice."""
    for number in range(len(FIRST_NAMES) * len(LAST_NAMES)):
        yield f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[7 * number % len(LAST_NAMES)]}"


def _person(name: str, department: Department, zone: str) -> Person:
    subject = name.lower().replace(" ", ".")
    return Person.create(issuer=ISSUER, subject=subject, name=name, time_zone=zone, department=department.name)


def _pair(manager: Person, report: Person) -> Pair:
    began = clock.now() - timedelta(days=31 * (MONTHS + 2))
    facts = {"invited_by": manager, "time_zone": manager.time_zone, "invited_at": began, "accepted_at": began}
    return Pair.create(manager=manager, report=report, **facts)


def _moments(department: Department, number: int, zone: str) -> Iterator[datetime]:
    """When a pair of a department met: once a month, but for those months in which it was its turn to be away."""
    months = clock.months(MONTHS + 1, clock.now(), zone)
    # The month that has just begun is nobody's to be away in.
    away_by_month = *department.away, 0
    for turn, (begins, away) in enumerate(zip(months, away_by_month, strict=True)):
        moment = _in_the_middle_of(clock.local(begins, zone).date(), number, zone)
        if (number + 2 * turn) % department.individuals >= away and moment < clock.now():
            yield moment


def _in_the_middle_of(first: date, number: int, zone: str) -> datetime:
    day = first + timedelta(days=8 + 3 * number % 7)
    if day.weekday() >= clock.SATURDAY:
        day += timedelta(days=7 - day.weekday())
    return clock.from_local(datetime(day.year, day.month, day.day, 9 + number % 7), zone)


def _meet(pair: Pair, moment: datetime) -> None:
    facts = {"template": pair.template, "minutes": pair.minutes, "created_at": moment, "created_by": pair.report}
    Meeting.create(pair=pair, starts_at=moment, closed_at=moment + timedelta(hours=1), closed_by=pair.report, **facts)
