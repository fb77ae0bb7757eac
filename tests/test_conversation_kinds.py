"""What kind of conversation a meeting is, who leads it, and the rhythms of a pair."""

from datetime import UTC, datetime, timedelta

import pytest

import clock
import library
import meetings
import records
import scheduling
from meetings import Item, Meeting, MeetingOver
from models import Refused
from rows import db

from .conftest import NOW


def texts(meeting: Meeting, person) -> list[str]:
    """What this person sees on the agenda, in order."""
    return [item.text for item in meeting.items_for(person)]


def test_what_the_individual_adds_stands_before_what_the_manager_added(meeting, ada, sam):
    for person, text in ((ada, "Hers"), (sam, "His"), (ada, "Hers too"), (sam, "His too")):
        meeting.add_item(person, "goals", text)
    assert texts(meeting, sam) == ["His", "His too", "Hers", "Hers too"]


def test_what_was_moved_stays_where_it_was_moved_to(meeting, ada, sam):
    hers = meeting.add_item(ada, "goals", "Hers")
    his = meeting.add_item(sam, "goals", "His")
    hers.move(ada, "goals", before=his)
    meeting.add_item(sam, "goals", "His too")
    assert texts(meeting, sam) == ["Hers", "His", "His too"]


def test_a_draft_that_is_shared_stands_where_it_would_have_stood(meeting, ada, sam):
    meeting.add_item(sam, "goals", "Draft", private=True)
    meeting.add_item(ada, "goals", "Hers")
    assert [item.text for item in meeting.share_drafts(sam)] == ["Draft"]
    assert texts(meeting, ada) == ["Draft", "Hers"]


def test_another_kind_keeps_every_item_and_its_section(meeting, sam):
    item = meeting.add_item(sam, "development", "A course")
    meeting.turn_into(sam, "catch_up")
    assert [(found.text, found.section) for found in meeting.items_for(sam)] == [("A course", "open")]
    assert Item.get_by_id(item.id).section == "development"
    meeting.turn_into(sam, "regular")
    assert [found.section for found in meeting.items_for(sam)] == ["development"]


def test_a_kind_is_changed_until_the_meeting_is_closed(meeting, sam):
    records.close(meeting, sam, None)
    with pytest.raises(MeetingOver):
        meeting.turn_into(sam, "career")
    with pytest.raises(MeetingOver):
        meeting.join(sam, "career")


def test_a_conversation_joins_once_and_leaves_without_loss(meeting, sam):
    for _ in range(2):
        meeting.join(sam, "supervision")
    assert [found.key for found in meeting.conversations] == ["regular", "supervision"]
    assert [section.key for section in meeting.sections][-4:] == ["practice", "competence", "reflection", "other"]
    meeting.add_item(sam, "practice", "A hard case")
    meeting.join(sam, "supervision", undo=True)
    assert [found.key for found in meeting.conversations] == ["regular"]
    assert [(item.text, item.section) for item in meeting.items_for(sam)] == [("A hard case", "other")]


def test_what_is_the_kind_already_cannot_be_added_and_what_becomes_it_is_no_addition_any_more(meeting, sam):
    meeting.join(sam, "regular")
    assert len(meeting.conversations) == 1
    meeting.join(sam, "career")
    meeting.turn_into(sam, "career")
    assert [found.key for found in meeting.conversations] == ["career"]


def test_a_carried_item_returns_to_its_section_when_there_is_one_again(meeting, sam):
    meeting.pair.settle(sam, template="catch_up")
    meeting.add_item(sam, "development", "A course")
    short = records.close(meeting, sam, NOW + timedelta(days=7))
    assert [item.section for item in short.items_for(sam)] == ["open"]
    short.pair.settle(sam, template="regular")
    long = records.close(short, sam, NOW + timedelta(days=14))
    assert [item.section for item in long.items_for(sam)] == ["development"]


def test_a_running_meeting_keeps_the_version_it_began_with(meeting, sam):
    before = meeting.outline
    old = library.current("regular")
    newer = old.content.replace('title = "Wellbeing"', 'title = "How you are"')
    library.TemplateVersion.create(key="regular", number=2, content=newer, published_at=NOW)
    assert Meeting.get_by_id(meeting.id).outline == before
    upcoming = records.close(meeting, sam, NOW + timedelta(days=30))
    assert upcoming.sections[0].title == "How you are"
    assert records.Record.of(meeting).minutes["sections"][0]["title"] == "Wellbeing"


def test_the_record_says_which_conversations_were_held(meeting, sam):
    meeting.join(sam, "career")
    records.close(meeting, sam, None)
    assert records.Record.of(meeting).minutes["kind"] == "Regular one-to-one + Career conversation"


def test_what_duologue_brings_along_replaces_its_own_but_nothing_of_the_people_leads(here, tmp_path):
    (tmp_path / "regular.toml").write_text(library.current("regular").content.replace("minutes = 60", "minutes = 55"))
    (tmp_path / "catch_up.toml").write_text(library.current("catch_up").content.replace("minutes = 20", "minutes = 25"))
    library.TemplateVersion.create(
        key="catch_up", number=2, content=library.current("catch_up").content, published_at=NOW, by="somebody"
    )
    for _ in range(2):
        library.publish_built_ins(tmp_path)
    assert (library.current("regular").number, library.current("regular").outline.minutes) == (2, 55)
    assert (library.current("catch_up").number, library.current("catch_up").outline.minutes) == (2, 20)


def test_a_retired_template_is_offered_no_more_and_goes_on_where_it_is_used(here):
    library.TemplateVersion.update(retired_at=NOW).where(library.TemplateVersion.key == "career").execute()
    assert "career" not in library.offered()
    assert library.current("career").outline.key == "career"


def test_a_meeting_of_an_older_version_takes_the_first_version_of_its_template(meeting):
    import database

    meeting.change(versions="")
    with db.atomic():
        database._adopt_templates()
    assert Meeting.get_by_id(meeting.id).outline.key == "regular"


# Two rhythms


@pytest.fixture
def both(meeting, sam):
    """A pair that meets every month, on the 2nd of March for the first time, and shortly every week."""
    meeting.pair.settle(sam, rhythm="monthly", between_rhythm="weekly", between_minutes=25, between_place="By video")
    meeting.reschedule(sam, datetime(2026, 3, 9, 10, tzinfo=UTC), 60, "")
    return meeting


def test_short_meetings_come_in_between_and_the_long_one_when_it_is_due(both, sam):
    met, meeting = [], both
    with clock.at(datetime(2026, 3, 9, 11, tzinfo=UTC)):
        for _ in range(6):
            meeting = records.close(meeting, sam, scheduling.start_after(meeting))
            met.append((meeting.starts_at.day, meeting.outline.key))
    weeks = [(16, "catch_up"), (23, "catch_up"), (30, "catch_up"), (6, "catch_up"), (13, "regular"), (20, "catch_up")]
    assert met == weeks


def test_a_short_meeting_has_arrangements_of_its_own(both, sam):
    short = records.close(both, sam, scheduling.start_after(both))
    assert (short.minutes, short.place, short.is_between) == (25, "By video", True)
    assert not both.is_between


def test_no_short_meeting_comes_right_before_the_long_one(both, sam):
    both.pair.settle(sam, rhythm="two-weekly")
    with clock.at(both.starts_at):
        short = records.close(both, sam, scheduling.start_after(both))
        assert short.is_between
        assert not records.close(short, sam, scheduling.start_after(short)).is_between


def test_without_a_second_rhythm_every_meeting_is_a_long_one(meeting, sam):
    upcoming = records.close(meeting, sam, scheduling.start_after(meeting))
    assert (upcoming.is_between, upcoming.outline.key) == (False, "regular")


# At least monthly


def test_a_pair_is_overdue_a_week_after_it_should_have_met(meeting, sam):
    met = datetime(2026, 3, 9, 10, tzinfo=UTC)
    for moment, overdue in (
        (datetime(2026, 4, 13, 9, tzinfo=UTC), False),
        (datetime(2026, 4, 21, 9, tzinfo=UTC), True),
    ):
        with clock.at(moment):
            assert scheduling.is_overdue(meeting.pair, "monthly", met) == overdue
            assert not scheduling.is_overdue(meeting.pair, "none", met)


def test_a_pair_that_never_met_is_overdue_from_when_it_was_accepted(meeting):
    with clock.at(NOW + timedelta(days=60)):
        assert scheduling.is_overdue(meeting.pair, "monthly", None)


def test_short_meetings_do_not_count(both, sam):
    short = records.close(both, sam, scheduling.start_after(both))
    records.close(short, sam, None)
    assert scheduling.last_met(sam) == {both.pair_id: both.starts_at}


def test_today_says_kindly_that_a_month_has_slipped(as_sam, as_ada, meeting, sam):
    assert "You have not met since" not in as_sam.see("/")
    meeting.change(starts_at=NOW - timedelta(days=90))
    records.close(meeting, sam, None)
    for client in (as_sam, as_ada):
        page = client.see("/")
        assert "You have not met since" in page
        assert "Find a date together" in page


# The individual's part and the manager's


def test_what_the_manager_brought_last_time_stands_after_what_the_individual_brings_now(meeting, ada, sam):
    meeting.add_item(ada, "goals", "Hers, from last time")
    meeting.add_item(sam, "goals", "His, from last time")
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    upcoming.add_item(ada, "goals", "Hers")
    upcoming.add_item(sam, "goals", "His")
    assert texts(upcoming, sam) == ["His, from last time", "His", "Hers, from last time", "Hers"]


def test_what_was_moved_among_the_others_is_carried_as_it_was_moved(meeting, ada, sam):
    hers, his = meeting.add_item(ada, "goals", "Hers"), meeting.add_item(sam, "goals", "His")
    hers.move(ada, "goals", before=his)
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    assert texts(upcoming, sam) == ["Hers", "His"]


def test_an_item_of_the_managers_moved_to_an_empty_section_leaves_room_before_it(meeting, ada, sam):
    meeting.add_item(ada, "goals", "Hers").move(ada, "other")
    meeting.add_item(sam, "other", "His")
    assert texts(meeting, sam) == ["His", "Hers"]


def test_the_manager_sorting_her_own_keeps_them_together(meeting, ada, sam):
    items = [meeting.add_item(ada, "goals", text) for text in ("A", "B", "C")]
    for item in items[1:]:
        item.step(ada, down=False)
        meetings.find_item(ada, items[2].id).step(ada, down=False)
    meeting.add_item(sam, "goals", "His")
    assert texts(meeting, sam)[0] == "His"


def test_spreading_out_what_is_too_tight_keeps_both_parts(meeting, ada, sam):
    first, second = (meeting.add_item(ada, "goals", text) for text in ("A", "B"))
    his = meeting.add_item(sam, "goals", "His")
    second.change(position=first.position + 1e-9)
    assert Item.get_by_id(first.id).position < Item.get_by_id(second.id).position
    his.move(sam, "goals", before=second)
    meeting.add_item(sam, "goals", "His too")
    assert texts(meeting, sam) == ["His too", "A", "His", "B"]


def test_a_catch_up_that_becomes_a_long_talk_counts_as_one(both, sam):
    short = records.close(both, sam, scheduling.start_after(both))
    short.turn_into(sam, "regular")
    assert not Meeting.get_by_id(short.id).is_between
    short.turn_into(sam, "catch_up")
    assert Meeting.get_by_id(short.id).is_between


def test_a_meeting_takes_in_four_conversations_and_no_more(meeting, sam):
    current = library.current("career")
    for number in range(4):
        library.TemplateVersion.create(key=f"own_{number}", number=1, content=current.content, published_at=NOW)
        meeting.join(sam, f"own_{number}")
    with pytest.raises(Refused, match="a lot for one meeting"):
        meeting.join(sam, "career")
    assert len(meeting.versions) <= 255


def test_a_version_that_a_later_rule_would_refuse_is_still_read(here):
    old = library.current("regular").content.replace(
        '["wellbeing", "occupational_health"]', '["wellbeing", "horoscopes"]'
    )
    version = library.TemplateVersion.create(key="regular", number=2, content=old, published_at=NOW)
    assert version.outline.sections[0].key == "wellbeing"


def test_who_never_met_is_told_so(as_sam, meeting):
    meeting.pair.change(accepted_at=NOW - timedelta(days=90))
    assert "You have not met here yet." in as_sam.see("/")


def test_a_long_meeting_whose_day_went_by_takes_the_place_of_the_next_short_one(both, sam):
    short = records.close(both, sam, scheduling.start_after(both))
    late = datetime(2026, 4, 22, 10, tzinfo=UTC)
    short.reschedule(sam, late, 20, "")
    with clock.at(late):
        upcoming = records.close(short, sam, scheduling.start_after(short))
    assert (upcoming.starts_at.day, upcoming.outline.key, upcoming.is_between) == (29, "regular", False)


def test_short_meetings_closed_late_do_not_push_the_long_one_away(both, sam):
    kinds, meeting = [], both
    for week in range(1, 13):
        with clock.at(datetime(2026, 3, 9, 12, tzinfo=UTC) + timedelta(days=8 * week)):
            meeting = records.close(meeting, sam, scheduling.start_after(meeting))
            kinds.append(meeting.outline.key)
    assert kinds.count("regular") >= 2
