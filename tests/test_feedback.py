"""Feedback between the two: both ways, safe to repeat, taken back only in time, recorded only when both want it."""

from datetime import timedelta

import pytest

import clock
import feedback
import pairing
import records
import scheduling
from feedback import Feedback, FeedbackOver
from models import PairOver

from .conftest import NOW


@pytest.fixture
def praise(pair, ada) -> Feedback:
    """Ada's, for Sam."""
    return feedback.give(pair, ada, "positive", "You asked the quiet ones first")


@pytest.fixture
def question(pair, sam) -> Feedback:
    """Sam's, for Ada to answer."""
    return feedback.ask(pair, sam, "How did I chair it?")


def fresh(row) -> Feedback:
    """The feedback as it is in the database."""
    return Feedback.get_by_id(row.id)


def seen_by(person, pair) -> list[str]:
    """What the words are of all that this one sees."""
    return [found.text or found.question for found in feedback.of(pair, person)]


def in_record_of(meeting) -> list[str]:
    """The words of the feedback in a meeting's record."""
    return [one["text"] for one in records.Record.of(meeting).minutes["feedback"]]


def test_each_gives_and_asks_once_however_often_it_is_sent(pair, sam, ada):
    for person, other in ((sam, ada), (ada, sam)):
        for _ in range(2):
            given = feedback.give(pair, person, "developmental", "Slower", key="k")
            asked = feedback.ask(pair, person, "How was it?", key="k")
            assert (given.giver, given.receiver, asked.giver, asked.receiver) == (person, other, other, person)
    assert Feedback.select().count() == 4


def test_a_question_is_answered_once_by_the_one_who_was_asked(question, sam, ada):
    with pytest.raises(FeedbackOver, match="other one of you"):
        question.answer(sam, "positive", "Very well")
    for _ in range(2):
        question.answer(ada, "positive", "Very well", is_reported=True, reported_from="Jo")
    with pytest.raises(FeedbackOver, match="answered this already"):
        question.answer(ada, "positive", "Not so well")
    found = fresh(question)
    assert (found.text, found.is_reported, found.reported_from, found.given_at) == ("Very well", True, "Jo", NOW)


def test_it_is_acknowledged_by_whom_it_is_for_and_no_reply_is_lost(praise, sam, ada):
    with pytest.raises(FeedbackOver, match="other one of you"):
        praise.acknowledge(ada)
    praise.acknowledge(sam)
    with clock.at(NOW + timedelta(hours=1)):
        praise.acknowledge(sam, "Thank you")
        praise.acknowledge(sam, "Thank you")
        praise.acknowledge(sam)
        with pytest.raises(FeedbackOver, match="replied"):
            praise.acknowledge(sam, "Thank you indeed")
    assert (fresh(praise).acknowledged_at, fresh(praise).reply) == (NOW, "Thank you")


def test_what_is_taken_back_is_its_givers_alone_until_given_after_all(praise, pair, sam, ada):
    with pytest.raises(FeedbackOver, match="other one of you"):
        praise.withdraw(sam)
    praise.withdraw(ada)
    assert (seen_by(sam, pair), seen_by(ada, pair)) == ([], [praise.text])
    assert feedback.find(sam, praise.id) is None
    assert feedback.find(ada, praise.id) == praise
    assert feedback.waiting_for(sam) == []
    with pytest.raises(FeedbackOver):
        praise.acknowledge(sam)
    praise.withdraw(ada, undo=True)
    assert seen_by(sam, pair) == [praise.text]


def test_what_was_acknowledged_stands(praise, sam, ada):
    praise.acknowledge(sam)
    with pytest.raises(FeedbackOver, match="stands"):
        praise.withdraw(ada)
    assert fresh(praise).withdrawn_at is None


def test_an_answer_taken_back_leaves_the_question_open(question, pair, sam, ada):
    question.answer(ada, "developmental", "Too fast")
    question.withdraw(ada)
    assert seen_by(sam, pair) == ["How did I chair it?"]
    assert sorted(seen_by(ada, pair)) == ["How did I chair it?", "Too fast"]
    (again,) = feedback.waiting_for(ada)
    again.answer(ada, "positive", "Well paced")
    assert seen_by(sam, pair) == ["Well paced"]


def test_a_question_is_taken_back_by_whoever_asked_and_before_the_answer(question, pair, sam, ada):
    with pytest.raises(FeedbackOver, match="other one of you"):
        question.withdraw(ada)
    question.withdraw(sam)
    assert feedback.waiting_for(ada) == []
    assert seen_by(ada, pair) == []
    with pytest.raises(FeedbackOver, match="taken back"):
        question.answer(ada, "positive", "Well")
    question.withdraw(sam, undo=True)
    question.answer(ada, "positive", "Well")
    with pytest.raises(FeedbackOver):
        question.withdraw(sam)


def test_what_waits_for_whom(praise, question, pair, sam, ada, lee):
    assert feedback.waiting_for(sam) == [praise]
    assert feedback.waiting_for(ada) == [question]
    assert feedback.waiting_for(lee) == []
    praise.acknowledge(sam)
    question.answer(ada, "positive", "Well")
    assert feedback.waiting_for(sam, pair) == [question]
    pair.end(ada)
    assert feedback.waiting_for(sam) == []


def test_it_is_in_the_record_when_both_want_it_and_not_before(praise, meeting, sam, ada):
    praise.record(ada)
    one_sided = records.minutes_of(meeting, ada, NOW, None)
    assert one_sided["feedback"] == []
    praise.record(sam)
    praise.record(sam)
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    (told,) = records.Record.of(meeting).minutes["feedback"]
    assert told == {
        "from": "Ada Marsh",
        "to": "Sam Okoro",
        "tone": "positive",
        "text": "You asked the quiet ones first",
        "reported_from": None,
        "given_at": "2026-03-03T10:00:00+00:00",
    }
    assert feedback.of(meeting.pair, sam)[0].recorded_in == meeting
    records.close(upcoming, ada, None)
    assert in_record_of(upcoming) == []


@pytest.mark.parametrize(("name", "said"), [("Jo", "Jo"), ("", "a colleague")])
def test_a_record_says_from_whom_it_was_reported(pair, meeting, sam, ada, name, said):
    told = feedback.give(pair, sam, "developmental", "Louder", is_reported=True, reported_from=name)
    for person in (sam, ada):
        told.record(person)
    records.close(meeting, ada, None)
    assert records.Record.of(meeting).minutes["feedback"][0]["reported_from"] == said


def test_whoever_thinks_better_of_it_keeps_it_out_of_the_record(praise, meeting, sam, ada):
    for person in (ada, sam):
        praise.record(person)
    praise.record(sam, undo=True)
    records.close(meeting, ada, None)
    assert in_record_of(meeting) == []


def test_what_both_want_only_after_the_closing_goes_into_the_next_record(pair, meeting, sam, ada):
    given = feedback.give(pair, ada, "positive", "Well said", meeting=meeting)
    given.record(ada)
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    assert in_record_of(meeting) == []
    with clock.at(NOW + timedelta(days=30)):
        given.record(sam)
        assert feedback.of(pair, sam)[0].recorded_in is None
        records.close(upcoming, ada, NOW + timedelta(days=60))
    assert in_record_of(upcoming) == ["Well said"]


def test_feedback_given_in_a_cancelled_meeting_goes_into_the_next_record(pair, meeting, sam, ada):
    given = feedback.give(pair, ada, "positive", "Well said", meeting=meeting)
    for person in (ada, sam):
        given.record(person)
    upcoming = scheduling.cancel(meeting, ada, NOW + timedelta(days=30))
    records.close(upcoming, ada, None)
    assert in_record_of(upcoming) == ["Well said"]


def test_a_meeting_opened_again_records_the_feedback_as_it_is_then(praise, meeting, sam, ada):
    for person in (ada, sam):
        praise.record(person)
    records.close(meeting, ada, NOW + timedelta(days=30))
    records.reopen(meeting, ada)
    records.close(meeting, ada, NOW + timedelta(days=30))
    assert in_record_of(meeting) == [praise.text]
    records.reopen(meeting, ada)
    praise.record(ada, undo=True)
    records.close(meeting, ada, NOW + timedelta(days=30))
    assert in_record_of(meeting) == []


def test_an_occasion_is_an_open_meeting_of_the_same_two(meeting, theirs, sam, ada):
    assert feedback.occasion(sam, meeting.pair, meeting.id) == meeting
    assert feedback.occasion(sam, meeting.pair, theirs.id) is None
    assert feedback.occasion(sam, theirs.pair, meeting.id) is None
    assert feedback.occasion(sam, meeting.pair, "") is None
    records.close(meeting, ada, None)
    assert feedback.occasion(sam, meeting.pair, meeting.id) is None


def test_nothing_changes_once_the_two_no_longer_meet(praise, question, pair, sam, ada):
    pair.end(ada)
    for change in (
        lambda: feedback.give(pair, ada, "positive", "x"),
        lambda: feedback.ask(pair, ada, "x"),
        lambda: question.answer(ada, "positive", "x"),
        lambda: praise.acknowledge(sam),
        lambda: praise.withdraw(ada),
        lambda: praise.record(sam),
    ):
        with pytest.raises(PairOver):
            change()


def test_strangers_and_the_next_manager_find_nothing(praise, question, pair, sam, ada, lee, robin):
    for person in (lee, robin):
        assert feedback.find(person, praise.id) is None
    pair.end(ada)
    after = pairing.invite(lee, manager=lee, report=sam, first_starts_at=NOW)
    pairing.accept(after, sam)
    assert feedback.find(lee, praise.id) is None
    assert feedback.find(ada, praise.id) is None
    assert feedback.find(sam, praise.id) == praise
