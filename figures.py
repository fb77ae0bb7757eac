"""Whether people meet as often as they mean to, in numbers for the people lead: of groups alone, and never a word.

A group is told of only when at least five individuals and two managers are in it. In each month the departments that
are too small are put together, so that everybody less all others that are shown is still such a group.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

import gevent

import clock
import retention
import rhythm
import scheduling
from meetings import Meeting
from models import Manager, Pair, Report, with_people
from prepared import Prepared

MONTHS = 12
FEWEST_INDIVIDUALS = 5
FEWEST_MANAGERS = 2
AT_A_TIME = 200
# How many pairs are told by name at most, where the organisation has chosen that.
MOST_NAMED = 200


class Month(NamedTuple):
    """A whole month of the organisation's calendar."""

    begins: datetime
    ends: datetime


class Standing(NamedTuple):
    """That two people met within their rhythm, or did not, as of the end of a month."""

    manager: str
    report: str
    is_kept: bool


class Share(NamedTuple):
    """Of how many pairs how many had met within their rhythm. None: the number would tell of single people."""

    pairs: int | None
    kept: int | None

    @property
    def percent(self) -> int | None:
        """How many of a hundred that is."""
        return round(100 * self.kept / self.pairs) if self.pairs and self.kept is not None else None


HIDDEN = Share(None, None)


class Group(NamedTuple):
    """A department, several put together, or everybody (`name` is None for these two), month by month."""

    name: str | None
    shares: list[Share]


class Figures(NamedTuple):
    """What the people lead sees: the months, everybody, and the departments that may be told apart."""

    months: list[Month]
    everybody: Group
    groups: list[Group]


class Overdue(NamedTuple):
    """Two people who meet one to one, and perhaps should have met again by now."""

    pair: Pair
    # When they last met within the past year.
    last: datetime | None

    def is_late(self, usual: str) -> bool:
        """Whether they should, where pairs without a rhythm of their own have the `usual` one."""
        return scheduling.is_overdue(self.pair, rhythm.meant(self.pair, usual), self.last)


def figures(zone: str, usual: str, retention_months: int = 0, reader: str = "") -> Figures:
    """The last twelve months that are over, without the pairs of the person `reader`.

    `usual` is the rhythm of those who have none of their own.
    """
    months = whole_months(zone, retention_months)
    by_month = _standings(months, usual, reader)
    parted = [apart(departments) for departments in by_month]
    names = sorted({name for shown, _ in parted for name in shown}, key=str.casefold)
    groups = [Group(name, [_share(shown[name]) if name in shown else HIDDEN for shown, _ in parted]) for name in names]
    if any(rest for _, rest in parted):
        groups.append(Group(None, [_share(rest) for _, rest in parted]))
    everybody = Group(None, [_share(together(departments, departments)) for departments in by_month])
    return Figures(months, everybody, groups if len(groups) > 1 else [])


def whole_months(zone: str, retention_months: int = 0) -> list[Month]:
    """The last twelve months that are over, the earliest first; without those whose meetings may be deleted by now."""
    found = [Month(*ends) for ends in pairwise(clock.months(MONTHS + 1, clock.now(), zone))]
    oldest = retention.limit(retention_months) + rhythm.BEFORE if retention_months else None
    return [month for month in found if oldest is None or month.begins >= oldest]


def are_many(standings: list[Standing]) -> bool:
    """Whether a figure of these tells of nobody in particular."""
    individuals, managers = {one.report for one in standings}, {one.manager for one in standings}
    return len(individuals) >= FEWEST_INDIVIDUALS and len(managers) >= FEWEST_MANAGERS


def apart(departments: dict[str, list[Standing]]) -> tuple[dict[str, list[Standing]], list[Standing]]:
    """The departments of a month that may be shown, and all others as one group.

    That one is large enough as well, or nothing is shown apart: else everybody less what is shown would be those few.
    """
    by_size = sorted(departments, key=lambda name: (len(departments[name]), name))
    shown = [name for name in by_size if are_many(departments[name])]
    rest = [name for name in by_size if name not in shown]
    while shown and rest and not are_many(together(departments, rest)):
        rest.append(shown.pop(0))
    return {name: departments[name] for name in shown}, together(departments, rest)


def together(departments: dict[str, list[Standing]], names: Iterable[str]) -> list[Standing]:
    """All pairs of these departments."""
    return [one for name in names for one in departments[name]]


def _share(standings: list[Standing]) -> Share:
    if standings and not are_many(standings):
        return HIDDEN
    return Share(len(standings), sum(one.is_kept for one in standings))


def _standings(months: list[Month], usual: str, reader: str) -> list[dict[str, list[Standing]]]:
    """For each of these months, how all pairs stood at its end, by the individual's department.

    But for the reader's own: who knows those could take them away from a group, and see the few that are left.
    """
    found: list[dict[str, list[Standing]]] = [{} for _ in months]
    for pair, met in _pairs_and_meetings(months[0].begins - rhythm.BEFORE) if months else ():
        if reader in (pair.manager_id, pair.report_id):
            continue
        # Of the same two, as they may stand in all these months.
        both = [Standing(pair.manager_id, pair.report_id, is_kept) for is_kept in (False, True)]
        for number, is_kept in _stood(pair, met, months, rhythm.meant(pair, usual)):
            found[number].setdefault(pair.report.department, []).append(both[is_kept])
    return found


def _stood(pair: Any, met: list[datetime], months: list[Month], meant: str) -> Iterator[tuple[int, bool]]:
    """The months, by number, in the whole of which the two met one to one, and whether they kept their rhythm."""
    if meant == rhythm.NONE:
        return
    since = sorted([max(pair.accepted_at, months[0].begins - rhythm.BEFORE), *met])
    slips = rhythm.slips(since, meant, pair.time_zone, months[-1].ends)
    for number, month in enumerate(months):
        if pair.accepted_at <= month.begins and (pair.ended_at is None or pair.ended_at >= month.ends):
            yield number, not any(slip.begins < month.ends <= slip.ends for slip in slips)


def _pairs_and_meetings(since: datetime) -> Iterator[tuple[Any, list[datetime]]]:
    """Every pair, with when the two met since then. Others get a turn in between."""
    moment, last = Pair.accepted_at.db_value(since), ""
    while found := PAIRS(after=last, since=moment):
        last = found[-1].id
        met: dict[str, list[datetime]] = {}
        for meeting in MEETINGS(first=found[0].id, last=last, since=moment):
            met.setdefault(meeting.pair_id, []).append(meeting.starts_at)
        # Whoever stands in for a manager does not count.
        yield from ((pair, met.get(pair.id, [])) for pair in found if not pair.covers_id)
        gevent.sleep(0)


def overdue(usual: str) -> list[Overdue]:
    """Those who should have met again by now, by name; whom it concerns longest first, and at most 200."""
    asked_for = _pairs_and_meetings(clock.now() - rhythm.YEAR)
    found = [Overdue(pair, max(met, default=None)) for pair, met in asked_for]
    late = [one for one in found if one.pair.is_running and one.is_late(usual)]
    return sorted(late, key=lambda one: (one.last or one.pair.accepted_at, one.pair.report.name))[:MOST_NAMED]


# What is told of a pair and its people here: no words.
FACTS = (
    *(Pair.id, Pair.manager, Pair.report, Pair.accepted_at, Pair.ended_at, Pair.covers, Pair.rhythm),
    *(Pair.time_zone, Manager.id, Manager.name, Report.id, Report.name, Report.department),
)
# In the order of their ids alone, so that no batch reads all of them: with a condition that has an index it would.
PAIRS = Prepared(
    lambda after, since: (
        with_people(Pair.select(*FACTS))
        .where(
            Pair.id > after,
            Pair.accepted_at.is_null(False),
            Pair.ended_at.is_null() | (Pair.ended_at > since),
            Pair.erased_at.is_null(),
        )
        .order_by(Pair.id)
        .limit(AT_A_TIME)
    )
)
MEETINGS = Prepared(
    lambda first, last, since: (
        Meeting.select(Meeting.pair, Meeting.starts_at)
        .where(Meeting.pair >= first, Meeting.pair <= last, Meeting.closed_at > since, ~Meeting.is_between)
        .order_by(Meeting.starts_at)
    )
)
