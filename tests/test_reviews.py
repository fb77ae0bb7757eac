"""The annual review: a year gathered onto an agenda, and again without losing what the two wrote."""

from datetime import date, timedelta

import pytest

import actions
import clock
import evidence
import growth
import languages
import meetings
import records
import reviews
import year_in_words
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from meetings import Item, MeetingOver
from models import Refused
from records import Record
from reviews import Gathered
from years import Year

from . import pseudo
from .conftest import NOW

START, END = NOW.date() - timedelta(days=364), NOW.date()
# The meeting of these tests lies some days ahead.
SOON = END + timedelta(days=10)


@pytest.fixture
def year(pair, meeting, ada, sam) -> dict:
    """A year with one of everything, and the next meeting, which is an annual review."""
    aim = growth.set_objective(
        pair, sam, "Chair the review", END, measures="Three in a row", competencies="Facilitation", together=True
    )
    aim.note_progress(sam, "good", "Chaired one")
    aim.note_progress(ada, "mixed", "")
    goal = DevelopmentGoal.create(pair=pair, set_by=sam, text="Facilitate")
    Activity.create(
        **{"pair": pair, "goal": goal, "added_by": sam, "text": "Shadow Jo", "mode": "others"},
        **{"done_at": NOW, "reflection": "Pauses help"},
    )
    wanted = {"giver_records_at": NOW, "receiver_records_at": NOW}
    told = {"pair": pair, "giver": ada, "receiver": sam, "tone": "positive", "given_at": NOW}
    Feedback.create(text="Well led", **told, **wanted)
    Feedback.create(text="Clear notes", is_reported=True, **told, **wanted)
    Feedback.create(text="Between us", **told, giver_records_at=NOW)
    evidence.add(pair, sam, END, "The minutes", link="https://example.org/minutes", objective=aim.id)
    evidence.add(pair, sam, END, "A thank-you letter")
    item = meeting.add_item(sam, "goals", "Gaps")
    evidence.keep_item(item, ada)
    for text in ("Done one", "Dropped one", "Open one"):
        made = actions.propose(item, sam, text=text, owner=sam, due_on=None, likelihood=None, together=True)
        if text == "Done one":
            made.complete(sam)
        if text == "Dropped one":
            made.drop(sam, "No need")
    review = records.close(meeting, ada, NOW + timedelta(days=30))
    review.join(sam, "annual")
    return {"aim": aim, "goal": goal, "review": review}


def agenda(meeting, person) -> dict[str, Item]:
    return {item.text: item for item in meeting.items_for(person)}


def test_the_whole_year_is_gathered_each_thing_in_its_section(year, sam):
    review = year["review"]
    added, updated = reviews.gather(review, sam, START, SOON)
    assert updated == 0
    found = agenda(review, sam)
    aim = found["Chair the review"]
    assert aim.section == "objectives"
    for words in (
        "Three in a row",
        "Facilitation",
        "Sam, ",
        "Chaired one",
        "Going well",
        "Needs attention",
        "The minutes",
    ):
        assert words in aim.notes, words
    assert "Shadow Jo" in found["Facilitate"].notes
    assert "Pauses help" in found["Facilitate"].notes
    assert found["Facilitate"].section == "year_development"
    told = [item for text, item in found.items() if text.startswith("Feedback to Sam")]
    assert {item.notes for item in told} == {"Well led", "Clear notes"}
    assert any("a colleague" in item.text for item in told)
    # Only one of the two wants that in a record.
    assert not any("Between us" in item.notes for item in found.values())
    assert "thank-you letter" in found["Kept from this year"].notes
    assert "The minutes" not in found["Kept from this year"].notes
    outcome = next(item for text, item in found.items() if text.startswith("What we agreed"))
    assert outcome.text.endswith("1 done, 1 dropped, 1 open")
    assert "No need" in outcome.notes
    assert any(text.startswith("We met once") for text in found)
    assert added == len(reviews.gathered_items(review))


def test_what_somebody_has_not_agreed_to_keep_is_not_gathered(year, sam):
    reviews.gather(year["review"], sam, START, END)
    kept = agenda(year["review"], sam)["Kept from this year"]
    assert "Gaps" not in kept.notes


def test_what_lies_outside_the_two_days_is_not_gathered(year, sam):
    review = year["review"]
    reviews.gather(review, sam, START - timedelta(days=400), START - timedelta(days=30))
    assert reviews.gathered_items(review) == set()


def test_gathering_again_adds_nothing_twice(year, ada, sam):
    review = year["review"]
    reviews.gather(review, sam, START, END)
    before = len(review.items_for(sam))
    assert reviews.gather(review, ada, START, END) == (0, 0)
    assert len(review.items_for(sam)) == before


def test_gathering_again_brings_what_is_new_and_leaves_what_the_two_wrote(year, ada, sam):
    review, aim = year["review"], year["aim"]
    reviews.gather(review, sam, START, END)
    item = agenda(review, sam)["Chair the review"]
    item.write_notes(ada, f"{item.notes}\nI was impressed.", item.notes)
    aim.note_progress(sam, "good", "Chaired the third")
    reviews.gather(review, sam, START, END)
    notes = agenda(review, sam)["Chair the review"].notes
    assert "I was impressed." in notes
    assert "Chaired the third" in notes


def test_gathering_again_takes_out_what_is_no_longer_there_but_for_what_the_two_wrote(year, ada, sam):
    review = year["review"]
    reviews.gather(review, sam, START, END)
    kept = agenda(review, sam)["Kept from this year"]
    Feedback.update(withdrawn_at=NOW).execute()
    Evidence.update(removed_at=NOW).execute()
    kept.write_notes(ada, f"{kept.notes}\nThat letter moved me.", kept.notes)
    reviews.gather(review, sam, START, END)
    found = agenda(review, sam)
    assert not any(text.startswith("Feedback to") for text in found)
    assert found["Kept from this year"].notes.strip() == "That letter moved me."


def test_a_year_speaks_the_language_of_its_agenda_whoever_gathers_it(year, sam, tmp_path):
    pseudo.write(tmp_path, pseudo.LEFT)
    languages.learn(tmp_path)
    with languages.speaking(pseudo.LEFT):
        reviews.gather(year["review"], sam, START, END)
    languages.learn()
    assert any(text.startswith("What we agreed to do") for text in agenda(year["review"], sam))


def test_what_was_taken_off_the_agenda_does_not_come_back(year, sam):
    review = year["review"]
    reviews.gather(review, sam, START, END)
    agenda(review, sam)["Facilitate"].delete_by(sam)
    Activity.update(removed_at=NOW).execute()
    assert reviews.gather(review, sam, START, END) == (0, 0)
    assert "Facilitate" not in agenda(review, sam)


def test_words_that_both_changed_stay_as_the_two_wrote_them(year, ada, sam):
    review, aim = year["review"], year["aim"]
    reviews.gather(review, sam, START, END)
    item = agenda(review, sam)["Chair the review"]
    item.edit(sam, "Chair every review there is", item.text)
    aim.rewrite(sam, text="Chair two reviews")
    aim.agree(ada)
    reviews.gather(review, sam, START, END)
    assert "Chair every review there is" in agenda(review, sam)


def test_a_long_year_goes_on_in_a_second_item_and_no_item_is_too_long(year, sam):
    review, aim = year["review"], year["aim"]
    for n in range(14):
        aim.note_progress(sam, "", f"{n:02d} " + "x" * 1_900)
    reviews.gather(review, sam, START, END)
    parts = [item for text, item in agenda(review, sam).items() if text.startswith("Chair the review")]
    assert len(parts) > 1
    assert all(len(part.notes) <= year_in_words.ROOM for part in parts)
    notes = "".join(part.notes for part in parts)
    assert all(f"{n:02d} xx" in notes for n in range(14))


def test_a_single_line_that_is_too_long_is_cut(year, sam):
    year["aim"].note_progress(sam, "", "y" * 3 * year_in_words.ROOM)
    reviews.gather(year["review"], sam, START, END)
    notes = [item.notes for item in year["review"].items_for(sam)]
    assert max(map(len, notes)) <= year_in_words.ROOM
    assert sum(text.count("y" * 100) for text in notes) > 2


def test_another_kind_of_meeting_gathers_nothing(meeting, sam):
    with pytest.raises(Refused, match="no annual review"):
        reviews.gather(meeting, sam, START, END)
    assert not Gathered.select().exists()


def test_the_next_meeting_becomes_the_review_besides_what_it_is(meeting, sam):
    assert reviews.begin(meeting.pair, sam, START, END).id == meeting.id
    fresh = meetings.find(sam, meeting.id)
    assert reviews.is_review(fresh)
    assert [kind.key for kind in fresh.conversations] == ["regular", "annual"]


def test_without_a_next_meeting_there_is_nothing_to_gather_onto(pair, meeting, ada, sam):
    records.close(meeting, ada, None)
    with pytest.raises(Refused, match="no next meeting"):
        reviews.begin(pair, sam, START, END)


def test_nothing_is_gathered_onto_a_closed_agenda(year, ada, sam):
    records.close(year["review"], ada, None)
    with pytest.raises(MeetingOver):
        reviews.gather(year["review"], sam, START, END)


def test_the_record_of_a_review_says_which_year_it_was(year, ada, sam):
    review = year["review"]
    reviews.gather(review, sam, START, END)
    records.close(review, ada, None)
    assert Record.of(review).year == {"from": START.isoformat(), "to": END.isoformat()}


def test_a_review_signed_off_by_both_stays_closed(year, ada, sam):
    review = year["review"]
    reviews.gather(review, sam, START, END)
    records.close(review, ada, None)
    record = Record.of(review)
    record.confirm(ada)
    assert not record.is_signed_off
    assert records.why_not_reopen(review) is None
    record.confirm(sam)
    assert record.is_signed_off
    with pytest.raises(Refused, match="signed this review off"):
        records.reopen(review, sam)


def test_a_review_is_on_both_peoples_list_until_it_is_signed_and_uploaded(year, ada, sam, lee):
    review = year["review"]
    reviews.gather(review, sam, START, END)
    assert records.reviews_to_finish(sam) == []
    records.close(review, ada, None)
    record = Record.of(review)
    for person in (ada, sam):
        assert [one.id for one in records.reviews_to_finish(person)] == [record.id]
    assert records.reviews_to_finish(lee) == []
    for _ in range(2):
        record.note_upload(sam, "https://hr.example.org/reviews", END)
    assert len(record.uploads()) == 1
    (unsigned,) = records.reviews_to_finish(sam)
    assert (unsigned.signed, bool(unsigned.is_mine_signed)) == (0, False)
    record.confirm(sam)
    (half,) = records.reviews_to_finish(sam)
    assert (half.signed, bool(half.is_mine_signed)) == (1, True)
    record.confirm(ada)
    assert records.reviews_to_finish(ada) == records.reviews_to_finish(sam) == []


def test_the_usual_year_begins_after_the_last_review(year, pair, ada, sam):
    assert reviews.usual_year(pair, END) == (END.replace(year=END.year - 1) + timedelta(days=1), END)
    review = year["review"]
    reviews.gather(review, sam, START, END - timedelta(days=10))
    records.close(review, ada, None)
    assert reviews.usual_year(pair, END) == (END - timedelta(days=9), END)


@pytest.mark.parametrize(
    ("today", "begins"),
    [
        ("2026-03-31", "2025-04-01"),
        ("2028-02-28", "2027-03-01"),
        ("2028-02-29", "2027-03-01"),
        ("2026-12-31", "2026-01-01"),
    ],
)
def test_the_usual_year_is_twelve_months_to_the_day(pair, today, begins):
    day = date.fromisoformat(today)
    assert reviews.usual_year(pair, day) == (date.fromisoformat(begins), day)


def test_a_year_begins_and_ends_at_midnight_where_the_two_are(pair, meeting):
    pair.change(time_zone="Pacific/Auckland")
    start, end = Year(pair, START, END).moments
    assert clock.local(start, "Pacific/Auckland").date() == START
    assert clock.local(end - timedelta(seconds=1), "Pacific/Auckland").date() == END
    assert clock.local(end, "Pacific/Auckland").date() == END + timedelta(days=1)
