"""The development plan: what the individual wants to be able to do, and what they do to learn it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from peewee import CharField, DateField, ForeignKeyField

import clock
import history
from actions import Action
from languages import Phrase
from meetings import Item, ItemGone, visible_to
from merging import Merged
from models import Pair, Person, Refused, mine, runs, who
from prepared import Prepared
from rows import Moment, Once, Words, repeat_key

# How one learns, and of a hundred parts of learning how many are a good guide.
MODES = {"experience": Phrase("By doing"), "others": Phrase("From others"), "formal": Phrase("On a course")}
GUIDE = {"experience": 70, "others": 20, "formal": 10}
# What is said about a goal besides its words.
PARTS = ("support", "barriers", "help")
# The sections of the built-in conversations in which the two talk about the plan.
SECTIONS = {"development", "next", "year_development"}


class PlanChanged(Refused):
    """What was to be changed was dropped or taken out, perhaps a second ago."""


class DevelopmentGoal(Once):
    """Something that the individual wants to be able to do. `came_from` is an item or action, such as "item-k3f…"."""

    pair_id: str
    set_by_id: str  # type: ignore[assignment]
    pair = ForeignKeyField(Pair, backref="+")
    text = Words()
    support = Words(default="")
    barriers = Words(default="")
    help = Words(default="")
    due_on = DateField(null=True)
    came_from = CharField(max_length=32, default="")
    set_by = who()
    set_at = Moment(default=clock.now)
    met_at = Moment(null=True)
    met_by = who(null=True)
    dropped_at = Moment(null=True)
    dropped_by = who(null=True)

    # What is done for it, and the address of what it came from if that is still there: filled in by finders.
    _activities: "list[Activity] | None" = None
    origin = ""

    @property
    def path(self) -> str:
        return f"/goals/{self.id}"

    @property
    def region(self) -> str:
        return f"goal-{self.id}"

    @property
    def is_over(self) -> bool:
        return bool(self.met_at or self.dropped_at)

    @property
    def activities(self) -> "list[Activity]":
        """What is done to learn it, in the order in which it was put down."""
        if self._activities is None:
            _fill([self], self.pair)
        return self._activities or []

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A change to it, in one transaction, seen as it is now. Raises PairOver, or PlanChanged if it was dropped."""
        with self._looking_again():
            if self.dropped_at:
                raise PlanChanged(Phrase("This goal was dropped a moment ago. Take it up again first."))
            yield

    @contextmanager
    def _looking_again(self) -> Iterator[None]:
        with self.pair.changing():
            self.__data__.update(DevelopmentGoal.get_by_id(self.id).__data__)
            self._activities = None
            yield

    def edit(self, by: Person, text: str, base: str, **facts: Any) -> Merged:
        """Change its words, having started from `base`, and these facts (due_on). A clash is given back unsaved."""
        with self.changing():
            return history.rewrite(self, by, "text", text, base, **facts)

    def write(self, by: Person, part: str, text: str, base: str, sent: str | None = None) -> Merged:
        """Say more about it, having started from `base`: `part` is one of PARTS. A clash is given back unsaved.

        `sent` is what was sent before and never answered: if it did arrive, it is what the change started from.
        """
        with self.changing():
            return history.rewrite(self, by, part, text, base, sent)

    def restate(self, by: Person, part: str, text: str, base: str) -> Merged:
        """Have a part of it say something from before again; a change of its own. A clash is given back unsaved."""
        with self.changing():
            return history.rewrite(self, by, part, text, base, apart=True)

    def meet(self, by: Person, undo: bool = False) -> None:
        """Note that the individual can do it now, or take that back."""
        with self.changing():
            if bool(self.met_at) == undo:
                self.change(met_at=None if undo else clock.now(), met_by=None if undo else by)

    def drop(self, by: Person, undo: bool = False) -> None:
        """Give it up, or take it up again."""
        with self._looking_again():
            if bool(self.dropped_at) == undo:
                self.change(dropped_at=None if undo else clock.now(), dropped_by=None if undo else by)

    def add_activity(
        self, by: Person, text: str, mode: str, due_on: date | None = None, key: str | None = None, came_from: str = ""
    ) -> "Activity":
        """Put down something to learn it by; `mode` is one of MODES. Repeating it with the same `key` adds nothing."""
        with self.changing():
            facts = {"text": text, "mode": mode, "due_on": due_on, "came_from": came_from, "added_by": by}
            made = repeat_key(key, self.id, by.id, text)
            activity, _ = Activity.create_once(made, pair=self.pair_id, goal=self, **facts)
            activity.goal = self
            return activity


class Activity(Once):
    """Something done to learn: by doing ("experience"), from "others", or on a course ("formal")."""

    pair_id: str
    goal_id: str
    added_by_id: str
    pair = ForeignKeyField(Pair, backref="+")
    goal = ForeignKeyField(DevelopmentGoal, backref="+")
    text = Words()
    mode = CharField(max_length=16)
    due_on = DateField(null=True)
    came_from = CharField(max_length=32, default="")
    added_by = who()
    added_at = Moment(default=clock.now)
    done_at = Moment(null=True)
    done_by = who(null=True)
    reflection = Words(default="")
    reflected_at = Moment(null=True)
    removed_at = Moment(null=True)
    removed_by = who(null=True)

    # The address of what it came from, if that is still there: filled in by the finders.
    origin = ""

    @property
    def path(self) -> str:
        return f"/activities/{self.id}"

    @property
    def region(self) -> str:
        return f"activity-{self.id}"

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A change to it, in one transaction, seen as it is now. Raises PairOver or PlanChanged."""
        with self.goal.changing():
            self._look_again()
            if self.removed_at:
                raise PlanChanged(Phrase("This was taken out of the plan a moment ago."))
            yield

    def _look_again(self) -> None:
        goal = self.goal
        self.__data__.update(Activity.get_by_id(self.id).__data__)
        self.goal = goal

    def edit(self, by: Person, text: str, base: str, **facts: Any) -> Merged:
        """Change its words, having started from `base`, and these facts (mode, due_on). A clash changes nothing."""
        with self.changing():
            return history.rewrite(self, by, "text", text, base, **facts)

    def do(self, by: Person, undo: bool = False) -> None:
        """Tick it as done, or take the tick back. What was learned stays."""
        with self.changing():
            if bool(self.done_at) == undo:
                self.change(done_at=None if undo else clock.now(), done_by=None if undo else by)

    def reflect(self, by: Person, text: str, base: str, sent: str | None = None) -> Merged:
        """Say what was learned and what comes next, having started from `base`. A clash is given back unsaved."""
        with self.changing():
            merged = history.rewrite(self, by, "reflection", text, base, sent)
            if not merged.clash:
                self.change(reflected_at=clock.now() if self.reflection else None)
            return merged

    def restate(self, by: Person, part: str, text: str, base: str) -> Merged:
        """Have a part of it say something from before again; a change of its own. A clash is given back unsaved."""
        with self.changing():
            return history.rewrite(self, by, part, text, base, apart=True)

    def take_out(self, by: Person, undo: bool = False) -> None:
        """Take it out of the plan, or put it back as it was."""
        with self.goal.changing():
            self._look_again()
            if bool(self.removed_at) == undo:
                self.change(removed_at=None if undo else clock.now(), removed_by=None if undo else by)


def set_goal(
    pair: Pair, by: Person, text: str, due_on: date | None = None, key: str | None = None, came_from: str = ""
) -> DevelopmentGoal:
    """Put down what the individual wants to be able to do. Repeating it with the same `key` adds nothing."""
    with pair.changing():
        made = repeat_key(key, pair.id, by.id, text)
        goal, _ = DevelopmentGoal.create_once(made, pair=pair, text=text, due_on=due_on, set_by=by, came_from=came_from)
        goal.pair = pair
        return goal


def put_in_plan(item: Item, by: Person) -> DevelopmentGoal:
    """Make a goal of what an item says. The goal that it was made into before is that goal, taken up again if need be.

    Raises Refused for a draft, which the other one cannot see, and for a deleted one.
    """
    pair = item.meeting.pair
    with pair.changing():
        item.look_again()
        if item.deleted_at:
            raise ItemGone(item)
        if item.is_draft:
            raise Refused(Phrase("This is still a private draft. Share it first, then put it in the plan."))
        before = _came_from(DevelopmentGoal, pair, item.region)
        if not before:
            return set_goal(pair, by, item.text, came_from=item.region)
        before.pair = pair
        before.drop(by, undo=True)
        return before


def learn_by(
    action: Action, by: Person, mode: str, goal: DevelopmentGoal | None, new_goal: str = "", key: str | None = None
) -> Activity:
    """Make an action something to learn by, for this goal or for a new one. If it is in the plan already, it stays."""
    with action.pair.changing():
        before = _came_from(Activity, action.pair, action.region)
        known = before and find_activity(by, before.id)
        if known:
            return known
        goal = goal or set_goal(action.pair, by, new_goal, key=key)
        return goal.add_activity(by, action.text, mode, action.due_on, came_from=action.region)


def _came_from(model: Any, pair: Pair, origin: str) -> Any:
    """What of this kind was made of an item or action, unless it was taken out since."""
    found = model.select().where(model.pair == pair, model.came_from == origin)
    return (found.where(Activity.removed_at.is_null()) if model is Activity else found).first()


def goals_of(pair: Pair) -> list[DevelopmentGoal]:
    """The pair's goals with their activities: the open ones first, by due date, then those met and those dropped."""
    found = list(
        DevelopmentGoal.select()
        .where(DevelopmentGoal.pair == pair)
        .order_by(
            DevelopmentGoal.dropped_at.is_null(False),
            DevelopmentGoal.met_at.is_null(False),
            DevelopmentGoal.due_on.is_null(),
            DevelopmentGoal.due_on,
            DevelopmentGoal.set_at,
        )
    )
    return _fill(found, pair)


def own_of(person: Person) -> list[DevelopmentGoal]:
    """The open goals of this person's own plans, by due date, with what is done for each."""
    found = {goal.id: goal for goal in OWN_GOALS_OF(person=person.id)}
    for goal in found.values():
        goal._activities = []
    for activity in OWN_ACTIVITIES_OF(person=person.id):
        if activity.goal_id in found:
            activity.goal = found[activity.goal_id]
            activity.goal._activities.append(activity)
    return list(found.values())


def _fill(goals: list[DevelopmentGoal], pair: Pair) -> list[DevelopmentGoal]:
    """The goals with their pair, activities and origins at hand: three more queries, however many."""
    by_id = {goal.id: goal for goal in goals}
    for goal in goals:
        goal.pair, goal._activities = pair, []
    there = Activity.select().where(Activity.goal.in_(list(by_id)), Activity.removed_at.is_null())
    activities = list(there.order_by(Activity.added_at, Activity.id)) if by_id else []
    for activity in activities:
        activity.goal = by_id[activity.goal_id]
        activity.goal._activities.append(activity)
    _find_origins([*goals, *activities])
    return goals


def _find_origins(found: list[Any]) -> None:
    """Where what they came from is to be seen: an item that was deleted is not."""
    ids = {row.came_from.partition("-")[2] for row in found if row.came_from}
    if ids:
        items = Item.select(Item.id).where(Item.id.in_(ids), Item.deleted_at.is_null(), visible_to(""))
        of_these = Action.id.in_(ids)  # type: ignore[attr-defined]
        actions = Action.select(Action.id).where(of_these, Action.withdrawn_at.is_null())
        there = {row.region: row.path for row in (*items, *actions)}
        for row in found:
            row.origin = there.get(row.came_from, "")


def find_goal(person: Person, id: str) -> DevelopmentGoal | None:
    """The goal with this id, if it is in a plan of one of their pairs."""
    theirs = (DevelopmentGoal.id == id) & mine(person, clock.now())
    found = DevelopmentGoal.select().join(Pair).where(theirs).first()
    pair = found and person.pair(found.pair_id)
    return _fill([found], pair)[0] if pair else None


def find_activity(person: Person, id: str) -> Activity | None:
    """The activity with this id, if it is in a plan of one of their pairs. One taken out is found."""
    theirs = (Activity.id == id) & mine(person, clock.now())
    found = Activity.select().join(Pair).where(theirs).first()
    if found:
        found.goal = find_goal(person, found.goal_id)
    return found


class Share(NamedTuple):
    """How much of the learning is of one kind: how many activities, where its part of a bar of 100 begins and how long
    it is; and the same of the guide."""

    mode: str
    number: int
    start: float
    length: float
    guide_start: int
    guide: int

    @property
    def percent(self) -> int:
        return round(self.length)


def balance(goals: list[DevelopmentGoal]) -> list[Share]:
    """How the activities of the goals that were not dropped are spread over the kinds of learning."""
    modes = [activity.mode for goal in goals if not goal.dropped_at for activity in goal.activities]
    found: list[Share] = []
    start, guide_start = 0.0, 0
    for mode, guide in GUIDE.items():
        length = 100 * modes.count(mode) / max(len(modes), 1)
        found.append(Share(mode, modes.count(mode), start, length, guide_start, guide))
        start, guide_start = start + length, guide_start + guide
    return found


def _own(person, now):
    theirs = (Pair.report == person) & Pair.covers.is_null() & runs(now)
    return theirs & DevelopmentGoal.met_at.is_null() & DevelopmentGoal.dropped_at.is_null()


OWN_GOALS_OF = Prepared(
    lambda person, now: (
        DevelopmentGoal.select()
        .join(Pair)
        .where(_own(person, now))
        .order_by(DevelopmentGoal.due_on.is_null(), DevelopmentGoal.due_on, DevelopmentGoal.set_at)
    )
)
OWN_ACTIVITIES_OF = Prepared(
    lambda person, now: (
        Activity.select()
        .join(DevelopmentGoal)
        .join(Pair)
        .where(_own(person, now), Activity.removed_at.is_null())
        .order_by(Activity.done_at.is_null(False), Activity.due_on.is_null(), Activity.due_on, Activity.added_at)
    )
)
