"""The history's page: for the two alone, with what went and came, and a way back to earlier words."""

import re
from datetime import timedelta

import pytest

import actions
import clock
import growth
import records

from ..conftest import NOW

FIELD = re.compile(r'name="(wording|side|seen)" value="([^"]*)"')


@pytest.fixture
def changed(item, ada):
    """Something of Sam's that Ada has put in other words."""
    with clock.at(NOW + timedelta(minutes=1)):
        item.edit(ada, "The pilot found <b>three</b> gaps", item.text)
    return item


def fields(page: str) -> dict[str, str]:
    """What the first of the page's forms sends."""
    return dict(FIELD.findall(page.split('<form method="post"')[1].split("</form>", maxsplit=1)[0]))


def test_the_agenda_the_record_and_actions_lead_there(as_sam, sam, ada, meeting, item):
    proposal = actions.propose(item, sam, text="Map gaps", owner=sam, due_on=None, likelihood=None)
    assert f'href="{item.path}/history"' in as_sam.see(meeting.path)
    assert f'href="{proposal.path}/history"' in as_sam.see(meeting.path)
    proposal.agree(ada)
    assert f'href="{proposal.path}/history"' in as_sam.see("/actions")
    proposal.complete(sam)
    assert f'href="{proposal.path}/history"' in as_sam.see(proposal.path)
    aim = growth.set_objective(meeting.pair, sam, "Chair the review")
    assert f'href="{aim.path}/history"' in as_sam.see(aim.path)
    records.close(meeting, ada, None)
    assert f'href="{item.path}/history"' in as_sam.see(f"{meeting.path}/record")


def test_it_tells_what_went_and_what_came_in_words_too(as_sam, changed):
    page = as_sam.see(f"{changed.path}/history")
    assert '<del><span class="unseen">Taken out: </span> two</del>' in page
    assert '<ins><span class="unseen">Put in: </span> &lt;b&gt;three&lt;/b&gt;</ins>' in page
    assert "This is what it says now" in page
    assert page.index("Words changed") < page.index("Added")


def test_an_earlier_wording_is_restored(as_sam, as_ada, changed):
    page = as_sam.see(f"{changed.path}/history")
    assert page.count("Restore this wording") == 1
    answer = as_sam.form(f"{changed.path}/history", **fields(page))
    assert (answer.status_code, answer.location) == (303, f"{changed.path}/history")
    assert "The pilot found two gaps" in as_ada.see(changed.meeting.path)
    assert as_sam.form(f"{changed.path}/history", **fields(page)).status_code == 303
    assert as_sam.see(f"{changed.path}/history").count("Words changed") == 2


def test_what_the_other_one_wrote_meanwhile_stays(as_sam, changed, ada):
    sent = fields(as_sam.see(f"{changed.path}/history"))
    with clock.at(NOW + timedelta(minutes=2)):
        changed.edit(ada, "Something else", changed.text)
    answer = as_sam.form(f"{changed.path}/history", **sent)
    assert answer.status_code == 409
    assert "changed a moment ago" in answer.text
    assert "Something else" in as_sam.see(changed.meeting.path)


def test_in_a_closed_meeting_one_can_look_and_restore_nothing(as_sam, changed, ada):
    sent = fields(as_sam.see(f"{changed.path}/history"))
    changed.discuss(ada)
    records.close(changed.meeting, ada, None)
    assert "Restore this wording" not in as_sam.see(f"{changed.path}/history")
    answer = as_sam.form(f"{changed.path}/history", **sent)
    assert answer.status_code == 409
    assert "closed" in answer.text


def test_nonsense_is_not_found_and_nobody_else_finds_anything(as_sam, as_lee, changed):
    assert as_sam.form(f"{changed.path}/history", wording="no", side="before", seen="").status_code == 404
    assert as_lee.get(f"{changed.path}/history").status_code == 404
    sent = fields(as_sam.see(f"{changed.path}/history"))
    assert as_lee.form(f"{changed.path}/history", **sent).status_code == 404


def test_a_drafts_history_is_its_authors_alone(as_sam, as_ada, draft):
    assert "You alone see this." in as_sam.see(f"{draft.path}/history")
    assert as_ada.get(f"{draft.path}/history").status_code == 404


def test_an_actions_and_an_objectives_words_are_restored_as_well(as_sam, sam, ada, item, pair):
    action = actions.propose(item, sam, text="Map gaps", owner=sam, due_on=None, likelihood=None)
    aim = growth.set_objective(pair, sam, "Chair the review")
    with clock.at(NOW + timedelta(minutes=1)):
        action.rewrite(ada, text="Map all gaps", owner=ada, due_on=NOW.date())
        aim.rewrite(ada, text="Chair all reviews")
    for thing, words in ((action, "Map gaps"), (aim, "Chair the review")):
        page = as_sam.see(f"{thing.path}/history")
        assert as_sam.form(f"{thing.path}/history", **fields(page)).status_code == 303
        assert words in re.sub("<[^>]*>", "", as_sam.see(thing.path))
    assert "From Sam Okoro to Ada Marsh" in re.sub("<[^>]*>", "", as_sam.see(f"{action.path}/history"))
    assert "From nothing to 3 March" in re.sub("<[^>]*>", "", as_sam.see(f"{action.path}/history"))
