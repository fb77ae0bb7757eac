"""The large screen: what both may see of the agenda, one thing at a time, and how much of the time has gone."""

from datetime import timedelta

import pytest

import clock
import meetings
import records
from notebooks import PrivateNote
from views.pages import MeetingPage

from ..conftest import NOW


def shown(browser, meeting):
    """The page of the large screen."""
    return browser.get(f"{meeting.path}/present").text


def test_it_shows_everything_that_is_shared_in_the_order_of_the_agenda(as_ada, meeting, item, ada):
    meeting.add_item(ada, "other", "Last of all").write_notes(ada, "With notes", "")
    page = shown(as_ada, meeting)
    assert page.index(item.text) < page.index("Last of all") < page.index("With notes")
    assert "2 of 2" in page


def test_nobodys_draft_and_notebook_are_on_it(as_sam, as_ada, sam, meeting, draft):
    PrivateNote.write(meeting.pair, sam, "A secret of my own", "")
    for browser in (as_sam, as_ada):
        page = shown(browser, meeting)
        assert draft.text not in page
        assert "A secret of my own" not in page


def test_an_empty_agenda_says_so(as_ada, meeting):
    assert "Nothing is on the agenda yet." in shown(as_ada, meeting)


def test_what_is_ticked_there_is_ticked_everywhere(as_ada, as_sam, item, ada, sam):
    path = f"{item.path}/slide/discussion"
    assert "is-discussed" in as_ada.htmx(path).text
    assert meetings.find_item(sam, item.id).discussed_by_id == ada.id
    assert "is-discussed" not in as_sam.htmx(path, undo=True).text
    assert meetings.find_item(sam, item.id).discussed_at is None


def test_without_javascript_a_tick_leads_back_to_the_same_thing(as_ada, meeting, item):
    answer = as_ada.form(f"{item.path}/slide/discussion")
    assert answer.status_code == 303
    assert answer.location.endswith(f"{meeting.path}/present#slide-{item.id}")


def test_a_draft_cannot_be_ticked_there(as_sam, meeting, draft):
    assert as_sam.htmx(f"{draft.path}/slide/discussion").status_code == 404


def test_a_closed_meeting_leads_to_its_page(as_ada, meeting, ada):
    records.close(meeting, ada, NOW + timedelta(days=30))
    assert as_ada.get(f"{meeting.path}/present").location.endswith(meeting.path)


@pytest.mark.parametrize(
    ("minutes", "gone"), [(-6, None), (-5, 0), (0, 0), (12, 12), (45, 45), (60 + 60, 120), (60 + 61, None)]
)
def test_the_time_line_is_there_while_a_meeting_may_be_under_way(meeting, ada, minutes, gone):
    meeting.reschedule(ada, meeting.starts_at, 60, "")
    with clock.at(meeting.starts_at + timedelta(minutes=minutes)):
        page = MeetingPage.of(ada, meeting.id)
        assert page.minutes_gone == gone
        assert ("hidden><progress" in page.render("head")) == (gone is None)
        assert f"{gone or 0} of 60 minutes" in page.render("head")
