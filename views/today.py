"""Today: where everybody begins."""

from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from flask import Blueprint

import actions
import ahead
import clock
import development
import evidence
import feedback
import growth
import handovers
import notices
import records
import rhythm
import scheduling
from actions import Action
from ahead import Awaiting
from languages import Phrase
from meetings import Meeting
from models import Pair
from rhythm import PastYear

from .pages import Page
from .streams import live_page

pages = Blueprint("today", __name__)

NOTHING = Awaiting()


class Conversation(NamedTuple):
    """A running pair of somebody's: when the two meet next, what awaits them, and how it went so far."""

    pair: Pair
    meeting: Meeting | None
    awaiting: Awaiting
    year: PastYear
    actions: list[Action]
    late: list[Action]

    @property
    def key(self) -> tuple[bool, Any]:
        """By what they stand in order: the next meeting first."""
        return self.meeting is None, self.meeting and self.meeting.starts_at


class TodayPage(Page):
    """Today: a person's conversations and what waits in each, their actions, their team, and where they are going."""

    template = "today/today.html"
    title = Phrase("Today")
    live_path = "/live"
    # How often the organisation wants two people to meet, as a rhythm.
    meet_at_least: ClassVar[str]
    shows: ClassVar = {
        **dict.fromkeys(("today", "feedback", "confirmations", "uploads"), "today"),
        **dict.fromkeys(("meetings", "pair"), "today conversations mine team growing"),
        **dict.fromkeys(("actions", "action"), "conversations mine team"),
        **dict.fromkeys(("objectives", "objective"), "conversations growing"),
        **dict.fromkeys(("plan", "goal", "activity"), "growing"),
        # It changes with nearly every item, though not with each word of a note.
        "wrapup": "conversations team",
        "remarks": "conversations",
    }
    partials: ClassVar = {
        **Page.partials,
        "today": "today/_today.html",
        "conversations": "today/_conversations.html",
        "mine": "today/_mine.html",
        "team": "today/_team.html",
        "growing": "today/_growing.html",
    }
    whole = ("today", "conversations", "mine", "team", "growing")

    @cached_property
    def pairs(self) -> list[Pair]:
        return self.me.pairs()

    @cached_property
    def open_actions(self) -> list[Action]:
        return [action for action in actions.open_ones_of(self.me) if not action.is_put_off(self.me.today)]

    @cached_property
    def running(self) -> list[Conversation]:
        """Their conversations, the next one first."""
        found, upcoming = [pair for pair in self.pairs if pair.is_running], scheduling.next_meetings_of(self.me)
        awaiting = ahead.awaiting(self.me, upcoming, self.open_actions)
        years = rhythm.past_years(self.me, found, self.meet_at_least)
        conversations = (
            self._conversation(pair, upcoming.get(pair.id), awaiting.get(pair.id, NOTHING), years[pair.id])
            for pair in found
        )
        return sorted(conversations, key=lambda found: found.key)

    def _conversation(self, pair: Pair, meeting: Meeting | None, awaiting: Awaiting, year: PastYear) -> Conversation:
        open_ones = [action for action in self.open_actions if action.pair.id == pair.id and action.is_open]
        return Conversation(pair, meeting, awaiting, year, open_ones, ahead.late(open_ones, self.me))

    @cached_property
    def last_met(self) -> dict[str, Any]:
        """When each pair last met, however long ago: pair id → start."""
        return scheduling.last_met(self.me)

    @cached_property
    def invitations(self) -> list[Pair]:
        """What they were asked, or asked somebody, and is not answered yet."""
        return [pair for pair in self.pairs if not pair.accepted_at and not pair.over_at]

    def _today(self) -> dict[str, Any]:
        return {
            "notices": notices.unread_of(self.me),
            "feedback": feedback.waiting_for(self.me),
            "to_keep": evidence.waiting_for(self.me),
            "to_finish": records.reviews_to_finish(self.me),
            "invitations": self.invitations,
        }

    def _conversations(self) -> dict[str, Any]:
        ended = [pair for pair in self.pairs if pair.accepted_at and pair.over_at]
        overdue = [pair for pair, *_ in self.running if self._is_overdue(pair)]
        return {
            "conversations": self.running,
            "slipped": {pair.id: self.last_met.get(pair.id) for pair in overdue},
            "passed": {found.pair.id for found in self.running if found.meeting and self._has_passed(found.meeting)},
            "ended": ended,
            "invitations": self.invitations,
            "successors": {pair.id: handovers.successor(pair, self.pairs) for pair in ended},
        }

    def _has_passed(self, meeting: Meeting) -> bool:
        """Whether its day is over, and nobody has closed or moved it."""
        return clock.local(meeting.starts_at, self.me.time_zone).date() < self.me.today

    def _is_overdue(self, pair: Pair) -> bool:
        """Whether the two have not met for longer than the organisation wants."""
        return scheduling.is_overdue(pair, self.meet_at_least, self.last_met.get(pair.id))

    def _mine(self) -> dict[str, Any]:
        return {"mine": [one for one in self.open_actions if one.is_open and one.owner_id == self.me.id]}

    def _team(self) -> dict[str, Any]:
        team = [found for found in self.running if found.pair.side_of(self.me) == "manager"]
        return {"team": sorted(team, key=lambda found: found.pair.report.name), "last_met": self.last_met}

    def _growing(self) -> dict[str, Any]:
        led = [found for found in self.running if found.pair.side_of(self.me) == "individual"]
        own = [found for found in led if not found.pair.covers_id]
        return {
            "own": own,
            "objectives": growth.own_of(self.me) if own else [],
            "goals": development.own_of(self.me) if own else [],
        }


@pages.record
def _set_up(state):
    TodayPage.meet_at_least = state.app.config["DUOLOGUE"].meet_at_least


live_page(pages, TodayPage, "/")
