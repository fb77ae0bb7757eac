"""What the two agree to do: proposed by one, agreed by both, tracked until it is done or dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from peewee import DateField, ForeignKeyField, IntegerField, fn

import clock
import history
from agreeing import Consent, Proposal, TooLate
from languages import Phrase
from meetings import Item, Meeting
from merging import Merged
from models import PEOPLE, Pair, Person, Refused, mine, stands, who, with_people
from prepared import Prepared
from rows import Moment, Once, Row, Words, repeat_key

DONE = Phrase("This was ticked off a moment ago. Take the tick back first.")
# Of ten: from here down, one asks what would make it one higher.
UNLIKELY = 7
LONG_FROM_NOW = datetime(9999, 1, 1, tzinfo=UTC)


class Action(Proposal, Once):
    """Somebody will do something by some day. It belongs to the pair, and both must agree before it counts.

    `likelihood` is how likely that is, from 1 to 10; `likelier` what would make it one higher.
    """

    pair_id: str
    meeting_id: str | None
    item_id: str | None
    owner_id: str
    proposed_by_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    meeting = ForeignKeyField(Meeting, backref="+", null=True)
    item = ForeignKeyField(Item, backref="+", null=True)
    text = Words()
    owner = ForeignKeyField(Person, backref="+", index=False)
    due_on = DateField(null=True)
    likelihood = IntegerField(null=True)
    proposed_by = who()
    proposed_at = Moment(default=clock.now)
    agreed_at = Moment(null=True)
    withdrawn_at = Moment(null=True)
    withdrawn_by = who(null=True)
    done_at = Moment(null=True)
    done_by = who(null=True)
    put_off_until = DateField(null=True)
    dropped_at = Moment(null=True)
    dropped_by = who(null=True)
    drop_reason = Words(default="")
    likelier = Words(default="")

    class Meta:
        indexes = ((("pair", "done_at"), False), (("owner", "done_at"), False))

    # How many meetings were closed since it was agreed, who said yes, and what was said since: filled in by finders.
    carries = 0
    _updates: "list[ActionUpdate] | None" = None

    @property
    def path(self) -> str:
        return f"/actions/{self.id}"

    @property
    def region(self) -> str:
        return f"action-{self.id}"

    @property
    def is_open(self) -> bool:
        return self.is_tracked and not self.done_at

    def is_put_off(self, today: date) -> bool:
        """Whether it rests until a later day."""
        return self.is_open and self.put_off_until is not None and self.put_off_until > today

    def days_late(self, today: date) -> int:
        """For how many days it has been due and not done; 0 when it is not late."""
        return max((today - self.due_on).days, 0) if self.is_open and self.due_on else 0

    def is_up_to(self, person: Person) -> bool:
        """Whether this person is to do it now: it is theirs, open, and does not rest."""
        return self.owner_id == person.id and self.is_open and not self.is_put_off(person.today)

    def days_behind(self, zone: str) -> int:
        """How many days after its day it was done, on the calendar of `zone`; 0 when it was in time."""
        if not (self.done_at and self.due_on):
            return 0
        return max((clock.local(self.done_at, zone).date() - self.due_on).days, 0)

    @property
    def updates(self) -> list["ActionUpdate"]:
        """What was said of it since, oldest first."""
        if self._updates is None:
            found = ActionUpdate.select().where(ActionUpdate.action == self).order_by(ActionUpdate.written_at)
            self._updates = list(found)
        return self._updates

    @property
    def said(self) -> tuple[Any, ...]:
        return self.text, self.owner_id, self.due_on, self.likelihood

    def must_be_open_to_change(self) -> None:
        self.must_be_proposed()

    def must_be_proposed(self) -> None:
        """Raise TooLate if its words are settled."""
        if not self.is_proposed:
            raise TooLate(Phrase("This is no longer a proposal, so its words are settled."))

    @property
    def asks_for_more(self) -> bool:
        """Whether it is so unlikely that one should talk about what would help."""
        return self.likelihood is not None and self.likelihood <= UNLIKELY

    def say_what_helps(self, by: Person, text: str, base: str) -> Merged:
        """Say what would make it one likelier, having started from `base`. A clash is given back unsaved."""
        with self.changing():
            if self.is_over:
                raise TooLate(Phrase("This action was dropped or withdrawn a moment ago."))
            return history.rewrite(self, by, "likelier", text, base)

    def complete(self, by: Person) -> None:
        """Tick it off."""
        with self._tracked():
            if not self.done_at:
                self.change(done_at=clock.now(), done_by=by)

    def uncomplete(self, by: Person) -> None:
        """Take the tick back."""
        with self._tracked():
            self.change(done_at=None, done_by=None)

    def update_with(self, by: Person, text: str, key: str | None = None) -> None:
        """Say how it goes."""
        with self._tracked():
            self._tell(by, text=text, key=repeat_key(key, self.id, by.id, text))

    def redate(self, by: Person, due_on: date) -> None:
        """Have it done by another day; the change stays on view."""
        with self._still_open():
            if due_on != self.due_on:
                self._tell(by, due_before=self.due_on, due_after=due_on)
                self.change(due_on=due_on)

    def put_off(self, by: Person, until: date | None) -> None:
        """Let it rest: it is on no agenda until that day. None takes it up again."""
        with self._still_open():
            if until != self.put_off_until:
                self._tell(by, put_off_until=until)
                self.change(put_off_until=until)

    def drop(self, by: Person, reason: str) -> None:
        """Give it up, and say why."""
        with self.changing():
            if not self.agreed_at:
                raise TooLate(Phrase("It is still a proposal: withdraw it instead."))
            if self.done_at:
                raise TooLate(DONE)
            if not self.dropped_at:
                self.change(dropped_at=clock.now(), dropped_by=by, drop_reason=reason)

    def take_up(self, by: Person) -> None:
        """Undo the dropping."""
        with self.changing():
            self.change(dropped_at=None, dropped_by=None, drop_reason="")

    @contextmanager
    def _tracked(self) -> Iterator[None]:
        with self.changing():
            if not self.is_tracked:
                raise TooLate(
                    Phrase("This action was dropped or withdrawn a moment ago.")
                    if self.is_over
                    else Phrase("Both must agree to it first.")
                )
            yield

    @contextmanager
    def _still_open(self) -> Iterator[None]:
        with self._tracked():
            if self.done_at:
                raise TooLate(DONE)
            yield

    def _tell(self, by: Person, key: str | None = None, **facts: Any) -> None:
        ActionUpdate.create_once(key, pair=self.pair_id, action=self, author=by, **facts)


class Agreement(Consent, Row):
    """One party's consent to an action. `noted_by` is the other one when both agreed at one screen."""

    to = "action"
    action_id: str
    person_id: str
    noted_by_id: str
    action = ForeignKeyField(Action, backref="+", index=False)
    person = who()
    noted_by = who()
    agreed_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("action", "person"), True),)


Action.consents = Agreement


class ActionUpdate(Once):
    """What happened to an action: words, another day, or a rest until some day."""

    action_id: str
    author_id: str
    pair = ForeignKeyField(Pair, backref="+")
    action = ForeignKeyField(Action, backref="+", index=False)
    author = who()
    written_at = Moment(default=clock.now)
    text = Words(default="")
    due_before = DateField(null=True)
    due_after = DateField(null=True)
    put_off_until = DateField(null=True)

    class Meta:
        indexes = ((("action", "written_at"), False),)


def propose(
    item: Item,
    by: Person,
    *,
    text: str,
    owner: Person,
    due_on: date | None,
    likelihood: int | None,
    together: bool = False,
    key: str | None = None,
) -> Action:
    """Propose an action that follows from an item; with `together`, both have agreed to it on the spot.

    Raises Refused for a draft: the other one cannot agree to what follows from something unseen.
    """
    if item.is_draft:
        raise Refused(Phrase("This is still a private draft. Share it first, then make an action of it."))
    with item.changing():
        action, is_new = Action.create_once(
            repeat_key(key, item.id, by.id, text),
            pair=item.pair_id,
            meeting=item.meeting_id,
            item=item,
            text=text,
            owner=owner,
            due_on=due_on,
            likelihood=likelihood,
            proposed_by=by,
        )
        action.pair = item.meeting.pair
        if is_new:
            action.agree(by, together)
        return action


def find(person: Person, id: str) -> Action | None:
    """The action with this id, if it is one of theirs."""
    return ACTION.first(id=id, person=person.id)


def of_item(item: Item) -> list[Action]:
    """What was proposed and agreed under this item in its present meeting, with owners and agreements."""
    return _filled(ACTIONS_OF_ITEM(item=item.id, meeting=item.meeting_id), item.meeting.pair)


def made_in(meeting: Meeting) -> dict[str, list[Action]]:
    """The same for the whole meeting: item id → actions."""
    found: dict[str, list[Action]] = {}
    for action in _filled(ACTIONS_OF_MEETING(meeting=meeting.id), meeting.pair):
        found.setdefault(str(action.item_id), []).append(action)
    return found


def from_last_time(meeting: Meeting, last: Meeting | None, today: date) -> list[Action]:
    """What the agenda of `meeting` starts with: the pair's actions of earlier meetings that are still open (or
    were done since the `last` one closed), the late ones first; what rests stays away."""
    found = open_ones(meeting.pair, done_since=last.closed_at if last else None)
    return [action for action in found if action.meeting_id != meeting.id and not action.is_put_off(today)]


def open_ones(pair: Pair, done_since: datetime | None = None) -> list[Action]:
    """The pair's proposals and open actions, by due date; with those done after `done_since`, if that is given."""
    since = Action.done_at.db_value(done_since or LONG_FROM_NOW)
    return _filled(OPEN_ACTIONS_OF_PAIR(pair=pair.id, since=since), pair)


def over_ones(pair: Pair) -> list[Action]:
    """The pair's last 50 actions that were done or dropped, the latest first."""
    return _filled(OVER_ACTIONS_OF_PAIR(pair=pair.id), pair)


def open_ones_of(person: Person) -> list[Action]:
    """The proposals and open actions of all the pairs that this person is one of, by due date."""
    return _filled(OPEN_ACTIONS_OF_PERSON(person=person.id))


def done_ones_of(person: Person) -> list[Action]:
    """The last 20 actions done in this person's pairs, the latest first."""
    return _filled(DONE_ACTIONS_OF_PERSON(person=person.id))


def is_late(today: date):
    """The condition that an action is late and does not rest: Action.days_late and is_put_off, for a query."""
    is_tracked = Action.agreed_at.is_null(False) & Action.withdrawn_at.is_null() & Action.dropped_at.is_null()
    rests = Action.put_off_until.is_null(False) & (Action.put_off_until > today)
    return is_tracked & Action.done_at.is_null() & (Action.due_on < today) & ~rests


def turned_out(found: list[Action]) -> dict[bool, tuple[int, int]]:
    """How actions that were over came out: whether they were thought likely → how many were done, of how many."""
    rated = [action for action in found if action.likelihood]
    sides = {likely: [action for action in rated if action.asks_for_more != likely] for likely in (True, False)}
    return {likely: (sum(bool(action.done_at) for action in of), len(of)) for likely, of in sides.items() if of}


def _filled(found: list[Action], pair: Pair | None = None) -> list[Action]:
    """The actions with their pair, all consents and all updates at hand: two more queries, however many."""
    for action in found:
        action.pair, action._agreements, action._updates = pair or action.pair, [], []
    by_id = {action.id: action for action in found}
    if by_id:
        for agreement in Agreement.select().where(Agreement.action.in_(list(by_id))):
            by_id[agreement.action_id]._agreements.append(agreement)
        for update in (
            ActionUpdate.select().where(ActionUpdate.action.in_(list(by_id))).order_by(ActionUpdate.written_at)
        ):
            by_id[update.action_id]._updates.append(update)
    return found


def _closings_since():
    """How many of the pair's meetings were closed between its agreement and its end: how often it was carried."""
    while_open = Meeting.closed_at < fn.COALESCE(Action.done_at, Action.dropped_at, LONG_FROM_NOW.replace(tzinfo=None))
    return (
        Meeting.select(fn.COUNT(Meeting.id))
        .where(Meeting.pair == Action.pair, Meeting.closed_at >= Action.agreed_at, while_open)
        .alias("carries")
    )


def _by_due_date(*conditions):
    return (
        Action.select(Action, _closings_since())
        .where(Action.withdrawn_at.is_null(), *conditions)
        .order_by(Action.due_on.is_null(), Action.due_on, Action.proposed_at)
    )


def _with_pair(query):
    return with_people(query.select_extend(Pair, *PEOPLE).join_from(Action, Pair))


ACTION = Prepared(
    lambda id, person, now: with_people(Action.select(Action, Pair, *PEOPLE, _closings_since()).join(Pair)).where(
        Action.id == id, mine(person, now)
    )
)
OPEN_ACTIONS_OF_PAIR = Prepared(
    lambda pair, since: _by_due_date(
        Action.pair == pair, Action.dropped_at.is_null(), Action.done_at.is_null() | (Action.done_at > since)
    )
)
OPEN_ACTIONS_OF_PERSON = Prepared(
    lambda person, now: _with_pair(
        _by_due_date(mine(person, now), stands(now), Action.dropped_at.is_null(), Action.done_at.is_null())
    )
)
DONE_ACTIONS_OF_PERSON = Prepared(
    lambda person, now: (
        _with_pair(_by_due_date(mine(person, now), Action.done_at.is_null(False)))
        .order_by(Action.done_at.desc())
        .limit(20)
    )
)
OVER_ACTIONS_OF_PAIR = Prepared(
    lambda pair: (
        _by_due_date(Action.pair == pair, Action.done_at.is_null(False) | Action.dropped_at.is_null(False))
        .order_by(fn.COALESCE(Action.done_at, Action.dropped_at).desc())
        .limit(50)
    )
)
ACTIONS_OF_MEETING = Prepared(lambda meeting: _by_due_date(Action.meeting == meeting))
ACTIONS_OF_ITEM = Prepared(lambda item, meeting: _by_due_date(Action.item == item, Action.meeting == meeting))
