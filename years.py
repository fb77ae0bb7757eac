"""A year of a pair: what the two did between two days, both included."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import clock
import evidence
import growth
from actions import Action
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from growth import Objective
from meetings import Meeting
from models import Pair

# Days with which every calendar and every time zone can still reckon.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
LONGEST = timedelta(days=3 * 366)


def is_year(starts_on: date, ends_on: date) -> bool:
    """Whether the two days make a time that one can look back on."""
    return FIRST_DAY <= starts_on <= ends_on <= LAST_DAY and ends_on - starts_on <= LONGEST


@dataclass
class Year:
    """What a pair did between two days, both included."""

    pair: Pair
    starts_on: date
    ends_on: date

    @cached_property
    def moments(self) -> tuple[datetime, datetime]:
        """Its beginning and its end, on the pair's clock."""
        zone = self.pair.time_zone
        first, after = (datetime.combine(day, datetime.min.time()) for day in (self.starts_on, self.ends_on))
        return clock.from_local(first, zone), clock.from_local(after + timedelta(days=1), zone)

    def fraction(self, moment: datetime) -> float:
        """How much of it had gone by at this moment, from 0 to 1: for drawing."""
        start, end = self.moments
        return min(max((moment - start) / (end - start), 0.0), 1.0)

    def months(self) -> list[float]:
        """Where in it each month begins, as fractions."""
        days = (self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1))
        length = max((self.ends_on - self.starts_on).days, 1)
        return [(day - self.starts_on).days / length for day in days if day.day == 1]

    def _within(self, moment: Any) -> Any:
        start, end = self.moments
        return (moment >= start) & (moment < end)

    def _still(self, *ends: Any) -> Any:
        """The condition that it had not come to any of these ends before the year began."""
        start, _ = self.moments
        found = ends[0].is_null() | (ends[0] >= start)
        for end in ends[1:]:
            found &= end.is_null() | (end >= start)
        return found

    def meetings(self) -> list[Meeting]:
        """Those that were held, the earliest first."""
        held = Meeting.closed_at.is_null(False) & self._within(Meeting.starts_at)
        return list(Meeting.select().where(Meeting.pair == self.pair, held).order_by(Meeting.starts_at))

    def objectives(self) -> list[Objective]:
        """Those that both had agreed, and that were not over before."""
        start, end = self.moments
        return [
            one
            for one in growth.objectives_of(self.pair)
            if one.agreed_at
            and one.set_at < end
            and all(at is None or at >= start for at in (one.achieved_at, one.dropped_at))
        ]

    def goals(self) -> list[DevelopmentGoal]:
        """The goals of the development plan, the earliest first."""
        still = self._still(DevelopmentGoal.met_at, DevelopmentGoal.dropped_at)
        return list(
            DevelopmentGoal.select()
            .where(DevelopmentGoal.pair == self.pair, DevelopmentGoal.set_at < self.moments[1], still)
            .order_by(DevelopmentGoal.set_at)
        )

    def activities(self) -> list[Activity]:
        """What was done, or is to be done, to learn."""
        still = Activity.removed_at.is_null() & self._still(Activity.done_at)
        return list(Activity.select().where(Activity.pair == self.pair, still).order_by(Activity.added_at))

    def feedback(self) -> list[Feedback]:
        """What each told the other, the earliest first."""
        given = Feedback.withdrawn_at.is_null() & self._within(Feedback.given_at)
        return list(Feedback.select().where(Feedback.pair == self.pair, given).order_by(Feedback.given_at))

    def feedback_for_record(self) -> list[Feedback]:
        """The same, as far as both want it in a record."""
        return [told for told in self.feedback() if told.is_for_record]

    def evidence(self) -> list[Evidence]:
        """What was gathered, the earliest first, without what somebody has not agreed to yet."""
        found = evidence.of(self.pair, self.starts_on, self.ends_on)
        return [one for one in reversed(found) if one.consented_at]

    def actions(self) -> list[Action]:
        """Those that both had agreed, done or dropped in the year or still open, by when they were agreed."""
        still = self._still(Action.done_at, Action.dropped_at)
        agreed = Action.agreed_at < self.moments[1]
        return list(Action.select().where(Action.pair == self.pair, agreed, still).order_by(Action.agreed_at))
