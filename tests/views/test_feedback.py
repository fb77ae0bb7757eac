"""Feedback over HTTP: given, asked for, answered, acknowledged, taken back and wanted in the record, by either way."""

import pytest

import feedback
import records
from evidence import Evidence
from feedback import Feedback

from ..conftest import NOW
from ..screen import boxes, fields_of, problem_at, regions

LEFT_BLANK = "reported from a colleague"


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


def test_feedback_is_given_both_ways_and_seen_by_both(as_sam, as_ada, pair):
    path = f"{pair.path}/feedback"
    answer = as_sam.htmx(path, text="You let me finish", tone="positive", key="k")
    assert "You let me finish" in regions(answer.text)["feedback"]
    assert "You let me finish" not in regions(answer.text)["give"]
    for _ in range(2):
        assert as_ada.form(path, text="Speak up", tone="developmental", key="k").location == path
    page = as_sam.see(path)
    for words in ("You let me finish", "Speak up", "What went well", "What could go better"):
        assert words in page
    assert Feedback.select().count() == 2


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"whose": "own"}, None),
        ({"whose": "reported", "reported_from": "Jo of the desk"}, "Jo of the desk"),
        ({"whose": "own", "reported_from": "Jo of the desk"}, "Jo of the desk"),
        ({"whose": "reported"}, LEFT_BLANK),
    ],
)
def test_it_says_whose_view_it_is(as_sam, as_ada, pair, sent, shown):
    as_ada.form(f"{pair.path}/feedback", text="Speak up", tone="developmental", **sent)
    page = as_sam.see(f"{pair.path}/feedback")
    assert (shown or LEFT_BLANK) in page if shown else LEFT_BLANK not in page
    assert Feedback.get().is_reported == bool(shown)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("text", " ", "Say in a few words"),
        ("text", "x" * 10_001, "longer than 10,000"),
        ("tone", "angry", "Not a valid choice"),
        ("reported_from", "x" * 201, "longer than 200"),
    ],
)
def test_bad_feedback_is_refused_beside_the_field_and_kept(as_sam, pair, field, value, message):
    sent = {"text": "Speak up", "tone": "positive", field: value}
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{pair.path}/feedback", **sent)
        assert answer.status_code == 422
        assert message in problem_at(answer.text, "giving", field)
    if field != "tone":
        assert value.strip() in [box.strip() for box in boxes(answer.text, field)]
    assert Feedback.select().count() == 0


def test_what_one_asks_is_on_the_others_today_feedback_and_agenda(as_sam, as_ada, pair, meeting):
    path = f"{pair.path}/feedback"
    answer = as_sam.htmx(f"{path}/questions", text="How did I <b>chair</b> it?", key="k")
    assert "You asked" in regions(answer.text)["feedback"]
    assert as_sam.form(f"{path}/questions", text="How did I <b>chair</b> it?", key="k").status_code == 303
    one = Feedback.get()
    for page in ("/", meeting.path, path):
        shown = as_ada.see(page)
        assert "How did I &lt;b&gt;chair&lt;/b&gt; it?" in shown
        assert f"{path}?answers={one.id}" in shown
        assert f"?answers={one.id}" not in as_sam.see(page)
    assert as_sam.htmx(f"{path}/questions", text="").status_code == 422


def test_a_question_is_answered_in_the_form_and_in_the_meeting_one_came_from(as_sam, as_ada, pair, meeting, question):
    path = f"{pair.path}/feedback?answers={question.id}&meeting={meeting.id}"
    # Who was not asked is offered no answer.
    assert fields_of(as_sam.see(path), f"{question.path}/answer") == {}
    page = as_ada.see(path)
    assert "Said in your meeting of 4 March." in page
    form = fields_of(page, f"{question.path}/answer")
    refused = as_ada.form(f"{question.path}/answer", **form)
    assert refused.status_code == 422
    assert "How did I chair it?" in refused.text
    assert fields_of(refused.text, f"{question.path}/answer")["meeting"] == meeting.id
    assert as_ada.form(f"{question.path}/answer", **form | {"text": "Calmly"}).status_code == 303
    assert (fresh(question).text, fresh(question).meeting) == ("Calmly", meeting)
    assert "You asked: <span hx-ignore>How did I chair it?" in as_sam.see(f"{pair.path}/feedback")
    late = as_ada.htmx(f"{question.path}/answer", **form | {"text": "Not so calmly"})
    assert late.status_code == 409
    assert "answered this already" in problem_at(late.text, "giving")


def test_only_an_open_meeting_of_the_two_is_noted(as_ada, pair, meeting, theirs, ada):
    for id in (theirs.id, "nothing"):
        as_ada.form(f"{pair.path}/feedback", text="Well said", tone="positive", meeting=id)
    assert [given.meeting_id for given in Feedback.select()] == [None, None]
    assert f'href="{pair.path}/feedback?meeting={meeting.id}#give"' in as_ada.see(meeting.path)
    records.close(meeting, ada, NOW)
    as_ada.form(f"{pair.path}/feedback", text="A second late", tone="positive", meeting=meeting.id)
    assert {given.meeting_id for given in Feedback.select()} == {None}


def test_feedback_is_acknowledged_with_or_without_words(as_sam, as_ada, pair, praise):
    for page in ("/", f"{pair.path}/feedback"):
        assert f"feedback-{praise.id}" in as_sam.see(page)
    assert "Ada has feedback for you." in as_sam.see("/")
    answer = as_sam.htmx(f"{praise.path}/acknowledgement", text="")
    assert "acknowledged 3 March" in regions(answer.text)["feedback"]
    assert as_sam.form(f"{praise.path}/acknowledgement", text="Good to know").status_code == 303
    assert "Good to know" in as_ada.see(f"{pair.path}/feedback")
    assert "has feedback for you" not in as_sam.see("/")
    again = as_sam.htmx(f"{praise.path}/acknowledgement", text="And more")
    assert again.status_code == 409
    assert "replied" in problem_at(again.text, f"thanking-{praise.id}")
    assert as_ada.htmx(f"{praise.path}/acknowledgement").status_code == 409


def test_feedback_is_taken_back_and_given_after_all_by_either_way(as_sam, as_ada, pair, praise):
    path = f"{pair.path}/feedback"
    for send in (as_ada.htmx, as_ada.form):
        assert send(f"{praise.path}/withdrawal").status_code in (200, 303)
        assert praise.text not in as_sam.see(path)
        assert as_sam.get(praise.path).status_code == 404
        assert "only you see these" in as_ada.see(path)
        assert send(f"{praise.path}/withdrawal", undo=True).status_code in (200, 303)
        assert praise.text in as_sam.see(path)
    assert as_sam.htmx(f"{praise.path}/withdrawal").status_code == 409


def test_both_wishes_are_shown_and_the_record_linked(as_sam, as_ada, pair, meeting, ada, praise):
    path = f"{pair.path}/feedback"
    as_ada.htmx(f"{praise.path}/recording")
    assert "Ada would like that" in as_sam.see(path)
    assert "once Sam wants that too" in as_ada.see(path)
    assert as_sam.form(f"{praise.path}/recording").location == f"{path}#feedback-{praise.id}"
    assert "you both want that" in as_sam.see(path)
    as_sam.form(f"{praise.path}/recording", undo=True)
    assert not fresh(praise).is_for_record
    as_sam.htmx(f"{praise.path}/recording")
    records.close(meeting, ada, None)
    page = as_sam.see(path)
    assert f'href="{meeting.path}/record">in the record of 4 March' in page
    assert "In the meeting’s record" not in page


def test_the_other_page_hears_of_it(as_sam, as_ada, pair):
    with as_ada.get(f"{pair.path}/feedback/live?since={pair.version}") as answer:
        events = (event.decode() if isinstance(event, bytes) else event for event in answer.response)
        next(events), next(events)
        as_sam.htmx(f"{pair.path}/feedback", text="You let me finish", tone="positive")
        assert "You let me finish" in next(events)


def test_todays_page_hears_of_it(as_sam, as_ada, pair):
    with as_ada.get("/live") as answer:
        events = (event.decode() if isinstance(event, bytes) else event for event in answer.response)
        next(events), next(events)
        as_sam.htmx(f"{pair.path}/feedback", text="You let me finish", tone="positive")
        assert "Sam has feedback for you." in next(events)


def test_feedback_of_those_who_no_longer_meet_is_read_and_not_changed(as_sam, ada, pair, praise, question):
    pair.end(ada)
    page = as_sam.see(f"{pair.path}/feedback")
    assert praise.text in page
    for control in ("Give feedback", "for feedback", "Thank you", "Take back", "In the meeting’s record"):
        assert control not in page
    assert as_sam.htmx(f"{praise.path}/acknowledgement").status_code == 409


def test_feedback_is_kept_for_the_year_once_its_giver_agrees(as_sam, as_ada, pair, praise, question):
    answer = as_sam.htmx(f"{praise.path}/evidence")
    assert "Ada is asked whether this may be kept" in regions(answer.text)["notice"]
    assert as_sam.form(f"{praise.path}/evidence").location == f"{pair.path}/feedback#feedback-{praise.id}"
    (kept,) = Evidence.select()
    assert (kept.text, kept.consented_at) == (praise.text, None)
    assert as_sam.htmx(f"{question.path}/evidence").status_code == 409
    praise.withdraw(praise.giver)
    assert as_sam.htmx(f"{praise.path}/evidence").status_code == 404


def test_hints_and_signposts_stand_beside_the_form(as_sam, pair):
    page = as_sam.see(f"{pair.path}/feedback")
    for words in ("What I saw or heard", "What it did", "What I suggest", "Giving and receiving feedback"):
        assert words in page
