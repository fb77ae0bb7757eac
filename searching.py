"""Finding words again: in memory, over what one person may see. Each text is opened, looked at and let go."""

from collections.abc import Iterator
from datetime import datetime
from heapq import nlargest
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

import clock
from actions import Action
from languages import Phrase
from models import Item, Meeting, Pair, Person, mine, visible_to

MOST = 50


class Hit(NamedTuple):
    """Something found: when it was written, what it is, its words, with whom, and where to see it."""

    at: datetime
    kind: Phrase
    text: str
    pair: Pair
    path: str


def search(person: Person, words: str) -> list[Hit]:
    """The items (with their notes) and actions that hold all the words, the newest first, at most 50."""
    wanted = words.lower().split()
    pairs = {pair.id: pair for pair in person.pairs()}
    hits = chain(_items(person, wanted, pairs), _actions(person, wanted, pairs))
    return nlargest(MOST, hits, key=attrgetter("at"))


def _items(person: Person, wanted: list[str], pairs: dict[str, Pair]) -> Iterator[Hit]:
    found = (
        Item.select(Item, Meeting)
        .join(Meeting)
        .join(Pair)
        .where(mine(person, clock.now()), visible_to(person), Item.deleted_at.is_null())
    )
    for item in found.iterator():
        if _holds(f"{item.text} {item.notes}", wanted):
            path = f"{item.meeting.path}#{item.region}"
            yield Hit(item.created_at, Phrase("Agenda"), item.text, pairs[item.pair_id], path)


def _actions(person: Person, wanted: list[str], pairs: dict[str, Pair]) -> Iterator[Hit]:
    found = Action.select().join(Pair).where(mine(person, clock.now()), Action.withdrawn_at.is_null())
    for action in found.iterator():
        if _holds(action.text, wanted):
            yield Hit(action.proposed_at, Phrase("Action"), action.text, pairs[action.pair_id], action.path)


def _holds(text: str, wanted: list[str]) -> bool:
    text = text.lower()
    return all(word in text for word in wanted)
