"""What awaits a person in each of their conversations: numbers alone, for Today."""

from collections import Counter
from typing import NamedTuple

from peewee import Case, fn

import growth
import records
from actions import Action
from meetings import Carry, Item, Meeting, still_open
from models import Pair, Person, mine
from prepared import Prepared

# What is counted on the next agenda.
ON_AGENDA = ("theirs", "own", "drafts", "carried")


class Awaiting(NamedTuple):
    """How much of what awaits somebody in one conversation.

    On the next agenda: what the other one added (`theirs`), what they did (`own`), their `drafts`, and what was
    `carried` there. Then the proposals that wait for their word, and the other's remarks on the last record, which is
    that of the meeting with the id `remarked`.
    """

    theirs: int = 0
    own: int = 0
    drafts: int = 0
    carried: int = 0
    proposals: int = 0
    remarks: int = 0
    remarked: str = ""

    @property
    def is_unprepared(self) -> bool:
        """Whether the person has not brought anything yet."""
        return not (self.own or self.drafts)


def awaiting(person: Person, upcoming: dict[str, Meeting], open_actions: list[Action]) -> dict[str, Awaiting]:
    """What awaits this person: pair id → how much. `upcoming` is the next meeting of each pair that has one,
    `open_actions` are their proposals and open actions.
    """
    agendas = {row.meeting_id: row for row in AGENDAS_OF(person=person.id)}
    proposals = Counter(action.pair.id for action in open_actions if waits(action, person))
    proposals.update(growth.proposed_to(person))
    remarks = records.remarks_for(person)
    found = {}
    for pair in {*upcoming, *proposals, *remarks}:
        agenda = agendas.get(upcoming[pair].id) if pair in upcoming else None
        number, remarked = remarks.get(pair, (0, ""))
        on_it = {name: getattr(agenda, name) for name in ON_AGENDA} if agenda else {}
        found[pair] = Awaiting(**on_it, proposals=proposals[pair], remarks=number, remarked=remarked)
    return found


def waits(action: Action, person: Person) -> bool:
    """Whether a proposal waits for this person's word."""
    return action.is_proposed and action.pair.is_running and not action.agreed_by(person)


def late(found: list[Action], person: Person) -> list[Action]:
    """Those of these actions that are late, as of this person's today."""
    return [action for action in found if action.days_late(person.today)]


def _number(condition):
    return fn.SUM(Case(None, ((condition, 1),), 0))


def _agendas(person, now):
    came = fn.EXISTS(Carry.select(Carry.id).where(Carry.item == Item.id, Carry.to_meeting == Item.meeting))
    shared, own = Item.shared_at.is_null(False), Item.author == person
    return (
        Item.select(
            Item.meeting,
            _number(shared & ~own & ~came).alias("theirs"),
            _number(shared & own & ~came).alias("own"),
            _number(Item.shared_at.is_null() & own).alias("drafts"),
            _number(shared & came).alias("carried"),
        )
        .join(Meeting)
        .join(Pair)
        .where(
            mine(person, now),
            still_open(),
            Item.deleted_at.is_null(),
            Item.discussed_at.is_null(),
        )
        .group_by(Item.meeting)
    )


AGENDAS_OF = Prepared(_agendas)
