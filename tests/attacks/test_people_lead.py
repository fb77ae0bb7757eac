"""The people leads' pages, walked by everybody else; and what a people lead does not get by them."""

import pytest

import signposts
from models import Person

from ..signed_in import HTMX
from ..test_walk import addresses, ask, body, everything_stored, is_for_leads, methods

KEPT = "Coaching cards of the people lead"


@pytest.fixture
def kept(robin) -> dict[str, list[str]]:
    """One of everything that the people lead keeps: noun of the address → the ids that stand there."""
    return {"signposts": [signposts.add(robin, "grow", KEPT, "", "").id]}


def leads_pages(app, kept):
    """Every (method, address, the same for what is not there) of the people leads' pages."""
    nothing = {rule.rule.split("/")[1]: [] for rule in app.url_map.iter_rules() if "<id>" in rule.rule}
    for method in methods(app) - {"OPTIONS"}:
        for _, path, missing in addresses(app, {**nothing, **kept}, method):
            if is_for_leads(path):
                yield method, path, missing


@pytest.mark.parametrize("who", ["ada", "sam", "lee", "noor"])
@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_everybody_else_is_refused_alike_whether_it_is_there_or_not(app, client_of, kept, request, who, htmx):
    client = client_of(request.getfixturevalue(who))
    before, walked = everything_stored(), 0
    for method, path, missing in leads_pages(app, kept):
        walked += 1
        theirs, nothing = ask(client, method, path, htmx), ask(client, method, missing, htmx)
        assert theirs.status_code == nothing.status_code == 403, (method, path)
        assert body(theirs) == body(nothing), (method, path)
        assert KEPT not in body(theirs), (method, path)
    assert walked >= 6
    assert everything_stored() == before


def test_nobody_signed_out_or_disabled_reaches_them(app, nobody, client_of, robin, kept):
    as_robin = client_of(robin)
    robin.change(disabled_at=robin.created_at)
    nobody.read_token("/demo")
    for method, path, _ in leads_pages(app, kept):
        for client in (nobody, as_robin):
            assert ask(client, method, path, htmx=True).status_code == 401, (method, path)
    assert signposts.kept()["grow"][0].title == KEPT


def test_whoever_is_people_lead_no_more_is_out_at_once(app, client_of, robin, kept):
    as_robin = client_of(robin)
    assert as_robin.get("/signposts").status_code == 200
    robin.change(people_lead=False)
    for method, path, _ in leads_pages(app, kept):
        assert ask(as_robin, method, path, htmx=False).status_code == 403, (method, path)


def test_the_role_opens_nobodys_conversation(client_of, robin, meeting):
    as_robin = client_of(robin)
    for path in (meeting.path, meeting.pair.path, f"{meeting.path}/live"):
        assert as_robin.get(path).status_code == 404


def test_a_manager_who_is_a_people_lead_sees_their_own_pairs_and_no_others(as_ada, ada, meeting, theirs):
    ada.change(people_lead=True)
    assert as_ada.get("/signposts").status_code == 200
    assert as_ada.get(meeting.path).status_code == 200
    assert as_ada.get(theirs.path).status_code == 404
    assert as_ada.get(theirs.pair.path, headers=HTMX).status_code == 404


def test_no_form_of_ones_own_makes_one_a_people_lead(as_sam, sam):
    as_sam.form("/me", time_zone="Europe/London", people_lead="1")
    assert not Person.get_by_id(sam.id).people_lead
