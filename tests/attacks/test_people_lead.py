"""The people leads' pages, walked by everybody else; and what a people lead does not get by them."""

import pytest

import library
import publishing
import signposts
from models import Person
from template_drafts import Draft

from ..screen import fields_of
from ..signed_in import HTMX
from ..test_walk import addresses, ask, body, everything_stored, is_for_leads, methods
from .test_markup import HOSTILE, doings

KEPT = "Coaching cards of the people lead"
DRAFTED = f'name = "{KEPT}"\nminutes = 30\n'


@pytest.fixture
def kept(robin) -> dict[str, list[str]]:
    """One of everything that the people lead keeps: noun of the address → the ids that stand there."""
    publishing.save_draft("career", robin, DRAFTED, "")
    return {"signposts": [signposts.add(robin, "grow", KEPT, "", "").id]}


def leads_pages(app, kept):
    """Every (method, address, the same for what is not there) of the people leads' pages."""
    nothing = {rule.rule.split("/")[1]: [] for rule in app.url_map.iter_rules() if "<id>" in rule.rule}
    for method in methods(app) - {"OPTIONS"}:
        for _, path, missing in addresses(app, {**nothing, **kept}, method):
            if is_for_leads(path):
                yield method, path, missing


@pytest.mark.parametrize("who", ["ada", "sam", "lee"])
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
    assert walked >= 20
    assert everything_stored() == before


def test_nobody_signed_out_or_disabled_reaches_them(app, nobody, client_of, robin, kept):
    as_robin = client_of(robin)
    robin.change(disabled_at=robin.created_at)
    nobody.read_token("/demo")
    for method, path, _ in leads_pages(app, kept):
        for client in (nobody, as_robin):
            assert ask(client, method, path, htmx=True).status_code == 401, (method, path)
    assert signposts.kept()["grow"][0].title == KEPT
    assert library.draft_of("career").content == DRAFTED


def test_whoever_is_people_lead_no_more_is_out_at_once(app, client_of, robin, kept):
    as_robin = client_of(robin)
    for page in ("/signposts", "/templates", "/templates/career/draft"):
        assert as_robin.get(page).status_code == 200
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


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_what_a_people_lead_writes_is_text_wherever_it_appears(app, client_of, robin, words):
    line = " ".join(words.split())
    draft = Draft({"name": line, "about": line, "minutes": line, "section": [{"key": "one", "title": line}]})
    for place in (("section", 0, "prompt"), ("closing",), ("preparation",), ("responsibility",)):
        draft.part(draft.add(place)).update(text=line, caution=line, covers=[line])
    key = publishing.begin(robin, "Plain", draft.toml())
    signposts.add(robin, "grow", line, "", line)
    as_robin, seen = client_of(robin), 0
    editor = f"/templates/{key}/draft"
    form = {**fields_of(as_robin.see(editor), editor), "do": "publish"}
    for answer in (
        *(as_robin.get(f"/templates{rest}") for rest in ("", f"/{key}", f"/{key}/draft", f"/{key}/draft/preview")),
        as_robin.get("/signposts"),
        as_robin.form(editor, **form),
        as_robin.form(editor, **{**form, "base": "", "about": "x"}),
        as_robin.form("/templates/import", text=words),
    ):
        assert doings(answer.text) == []
        seen += "canary" in answer.text
    assert seen == 8
