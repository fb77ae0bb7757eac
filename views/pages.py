"""Pages that stay right by themselves: whom each is for, and the regions that it is made of.

A page starts from a person and is found or not; there is no other way to anything it shows. `render` gives one
region; the page includes it, the actor is answered with it, the stream sends it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Self, cast

from flask import Flask, has_request_context
from markupsafe import Markup

import actions
import auth
import clock
import covers
import development
import feedback
import growth
import handovers
import languages
import library
import live
import meetings
import reviews
import scheduling
import signposts
import wrapup
from agenda_templates import Prompt, Section, for_side, not_for_side
from door import form_token
from languages import Phrase
from meetings import Item, Meeting
from models import Pair, Person
from notebooks import PrivateNote
from records import Record
from templating import Templates

from . import menus


def register(app: Flask) -> None:
    """Render with this app's templates."""
    Page.templates = cast(Templates, app.jinja_env)
    Page.templates.globals.update(session_token=form_token, page_id=lambda: secrets.token_hex(8))
    Page.templates.globals["former_days"] = app.config["DUOLOGUE"].former_manager_days
    Page.figures_names = app.config["DUOLOGUE"].figures_names
    Page.templates.globals.update(OUTLOOKS=growth.OUTLOOKS, MODES=development.MODES)
    Page.templates.modules["buttons"] = "_buttons.html"


# The regions of which a page may have several: their names go on, after a dash, with what tells them apart.
KEYED = {"item", "action", "section", "prompts", "objective", "goal", "activity"}


# So many marks of what is out of date are kept: one for each meeting and region.
REMEMBERED_MARKS = 500
# For so long before it begins and after its planned end a meeting may be under way.
EARLY_MINUTES, LATE_MINUTES = 5, 60


class Rejected:
    """A form that could not be taken: where it stands on the page, what was typed, and what is wrong with it."""

    def __init__(self, at: str, typed: dict[str, Any], errors: dict[str, str]) -> None:
        self.at, self.typed, self.errors = at, typed, errors


class Page:
    """What all live pages share. A subclass says how it is found and what its regions are."""

    templates: ClassVar[Templates]
    # Whether the organisation has the people leads see by name who should have met again.
    figures_names: ClassVar[bool]
    template: ClassVar[str]
    # In English; the page shows it translated.
    title: Phrase
    # What is announced → the regions of this page that show it (all without what follows the first dash).
    shows: ClassVar[dict[str, str]]
    # Region → the template that renders it.
    partials: ClassVar[dict[str, str]] = {"saved": "_saved.html"}
    # The regions that make up all that can change, for a page that was away too long to know what it missed.
    whole: ClassVar[tuple[str, ...]]

    # Whether having this page open means being at the meeting.
    is_meeting: ClassVar[bool] = False

    rejected: Rejected | None = None
    # Where on an agenda it belongs, if it is about one item.
    section: str | None = None
    pair: Pair | None = None
    meeting: Meeting | None = None
    record: Record | None = None

    def __init__(self, me: Person) -> None:
        self.me = me
        self.token = form_token() if has_request_context() else ""

    def again(self) -> Self | None:
        """The same page for the same person, both looked up afresh; None when there is no right to it any more."""
        found = self.found_by(self.me)
        me = found and found.look_again_at(self.me)
        if not found or not me:
            return None
        found.me, found.token = me, self.token
        return found

    @classmethod
    def of(cls, me: Person, *which: Any, **more: Any) -> Self | None:
        """This page for `me`, found by what stands in its address, if it is theirs."""
        return cls(me)

    def found_by(self, me: Person) -> Self | None:
        """This very page for `me`, if it is (still) theirs."""
        return type(self).of(me)

    def look_again_at(self, me: Person) -> Person | None:
        """The person as they are now, unless disabled. A pair brings its two along, so that no query is needed."""
        fresh = self.pair.person(me.id) if self.pair else auth.person_by_id(me.id)
        return fresh if fresh and not fresh.disabled_at else None

    def resting(self) -> Self:
        """The page with nothing but what again() needs: there may be thousands, each open for hours."""
        small = object.__new__(type(self))
        small.me, small.token = Person(id=self.me.id, __no_default__=True), self.token
        if self.pair:
            facts = {name: self.pair.__data__[name] for name in ("id", "accepted_at", "version")}
            small.pair = Pair(**facts, __no_default__=True)
        if self.meeting:
            small.meeting = Meeting(id=self.meeting.id, __no_default__=True)
        return small

    @property
    def version(self) -> int:
        return self.pair.version if self.pair else 0

    # Where its event stream is; None for a page that does not change by itself.
    live_path: str | None = None

    @cached_property
    def signposts(self) -> dict[str, list[signposts.Signpost]]:
        """Where to find help, by topic: asked for once, however many sections of the page point there."""
        return signposts.by_topic()

    def find(self, kind: str, key: str) -> dict[str, Any] | None:
        """What the partial of region `kind`-`key` needs; None when this person has no such thing to see."""
        found: Callable = getattr(self, f"_{kind}")
        if bool(key) != (kind in KEYED):
            return None
        return found(key) if key else found()

    def render(self, name: str) -> Markup | None:
        """The region's HTML, or None if there is no such region for this person."""
        kind, _, key = name.partition("-")
        if kind not in self.partials:
            return None
        found = self.find(kind, key)
        if found is None:
            return None
        # A stream renders outside any request, each time for another person perhaps.
        with languages.speaking(self.me.language):
            html = self.templates.get_template(self.partials[kind]).render(page=self, me=self.me, **found)
        return Markup(html)  # noqa: S704 - the template has escaped what people wrote

    def partial(self, name: str) -> str:
        """The region wrapped so that htmx puts it in its place, or takes it away when it is gone.

        Raises ValueError for what is no region's name.
        """
        html = self.render(_checked(name))
        if html is None:
            return f'<hx-partial hx-target="#{name}" hx-swap="leave"></hx-partial>'
        return f'<hx-partial hx-target="{self.target(name)}" hx-swap="{self.swap(name)}">{html}</hx-partial>'

    def outright(self, name: str) -> str:
        """The region in the place of whatever form stands there: an open form is never morphed."""
        return f'<hx-partial hx-target="#{_checked(name)}" hx-swap="outerHTML">{self.render(name) or ""}</hx-partial>'

    def target(self, name: str) -> str:
        return f"#{name}"

    def swap(self, name: str) -> str:
        return "outerHTML" if name == "saved" else "outerMorph"

    def wanted(self, names: set[str]) -> set[str]:
        """Which of its regions this page must send when `names` are announced."""
        if live.ALL in names:
            return set(self.whole)
        found = set()
        for name in names:
            kind, _, key = name.partition("-")
            for region in [name] if name in self.whole else self.shows.get(kind, "").split():
                found.add(f"{region}-{key}" if key and region == kind else region)
        return found

    def typed(self, at: str, field: str, default: Any = "") -> Any:
        """What stands in a field: what was typed and could not be taken, else the default."""
        if self.rejected and self.rejected.at == at:
            return self.rejected.typed.get(field) or ""
        return default

    def error(self, at: str, field: str) -> str:
        """What is wrong with a field, if anything."""
        errors = self.rejected.errors if self.rejected and self.rejected.at == at else {}
        return languages.translated(errors.get(field, ""))

    def kept(self, text: str) -> str:
        """The text as a textarea must hold it: browsers drop a line end that comes first."""
        return f"\n{text}" if text.startswith("\n") else text

    def folded(self, *forms: str) -> bool:
        """Whether a sheet with these forms may stay folded away: not when one was sent and could not be taken."""
        return not (self.rejected and self.rejected.at in forms)

    def _saved(self) -> dict[str, Any]:
        return {"saved_at": clock.now()}

    def _action(self, id: str) -> dict[str, Any] | None:
        action = actions.find(self.me, id)
        return {"action": action} if action and not action.withdrawn_at else None


@lru_cache(maxsize=REMEMBERED_MARKS)
def _due(name: str, path: str, templates: Templates) -> str:
    """What marks a region of the meeting at this path as out of date: the same for whoever sees it."""
    marker = templates.get_template("meetings/_due.html").render(name=name, path=path)
    return f'<hx-partial hx-target="#{name}-due" hx-swap="outerHTML">{marker}</hx-partial>'


def _checked(name: str) -> str:
    """The name of a region, which stands in the page as it is, and as a selector."""
    if not live.REGION.fullmatch(name):
        raise ValueError("No region is called that.")
    return name


class MeetingPage(Page):
    """The meeting's page: presence, what is open from last time, the agenda, the wrap-up."""

    template = "meetings/meeting.html"
    is_meeting = True
    shows: ClassVar = {
        "presence": "presence",
        "head": "head",
        "actions": "actions",
        "action": "action",
        "growth": "growth",
        "feedback": "feedback",
        "agenda": "agenda",
        "item": "item",
        "prompts": "prompts",
        "wrapup": "wrapup",
        "close": "close",
        "notebook": "notebook",
        "gathering": "gathering",
    }
    partials: ClassVar = {
        **Page.partials,
        "presence": "meetings/_presence.html",
        "head": "meetings/_head.html",
        "actions": "meetings/_actions.html",
        "action": "actions/_action.html",
        "growth": "meetings/_growth.html",
        "feedback": "meetings/_feedback.html",
        "gathering": "meetings/_gathering.html",
        "agenda": "meetings/_agenda.html",
        "section": "meetings/_section.html",
        "item": "items/_item.html",
        "prompts": "meetings/_prompts.html",
        "wrapup": "meetings/_wrapup.html",
        "close": "meetings/_close.html",
        "notebook": "pairs/_notebook.html",
    }
    # Nearly every edit changes it, and it stands below all that is edited: pages ask for it when it is seen, and once
    # nothing has changed for a moment.
    on_sight: ClassVar = {"wrapup"}
    whole = (
        *("presence", "head", "actions", "growth", "feedback", "gathering", "agenda", "wrapup", "close", "notebook"),
    )

    def __init__(self, me: Person, meeting: Meeting) -> None:
        super().__init__(me)
        self.meeting, self.pair = meeting, meeting.pair
        self.other = self.pair.other(me)
        self.side = self.pair.side_of(me)

    @classmethod
    def of(cls, me: Person, id: str) -> "MeetingPage | None":
        """The page of meeting `id`, if it is one of theirs."""
        meeting = meetings.find(me, id)
        return cls(me, meeting) if meeting else None

    def found_by(self, me: Person) -> "MeetingPage | None":
        return type(self).of(me, self.meeting.id)

    @cached_property
    def next_start(self) -> datetime | None:
        """When the two meet after this."""
        return scheduling.start_after(self.meeting)

    @cached_property
    def next_proposed(self) -> datetime | None:
        """The same, or what the two have on the table in the wrap-up."""
        return self.meeting.next_starts_at or self.next_start

    @property
    def next_kind(self) -> str:
        """What kind of conversation the next one is, where the two have a short one in between."""
        if self.pair.between_rhythm == "none":
            return ""
        upcoming = scheduling.next_meeting(self.pair, besides=self.meeting)
        return upcoming.outline.name if upcoming else scheduling.kind_after(self.meeting).outline.name

    @cached_property
    def last_meeting(self) -> Meeting | None:
        """The meeting that was closed last."""
        return scheduling.last_meeting(self.pair)

    @cached_property
    def responsibilities(self) -> tuple[Prompt, ...]:
        """What each side brings: shown before the two meet for the first time."""
        return () if self.last_meeting else library.responsibilities(self.pair.template)

    @property
    def can_change(self) -> bool:
        """Whether anything on the agenda can still change."""
        return self.meeting.is_open and self.pair.is_running

    @property
    def title(self) -> Phrase:
        kind, name = self.meeting.conversations[0].name, self.other.first_name
        return Phrase("%(kind)s with %(name)s", kind=kind, name=name)

    @property
    def live_path(self) -> str:
        return f"{self.meeting.path}/live"

    def partial(self, name: str) -> str:
        return _due(name, self.meeting.path, self.templates) if name in self.on_sight else super().partial(name)

    def menu(self, item: Item) -> Markup:
        """The lesser buttons of an item."""
        return menus.of(item, self.meeting, self.templates)

    def target(self, name: str) -> str:
        return "#agenda" if name.startswith("item-") else super().target(name)

    def swap(self, name: str) -> str:
        return "place" if name.startswith("item-") else super().swap(name)

    def _presence(self) -> dict[str, Any]:
        section = live.writes_in(self.meeting.id, self.other.id)
        return {
            "other_is_here": live.is_here(self.meeting.id, self.other.id),
            "other_writes_in": section and self.meeting.outline.section(section),
        }

    def is_about_plan(self, section: Section) -> bool:
        """Whether the two talk about the development plan in this section."""
        return section.key in development.SECTIONS

    @property
    def minutes_gone(self) -> int | None:
        """How much of the planned time has gone; None but for a little before, the meeting, and an hour after it."""
        gone = (clock.now() - self.meeting.starts_at) // timedelta(minutes=1)
        return max(gone, 0) if -EARLY_MINUTES <= gone <= self.meeting.minutes + LATE_MINUTES else None

    def _head(self) -> dict[str, Any]:
        return {"upcoming": None if self.meeting.is_open else scheduling.next_meeting(self.pair)}

    def _actions(self) -> dict[str, Any]:
        return {"actions": actions.from_last_time(self.meeting, self.last_meeting, self.me.today)}

    def _growth(self) -> dict[str, Any]:
        return {"objectives": growth.open_ones(self.pair), "noted": growth.noted_in(self.meeting)}

    def _feedback(self) -> dict[str, Any]:
        return {"waiting": feedback.waiting_for(self.me, self.pair)}

    def _gathering(self) -> dict[str, Any]:
        is_review = reviews.is_review(self.meeting)
        usual = reviews.usual_year(self.pair, self.me.today) if is_review else ()
        return {"is_review": is_review, "gathering": reviews.of(self.meeting) if is_review else None, "usual": usual}

    @cached_property
    def gathered(self) -> set[str]:
        """The ids of the items that were gathered from the year."""
        return reviews.gathered_items(self.meeting)

    def _agenda(self) -> dict[str, Any]:
        return {"items": self._items()}

    def _section(self, key: str) -> dict[str, Any] | None:
        section = self.meeting.outline.section(key)
        return {"section": section, "items": self._items()} if section else None

    def _prompts(self, key: str) -> dict[str, Any] | None:
        section = self.meeting.outline.section(key)
        if section is None:
            return None
        return {
            "section": section,
            "questions": section.questions_for(self.side),
            "cues": section.cues_for(self.side),
            "theirs": not_for_side(section.prompts, self.side),
            "asked": self.asked,
            "spoken": self.meeting.outline.language,
            "asked_here": sum(prompt.mark in self.asked for prompt in section.prompts),
            "horizon": self.meeting.horizon_words,
        }

    @cached_property
    def asked(self) -> set[str]:
        """The marks of the prompts that are on the agenda."""
        return {item.asked_as for item in self.on_agenda}

    @cached_property
    def on_agenda(self) -> list[Item]:
        """Everything on the agenda that this person may see, in order."""
        return self.meeting.items_for(self.me)

    def prompts_of(self, *items: Item) -> set[str]:
        """The regions of the prompts beside which it says whether these, as far as they are questions, are asked."""
        marks = {item.asked_as for item in items if item.asked_as}
        return {f"prompts-{section.key}" for section in self.meeting.sections if any(map(section.question, marks))}

    @cached_property
    def made_here(self) -> dict[str, list[actions.Action]]:
        """What was proposed and agreed in this meeting: item id → actions."""
        return actions.made_in(self.meeting)

    def _items(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {section.key: [] for section in self.meeting.sections}
        for item in self.on_agenda:
            item.actions = self._awake(self.made_here.get(item.id, []))
            found[item.section].append(item)
        return found

    def _item(self, id: str) -> dict[str, Any] | None:
        item = self.meeting.item_for(self.me, id)
        if item is None:
            return None
        item.actions = self._awake(actions.of_item(item))
        return {"item": item}

    def _awake(self, found: list[actions.Action]) -> list[actions.Action]:
        return [action for action in found if not action.is_put_off(self.me.today)]

    def _wrapup(self) -> dict[str, Any]:
        order = [section.key for section in self.meeting.sections]
        items = self.meeting.shared_items()
        items.sort(key=lambda item: order.index(self.meeting.outline.home_for(item.section)))
        made = [action for found in self.made_here.values() for action in found]
        return {
            "items": items,
            "undiscussed": [item for item in items if not item.discussed_at],
            "coming_back": [item for item in items if item.discussed_at and (item.kept_at or item.standing_at)],
            "unagreed": [action for action in made if action.is_proposed],
            "agreed": [action for action in made if action.is_tracked],
        }

    def _close(self) -> dict[str, Any]:
        closing = self.meeting.outline.closing
        return {
            "mine": for_side(closing, self.side),
            "theirs": not_for_side(closing, self.side),
            "said": wrapup.said(self.meeting),
        }

    def _notebook(self) -> dict[str, Any]:
        return {"note": PrivateNote.of(self.pair, self.me)}


class ItemPage(MeetingPage):
    """One form about an item on a page of its own, for browsers without JavaScript."""

    is_meeting = False

    live_path = None

    def __init__(self, me: Person, item: Item, template: str) -> None:
        super().__init__(me, item.meeting)
        self.item, self.section, self.template = item, item.section, template


class PairPage(Page):
    """The pair's page: the next meeting, what is open between the two, objectives, and all that was."""

    template = "pairs/pair.html"
    # Which of the pages of a pair this is, for the way between them (pairs/_tabs.html).
    tab = "together"
    # Whether there is such a page only once the invitation is accepted.
    needs_accepted = False
    shows: ClassVar = {
        "meetings": "meetings",
        "actions": "actions",
        "action": "action",
        "objectives": "objectives",
        "objective": "objectives",
        "pair": "pair",
        "notebook": "notebook",
    }
    partials: ClassVar = {
        **Page.partials,
        "pair": "pairs/_pair.html",
        "meetings": "pairs/_meetings.html",
        "actions": "pairs/_actions.html",
        "action": "actions/_action.html",
        "objectives": "pairs/_objectives.html",
        "notebook": "pairs/_notebook.html",
    }
    whole = ("pair", "meetings", "actions", "objectives", "notebook")

    def __init__(self, me: Person, pair: Pair) -> None:
        super().__init__(me)
        self.pair = pair
        self.other = pair.other(me)
        self.side = pair.side_of(me)

    @classmethod
    def of(cls, me: Person, id: str) -> "PairPage | None":
        """This page of pair `id`, if it is one of theirs."""
        pair = me.pair(id)
        return cls(me, pair) if pair and (pair.accepted_at or not cls.needs_accepted) else None

    def found_by(self, me: Person) -> "PairPage | None":
        found = type(self).of(me, self.pair.id)
        # An invitation's page is another page than that of the two who meet: it is to be fetched as a whole.
        return found if found and bool(found.pair.accepted_at) == bool(self.pair.accepted_at) else None

    @property
    def title(self) -> Phrase:
        return Phrase("You and %(name)s", name=self.other.name)

    @property
    def live_path(self) -> str:
        return f"{self.pair.path}/live"

    def _pair(self) -> dict[str, Any]:
        is_mine_to_pass_on = self.pair.over_at and self.pair.accepted_at and self.side == "individual"
        return {
            "cover": covers.of(self.pair),
            "passed_on": handovers.has_arrived(self.pair),
            "successor": handovers.successor(self.pair, self.me.pairs()) if is_mine_to_pass_on else None,
        }

    def _meetings(self) -> dict[str, Any]:
        found = list(scheduling.meetings_of(self.pair))
        return {
            "upcoming": scheduling.next_meeting(self.pair),
            "past": [meeting for meeting in found if not meeting.is_open],
        }

    def _actions(self) -> dict[str, Any]:
        over = actions.over_ones(self.pair)
        open_ones = actions.open_ones(self.pair)
        return {"open_actions": open_ones, "over_actions": over, "turned_out": actions.turned_out(over)}

    def _objectives(self) -> dict[str, Any]:
        return {"objectives": growth.objectives_of(self.pair)}

    def _notebook(self) -> dict[str, Any]:
        return {"note": PrivateNote.of(self.pair, self.me)}
