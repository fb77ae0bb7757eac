"""Items over HTTP: added, edited, ticked, moved, deleted and noted, by htmx and by plain forms."""

from datetime import timedelta

import pytest

import clock
import meetings
import records
import scheduling
from meetings import Item
from models import TEXT_LIMIT

from ..conftest import NOW
from ..screen import boxes, fields_of, problem_at, regions

LATER = NOW + timedelta(days=30)
TOO_LONG = "x" * (TEXT_LIMIT + 1)


def again(item) -> Item:
    """The item as it is in the database."""
    return Item.get_by_id(item.id)


def count() -> int:
    """How many items there are."""
    return Item.select().count()


# Adding


def test_adding_answers_htmx_with_the_item_in_its_region(as_sam, meeting):
    answer = as_sam.htmx(f"{meeting.path}/items", section="goals", text="Two gaps", key="k")
    assert answer.status_code == 200
    item = Item.get()
    assert (item.text, item.section, item.author.id) == (
        "Two gaps",
        "goals",
        meeting.pair.report_id,
    )
    assert f'id="{item.region}"' in regions(answer.text)["agenda"]
    assert "Last saved" in regions(answer.text)["saved"]


def test_adding_sends_a_plain_form_back_to_its_composer(as_sam, meeting):
    answer = as_sam.form(f"{meeting.path}/items", section="goals", text="Two gaps", key="k")
    assert answer.status_code == 303
    assert answer.location == f"{meeting.path}#composer-goals"
    assert "Two gaps" in as_sam.see(meeting.path)


def test_what_was_typed_is_shown_as_words_and_never_as_html(as_sam, as_ada, meeting):
    as_sam.htmx(f"{meeting.path}/items", section="goals", text="<script>alert(1)</script> & more")
    page = as_ada.see(meeting.path)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Write a few words first"),
        (" \t\r\n ", "Write a few words first"),
        (TOO_LONG, "longer than 10,000 characters"),
        ("a\x00b", "cannot be stored"),
    ],
    ids=["empty", "white space", "10,001 characters", "a null"],
)
def test_bad_words_are_refused_beside_the_box_and_kept_in_it(as_sam, meeting, text, message):
    partial = as_sam.htmx(f"{meeting.path}/items", section="goals", text=text)
    assert partial.status_code == 422
    assert message in problem_at(partial.text, "composer-goals")
    whole = as_sam.form(f"{meeting.path}/items", section="goals", text=text)
    assert whole.status_code == 422
    assert message in problem_at(whole.text, "composer-goals")
    assert not problem_at(whole.text, "composer-other")
    if text.strip() and "\x00" not in text:
        assert text in boxes(whole.text, "text")
    assert count() == 0


def test_ten_thousand_characters_are_taken(as_sam, meeting):
    assert as_sam.htmx(f"{meeting.path}/items", section="goals", text="x" * TEXT_LIMIT).status_code == 200


def test_the_same_key_twice_is_one_item(as_sam, meeting):
    for send in (as_sam.htmx, as_sam.htmx, as_sam.form):
        assert send(f"{meeting.path}/items", section="goals", text="Once", key="k").status_code < 400
    assert count() == 1


def test_a_section_that_is_not_there_is_not_found(as_sam, meeting):
    for section in ("", "No section", "a" * 40, "../goals"):
        assert as_sam.htmx(f"{meeting.path}/items", section=section, text="x").status_code == 404
    assert count() == 0


def test_what_is_written_in_a_section_that_was_taken_out_stands_in_the_last_one(as_sam, meeting, sam):
    meeting.join(sam, "career")
    meeting.join(sam, "career", undo=True)
    assert as_sam.htmx(f"{meeting.path}/items", section="future", text="A dream").status_code == 200
    assert [(item.text, item.section) for item in meeting.items_for(sam)] == [("A dream", "other")]
    meeting.join(sam, "career")
    assert [item.section for item in meeting.items_for(sam)] == ["future"]


def test_a_draft_is_for_its_author_alone(as_sam, as_ada, meeting):
    as_sam.htmx(f"{meeting.path}/items", section="goals", text="My own thought", private="1")
    draft = Item.get()
    assert "My own thought" in as_sam.see(meeting.path)
    assert "My own thought" not in as_ada.see(meeting.path)
    for path in (draft.path, f"{draft.path}/edit", f"{meeting.path}/regions/{draft.region}"):
        assert as_ada.region(path).status_code == 404
    assert as_ada.htmx(f"{draft.path}/discussion").status_code == 404


def test_a_draft_is_shared_on_share(as_sam, as_ada, meeting, draft):
    assert as_sam.htmx(f"{draft.path}/sharing").status_code == 200
    assert draft.text in as_ada.see(meeting.path)
    assert as_sam.form(f"{draft.path}/sharing").status_code == 303


# When it is too late


def closed(meeting, by, next_starts_at=LATER):
    """The meeting is closed a second ago; the next one."""
    return records.close(meetings.find(by, meeting.id), by, next_starts_at)


def test_words_for_a_meeting_just_closed_are_kept_and_offered_to_the_next(as_sam, ada, meeting):
    upcoming = closed(meeting, ada)
    partial = as_sam.htmx(f"{meeting.path}/items", section="goals", text="A second late")
    assert partial.status_code == 409
    assert "closed" in problem_at(partial.text, "composer-goals")
    assert f'hx-post="{upcoming.path}/items"' in partial.text
    whole = as_sam.form(f"{meeting.path}/items", section="goals", text="A second late")
    assert whole.status_code == 409
    assert "This meeting was closed" in whole.text
    assert boxes(whole.text, "text") == ["A second late"]
    assert f'action="{upcoming.path}/items"' in whole.text
    assert count() == 0


def test_the_offered_form_adds_the_words_once(as_sam, ada, meeting):
    upcoming = closed(meeting, ada)
    whole = as_sam.form(f"{meeting.path}/items", section="goals", text="A second late", key="k").text
    for _ in range(2):
        assert as_sam.form(f"{upcoming.path}/items", **fields_of(whole, f"{upcoming.path}/items")).status_code == 303
    assert [(item.meeting_id, item.section, item.text) for item in Item.select()] == [
        (upcoming.id, "goals", "A second late")
    ]


def test_a_draft_for_a_meeting_just_closed_is_offered_as_a_draft(as_sam, ada, meeting):
    upcoming = closed(meeting, ada)
    whole = as_sam.form(f"{meeting.path}/items", section="goals", text="My own", private="1").text
    as_sam.form(f"{upcoming.path}/items", **fields_of(whole, f"{upcoming.path}/items"))
    assert upcoming.items_for(ada) == []
    assert Item.get().is_draft


def test_words_for_the_next_meeting_find_a_section_there(as_sam, ada, meeting):
    meeting.pair.settle(ada, template="catch_up")
    upcoming = closed(meeting, ada)
    whole = as_sam.form(f"{meeting.path}/items", section="goals", text="A second late").text
    assert as_sam.form(f"{upcoming.path}/items", **fields_of(whole, f"{upcoming.path}/items")).status_code == 303
    assert Item.get().section == "open"


def test_words_for_a_cancelled_meeting_are_kept(as_sam, ada, meeting):
    scheduling.cancel(meetings.find(ada, meeting.id), ada, None)
    whole = as_sam.form(f"{meeting.path}/items", section="goals", text="A second late")
    assert whole.status_code == 409
    assert "This meeting was cancelled" in whole.text
    assert boxes(whole.text, "text") == ["A second late"]


def test_words_for_a_pair_that_ended_are_kept(as_sam, ada, meeting):
    meeting.pair.end(ada)
    whole = as_sam.form(f"{meeting.path}/items", section="goals", text="A second late")
    assert whole.status_code == 409
    assert "have ended" in whole.text
    assert boxes(whole.text, "text") == ["A second late"]
    partial = as_sam.htmx(f"{meeting.path}/items", section="goals", text="A second late")
    assert partial.status_code == 409
    assert "have ended" in problem_at(partial.text, "composer-goals")


def test_an_item_deleted_a_second_ago_keeps_what_was_typed(as_sam, ada, item):
    meetings.find_item(ada, item.id).delete_by(ada)
    for path, at in ((item.path, f"edit-{item.id}"), (f"{item.path}/notes", f"notes-{item.id}")):
        partial = as_sam.htmx(path, text="New words", base="")
        assert partial.status_code == 409
        assert "deleted" in problem_at(partial.text, at)
        whole = as_sam.form(path, text="New words", base="")
        assert whole.status_code == 409
        assert "deleted" in whole.text
        assert boxes(whole.text, "text") == ["New words"]


@pytest.mark.parametrize("path", ["discussion", "keeping", "standing", "position"])
def test_a_deleted_item_takes_no_mark(as_sam, ada, item, path):
    meetings.find_item(ada, item.id).delete_by(ada)
    answer = as_sam.htmx(f"{item.path}/{path}", direction="up")
    assert answer.status_code == 409
    assert "deleted" in regions(answer.text)["notice"]


@pytest.mark.parametrize("path", ["edit", "actions/new"])
def test_forms_of_a_deleted_item_are_not_opened(as_sam, ada, item, path):
    meetings.find_item(ada, item.id).delete_by(ada)
    assert as_sam.region(f"{item.path}/{path}").status_code == 409
    assert as_sam.get(f"{item.path}/{path}").status_code == 409


@pytest.mark.parametrize("path", ["edit", "actions/new"])
def test_forms_are_not_opened_in_a_meeting_that_is_over(as_sam, ada, item, path):
    item.discuss(ada)
    closed(item.meeting, ada)
    assert as_sam.region(f"{item.path}/{path}").status_code == 409
    assert as_sam.get(f"{item.path}/{path}").status_code == 409


@pytest.mark.parametrize("path", ["discussion", "keeping", "standing", "position", "deletion", "notes", ""])
def test_what_was_discussed_in_a_closed_meeting_cannot_change(as_sam, ada, item, path):
    item.discuss(ada)
    closed(item.meeting, ada)
    before = again(item).__data__
    answer = as_sam.htmx(f"{item.path}/{path}".rstrip("/"), direction="up", text="New", base="")
    assert answer.status_code == 409
    assert "closed" in answer.text
    assert again(item).__data__ == before


# Editing and notes


def test_an_edit_answers_with_the_item_and_sends_a_form_to_it(as_sam, meeting, item):
    answer = as_sam.htmx(item.path, text="Three gaps", base=item.text)
    assert answer.status_code == 200
    assert "Three gaps" in regions(answer.text)[item.region]
    answer = as_sam.form(item.path, text="Four gaps", base="Three gaps")
    assert (answer.status_code, answer.location) == (303, f"{meeting.path}#{item.region}")
    assert again(item).text == "Four gaps"


def test_the_edit_form_has_a_page_of_its_own(as_sam, item):
    page = as_sam.see(f"{item.path}/edit")
    assert boxes(page, "text") == boxes(page, "base") == [item.text]
    fragment = as_sam.region(f"{item.path}/edit").text
    assert "<html" not in fragment
    assert "hx-morph-skip" in fragment


def test_two_edits_at_once_both_survive(as_sam, as_ada, item):
    base = item.text
    as_ada.htmx(item.path, text="The pilot found three gaps", base=base)
    as_sam.htmx(item.path, text="Our pilot found two gaps", base=base)
    assert again(item).text == "Our pilot found three gaps"


def test_clashing_edits_show_both_versions_and_ask(as_sam, as_ada, item):
    base = item.text
    as_ada.htmx(item.path, text="The pilot found three gaps", base=base)
    for send in (as_sam.htmx, as_sam.form):
        answer = send(item.path, text="The pilot found no gaps", base=base)
        assert answer.status_code == 409
        assert "You both changed the same words" in problem_at(answer.text, f"edit-{item.id}")
        (shown,) = boxes(answer.text, "text")
        assert "three" in shown
        assert "no" in shown.split()
        assert boxes(answer.text, "base") == ["The pilot found three gaps"]
    assert again(item).text == "The pilot found three gaps"


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "needs a few words"), (" \n ", "needs a few words"), (TOO_LONG, "longer than 10,000 characters")],
    ids=["empty", "white space", "10,001 characters"],
)
def test_bad_words_for_an_edit_are_refused_beside_the_box_and_kept(as_sam, item, text, message):
    at = f"edit-{item.id}"
    partial = as_sam.htmx(item.path, text=text, base=item.text)
    assert partial.status_code == 422
    assert message in problem_at(partial.text, at)
    whole = as_sam.form(item.path, text=text, base=item.text)
    assert whole.status_code == 422
    assert message in problem_at(whole.text, at)
    if text.strip():
        assert text in boxes(whole.text, "text")
    assert again(item).text == "The pilot found two gaps"


def test_notes_are_saved_and_answered_with_their_form(as_sam, meeting, item):
    answer = as_sam.htmx(f"{item.path}/notes", text="Forms arrive late.", base="")
    assert answer.status_code == 200
    assert "Forms arrive late." in boxes(answer.text, "text")
    answer = as_sam.form(f"{item.path}/notes", text="Forms arrive late. All of them.", base="Forms arrive late.")
    assert (answer.status_code, answer.location) == (303, f"{meeting.path}#{item.region}")
    assert again(item).notes == "Forms arrive late. All of them."


def test_notes_of_both_survive(as_sam, as_ada, item):
    as_ada.htmx(f"{item.path}/notes", text="Nobody owns the reply.", base="")
    answer = as_sam.htmx(f"{item.path}/notes", text="Forms arrive late.", base="")
    assert boxes(answer.text, "text")[0] == "Nobody owns the reply.\nForms arrive late."
    assert again(item).notes == "Nobody owns the reply.\nForms arrive late."


def test_clashing_notes_show_both_versions_and_ask(as_sam, as_ada, item):
    as_ada.htmx(f"{item.path}/notes", text="all forms", base="")
    as_ada.htmx(f"{item.path}/notes", text="most forms", base="all forms")
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{item.path}/notes", text="few forms", base="all forms")
        assert answer.status_code == 409
        assert "Both versions" in problem_at(answer.text, f"notes-{item.id}")
        assert {"most", "few"} <= set(boxes(answer.text, "text")[0].split())
    assert again(item).notes == "most forms"


def test_notes_too_long_are_refused_beside_the_box_and_kept(as_sam, item):
    at = f"notes-{item.id}"
    partial = as_sam.htmx(f"{item.path}/notes", text=TOO_LONG, base="")
    assert partial.status_code == 422
    assert "longer than 10,000 characters" in problem_at(partial.text, at)
    whole = as_sam.form(f"{item.path}/notes", text=TOO_LONG, base="")
    assert whole.status_code == 422
    assert "longer than 10,000 characters" in problem_at(whole.text, at)
    assert TOO_LONG in boxes(whole.text, "text")


def test_notes_may_be_emptied_and_keep_their_first_line_end(as_sam, meeting, item):
    as_sam.form(f"{item.path}/notes", text="\r\nBelow", base="")
    assert again(item).notes == "\nBelow"
    as_sam.htmx(f"{item.path}/notes", text="", base="\nBelow")
    assert again(item).notes == ""


# Marks and places


@pytest.mark.parametrize(
    ("path", "fact"), [("discussion", "discussed_at"), ("keeping", "kept_at"), ("standing", "standing_at")]
)
def test_a_mark_is_set_and_taken_back_by_both_ways(as_sam, meeting, item, path, fact):
    for send, code in ((as_sam.htmx, 200), (as_sam.form, 303)):
        for minutes in (0, 20):
            with clock.at(NOW + timedelta(minutes=minutes)):
                assert send(f"{item.path}/{path}").status_code == code
            assert getattr(again(item), fact) == NOW
        for _ in range(2):
            assert send(f"{item.path}/{path}", undo=True).status_code == code
            assert getattr(again(item), fact) is None


def test_a_deleted_item_can_be_brought_back_by_undo(as_sam, meeting, item):
    answer = as_sam.htmx(f"{item.path}/deletion")
    assert 'hx-swap="leave"' in answer.text
    assert "Undo" in answer.text
    assert item.text not in as_sam.see(meeting.path)
    answer = as_sam.htmx(f"{item.path}/deletion", undo=True)
    assert item.text in regions(answer.text)["agenda"]


def test_without_javascript_undo_stands_on_the_page_after_deleting(as_sam, meeting, item):
    answer = as_sam.form(f"{item.path}/deletion")
    assert answer.status_code == 303
    assert "Undo" in as_sam.see(answer.location.split("#")[0])
    as_sam.form(f"{item.path}/deletion", undo=True)
    assert "Undo" not in as_sam.see(f"{meeting.path}?deleted={item.id}")
    assert item.text in as_sam.see(meeting.path)


def test_the_other_ones_deleted_draft_is_not_named_on_the_page(as_ada, sam, meeting, draft):
    draft.delete_by(sam)
    assert draft.text not in as_ada.see(f"{meeting.path}?deleted={draft.id}")


def test_items_are_moved_by_buttons_and_by_dragging(as_sam, meeting, sam):
    one, two, three = (meeting.add_item(sam, "goals", text) for text in ("one", "two", "three"))

    def order() -> list[str]:
        return [found.text for found in meeting.items_for(sam) if found.section == "goals"]

    assert as_sam.form(f"{three.path}/position", direction="up").status_code == 303
    assert order() == ["one", "three", "two"]
    assert as_sam.htmx(f"{three.path}/position", section="goals", before=one.id).status_code == 200
    assert order() == ["three", "one", "two"]
    assert as_sam.htmx(f"{three.path}/position", section="goals", before="").status_code == 200
    assert order() == ["one", "two", "three"]
    as_sam.htmx(f"{two.path}/position", section="other")
    assert order() == ["one", "three"]
    assert as_sam.htmx(f"{two.path}/position", section="nowhere").status_code == 404
    assert as_sam.htmx(f"{two.path}/position").status_code == 404


def test_a_move_that_spreads_a_section_out_answers_with_every_new_place(as_sam, sam, meeting):
    made = {text: meeting.add_item(sam, "goals", text) for text in "abc"}
    shown = {text: again(found).position for text, found in made.items()}
    for n in range(60):
        moved, before = (made["b"], made["c"]) if n % 2 else (made["c"], made["b"])
        answer = as_sam.htmx(f"{moved.path}/position", section="goals", before=before.id).text
        for text, found in made.items():
            if f'id="{found.region}"' in answer:
                shown[text] = again(found).position
    assert sorted(shown, key=shown.get) == [found.text for found in meeting.items_for(sam)]


def test_an_item_is_shown_as_a_fragment_and_its_address_leads_to_the_page(as_sam, meeting, item):
    assert item.text in as_sam.region(item.path).text
    assert as_sam.get(item.path).location == f"{meeting.path}#{item.region}"
