"""History: every change of shared words is kept for the two, and an earlier wording comes back."""

from datetime import timedelta

import pytest

import actions
import clock
import database
import erasure
import growth
import history
import meetings
import records
from history import Wording
from meetings import Meeting
from models import Refused
from rows import db
from stories import ActionStory, ItemStory, ObjectiveStory

from .conftest import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
def later():
    """A function: do what is done within it some minutes later."""
    return lambda minutes: clock.at(NOW + minutes * MINUTE)


def changes(thing, part: str = "text") -> list[tuple[str, str, str]]:
    """What was kept of a part: by whom, and the words before and after."""
    names = {person.id: person.first_name for person in thing.pair.people}
    found = [one for one in history.wordings_of(thing) if one.part == part]
    return [(names[one.by_id], one.before, one.after) for one in found]


def story(item, me) -> ItemStory:
    """What happened to an item, looked up afresh."""
    return ItemStory(meetings.find_item(me, item.id), me)


def settle(aim, by) -> None:
    """Agree to the change of an objective that waits."""
    growth.find(by, growth.find(by, aim.id).pending.id).agree(by)


def said(found) -> list[str]:
    """What happened, the latest first."""
    return [str(event.said) for event in found.events]


def shown(found, version) -> str:
    """A version with what went and came in brackets."""
    marks = {"gone": "[-{}-]", "new": "[+{}+]", "same": "{}"}
    return "".join(marks[stretch.kind].format(stretch.text) for stretch in version.stretches)


# What is kept


def test_whatever_opens_the_database_has_changes_kept_and_each_of_them_once(here, item, ada, monkeypatch):
    monkeypatch.setattr(meetings, "witnesses", [])
    db.close()
    for _ in range(2):
        db.close_all()
        database.open_checked(here)
    db.connect()
    item.edit(ada, "It is kept", item.text)
    assert [one.after for one in Wording.select()] == ["It is kept"]


def test_each_saved_change_of_an_items_words_is_kept(item, ada, sam, later):
    with later(1):
        item.edit(sam, "The pilot found three gaps", item.text)
    with later(2):
        item.edit(ada, "The pilot found four gaps", item.text)
    item.pair = item.meeting.pair
    assert changes(item) == [
        ("Sam", "The pilot found two gaps", "The pilot found three gaps"),
        ("Ada", "The pilot found three gaps", "The pilot found four gaps"),
    ]


def test_saving_the_same_words_again_keeps_nothing(item, sam):
    item.edit(sam, item.text, item.text)
    assert Wording.select().count() == 0


def test_what_one_person_types_within_minutes_is_one_change(item, ada, sam, later):
    for minute, text in enumerate(("No", "Nobody", "Nobody owns it")):
        with later(minute):
            item.write_notes(sam, text, item.notes)
    with later(3):
        item.write_notes(ada, "Nobody owns it. Ada asks.", item.notes)
    with later(4):
        item.write_notes(sam, "Nobody owns it. Ada asks. Sam too.", item.notes)
    with later(30):
        item.write_notes(sam, "Done", item.notes)
    item.pair = item.meeting.pair
    assert changes(item, "notes") == [
        ("Sam", "", "Nobody owns it"),
        ("Ada", "Nobody owns it", "Nobody owns it. Ada asks."),
        ("Sam", "Nobody owns it. Ada asks.", "Nobody owns it. Ada asks. Sam too."),
        ("Sam", "Nobody owns it. Ada asks. Sam too.", "Done"),
    ]
    assert (history.wordings_of(item)[0].began_at, history.wordings_of(item)[0].changed_at) == (NOW, NOW + 2 * MINUTE)


def test_an_autosave_costs_one_look_and_one_write(item, sam):
    item.write_notes(sam, "No", "")
    asked = []
    db.query_hooks.append(lambda event: asked.append(event.sql))
    try:
        item.write_notes(sam, "Nobody", "No")
    finally:
        db.query_hooks.pop()
    assert len([sql for sql in asked if "wording" in sql]) == 2


def test_of_a_draft_nothing_is_kept_before_it_is_shared(meeting, draft, sam, ada, later):
    draft.edit(sam, "Ask about Mondays", draft.text)
    draft.write_notes(sam, "Secret", "")
    draft.delete_by(sam)
    draft.restore(sam)
    assert Wording.select().count() == 0
    draft.share(sam)
    with later(1):
        draft.edit(sam, "Ask about Tuesdays", draft.text)
    draft.pair = meeting.pair
    assert changes(draft) == [("Sam", "Ask about Mondays", "Ask about Tuesdays")]
    assert "Written as a private draft" not in said(story(draft, ada))


def test_words_are_sealed_where_they_are_kept(item, sam):
    item.edit(sam, "Other words", item.text)
    ((before, after),) = db.execute_sql('SELECT "before", "after" FROM "wording"').fetchall()
    assert "pilot" not in before
    assert "Other" not in after


def test_deleting_bringing_back_and_moving_are_kept(item, ada, sam, later):
    for minute, change in enumerate((item.delete_by, item.restore), 1):
        with later(minute):
            change(ada)
            change(ada)
    with later(3):
        item.move(sam, "other")
    with later(4):
        item.move(sam, "other")
    assert said(story(item, sam)) == ["Moved to another section", "Brought back", "Deleted", "Added"]
    titles = [item.meeting.outline.section(key).title for key in ("goals", "other")]
    assert story(item, sam).events[0].between == tuple(titles)


def test_an_actions_terms_are_kept_as_they_change(item, ada, sam, later):
    action = actions.propose(item, sam, text="Map gaps", owner=sam, due_on=None, likelihood=5)
    with later(1):
        action.rewrite(ada, text="Map both gaps", owner=ada, due_on=NOW.date(), likelihood=5)
    with later(2):
        action.say_what_helps(sam, "More time", "")
    found = ActionStory(actions.find(sam, action.id), sam)
    kept = {
        str(event.said): event.between or shown(found, event.version)
        for event in found.events
        if event.at > NOW and event.said != "Agreed"
    }
    assert kept == {
        "What makes it likelier changed": "[+More time+]",
        "Words changed": "Map[+ both+] gaps",
        "Given to somebody else": ("Sam Okoro", "Ada Marsh"),
        "Day changed": ("", NOW.date()),
    }


# What happened, step by step


def test_a_story_tells_who_did_what_when(meeting, item, ada, sam, later):
    with later(1):
        item.edit(ada, "The pilot found three gaps", item.text)
    with later(2):
        item.discuss(sam)
        item.keep(ada)
    with later(3):
        records.close(meeting, ada, NOW + timedelta(days=30))
    found = story(item, sam)
    assert said(found) == ["Moved on", "Kept for next time", "Discussed", "Words changed", "Added"]
    moved, *_, changed, added = found.events
    assert moved.between == (meeting.starts_at, NOW + timedelta(days=30))
    assert (changed.by, changed.at) == (ada, NOW + MINUTE)
    assert shown(found, changed.version) == "The pilot found[- two-][+ three+] gaps"
    assert changed.version.is_now
    assert (added.by, added.version.words) == (sam, "The pilot found two gaps")


def test_when_a_draft_was_written_is_its_authors_affair(meeting, draft, ada, sam, later):
    assert said(story(draft, sam)) == ["Written as a private draft"]
    with later(5):
        draft.share(sam)
    assert said(story(draft, sam)) == ["Shared", "Written as a private draft"]
    assert said(story(draft, ada)) == ["Added"]
    assert story(draft, ada).events[0].at == NOW + 5 * MINUTE


def test_words_from_before_anything_was_kept_are_told_too(item, sam, later):
    item.change(notes="Written long ago")
    with later(1):
        item.write_notes(sam, "Written now", "Written long ago")
    before = next(event for event in story(item, sam).events if event.said == "Before that")
    assert (before.by, before.version.words) == (None, "Written long ago")


def test_a_long_text_is_shown_around_what_changed(item, sam, later):
    item.write_notes(sam, "start " + "same " * 200, "")
    with later(20):
        item.write_notes(sam, item.notes + "end", item.notes)
    found = story(item, sam)
    assert len(shown(found, found.events[0].version)) < 400
    assert found.events[0].version.words.endswith("same end")


def test_an_actions_story_tells_all_that_came_of_it(item, ada, sam, later):
    action = actions.propose(item, sam, text="Map gaps", owner=sam, due_on=NOW.date(), likelihood=None)
    steps = (
        lambda: action.agree(ada),
        lambda: action.update_with(sam, "Half-way"),
        lambda: action.redate(sam, NOW.date() + timedelta(days=1)),
        lambda: action.put_off(ada, NOW.date() + timedelta(days=7)),
        lambda: action.put_off(ada, None),
        lambda: action.drop(ada, "Not needed"),
    )
    for minute, step in enumerate(steps, 1):
        with later(minute):
            step()
    found = ActionStory(actions.find(ada, action.id), ada)
    told = ["Dropped", "Taken up again", "Put off", "Day changed", "Update", "Agreed", "Proposed", "Agreed"]
    assert sorted(said(found)) == sorted(told)
    assert [event.version.words for event in found.events if event.said == "Dropped"] == ["Not needed"]


def test_an_objectives_story_tells_how_it_went(pair, ada, sam, later):
    aim = growth.set_objective(pair, sam, "Chair the review", measures="Twice", together=True)
    with later(1):
        aim.note_progress(ada, "good", "Well begun")
    with later(2):
        aim.rewrite(ada, text="Chair the reviews", measures="Three times", competencies="", due_on=None)
        settle(aim, sam)
    found = ObjectiveStory(growth.find(sam, aim.id), sam)
    kept = [shown(found, event.version) for event in found.events if event.at > NOW and event.version]
    assert sorted(kept) == ["Chair the[- review-][+ reviews+]", "Twice", "Well begun", "[-Twice-][+Three times+]"]


# An earlier wording


def restore(found, by, words: str, seen: str | None = None) -> bool:
    """Restore the version that says these words."""
    version = next(event.version for event in found.events if event.version and event.version.words == words)
    return found.restore(by, version.wording, version.side, seen or found.seen(version.part))


def test_an_earlier_wording_comes_back_and_that_is_kept_too(item, ada, sam, later):
    with later(1):
        item.edit(sam, "Second", item.text)
    with later(2):
        assert restore(story(item, ada), ada, "The pilot found two gaps")
    assert story(item, sam).thing.text == "The pilot found two gaps"
    assert said(story(item, sam)) == ["Words changed", "Words changed", "Added"]
    with later(3):
        assert restore(story(item, sam), sam, "Second")
    assert story(item, sam).thing.text == "Second"


def test_notes_restored_a_moment_after_typing_do_not_swallow_what_was_typed(item, sam, later):
    item.write_notes(sam, "First", "")
    with later(20):
        item.write_notes(sam, "Second", "First")
    with later(21):
        assert restore(story(item, sam), sam, "First")
    item.pair = item.meeting.pair
    assert [after for _, _, after in changes(item, "notes")] == ["First", "Second", "First"]


def test_restoring_twice_changes_nothing_more(item, sam, later):
    with later(1):
        item.edit(sam, "Second", item.text)
    found = story(item, sam)
    with later(2):
        for _ in range(2):
            assert restore(found, sam, "The pilot found two gaps", seen=history.mark("Second"))
    assert Wording.select().count() == 2


def test_what_was_changed_meanwhile_is_not_overwritten(item, ada, sam, later):
    with later(1):
        item.edit(sam, "Second", item.text)
    seen = story(item, sam).seen("text")
    with later(2):
        item.edit(ada, "Third", item.text)
    with pytest.raises(Refused, match="changed a moment ago"):
        restore(story(item, sam), sam, "The pilot found two gaps", seen)
    assert story(item, sam).thing.text == "Third"


def test_a_change_in_the_very_last_moment_is_not_overwritten_either(item, ada, sam, later):
    with later(1):
        item.edit(sam, "Second words", item.text)
    found = story(item, sam)
    with later(2):
        item.edit(ada, "Third words", item.text)
    with pytest.raises(Refused, match="changed a moment ago"):
        restore(found, sam, "The pilot found two gaps")
    assert story(item, sam).thing.text == "Third words"


def test_nothing_is_restored_where_nothing_can_change(meeting, item, ada, sam, later):
    with later(1):
        item.edit(sam, "Second", item.text)
        item.discuss(sam)
    records.close(meeting, ada, None)
    found = story(item, sam)
    assert not found.can_restore("text")
    with pytest.raises(Refused, match="closed"):
        restore(found, sam, "The pilot found two gaps")


def test_a_wording_of_something_else_is_not_restored_here(meeting, item, sam):
    other = meeting.add_item(sam, "goals", "Another")
    other.edit(sam, "Another one", "Another")
    wording = history.wordings_of(other)[0]
    found = story(item, sam)
    assert not found.restore(sam, wording.id, "before", found.seen("text"))
    assert not found.restore(sam, "nothing", "before", "")
    assert not story(other, sam).restore(sam, wording.id, "pair", "")


def test_an_actions_words_come_back_while_it_is_a_proposal(item, ada, sam, later):
    action = actions.propose(item, sam, text="Map gaps", owner=sam, due_on=None, likelihood=None)
    with later(1):
        action.rewrite(ada, text="Map both gaps")
    found = ActionStory(actions.find(sam, action.id), sam)
    with later(2):
        assert restore(found, sam, "Map gaps")
    found = ActionStory(actions.find(sam, action.id), sam)
    assert found.thing.text == "Map gaps"
    assert [one.person_id for one in found.thing.agreements] == [sam.id]
    action.agree(ada)
    assert not ActionStory(actions.find(sam, action.id), sam).can_restore("text")


def test_an_objectives_words_come_back_and_both_are_asked_again(pair, ada, sam, later):
    aim = growth.set_objective(pair, sam, "Chair the review", measures="Twice", together=True)
    with later(1):
        aim.rewrite(ada, text="Chair it", measures="Once", competencies="", due_on=None)
        settle(aim, sam)
    found = ObjectiveStory(growth.find(sam, aim.id), sam)
    with later(2):
        assert restore(found, sam, "Twice")
    fresh = growth.find(sam, aim.id)
    assert (fresh.text, fresh.measures, fresh.pending.measures) == ("Chair it", "Once", "Twice")
    assert [one.person_id for one in fresh.pending.agreements] == [sam.id]


def test_a_deleted_items_words_stay_as_they_are(item, sam, later):
    with later(1):
        item.edit(sam, "Second", item.text)
        item.delete_by(sam)
    found = story(item, sam)
    assert not found.can_restore("text")
    with pytest.raises(Refused, match="deleted"):
        restore(found, sam, "The pilot found two gaps")


def test_what_is_no_text_is_not_restored_as_one(item, sam):
    item.move(sam, "other")
    (moved,) = history.wordings_of(item)
    found = story(item, sam)
    assert not found.restore(sam, moved.id, "before", history.mark("other"))
    assert story(item, sam).thing.section == "other"


def test_the_wordings_go_with_what_they_were_of(meeting, item, ada, sam):
    item.edit(sam, "Second", item.text)
    made = actions.propose(item, sam, text="Map gaps", owner=sam, due_on=None, likelihood=None)
    made.rewrite(sam, text="Map all gaps")
    assert Wording.select().count() == 2
    erasure.delete_meetings(Meeting.select(Meeting.id).where(Meeting.id == meeting.id))
    assert [one.subject for one in Wording.select()] == [made.region]
    erasure.delete_actions(actions.Action.id == made.id)
    assert Wording.select().count() == 0
