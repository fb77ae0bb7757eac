"""Finding words again: in memory, over what one person may see."""

from datetime import datetime
from typing import NamedTuple

import clock
from actions import Action
from models import Item, Meeting, Pair, Person, mine, visible_to

MOST = 50


class Hit(NamedTuple):
    """Something found: when it was written, what it is, its words, with whom, and where to see it."""

    at: datetime
    kind: str
    text: str
    pair: Pair
    path: str


def search(person: Person, words: str) -> list[Hit]:
    """The items (with their notes) and actions that hold all the words, the newest first, at most 50."""
    wanted = words.lower().split()
    pairs = {pair.id: pair for pair in person.pairs()}
    hits = [
        Hit(item.created_at, "Agenda", item.text, pairs[item.pair_id], f"{item.meeting.path}#{item.region}")
        for item in _items(person)
        if _holds(f"{item.text} {item.notes}", wanted)
    ]
    hits += [
        Hit(action.proposed_at, "Action", action.text, pairs[action.pair_id], action.path)
        for action in _actions(person)
        if _holds(action.text, wanted)
    ]
    return sorted(hits, key=lambda hit: hit.at, reverse=True)[:MOST]


def _holds(text: str, wanted: list[str]) -> bool:
    text = text.lower()
    return all(word in text for word in wanted)


def _items(person: Person):
    return (
        Item.select(Item, Meeting)
        .join(Meeting)
        .join(Pair)
        .where(mine(person, clock.now()), visible_to(person), Item.deleted_at.is_null())
    )


def _actions(person: Person):
    return Action.select().join(Pair).where(mine(person, clock.now()), Action.withdrawn_at.is_null())
