"""Random sequences of verbs by four people in two pairs, against a small model of what must be true afterwards."""

import functools
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import actions
import clock
import meetings
import records
import scheduling
from actions import Action, Agreement
from agreeing import TooLate
from bench import databases
from meetings import Carry, Item, ItemGone, Meeting, MeetingOver
from models import Person, Refused
from records import Record

from .conftest import NOW, opening

SECTIONS = ("wellbeing", "goals", "other")
WORDS = st.sampled_from(["apples", "pears and plums", "quinces"])
MONTH = timedelta(days=30)

# How many sequences are tried. Each verb is the same on a server, where each look at the outcome takes far longer.
IN_FILE, ON_SERVER = 50, 20


@dataclass
class ItemFacts:
    """What must be true of an item. `carries` holds (from, to, discussed, kept, notes, section) of each move."""

    pair: str
    home: str
    author: str
    section: str
    text: str
    notes: str = ""
    shared: bool = True
    discussed: bool = False
    kept: bool = False
    standing: bool = False
    deleted: bool = False
    carries: list = field(default_factory=list)

    @property
    def unfinished(self) -> bool:
        return not self.discussed or not self.shared or self.kept or self.standing

    def visible_to(self, person: str) -> bool:
        return self.shared or self.author == person


@dataclass
class ActionFacts:
    """What must be true of an action."""

    pair: str
    yes: set
    agreed_at: datetime | None = None
    withdrawn: bool = False
    dropped_at: datetime | None = None
    done_at: datetime | None = None
    put_off: bool = False

    @property
    def tracked(self) -> bool:
        return bool(self.agreed_at) and not self.withdrawn and not self.dropped_at


@dataclass
class MeetingFacts:
    """What must be true of a meeting."""

    pair: str
    starts_at: datetime
    closed_at: datetime | None = None
    cancelled: bool = False
    content: str | None = None
    confirmed: set = field(default_factory=set)
    remarks: list = field(default_factory=list)

    @property
    def open(self) -> bool:
        return not self.closed_at and not self.cancelled


def verb(strategy_kinds: dict):
    """A rule that happens a minute after the last one."""

    def decorate(method):
        @functools.wraps(method)
        def at_its_time(self, **drawn):
            self.now += timedelta(minutes=1)
            with clock.at(self.now):
                method(self, **drawn)

        return rule(**strategy_kinds)(at_its_time)

    return decorate


class TwoPairs(RuleBasedStateMachine):
    """Ada and Sam, Lee and Noor; each verb is done for real and noted in the model."""

    def __init__(self, first_copy, refilled, folder) -> None:
        super().__init__()
        for old in folder.glob("duologue.db*"):
            old.unlink()
        self.opened = ExitStack()
        self.opened.enter_context(opening(first_copy, refilled, folder))
        self.now = NOW
        self.people = {person.id: person for person in Person.select()}
        self.items: dict[str, ItemFacts] = {}
        self.actions: dict[str, ActionFacts] = {}
        self.meetings = {m.id: MeetingFacts(m.pair_id, m.starts_at) for m in Meeting.select()}
        self.pairs = {m.pair_id: m.pair.people for m in Meeting.select()}
        self.keys = 0
        with clock.at(self.now):
            for id, facts in list(self.meetings.items()):
                self.put_down_some(id, self.pairs[facts.pair])

    def put_down_some(self, id: str, two: tuple[Person, Person]) -> None:
        """Each meeting begins with something discussed and kept, something on every agenda and a draft, noted upon."""
        for place, person in enumerate((*two, two[0])):
            item = meetings.find(person, id).add_item(person, "goals", "apples", private=place == 2)
            item.write_notes(person, "quinces", "")
            facts = ItemFacts(self.meetings[id].pair, id, person.id, "goals", "apples", "quinces", shared=place != 2)
            if place == 0:
                item.keep(person)
                item.discuss(person)
                facts.kept = facts.discussed = True
            else:
                item.stand(person)
                facts.standing = True
            self.items[item.id] = facts

    def teardown(self) -> None:
        self.opened.close()

    # Choosing

    def pick(self, choices, n: int):
        """One of these, by a drawn number."""
        choices = sorted(choices)
        return choices[n % len(choices)] if choices else None

    def person_of(self, pair: str, n: int) -> Person:
        """One of the two."""
        return self.pairs[pair][n % 2]

    def others(self, pair: str, meeting: str) -> list[str]:
        """The pair's open meetings besides this one, the next first."""
        found = [id for id, m in self.meetings.items() if m.pair == pair and m.open and id != meeting]
        return sorted(found, key=lambda id: self.meetings[id].starts_at)

    def a_meeting(self, n: int, is_likely) -> str:
        """Most often one of the likely ones, now and then any."""
        likely = [id for id, facts in self.meetings.items() if is_likely(facts)]
        return self.pick(likely if n % 8 else self.meetings, n // 8) or self.pick(self.meetings, n)

    def an_item(self, n: int, who: int) -> tuple[Person, str] | None:
        """A person, and an item that they may see."""
        id = self.pick(self.items, n)
        if id is None:
            return None
        person = self.person_of(self.items[id].pair, who)
        return (person, id) if self.items[id].visible_to(person.id) else None

    # Items

    @verb(
        {
            "n": st.integers(0, 99),
            "who": st.integers(0, 1),
            "section": st.sampled_from(SECTIONS),
            "text": WORDS,
            "private": st.booleans(),
        }
    )
    def add(self, n, who, section, text, private):
        id = self.a_meeting(n, lambda facts: facts.open)
        facts, self.keys = self.meetings[id], self.keys + 1
        person, key = self.person_of(facts.pair, who), f"key {self.keys}"
        meeting = meetings.find(person, id)
        if not facts.open:
            with pytest.raises(MeetingOver):
                meeting.add_item(person, section, text, private, key)
            return
        made = meeting.add_item(person, section, text, private, key)
        assert made.id not in self.items
        assert meetings.find(person, id).add_item(person, section, text, private, key).id == made.id
        self.items[made.id] = ItemFacts(facts.pair, id, person.id, section, text, shared=not private)

    def change(self, n, who, do, note) -> None:
        """Do something to an item, and note it if the item is there and its meeting open."""
        chosen = self.an_item(n, who)
        if not chosen:
            return
        person, id = chosen
        facts, item = self.items[id], meetings.find_item(person, id)
        if not self.meetings[facts.home].open:
            with pytest.raises(MeetingOver):
                do(item, person)
        elif facts.deleted:
            with pytest.raises(ItemGone):
                do(item, person)
        else:
            for _ in range(2):
                do(meetings.find_item(person, id), person)
            note(facts)

    @verb(
        {
            "n": st.integers(0, 99),
            "who": st.integers(0, 1),
            "fact": st.sampled_from(["discussed", "kept", "standing"]),
            "undo": st.booleans(),
        }
    )
    def mark(self, n, who, fact, undo):
        name = {"discussed": "discuss", "kept": "keep", "standing": "stand"}[fact]
        self.change(
            n, who, lambda item, by: getattr(item, name)(by, undo=undo), lambda facts: setattr(facts, fact, not undo)
        )

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "text": WORDS})
    def edit(self, n, who, text):
        def do(item, by):
            assert not item.edit(by, text, item.text).clash

        self.change(n, who, do, lambda facts: setattr(facts, "text", text))

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "text": WORDS})
    def note(self, n, who, text):
        def do(item, by):
            assert not item.write_notes(by, text, item.notes).clash

        self.change(n, who, do, lambda facts: setattr(facts, "notes", text))

    @verb(
        {
            "n": st.integers(0, 99),
            "who": st.integers(0, 1),
            "section": st.sampled_from(SECTIONS),
            "before": st.integers(0, 99),
        }
    )
    def move(self, n, who, section, before):
        def do(item, by):
            item.move(by, section, before=meetings.find_item(by, self.pick(self.items, before)))

        self.change(n, who, do, lambda facts: setattr(facts, "section", section))

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "down": st.booleans()})
    def step(self, n, who, down):
        self.change(n, who, lambda item, by: item.step(by, down), lambda facts: None)

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1)})
    def share(self, n, who):
        self.change(n, who, lambda item, by: item.share(by), lambda facts: setattr(facts, "shared", True))

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "undo": st.booleans()})
    def delete(self, n, who, undo):
        chosen = self.an_item(n, who)
        if not chosen:
            return
        person, id = chosen
        item, facts = meetings.find_item(person, id), self.items[id]
        do = item.restore if undo else item.delete_by
        if not self.meetings[facts.home].open:
            with pytest.raises(MeetingOver):
                do(person)
            return
        do(person)
        do(person)
        facts.deleted = not undo

    # Actions

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "owner": st.integers(0, 1), "together": st.booleans()})
    def propose(self, n, who, owner, together):
        chosen = self.an_item(n, who)
        if not chosen:
            return
        person, id = chosen
        facts, self.keys = self.items[id], self.keys + 1
        terms = {
            "text": "Do it",
            "owner": self.person_of(facts.pair, owner),
            "due_on": None,
            "likelihood": 5,
            "together": together,
            "key": f"key {self.keys}",
        }
        if facts.deleted or not facts.shared or not self.meetings[facts.home].open:
            with pytest.raises(Refused):
                actions.propose(meetings.find_item(person, id), person, **terms)
            return
        made = actions.propose(meetings.find_item(person, id), person, **terms)
        assert actions.propose(meetings.find_item(person, id), person, **terms).id == made.id
        assert made.id not in self.actions
        yes = {one.id for one in self.pairs[facts.pair]} if together else {person.id}
        self.actions[made.id] = ActionFacts(facts.pair, yes, self.now if together else None)

    def act(self, n, who, do, allowed, note) -> None:
        """Do something to an action, twice, and note it if its state allows that."""
        id = self.pick(self.actions, n)
        if id is None:
            return
        facts = self.actions[id]
        person = self.person_of(facts.pair, who)
        if not allowed(facts):
            with pytest.raises(TooLate):
                do(actions.find(person, id), person)
            return
        for _ in range(2):
            do(actions.find(person, id), person)
        note(facts, person)

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "together": st.booleans()})
    def agree(self, n, who, together):
        def note(facts, person):
            facts.yes |= {one.id for one in self.pairs[facts.pair]} if together else {person.id}
            if len(facts.yes) == 2 and not facts.agreed_at:
                facts.agreed_at = self.now

        self.act(n, who, lambda a, by: a.agree(by, together), lambda f: not f.withdrawn and not f.dropped_at, note)

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1)})
    def withdraw(self, n, who):
        self.act(
            n, who, lambda a, by: a.withdraw(by), lambda f: not f.agreed_at, lambda f, _: setattr(f, "withdrawn", True)
        )

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "undo": st.booleans()})
    def complete(self, n, who, undo):
        self.act(
            n,
            who,
            lambda a, by: a.uncomplete(by) if undo else a.complete(by),
            lambda f: f.tracked,
            lambda f, _: setattr(f, "done_at", None if undo else f.done_at or self.now),
        )

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1)})
    def drop(self, n, who):
        self.act(
            n,
            who,
            lambda a, by: a.drop(by, "No need"),
            lambda f: bool(f.agreed_at) and not f.done_at,
            lambda f, _: setattr(f, "dropped_at", f.dropped_at or self.now),
        )

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "rest": st.booleans()})
    def put_off(self, n, who, rest):
        until = NOW.date() + timedelta(days=9999) if rest else None
        self.act(
            n,
            who,
            lambda a, by: a.put_off(by, until),
            lambda f: f.tracked and not f.done_at,
            lambda f, _: setattr(f, "put_off", rest),
        )

    # Meetings

    def carry(self, pair: str, to: str) -> None:
        """What waits in meetings that are over moves in."""
        for facts in self.items.values():
            home = self.meetings[facts.home]
            if facts.pair == pair and not home.open and not facts.deleted and (home.cancelled or facts.unfinished):
                facts.carries.append((facts.home, to, facts.discussed, facts.kept, facts.notes, facts.section))
                if facts.discussed and not home.cancelled:
                    facts.notes = ""
                facts.home, facts.discussed, facts.kept = to, False, False

    def goes_on(self, pair: str, over: str, upcoming, wished: datetime | None) -> None:
        """After a meeting is over: the next one is as it must be, and everything has moved."""
        there = self.others(pair, over)
        if upcoming is None:
            assert not there
            assert wished is None
            return
        if there:
            assert upcoming.id == there[0]
        else:
            assert upcoming.id not in self.meetings
            self.meetings[upcoming.id] = MeetingFacts(pair, wished)
        # One that is made already and comes before the one that is over keeps its own time.
        if wished and (not there or self.meetings[there[0]].starts_at > self.meetings[over].starts_at):
            self.meetings[upcoming.id].starts_at = wished
        self.carry(pair, upcoming.id)

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "set_next": st.booleans(), "regret": st.booleans()})
    def close(self, n, who, set_next, regret):
        id = self.a_meeting(n, lambda facts: facts.open)
        facts = self.meetings[id]
        person, wished = self.person_of(facts.pair, who), self.now + MONTH if set_next else None
        if not facts.open:
            if facts.cancelled:
                with pytest.raises(MeetingOver):
                    records.close(meetings.find(person, id), person, wished)
            else:
                records.close(meetings.find(person, id), person, wished)
            return
        upcoming = records.close(meetings.find(person, id), person, wished)
        records.close(meetings.find(person, id), person, wished)
        facts.closed_at, facts.content = self.now, Record.of(meetings.find(person, id)).content
        facts.confirmed = set()
        expected = {item: f.discussed for item, f in self.items.items() if f.home == id and f.shared and not f.deleted}
        minutes = Record.of(meetings.find(person, id)).minutes
        recorded = [item for section in minutes["sections"] for item in section["items"]]
        assert len(recorded) == len(expected)
        assert {item["id"]: bool(item["discussed_at"]) for item in recorded} == expected
        self.goes_on(facts.pair, id, upcoming, wished)
        if regret:
            self.open_again(id, self.person_of(facts.pair, who + 1))

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "set_next": st.booleans(), "skip": st.booleans()})
    def cancel(self, n, who, set_next, skip):
        id = self.a_meeting(n, lambda facts: facts.open)
        facts = self.meetings[id]
        person = self.person_of(facts.pair, who)
        there = self.others(facts.pair, id)
        if skip and there:
            wished = self.meetings[there[0]].starts_at
        elif skip:
            wished = clock.next_start(facts.starts_at, "monthly", "Europe/London")
        else:
            wished = self.now + MONTH if set_next else None

        def do():
            meeting = meetings.find(person, id)
            return scheduling.skip(meeting, person) if skip else scheduling.cancel(meeting, person, wished)

        if facts.closed_at:
            with pytest.raises(MeetingOver):
                do()
        elif not facts.cancelled:
            upcoming = do()
            do()
            facts.cancelled = True
            self.goes_on(facts.pair, id, upcoming, wished)

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1)})
    def schedule(self, n, who):
        pair = self.pick(self.pairs, n)
        if self.others(pair, ""):
            return
        person = self.person_of(pair, who)
        made = scheduling.schedule(person.pair(pair), person, self.now + MONTH)
        assert made.id not in self.meetings
        self.meetings[made.id] = MeetingFacts(pair, self.now + MONTH)
        self.carry(pair, made.id)

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "days": st.integers(1, 40)})
    def reschedule(self, n, who, days):
        id = self.a_meeting(n, lambda facts: facts.open)
        facts = self.meetings[id]
        person, starts_at = self.person_of(facts.pair, who), self.now + timedelta(days=days)
        if not facts.open:
            with pytest.raises(MeetingOver):
                meetings.find(person, id).reschedule(person, starts_at, 30, "")
            return
        meetings.find(person, id).reschedule(person, starts_at, 30, "")
        facts.starts_at = starts_at

    def may_reopen(self, id: str) -> bool:
        """Only the latest, and only until the next one is under way."""
        facts = self.meetings[id]
        closed = [m.closed_at for m in self.meetings.values() if m.pair == facts.pair and m.closed_at]
        if facts.closed_at != max(closed):
            return False
        upcoming = self.others(facts.pair, id)[:1]
        return not any(
            self.meetings[next_id].starts_at <= self.now
            or any(f.home == next_id and f.discussed and not f.deleted for f in self.items.values())
            for next_id in upcoming
        )

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1)})
    def reopen(self, n, who):
        id = self.a_meeting(n, lambda facts: bool(facts.closed_at))
        self.open_again(id, self.person_of(self.meetings[id].pair, who))

    def open_again(self, id: str, person: Person) -> None:
        """Open a meeting again, if that may be."""
        facts = self.meetings[id]
        if facts.closed_at and not self.may_reopen(id):
            with pytest.raises(Refused):
                records.reopen(meetings.find(person, id), person)
            return
        was_closed = bool(facts.closed_at)
        for _ in range(2):
            records.reopen(meetings.find(person, id), person)
        if was_closed:
            facts.closed_at, facts.content = None, None
            self.undo_carrying(id)

    def undo_carrying(self, id: str) -> None:
        """Everything that was carried from this meeting, in one go or by way of cancelled ones, is back."""
        for facts in self.items.values():
            since = next((n for n, carry in enumerate(facts.carries) if carry[0] == id), None)
            if since is None:
                continue
            if not all(self.meetings[carry[0]].cancelled for carry in facts.carries[since + 1 :]):
                continue
            for _, _, discussed, kept, notes, section in reversed(facts.carries[since:]):
                if discussed and facts.notes != notes:
                    facts.notes = "\n".join(part for part in (notes, facts.notes) if part)
                facts.discussed, facts.kept, facts.section = discussed, kept, section
            facts.home, facts.carries = id, facts.carries[:since]

    @verb({"n": st.integers(0, 99), "who": st.integers(0, 1), "text": WORDS})
    def remark_and_confirm(self, n, who, text):
        id = self.pick([id for id, m in self.meetings.items() if m.closed_at], n)
        if id is None:
            return
        facts = self.meetings[id]
        person, self.keys = self.person_of(facts.pair, who), self.keys + 1
        for _ in range(2):
            record = Record.of(meetings.find(person, id))
            record.confirm(person)
            record.remark(person, text, f"key {self.keys}")
        facts.confirmed.add(person.id)
        facts.remarks.append(text)

    @rule()
    def time_goes_by(self):
        self.now += timedelta(days=9)

    # What is always true

    @invariant()
    def every_item_has_one_home_and_is_as_it_was_left(self):
        assert Item.select().count() == len(self.items)
        for pair, two in self.pairs.items():
            for person in two:
                seen = [
                    (
                        item.id,
                        id,
                        item.section,
                        item.text,
                        item.notes,
                        bool(item.discussed_at),
                        bool(item.kept_at),
                        bool(item.standing_at),
                        bool(item.shared_at),
                        item.carries,
                    )
                    for id, facts in self.meetings.items()
                    if facts.pair == pair
                    for item in meetings.find(person, id).items_for(person)
                ]
                expected = [
                    (id, f.home, f.section, f.text, f.notes, f.discussed, f.kept, f.standing, f.shared, len(f.carries))
                    for id, f in self.items.items()
                    if f.pair == pair and not f.deleted and f.visible_to(person.id)
                ]
                assert sorted(seen) == sorted(expected)
        assert Carry.select().count() == sum(len(facts.carries) for facts in self.items.values())

    @invariant()
    def both_see_what_is_shared_in_one_order(self):
        for id, facts in self.meetings.items():
            orders = [
                [item.id for item in meetings.find(person, id).items_for(person) if item.shared_at]
                for person in self.pairs[facts.pair]
            ]
            assert orders[0] == orders[1]

    @invariant()
    def meetings_and_records_are_as_they_were_left(self):
        assert Meeting.select().count() == len(self.meetings)
        for meeting in Meeting.select():
            facts = self.meetings[meeting.id]
            assert (meeting.closed_at, bool(meeting.cancelled_at)) == (facts.closed_at, facts.cancelled)
            assert meeting.starts_at == facts.starts_at
            record = Record.of(meeting)
            assert (record and record.content) == facts.content
            if record:
                assert {found.person.id for found in record.confirmations()} == facts.confirmed
                assert [found.text for found in record.remarks()] == facts.remarks

    @invariant()
    def every_action_is_as_it_was_left(self):
        assert Action.select().count() == len(self.actions)
        assert Agreement.select().count() == sum(len(facts.yes) for facts in self.actions.values())
        for id, facts in self.actions.items():
            action = actions.find(self.pairs[facts.pair][0], id)
            assert action.agreed_at == facts.agreed_at
            assert bool(action.withdrawn_at) == facts.withdrawn
            assert (action.done_at, action.dropped_at) == (facts.done_at, facts.dropped_at)
            assert bool(action.put_off_until) == facts.put_off
            end = facts.done_at or facts.dropped_at
            closings = [m.closed_at for m in self.meetings.values() if m.pair == facts.pair and m.closed_at]
            assert action.carries == sum(
                bool(facts.agreed_at) and facts.agreed_at <= at and (end is None or at < end) for at in closings
            )

    @precondition(lambda self: self.items)
    @invariant()
    def nobody_outside_finds_anything(self):
        for person in self.people.values():
            for id, facts in self.items.items():
                if person not in self.pairs[facts.pair] or not facts.visible_to(person.id):
                    assert meetings.find_item(person, id) is None
            for id, facts in self.actions.items():
                assert bool(actions.find(person, id)) == (person in self.pairs[facts.pair])
            for id, facts in self.meetings.items():
                assert bool(meetings.find(person, id)) == (person in self.pairs[facts.pair])


def test_any_sequence_of_verbs_loses_nothing_doubles_nothing_and_tells_nobody_outside(
    first_copy, refilled, app, tmp_path
):
    run_state_machine_as_test(
        lambda: TwoPairs(first_copy, refilled, tmp_path),
        settings=settings(
            max_examples=ON_SERVER if databases.server else IN_FILE,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
