"""What happened to an item, action or objective, step by step: who did what when, which words became which."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

import history
import scheduling
from actions import ActionUpdate
from development import MODES, PARTS, Activity, DevelopmentGoal
from growth import OUTLOOKS
from history import Wording
from languages import Phrase, translated
from meetings import Carry, Item
from merging import Merged, Stretch, differences
from models import Person, Refused

# Who shares what they add writes it down at the same moment, but for the computer's own time.
AT_ONCE = timedelta(seconds=1)
# Of a long stretch that stayed the same, so many letters are shown at either end.
SHOWN_OF_SAME = 160
CHANGED = {
    "text": Phrase("Words changed"),
    "notes": Phrase("Notes changed"),
    "measures": Phrase("Measures changed"),
    "competencies": Phrase("Competencies changed"),
    "likelier": Phrase("What makes it likelier changed"),
    "support": Phrase("Support needed changed"),
    "barriers": Phrase("What could get in the way changed"),
    "help": Phrase("What would help changed"),
    "reflection": Phrase("What was learned changed"),
    "mode": Phrase("Kind of learning changed"),
    "owner": Phrase("Given to somebody else"),
    "due_on": Phrase("Day changed"),
    "likelihood": Phrase("Likelihood changed"),
    "section": Phrase("Moved to another section"),
    "deleted": Phrase("Deleted"),
    "restored": Phrase("Brought back"),
}
# The parts that are words of theirs. All others are told from what to what they went.
WORDS = ("text", "notes", "measures", "competencies", "likelier", *PARTS, "reflection")
PROPOSED = Phrase("Proposed")
ENDS = {
    "withdrawn": Phrase("Withdrawn"),
    "done": Phrase("Done"),
    "achieved": Phrase("Achieved"),
    "dropped": Phrase("Dropped"),
}
# What becomes of a goal or an activity of the plan.
STEPS = {
    "met": Phrase("Met"),
    "dropped": Phrase("Dropped"),
    "done": Phrase("Done"),
    "removed": Phrase("Taken out of the plan"),
}
BEFORE, AFTER = "before", "after"
MEANWHILE = Phrase("These words were changed a moment ago. Please look at the history again.")


class Version(NamedTuple):
    """Words as they were, and how they differ from those before. `wording` and `side` say where they are kept."""

    words: str
    stretches: list[Stretch]
    part: str = ""
    wording: str = ""
    side: str = AFTER
    is_now: bool = False


class Event(NamedTuple):
    """One step: when, by whom (if that is known), what it was; the words it left, or from what to what it went."""

    at: datetime
    by: Person | None
    said: Phrase
    version: Version | None = None
    between: tuple[Any, Any] | None = None


class Story:
    """What happened to something, as one of the two sees it: first of all what became of its words."""

    def __init__(self, thing: Any, me: Person) -> None:
        self.thing, self.me, self.pair = thing, me, thing.pair
        self.wordings = history.wordings_of(thing)

    @property
    def is_shared(self) -> bool:
        """Whether the other one sees it too."""
        return True

    @property
    def events(self) -> list[Event]:
        """All of it, the latest first."""
        return sorted((*self.facts(), *self._changes()), key=attrgetter("at"))[::-1]

    def facts(self) -> Iterator[Event]:
        """What happened besides."""
        yield from ()

    def can_restore(self, part: str) -> bool:
        """Whether this part may say something else."""
        return self.pair.is_running

    def restore(self, by: Person, wording: str, side: str, seen: str) -> bool:
        """Have the part say again what it said on one side of that wording; False if there is no such thing.

        `seen` is the mark of what it said when they chose that. Raises Refused if it says something else by now.
        """
        found = next((one for one in self.wordings if one.id == wording and one.part in WORDS), None)
        words = found and {BEFORE: found.before, AFTER: found.after}.get(side)
        if not (found and words):
            return False
        now = getattr(self.thing, found.part)
        if words != now and (history.mark(now) != seen or self._restate(by, found.part, words, now).clash):
            raise Refused(MEANWHILE)
        return True

    def _restate(self, by: Person, part: str, words: str, base: str) -> Merged:
        raise NotImplementedError

    def first(self, part: str) -> Version:
        """What a part said to begin with."""
        wording = next((one for one in self.wordings if one.part == part), None)
        if wording:
            return self._version(wording, BEFORE)
        words = getattr(self.thing, part)
        return Version(words, [Stretch(words, "same")], is_now=True)

    def seen(self, part: str) -> str:
        """The mark of what a part says now."""
        return history.mark(getattr(self.thing, part))

    def _changes(self) -> Iterator[Event]:
        latest: dict[str, str] = {}
        for wording in self.wordings:
            known = latest.get(wording.part, wording.before if wording.part == "text" else "")
            if wording.part in WORDS and wording.before not in ("", known):
                yield Event(wording.began_at, None, Phrase("Before that"), self._version(wording, BEFORE))
            latest[wording.part] = wording.after
            yield self._change(wording)

    def _change(self, wording: Wording) -> Event:
        by, said = self.pair.person(wording.by_id), CHANGED.get(wording.part, Phrase("Changed"))
        if wording.part in WORDS:
            return Event(wording.changed_at, by, said, self._version(wording, AFTER))
        between = tuple(self.worded(wording.part, value) for value in (wording.before, wording.after))
        return Event(wording.changed_at, by, said, between=between if any(between) else None)  # type: ignore[arg-type]

    def worded(self, part: str, value: str) -> Any:
        """What stands for a value of a part that is no text."""
        return value

    def _version(self, wording: Wording, side: str) -> Version:
        words = wording.before if side == BEFORE else wording.after
        is_now = words == getattr(self.thing, wording.part)
        changes = [_short(stretch) for stretch in differences(wording.before, words)]
        stretches = changes if side == AFTER else [Stretch(words, "same")]
        return Version(words, stretches, wording.part, wording.id, side, is_now)


class ItemStory(Story):
    """What happened to an item."""

    def __init__(self, item: Item, me: Person) -> None:
        item.pair = item.meeting.pair
        super().__init__(item, me)

    @property
    def is_shared(self) -> bool:
        return not self.thing.is_draft

    def can_restore(self, part: str) -> bool:
        return super().can_restore(part) and self.thing.meeting.is_open and not self.thing.deleted_at

    def worded(self, part: str, value: str) -> Any:
        section = self.thing.meeting.outline.section(value)
        return section.title if section else value

    def _restate(self, by: Person, part: str, words: str, base: str) -> Merged:
        return self.thing.restate(by, part, words, base)

    def facts(self) -> Iterator[Event]:
        yield from self._beginnings()
        yield from self._ticks(self.thing)
        days = {meeting.id: meeting.starts_at for meeting in scheduling.meetings_of(self.pair)}
        for carry in Carry.select().where(Carry.item == self.thing):
            yield from self._ticks(carry)
            between = days[carry.from_meeting_id], days[carry.to_meeting_id]
            yield Event(carry.carried_at, self.pair.person(carry.by_id), Phrase("Moved on"), between=between)
        if self.thing.deleted_at and not any(one.part == "deleted" for one in self.wordings):
            yield Event(self.thing.deleted_at, self.pair.person(self.thing.deleted_by_id), CHANGED["deleted"])

    def _beginnings(self) -> Iterator[Event]:
        """How it came to be. When a draft was written is its author's affair, also once it is shared."""
        item, author, first = self.thing, self.pair.person(self.thing.author_id), self.first("text")
        if item.is_draft:
            yield Event(item.created_at, author, Phrase("Written as a private draft"), first)
        elif author != self.me or item.shared_at - item.created_at < AT_ONCE:
            yield Event(item.shared_at, author, Phrase("Added"), first)
        else:
            yield Event(item.created_at, author, Phrase("Written as a private draft"))
            yield Event(item.shared_at, author, Phrase("Shared"), first)

    def _ticks(self, facts: Item | Carry) -> Iterator[Event]:
        ticks = {
            "discussed": Phrase("Discussed"),
            "kept": Phrase("Kept for next time"),
            "standing": Phrase("Every time"),
        }
        for name, said in ticks.items():
            if at := getattr(facts, f"{name}_at", None):
                yield Event(at, self.pair.person(getattr(facts, f"{name}_by_id")), said)


class ProposalStory(Story):
    """What happened to an action or an objective."""

    def worded(self, part: str, value: str) -> Any:
        if part == "owner":
            return self.pair.person(value).name
        return date.fromisoformat(value) if part == "due_on" and value else value

    def _restate(self, by: Person, part: str, words: str, base: str) -> Merged:
        self.thing.rewrite(by, before=self.thing.terms, **{part: words})
        return Merged(words, clash=False)

    def facts(self) -> Iterator[Event]:
        yield self._beginning()
        for agreement in self.thing.agreements:
            yield self._event(agreement.agreed_at, agreement.person_id, Phrase("Agreed"))
        for name, said in ENDS.items():
            if at := getattr(self.thing, f"{name}_at", None):
                reason = _plain(self.thing.drop_reason) if name == "dropped" else None
                yield self._event(at, getattr(self.thing, f"{name}_by_id"), said, reason)

    def _beginning(self) -> Event:
        raise NotImplementedError

    def _event(self, at: datetime, by: str, said: Phrase, version: Version | None = None, **more: Any) -> Event:
        return Event(at, self.pair.person(by), said, version, **more)


class ActionStory(ProposalStory):
    """What happened to an action."""

    def can_restore(self, part: str) -> bool:
        may = not self.thing.is_over if part == "likelier" else self.thing.is_proposed
        return super().can_restore(part) and may

    def _restate(self, by: Person, part: str, words: str, base: str) -> Merged:
        if part == "likelier":
            return self.thing.say_what_helps(by, words, base)
        return super()._restate(by, part, words, base)

    def _beginning(self) -> Event:
        return self._event(self.thing.proposed_at, self.thing.proposed_by_id, PROPOSED, self.first("text"))

    def facts(self) -> Iterator[Event]:
        yield from super().facts()
        for update in self.thing.updates:
            said, version, between = _told(update)
            yield self._event(update.written_at, update.author_id, said, version, between=between)


class ObjectiveStory(ProposalStory):
    """What happened to an objective."""

    def can_restore(self, part: str) -> bool:
        return super().can_restore(part) and self.thing.is_open

    def _beginning(self) -> Event:
        return self._event(self.thing.set_at, self.thing.set_by_id, PROPOSED, self.first("text"))

    def facts(self) -> Iterator[Event]:
        yield from super().facts()
        for entry in self.thing.progress:
            said = OUTLOOKS.get(entry.outlook, Phrase("Progress"))
            yield self._event(entry.written_at, entry.author_id, said, _plain(entry.text) if entry.text else None)


class PlanStory(Story):
    """What happened to a goal of the development plan, or to an activity for one."""

    def __init__(self, thing: DevelopmentGoal | Activity, me: Person) -> None:
        self.goal = thing.goal if isinstance(thing, Activity) else thing
        thing.pair = self.goal.pair
        super().__init__(thing, me)

    def can_restore(self, part: str) -> bool:
        is_there = not self.goal.dropped_at and not getattr(self.thing, "removed_at", None)
        return super().can_restore(part) and is_there

    def worded(self, part: str, value: str) -> Any:
        if part == "mode":
            return translated(MODES.get(value, value))
        return date.fromisoformat(value) if part == "due_on" and value else value

    def _restate(self, by: Person, part: str, words: str, base: str) -> Merged:
        return self.thing.restate(by, part, words, base)

    def facts(self) -> Iterator[Event]:
        made = "added" if isinstance(self.thing, Activity) else "set"
        yield self._event(made, Phrase("Added"), self.first("text"))
        for name, said in STEPS.items():
            if getattr(self.thing, f"{name}_at", None):
                yield self._event(name, said)

    def _event(self, name: str, said: Phrase, version: Version | None = None) -> Event:
        at, by = getattr(self.thing, f"{name}_at"), getattr(self.thing, f"{name}_by_id")
        return Event(at, self.pair.person(by), said, version)


def _told(update: ActionUpdate) -> tuple[Phrase, Version | None, tuple[Any, Any] | None]:
    """What an update of an action says: what it is, its words, and from what to what something went."""
    if update.text:
        return Phrase("Update"), _plain(update.text), None
    if update.due_after:
        return CHANGED["due_on"], None, (update.due_before, update.due_after)
    if update.put_off_until:
        return Phrase("Put off"), None, (None, update.put_off_until)
    return Phrase("Taken up again"), None, None


def _plain(words: str) -> Version:
    """Words that stand by themselves."""
    return Version(words, [Stretch(words, "same")])


def _short(stretch: Stretch) -> Stretch:
    """A stretch without its middle, where it is long and stayed as it was."""
    text = stretch.text
    if stretch.kind != "same" or len(text) <= 2 * SHOWN_OF_SAME:
        return stretch
    return Stretch(f"{text[:SHOWN_OF_SAME]} … {text[-SHOWN_OF_SAME:]}", "same")
