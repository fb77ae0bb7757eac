"""Evidence: written down, or kept from what was there once whoever wrote it agrees."""

from datetime import timedelta

import pytest

import actions
import clock
import evidence
import growth
import meetings
from agreeing import TooLate
from evidence import Evidence
from feedback import Feedback
from history import Wording
from models import PairOver, Refused

from .conftest import NOW


def test_what_one_wrote_oneself_is_kept_at_once(item, sam):
    kept = evidence.keep_item(item, sam)
    assert kept.consented_at
    assert (kept.text, kept.author_id) == (item.text, sam.id)


def test_what_the_other_one_wrote_waits_for_their_word(item, ada, sam):
    kept = evidence.keep_item(item, ada)
    assert not kept.consented_at
    assert kept.waits_for(sam)
    assert not kept.waits_for(ada)
    assert [one.id for one in evidence.waiting_for(sam)] == [kept.id]
    assert evidence.waiting_for(ada) == []
    kept.consent(sam)
    assert evidence.waiting_for(sam) == []
    assert Evidence.get().consented_at


def test_notes_are_of_both_so_the_other_one_is_always_asked(item, ada, sam):
    item.write_notes(sam, "We drew it on the board", "")
    kept = evidence.keep_notes(item, sam)
    assert kept.author_id is None
    assert "We drew it on the board" in kept.text
    assert kept.waits_for(ada)
    assert not kept.waits_for(sam)


def test_an_action_is_of_whoever_proposed_it_and_feedback_of_whoever_gave_it(item, pair, ada, sam):
    made = actions.propose(item, ada, text="Map both gaps", owner=sam, due_on=None, likelihood=None, together=True)
    assert evidence.keep_action(made, sam).waits_for(ada)
    told = Feedback.create(pair=pair, giver=ada, receiver=sam, text="Well led", tone="positive", given_at=NOW)
    assert evidence.keep_feedback(told, sam).waits_for(ada)


def test_a_draft_an_empty_note_and_a_question_that_nobody_answered_cannot_be_kept(item, draft, pair, ada, sam):
    asked = Feedback.create(pair=pair, giver=ada, receiver=sam, question="How did I do?", asked_at=NOW)
    for keep in (
        lambda: evidence.keep_item(draft, draft.author),
        lambda: evidence.keep_notes(item, sam),
        lambda: evidence.keep_feedback(asked, sam),
    ):
        with pytest.raises(Refused):
            keep()
    assert not Evidence.select().exists()


def test_keeping_twice_keeps_once_and_the_words_stay_as_they_were_then(item, ada, sam):
    before = item.text
    first = evidence.keep_item(item, sam)
    item.edit(ada, "Other words", before)
    assert evidence.keep_item(item, ada).id == first.id
    assert Evidence.get().text == before


def test_what_was_taken_out_is_kept_anew_only_with_another_yes(item, ada, sam):
    evidence.keep_item(item, ada).take_out(sam)
    again = evidence.keep_item(item, ada)
    assert Evidence.select().count() == 1
    assert again.waits_for(sam)


def test_nobody_agrees_to_what_was_taken_out(item, ada, sam):
    kept = evidence.keep_item(item, ada)
    kept.take_out(ada)
    with pytest.raises(TooLate, match="taken out"):
        kept.consent(sam)


def test_words_of_ones_own_are_for_oneself_to_change_and_take_out(pair, ada, sam):
    made = evidence.add(pair, sam, NOW.date(), "Chaired my first review", link="https://example.org/minutes")
    assert made.may_change(sam)
    assert made.may_remove(sam)
    assert not made.may_change(ada)
    assert not made.may_remove(ada)


def test_what_was_kept_is_changed_by_nobody_and_taken_out_by_either(item, ada, sam):
    kept = evidence.keep_item(item, ada)
    assert not kept.may_change(sam)
    assert not kept.may_change(ada)
    assert kept.may_remove(sam)
    assert kept.may_remove(ada)


def test_evidence_is_found_by_its_day_and_the_latest_comes_first(pair, sam):
    for days in (400, 20, 3):
        evidence.add(pair, sam, NOW.date() - timedelta(days=days), f"{days} days ago")
    found = evidence.of(pair, NOW.date() - timedelta(days=365), NOW.date())
    assert [one.text for one in found] == ["3 days ago", "20 days ago"]


def test_evidence_sent_twice_is_one(pair, sam):
    for _ in range(2):
        evidence.add(pair, sam, NOW.date(), "Once", key="k")
    assert Evidence.select().count() == 1


def test_evidence_outlives_the_objective_that_it_was_for(pair, ada, sam):
    import erasure

    aim = growth.set_objective(pair, sam, "Chair the review", together=True)
    evidence.add(pair, sam, NOW.date(), "Chaired it", objective=aim.id)
    erasure.delete_objectives(growth.Objective.pair == pair)
    assert Evidence.get().objective_id is None


def test_a_stranger_finds_nothing_and_nothing_is_added_when_the_two_no_longer_meet(item, pair, ada, sam, lee):
    kept = evidence.keep_item(item, sam)
    assert evidence.find(lee, kept.id) is None
    pair.end(ada)
    with clock.at(NOW + timedelta(days=1)), pytest.raises(PairOver):
        evidence.add(pair, sam, NOW.date(), "Late")


def test_what_the_other_one_has_reworded_is_of_both(item, ada, sam):
    item.edit(ada, "Intake process: three gaps", item.text)
    kept = evidence.keep_item(item, sam)
    assert kept.author_id is None
    assert kept.waits_for(ada)


def test_what_was_deleted_or_withdrawn_a_moment_ago_is_not_kept(item, pair, ada, sam):
    proposal = actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=None)
    seen = actions.find(ada, proposal.id)
    proposal.withdraw(sam)
    told = Feedback.create(pair=pair, giver=ada, receiver=sam, text="Well led", tone="positive", given_at=NOW)
    Feedback.update(withdrawn_at=NOW).execute()
    meetings.find_item(sam, item.id).delete_by(sam)
    for keep in (
        lambda: evidence.keep_action(seen, ada),
        lambda: evidence.keep_item(item, ada),
        lambda: evidence.keep_notes(item, ada),
        lambda: evidence.keep_feedback(told, sam),
    ):
        with pytest.raises(Refused):
            keep()
    assert not Evidence.select().exists()


def test_a_yes_is_to_the_words_that_were_read(item, ada, sam):
    kept = evidence.keep_item(item, ada)
    read = kept.terms
    kept.take_out(ada)
    item.edit(ada, "Something else entirely", item.text)
    again = evidence.keep_item(item, ada)
    with pytest.raises(TooLate, match="read it again"):
        again.consent(sam, read)
    assert evidence.find(sam, again.id).waits_for(sam)


def test_nobody_brings_back_what_somebody_else_took_out(item, ada, sam):
    kept = evidence.keep_item(item, ada)
    kept.consent(sam)
    kept.take_out(sam)
    with pytest.raises(TooLate, match="stays out"):
        kept.put_back(ada)
    kept.put_back(sam)
    assert evidence.of(kept.pair)[0].consented_at


def test_a_change_that_started_from_older_words_is_refused_and_an_accepted_one_is_remembered(pair, sam):
    made = evidence.add(pair, sam, NOW.date(), "Chaired it")
    before = made.terms
    made.rewrite(sam, before, text="Chaired it twice")
    with pytest.raises(TooLate, match="changed"):
        evidence.find(sam, made.id).rewrite(sam, before, text="Chaired it never")
    (wording,) = Wording.select().where(Wording.subject == f"evidence-{made.id}")
    assert (wording.before, wording.after) == ("Chaired it", "Chaired it twice")
