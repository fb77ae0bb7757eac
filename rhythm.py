"""Whether two people meet as often as they mean to: when it slipped, and the past year of a pair at a glance."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import clock
import scheduling
from meetings import Meeting
from models import Pair, Person, mine, stands
from prepared import Prepared

DAY, YEAR = timedelta(days=1), timedelta(days=365)
# The longest rhythm and its grace: a meeting so long before a year still says whether that began well.
BEFORE = timedelta(days=120)
NONE = "none"


class Slip(NamedTuple):
    """From when two people should have met, with a week's grace, until they did (or until now)."""

    begins: datetime
    ends: datetime


def meant(pair: Any, usual: str) -> str:
    """The rhythm that counts for a pair: its own, or else how often the organisation wants people to meet."""
    return usual if pair.rhythm == NONE else pair.rhythm


def slips(met: Iterable[datetime], rhythm: str, zone: str, until: datetime) -> list[Slip]:
    """When the two went without meeting for too long, `until` some moment.

    `met` is since when they meet one to one, then when they met, the earliest first.
    """
    found = []
    # Reckoning on a calendar takes its time, and most meet in time.
    surely_kept = clock.soonest(rhythm) + scheduling.GRACE - DAY
    for last, following in pairwise([*(moment for moment in met if moment < until), until]):
        if following - last <= surely_kept:
            continue
        due = clock.due_after(last, rhythm, zone)
        if due and due + scheduling.GRACE < following:
            found.append(Slip(due + scheduling.GRACE, following))
    return found


class PastYear:
    """The last twelve months of a pair: when the two met, and when it slipped. Made to be drawn."""

    def __init__(self, pair: Pair, meetings: list[Meeting], usual: str) -> None:
        self.pair, self._meetings, self._rhythm = pair, meetings, meant(pair, usual)
        self.ends_at = clock.now()
        self.begins_at = self.ends_at - YEAR

    @property
    def meetings(self) -> list[Meeting]:
        """Those of the year, the earliest first, short ones in between included."""
        return [meeting for meeting in self._meetings if meeting.starts_at >= self.begins_at]

    @property
    def moments(self) -> dict[bool, list[datetime]]:
        """When they met, by whether it was a short one in between."""
        found: dict[bool, list[datetime]] = {}
        for meeting in self.meetings:
            found.setdefault(meeting.is_between, []).append(meeting.starts_at)
        return found

    @cached_property
    def slips(self) -> list[Slip]:
        """When it slipped within the year, on the rhythm that the two have now."""
        met = [meeting.starts_at for meeting in self._meetings if not meeting.is_between]
        begun = max(self.pair.accepted_at or self.ends_at, self.begins_at - BEFORE)
        found = slips(sorted([begun, *met]), self._rhythm, self.pair.time_zone, self.ends_at)
        return [slip for slip in found if slip.ends > self.begins_at]

    @property
    def is_whole(self) -> bool:
        """Whether the two met one to one for all of it."""
        return bool(self.pair.accepted_at) and self.pair.accepted_at <= self.begins_at

    @property
    def has_rhythm(self) -> bool:
        """Whether there is one that can slip."""
        return self._rhythm != NONE

    @property
    def is_slipping(self) -> bool:
        """Whether the two should have met again by now."""
        return bool(self.slips) and self.slips[-1].ends == self.ends_at

    def at(self, moment: datetime, width: int) -> int:
        """Where a moment stands in a picture of this width."""
        return round(width * min(max((moment - self.begins_at) / YEAR, 0.0), 1.0))

    def months(self, width: int) -> list[int]:
        """Where each month begins in a picture of this width."""
        return [self.at(first, width) for first in clock.months(12, self.ends_at, self.pair.time_zone)]


def past_years(person: Person, pairs: list[Pair], usual: str) -> dict[str, PastYear]:
    """The last year of each of these pairs of theirs: pair id → year."""
    since = Meeting.closed_at.db_value(clock.now() - YEAR - BEFORE)
    met: dict[str, list[Meeting]] = {}
    for meeting in MET_OF(person=person.id, since=since):
        met.setdefault(meeting.pair_id, []).append(meeting)
    return {pair.id: PastYear(pair, met.get(pair.id, []), usual) for pair in pairs}


MET_OF = Prepared(
    lambda person, since, now: (
        Meeting.select(Meeting.pair, Meeting.starts_at, Meeting.is_between)
        .join(Pair)
        .where(mine(person, now), stands(now), Meeting.closed_at > since)
        .order_by(Meeting.starts_at)
    )
)
