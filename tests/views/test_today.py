"""Today: a person's conversations and what waits in each."""

from datetime import timedelta

import actions
import development
import growth
import pairing
import records
import scheduling

from ..conftest import NOW


def test_today_greets_by_name_and_leads_to_the_agenda(as_sam, meeting):
    page = as_sam.see("/")
    assert "Hello, Sam" in page
    assert "Tuesday 3 March" in page
    assert f'href="{meeting.path}"' in page
    assert "Wednesday 4 March, 10:00" in page


def test_a_meeting_whose_day_has_passed_says_what_to_do_about_it(as_sam, meeting):
    told = "That day has passed. Close the meeting if you held it, or give it another day."
    assert told not in as_sam.see("/")
    meeting.starts_at = NOW - timedelta(days=1)
    meeting.save()
    assert told in as_sam.see("/")


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


def test_whoever_is_invited_is_not_told_to_invite_somebody(client_of, ada, robin):
    pairing.invite(ada, manager=ada, report=robin)
    page = client_of(robin).see("/")
    assert "Your first agenda opens here as soon as an invitation is accepted." in page
    assert "You have no one-to-ones yet" not in page


def test_the_region_is_the_page_without_what_is_around_it(as_sam, meeting):
    fragment = as_sam.region("/regions/today").text
    assert fragment in as_sam.see("/")
    for name in ("nothing", "today-x", "item-x"):
        assert as_sam.region(f"/regions/{name}").status_code == 404, name


def test_what_awaits_you_stands_beside_each_conversation(as_ada, as_sam, meeting, sam, ada, item, draft):
    actions.propose(item, sam, text="Map both gaps", owner=ada, due_on=None, likelihood=None)
    page = as_ada.see("/")
    assert "1 thing from Sam" in page
    assert "1 proposal waits for your word" in page
    assert "Nothing from you yet" in page
    assert "1 draft that only you see" in as_sam.see("/")
    assert f'href="{meeting.path}/preparation"' in page


def test_a_meeting_that_is_a_call_is_joined_from_here(as_sam, as_ada, meeting, sam):
    assert "Join the call" not in as_sam.see("/")
    meeting.reschedule(sam, meeting.starts_at, 30, "Video: https://meet.example.org/two?a=1&b=2")
    assert 'href="https://meet.example.org/two?a=1&amp;b=2" rel="noopener noreferrer"' in as_ada.see("/")
    meeting.reschedule(sam, meeting.starts_at, 30, "javascript://example.org/%0Aalert(1)")
    assert "Join the call" not in as_sam.see("/")


def test_a_manager_sees_the_team_at_a_glance_and_nobody_else_does(as_ada, as_sam, meeting, sam, ada, item):
    records.close(meeting, ada, NOW + timedelta(days=21))
    actions.propose(
        scheduling.next_meeting(sam.pairs()[0]).add_item(sam, "goals", "New"),
        **{"by": sam, "text": "Late by now", "owner": sam, "due_on": NOW.date() - timedelta(days=2)},
        **{"likelihood": None, "together": True},
    )
    team = as_ada.region("/regions/team").text
    for said in ("Sam Okoro", "met once in the past year", "1 open action", "1 late", "Sam has added"):
        assert said in team
    assert "next 24 March" in team
    assert 'class="met"' in team
    assert "Late by now" not in team
    assert "hidden" in as_sam.region("/regions/team").text


def test_the_individual_sees_their_plan_and_their_year(as_ada, as_sam, pair, sam, ada):
    aim = growth.set_objective(pair, sam, "Chair the review", NOW.date(), together=True)
    aim.note_progress(sam, "good", "First half done")
    goal = development.set_goal(pair, sam, "Speak to a full room")
    goal.add_activity(sam, "Watch Jo do it", "others").do(sam)
    goal.add_activity(sam, "Do it once", "experience", NOW.date())
    page = as_sam.see("/")
    for said in ("Chair the review", "you: Going well", "Speak to a full room", "1 of 2 done", "Do it once"):
        assert said in page, said
    assert "Chair the review" not in as_ada.see("/")


def test_an_empty_year_and_plan_say_how_to_begin(as_sam, meeting):
    page = as_sam.see("/")
    assert "No objectives yet. Put down what this year is for." in page
    assert "Nothing in your plan yet. What would you like to be able to do?" in page


def test_whoever_has_begun_lately_is_not_told_that_they_have_not_met_for_a_year(as_sam, pair):
    assert "one to one since 2 March" in as_sam.see("/")
    pair.change(accepted_at=NOW - timedelta(days=400))
    assert "not met in the past year" in as_sam.see("/")


def test_more_than_six_conversations_are_folded_away(as_ada, ada, robin, lee, noor):
    for other in (lee, noor, robin):
        for manager, report in ((ada, other), (other, ada)):
            pairing.accept(pairing.invite(ada, manager=manager, report=report), other)
    assert "1 more</summary>" in as_ada.see("/")


def test_what_the_other_one_adds_comes_to_an_open_page(as_sam, as_ada, meeting):
    with as_ada.get("/live") as answer:
        events = iter(answer.response)
        next(events), next(events)
        as_sam.htmx(f"{meeting.path}/items", section="goals", text="Something new")
        assert "1 thing from Sam" in next(events).decode()


def test_the_pages_of_a_pair_are_one_click_away(as_sam, pair):
    assert f'href="{pair.path}">History</a>' in as_sam.see("/")
