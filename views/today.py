"""Today: where everybody begins."""

from datetime import datetime
from typing import Any, ClassVar

from flask import Blueprint

import actions
import evidence
import feedback
import handovers
import notices
import records
import scheduling
from languages import Phrase
from models import Pair

from .pages import Page
from .streams import live_page

pages = Blueprint("today", __name__)


class TodayPage(Page):
    """Today: a person's conversations and what waits in each."""

    template = "today/today.html"
    title = Phrase("Today")
    live_path = "/live"
    # How often the organisation wants two people to meet, as a rhythm.
    meet_at_least: ClassVar[str]
    shows: ClassVar = {
        **{"meetings": "today", "pair": "today", "actions": "today", "action": "today", "today": "today"},
        "feedback": "today",
    }
    partials: ClassVar = {**Page.partials, "today": "today/_today.html"}
    whole = ("today",)

    def _today(self) -> dict[str, Any]:
        pairs, upcoming, today = self.me.pairs(), self.me.next_meetings(), self.me.today
        running = [(pair, upcoming.get(pair.id)) for pair in pairs if pair.is_running]
        ended = [pair for pair in pairs if pair.accepted_at and pair.over_at]
        mine = [action for action in actions.open_ones_of(self.me) if action.is_open and action.owner_id == self.me.id]
        return {
            "notices": notices.unread_of(self.me),
            "feedback": feedback.waiting_for(self.me),
            "to_keep": evidence.waiting_for(self.me),
            "to_finish": records.reviews_to_finish(self.me),
            "slipped": self._slipped([pair for pair, _ in running]),
            "invitations": [pair for pair in pairs if not pair.accepted_at and not pair.over_at],
            "conversations": sorted(running, key=lambda found: (found[1] is None, found[1] and found[1].starts_at)),
            "ended": ended,
            "successors": {pair.id: handovers.successor(pair, pairs) for pair in ended},
            "mine": [action for action in mine if not action.is_put_off(today)],
        }

    def _slipped(self, pairs: list[Pair]) -> dict[str, datetime | None]:
        """The pairs that have not met for longer than the organisation wants: pair id → when they met last, if ever."""
        last = scheduling.last_met(self.me)
        return {
            pair.id: last.get(pair.id)
            for pair in pairs
            if scheduling.is_overdue(pair, self.meet_at_least, last.get(pair.id))
        }


@pages.record
def _set_up(state):
    TodayPage.meet_at_least = state.app.config["DUOLOGUE"].meet_at_least


live_page(pages, TodayPage, "/")
