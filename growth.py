"""What the year is for: objectives that both agree, and how each of the two sees their progress."""

from datetime import date
from typing import Any

from peewee import CharField, DateField, ForeignKeyField, fn

import clock
import history
from agreeing import Consent, Proposal, TooLate
from languages import Phrase
from meetings import Meeting
from models import PEOPLE, Pair, Person, mine, runs, stands, who, with_people
from prepared import Prepared
from rows import Moment, Once, Row, Words, repeat_key

# How it looks to somebody: what is stored → what it is called.
OUTLOOKS = {
    "good": Phrase("Going well"),
    "mixed": Phrase("Needs attention"),
    "off": Phrase("Off course"),
}
# What both agree to.
SAID = ("text", "measures", "competencies", "due_on")


class Objective(Proposal, Once):
    """Something the individual means to achieve by some day. Both must agree before it counts.

    `measures` say how the two will know; `competencies` what the individual works on for it, one a line. One that
    `replaces` another is a change of it that somebody proposes: what was agreed stands until both agree to that.
    """

    pair_id: str
    replaces_id: str | None
    set_by_id: str  # type: ignore[assignment]
    pair = ForeignKeyField(Pair, backref="+")
    text = Words()
    measures = Words(default="")
    competencies = Words(default="")
    due_on = DateField(null=True)
    set_by = who()
    set_at = Moment(default=clock.now)
    agreed_at = Moment(null=True)
    withdrawn_at = Moment(null=True)
    withdrawn_by = who(null=True)
    achieved_at = Moment(null=True)
    achieved_by = who(null=True)
    dropped_at = Moment(null=True)
    dropped_by = who(null=True)
    drop_reason = Words(default="")
    replaces = ForeignKeyField("self", backref="+", null=True)

    # The change of it that is proposed, and what each said of it, oldest first: filled in by finders.
    pending: "Objective | None" = None
    _progress: "list[Progress] | None" = None

    @property
    def path(self) -> str:
        return f"/objectives/{self.id}"

    @property
    def region(self) -> str:
        """Where it stands: a change of another stands with that."""
        return f"objective-{self.replaces_id or self.id}"

    @property
    def is_open(self) -> bool:
        """Whether there is still something to achieve."""
        return not self.is_over and not self.achieved_at

    @property
    def competency_list(self) -> list[str]:
        """The competencies, one by one."""
        return [line.strip() for line in self.competencies.split("\n") if line.strip()]

    @property
    def said(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in SAID)

    def must_be_open_to_change(self) -> None:
        self._must_not_be_over()
        if self.achieved_at:
            raise TooLate(Phrase("This is noted as achieved, so its words are settled."))

    def _must_not_be_over(self) -> None:
        if self.is_over:
            raise TooLate(Phrase("This objective was dropped or withdrawn a moment ago."))

    def agree(self, by: Person, together: bool = False, terms: str | None = None) -> None:
        """Say yes, or note that both did. A change takes its place once both have agreed to it."""
        with self.changing():
            was_agreed = bool(self.agreed_at)
            super().agree(by, together, terms)
            if self.replaces_id and self.agreed_at and not was_agreed:
                self._take_its_place(by)

    def _take_its_place(self, by: Person) -> None:
        changed = Objective.get_by_id(self.replaces_id)
        changed.must_be_open_to_change()
        facts = {name: getattr(self, name) for name in SAID}
        history.note_all(changed, facts, by)
        changed.change(**facts)

    def rewrite(self, by: Person, before: str | None = None, **said: Any) -> None:
        """Propose it in other words. What both had agreed stands until both agree to that."""
        if self.is_proposed:
            return super().rewrite(by, before, **said)
        with self.changing():
            self.must_be_open_to_change()
            self.must_say(before)
            if _pending(self.id):
                raise TooLate(Phrase("A change of this is proposed already. Please answer that first."))
            facts = {**{name: getattr(self, name) for name in SAID}, **said}
            change = Objective.create(pair=self.pair_id, set_by=by, replaces=self, **facts)
            ObjectiveAgreement.note(change, by, by)
            self.pending = change

    @property
    def progress(self) -> list["Progress"]:
        """What each said of it, oldest first."""
        if self._progress is None:
            self._progress = list(_progress_of([self.id]))
        return self._progress

    def progress_by(self, person: Person) -> list["Progress"]:
        """What this one said of it, the latest first."""
        return [entry for entry in reversed(self.progress) if entry.author_id == person.id]

    def outlook_of(self, person: Person) -> str:
        """How it looks to this one as far as they last said; "" if they never did."""
        return next((entry.outlook for entry in self.progress_by(person) if entry.outlook), "")

    def achieve(self, by: Person, undo: bool = False) -> None:
        """Note that it is achieved, or take that back."""
        with self.changing():
            self._must_not_be_over()
            if not undo and not self.agreed_at:
                raise TooLate(Phrase("Both must agree to it first."))
            if bool(self.achieved_at) == undo:
                self.change(achieved_at=None if undo else clock.now(), achieved_by=None if undo else by)

    def drop(self, by: Person, reason: str) -> None:
        """Give it up, and say why."""
        with self.changing():
            if self.is_proposed:
                raise TooLate(Phrase("It is still a proposal: withdraw it instead."))
            if not self.is_over:
                self.change(dropped_at=clock.now(), dropped_by=by, drop_reason=reason)

    def take_up(self, by: Person) -> None:
        """Undo the dropping."""
        with self.changing():
            self.change(dropped_at=None, dropped_by=None, drop_reason="")

    def note_progress(
        self, by: Person, outlook: str, text: str, meeting: Meeting | None = None, key: str | None = None
    ) -> None:
        """Say how it goes, perhaps in an open meeting. Repeating it with the same `key` adds nothing."""
        with self.changing():
            self._must_not_be_over()
            if meeting:
                meeting.must_be_open()
            Progress.create_once(
                repeat_key(key, self.id, by.id, outlook, text),
                **{"pair": self.pair_id, "objective": self, "author": by},
                **{"meeting": meeting, "outlook": outlook, "text": text},
            )
            self._progress = None


class ObjectiveAgreement(Consent, Row):
    """One party's consent to an objective. `noted_by` is the other one when both agreed at one screen."""

    to = "objective"
    objective_id: str
    objective = ForeignKeyField(Objective, backref="+", index=False)
    person = who()
    noted_by = who()
    agreed_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("objective", "person"), True),)


Objective.consents = ObjectiveAgreement


class Progress(Once):
    """How an objective goes, as one of the two sees it: an outlook, words, or both; perhaps said in a meeting."""

    pair_id: str
    objective_id: str
    author_id: str
    meeting_id: str | None
    pair = ForeignKeyField(Pair, backref="+")
    objective = ForeignKeyField(Objective, backref="+", index=False)
    author = who()
    meeting = ForeignKeyField(Meeting, backref="+", null=True)
    outlook = CharField(max_length=16, default="")
    text = Words(default="")
    written_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("objective", "written_at"), False),)


def set_objective(
    pair: Pair,
    by: Person,
    text: str,
    due_on: date | None = None,
    *,
    measures: str = "",
    competencies: str = "",
    together: bool = False,
    key: str | None = None,
) -> Objective:
    """Propose an objective for the individual of the pair; with `together`, both have agreed to it on the spot."""
    with pair.changing():
        objective, is_new = Objective.create_once(
            repeat_key(key, pair.id, by.id, text),
            **{"pair": pair, "text": text, "due_on": due_on, "set_by": by},
            **{"measures": measures, "competencies": competencies},
        )
        objective.pair = pair
        if is_new:
            objective.agree(by, together)
        return objective


def objectives_of(pair: Pair) -> list[Objective]:
    """The pair's objectives that were not withdrawn, the unfinished first, by due date; with consents and progress,
    and with the changes that are proposed of them.
    """
    over = Objective.achieved_at.is_null(False) | Objective.dropped_at.is_null(False)
    waits = Objective.replaces.is_null() | Objective.agreed_at.is_null()
    found = (
        Objective.select()
        .where(Objective.pair == pair, Objective.withdrawn_at.is_null(), waits)
        .order_by(over, Objective.due_on.is_null(), Objective.due_on, Objective.set_at)
    )
    return _with_changes(_filled(list(found), pair))


def _with_changes(found: list[Objective]) -> list[Objective]:
    changes = {one.replaces_id: one for one in found if one.replaces_id}
    objectives = [one for one in found if not one.replaces_id]
    for objective in objectives:
        objective.pending = changes.get(objective.id)
    return objectives


def _filled(found: list[Objective], pair: Pair) -> list[Objective]:
    by_id = {objective.id: objective for objective in found}
    for objective in found:
        objective.pair, objective._agreements, objective._progress = pair, [], []
    if by_id:
        for consent in ObjectiveAgreement.select().where(ObjectiveAgreement.objective.in_(list(by_id))):
            by_id[consent.objective_id]._agreements.append(consent)
        for entry in _progress_of(list(by_id)):
            by_id[entry.objective_id]._progress.append(entry)
    return found


def _pending(objective: str) -> list[Objective]:
    """The change of an objective that waits for somebody's word, if there is one."""
    waiting = Objective.agreed_at.is_null() & Objective.withdrawn_at.is_null()
    return list(Objective.select().where(Objective.replaces == objective, waiting))


def _progress_of(ids: list[str]):
    return Progress.select().where(Progress.objective.in_(ids)).order_by(Progress.written_at, Progress.id)


def find(person: Person, id: str) -> Objective | None:
    """The objective with this id, if it is one of this person's pairs'."""
    found = Objective.select(Objective, Pair).join(Pair).where(Objective.id == id, mine(person, clock.now())).first()
    if found:
        found.pair = person.pair(found.pair_id)
        for change in [] if found.replaces_id else _pending(found.id):
            change.pair, found.pending = found.pair, change
    return found


def open_ones(pair: Pair) -> list[Objective]:
    """What the pair is working towards, by due date: the objectives alone, without what was said of them."""
    return OPEN_ONES(pair=pair.id)


def own_of(person: Person) -> list[Objective]:
    """What this person works towards with those who manage them, by due date, with what was said of it."""
    found = OWN_OF(person=person.id)
    progress = list(_progress_of([one.id for one in found])) if found else []
    for one in found:
        one._progress = [entry for entry in progress if entry.objective_id == one.id]
    return found


def proposed_to(person: Person) -> dict[str, int]:
    """How many objectives, or changes of one, wait for this person's word: pair id → number."""
    return {row.pair_id: row.number for row in PROPOSED_TO(person=person.id)}


def noted_in(meeting: Meeting) -> dict[str, list[Progress]]:
    """What was said of objectives in this meeting, oldest first: objective id → progress."""
    found: dict[str, list[Progress]] = {}
    for entry in NOTED_IN(meeting=meeting.id):
        found.setdefault(entry.objective_id, []).append(entry)
    return found


def _open_ones(pair):
    still = Objective.withdrawn_at.is_null() & Objective.dropped_at.is_null() & Objective.achieved_at.is_null()
    return Objective.select().where(Objective.pair == pair, Objective.replaces.is_null(), still)


def _own_of(person, now):
    still = Objective.withdrawn_at.is_null() & Objective.dropped_at.is_null() & Objective.achieved_at.is_null()
    theirs = (Pair.report == person) & Pair.covers.is_null() & runs(now)
    found = with_people(Objective.select(Objective, Pair, *PEOPLE).join(Pair))
    return found.where(theirs, still, Objective.replaces.is_null(), Objective.agreed_at.is_null(False))


def _proposed_to(person, now):
    said_yes = ObjectiveAgreement.select(ObjectiveAgreement.id).where(
        ObjectiveAgreement.objective == Objective.id, ObjectiveAgreement.person == person
    )
    waits = Objective.agreed_at.is_null() & Objective.withdrawn_at.is_null() & Objective.dropped_at.is_null()
    found = Objective.select(Objective.pair, fn.COUNT(Objective.id).alias("number")).join(Pair)
    return found.where(mine(person, now), stands(now), waits, ~fn.EXISTS(said_yes)).group_by(Objective.pair)


BY_DUE_DATE = Objective.due_on.is_null(), Objective.due_on, Objective.set_at
OPEN_ONES = Prepared(lambda pair: _open_ones(pair).order_by(*BY_DUE_DATE))
OWN_OF = Prepared(lambda person, now: _own_of(person, now).order_by(*BY_DUE_DATE))
PROPOSED_TO = Prepared(_proposed_to)
NOTED_IN = Prepared(
    lambda meeting: Progress.select().where(Progress.meeting == meeting).order_by(Progress.written_at, Progress.id)
)
