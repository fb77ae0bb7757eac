"""Every place that people write to, filled in with the words of a test."""

import json
from datetime import timedelta

import actions
import development
import evidence
import feedback
import growth
import records
from handovers import Handover, PassedRecord
from history import Wording
from meetings import Item, Meeting
from models import Person
from notebooks import PrivateNote
from records import Upload
from reviews import Gathered

from .conftest import NOW


def write_everything(meeting: Meeting, ada: Person, sam: Person, word: str) -> Meeting:
    """Write `word` wherever one can, into what is shared, private, deleted, carried and closed; the next meeting."""
    pair = meeting.pair
    pair.settle(ada, place=f"{word} place", between_place=f"{word} short place")
    meeting.reschedule(ada, meeting.starts_at, 60, f"{word} room")
    PrivateNote.write(pair, ada, f"{word} notebook", "")
    goal = development.set_goal(pair, sam, f"{word} goal", key="goal")
    for part in development.PARTS:
        goal.write(ada, part, f"{word} {part}", "")
    activity = goal.add_activity(ada, f"{word} activity", "others", key="activity")
    activity.do(sam)
    activity.reflect(sam, f"{word} reflection", "")
    aim = growth.set_objective(
        pair,
        sam,
        f"{word} objective",
        measures=f"{word} measure",
        competencies=f"{word} skill",
        together=True,
        key="objective",
    )
    aim.note_progress(ada, "good", f"{word} progress", meeting, key="progress")
    aim.drop(sam, f"{word} change of plan")
    entry = {"link": f"{word} link", "reference": f"{word} 3.1", "reflection": f"{word} reflection"}
    evidence.add(pair, sam, NOW.date(), f"{word} evidence", key="evidence", **entry)
    asked = feedback.ask(pair, sam, f"{word} question", key="question")
    asked.answer(ada, "positive", f"{word} feedback", is_reported=True, reported_from=f"{word} colleague")
    asked.acknowledge(sam, f"{word} reply")
    for person in pair.people:
        asked.record(person)
    feedback.give(pair, sam, "developmental", f"{word} taken back", key="taken back").withdraw(sam)
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
    record = records.Record.of(meeting)
    record.remark(sam, f"{word} remark", key="remark")
    _write_the_rest(meeting, item, record, sam, word)
    return upcoming


def _write_the_rest(meeting: Meeting, item: Item, record: records.Record, sam: Person, word: str) -> None:
    """What rows of other rooms hold, as it is stored."""
    pair, own = meeting.pair, {"pair": meeting.pair, "by": sam}
    Wording.create(subject=item.region, part="text", before=f"{word} before", after=f"{word} after", **own)
    gathered = {"source": item.region, "text": f"{word} text", "notes": f"{word} gathered"}
    Gathered.create(pair=pair, meeting=meeting, item=item, **gathered)
    Upload.create(record=record, address=f"{word} address", uploaded_on=NOW.date(), **own)
    told = {"text": f"{word} passed on", "measures": "", "competencies": "", "due_on": None, "source": record.id}
    lists = {"objectives": [told], "goals": [], "actions": [], "records": []}
    content = json.dumps(lists, ensure_ascii=False)
    handover = Handover.create(from_pair=pair, content=content, **own)
    minutes = {"source": record.id, "closed_at": NOW, "content": record.content}
    PassedRecord.create(pair=pair, handover=handover, **minutes)
