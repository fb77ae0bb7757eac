"""Today: a person's conversations and what waits in each."""

import actions
import pairing

from ..conftest import NOW


def test_today_greets_by_name_and_leads_to_the_agenda(as_sam, meeting):
    page = as_sam.see("/")
    assert "Hello, Sam" in page
    assert "Tuesday 3 March" in page
    assert f'href="{meeting.path}"' in page
    assert "Wednesday 4 March, 10:00" in page


def test_ones_own_open_actions_stand_there(as_sam, as_ada, sam, item):
    actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=NOW.date(), likelihood=None, together=True)
    assert "Map both gaps" in as_sam.see("/")
    assert "Map both gaps" not in as_ada.see("/")


def test_an_empty_today_says_how_to_begin(client_of, robin):
    page = client_of(robin).see("/")
    assert "You have no one-to-ones yet. Invite your line manager" in page
    assert "Nothing is waiting for you" in page


def test_an_invitation_stands_there_for_both(as_ada, as_lee, ada, lee):
    pairing.invite(ada, manager=ada, report=lee)
    assert "Ada Marsh would like to meet you one to one" in as_lee.see("/")
    assert "has not answered yet" in as_ada.see("/")


def test_the_region_is_the_page_without_what_is_around_it(as_sam, meeting):
    fragment = as_sam.region("/regions/today").text
    assert fragment in as_sam.see("/")
    for name in ("nothing", "today-x", "item-x"):
        assert as_sam.region(f"/regions/{name}").status_code == 404, name
