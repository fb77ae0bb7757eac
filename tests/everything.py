"""Every place that people write to, filled in with the words of a test."""

from datetime import timedelta

import actions
import growth
import records
from models import Meeting, Person
from notebooks import PrivateNote

from .conftest import NOW


def write_everything(meeting: Meeting, ada: Person, sam: Person, word: str) -> Meeting:
    """Write `word` wherever one can, into what is shared, private, deleted, carried and closed; the next meeting."""
    pair = meeting.pair
    pair.settle(ada, place=f"{word} place", between_place=f"{word} short place")
    meeting.reschedule(ada, meeting.starts_at, 60, f"{word} room")
    PrivateNote.write(pair, ada, f"{word} notebook", "")
    growth.set_objective(pair, sam, f"{word} objective", None, key="objective")
    meeting.add_item(sam, "goals", f"{word} draft", private=True)
    deleted = meeting.add_item(sam, "goals", f"{word} deleted", key="deleted")
    deleted.write_notes(sam, f"{word} notes of it", "")
    deleted.delete_by(sam)
    item = meeting.add_item(sam, "goals", f"{word} item", key="item")
    item.edit(sam, f"{word} item, reworded", item.text)
    item.write_notes(ada, f"{word} notes", "")
    item.discuss(ada)
    item.keep(ada)
    action = actions.propose(
        item, sam, text=f"{word} action", owner=sam, due_on=None, likelihood=None, together=True, key="action"
    )
    action.update_with(sam, f"{word} update", key="update")
    action.say_what_helps(sam, f"{word} help", "")
    action.drop(ada, f"{word} reason")
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    records.Record.of(meeting).remark(sam, f"{word} remark", key="remark")
    return upcoming
