"""Walks every route of the application as nobody, as somebody outside and as the people lead."""

import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta
from functools import cache, partial
from urllib.parse import quote

import pytest

import actions
import development
import evidence
import feedback
import growth
import notices
import records
from handovers import Handover, PassedRecord
from meetings import Item
from notebooks import PrivateNote
from rows import new_id

from . import behind
from .conftest import NOW
from .signed_in import HTMX

OPEN_TO_ALL = {
    "health.show",
    "health.ready",
    "demo.show",
    "demo.sign_in",
    "assets.serve",
    "sessions.signed_out",
    "calendars.feed",
    "mail.ask",
    "mail.stop",
}
# Pages that are for people leads alone, by their noun; tests/attacks/test_people_lead.py walks them.
LEADS = {"signposts", "templates", "figures"}
SECRETS = ("two gaps", "Fridays", "Map both gaps", "Chair the review", "A secret of my own", "Remarkable", "Kept talk")
SECRETS += ("Speak to a full room", "Watch Jo do it", "You let me finish", "How did I chair it?")
DAYS = "2025-11-22--2026-11-22"
ANEW = re.compile(r'"X-(Page|CSRFToken)": "[^"]+"|name="csrf_token" value="[^"]+"|quote [a-z2-9]{10}\.')
# What a route's form might send: enough for each of them to be taken, were it one's own.
FORM = {
    "text": "forged",
    "base": "",
    "section": "goals",
    "direction": "up",
    "due_on": "2026-04-02",
    "until": "2026-04-02",
    "reason": "forged",
    "starts_at": "2026-04-02T10:00",
    "next_starts_at": "2026-04-02T10:00",
    "minutes": "30",
    "rhythm": "weekly",
    "template": "regular",
    "colleague": "nobody at all",
    "side": "individual",
    "time_zone": "Europe/London",
    "where": "goals",
    "prompt": "to be put in",
    "years": "5",
    "mode": "formal",
    "due_was": "",
    "mode_was": "",
    "goal": "",
    "tone": "positive",
    "whose": "reported",
    "reported_from": "nobody at all",
    "happened_on": "2026-03-02",
    "starts_on": "2025-03-02",
    "ends_on": "2026-03-02",
    "address": "The HR pages",
    "uploaded_on": "2026-03-02",
}


@pytest.fixture
def filled(meeting, ada, sam, item, draft):
    """A pair with one of everything: noun of the address → the ids that stand there."""
    made = actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=None, together=True)
    proposal = actions.propose(item, sam, text="Map both gaps too", owner=ada, due_on=None, likelihood=None)
    objective = growth.set_objective(meeting.pair, sam, "Chair the review", None)
    goal = development.set_goal(meeting.pair, sam, "Speak to a full room")
    activity = goal.add_activity(sam, "Watch Jo do it", "others")
    given = feedback.give(meeting.pair, sam, "positive", "You let me finish")
    asked = feedback.ask(meeting.pair, sam, "How did I chair it?")
    kept = evidence.add(meeting.pair, sam, NOW.date(), "The review went well")
    PrivateNote.write(meeting.pair, sam, "A secret of my own", "")
    talked = meeting.add_item(ada, "other", "Kept talk")
    talked.discuss(ada)
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    records.Record.of(meeting).remark(sam, "Remarkable")
    notices.tell_one(sam, "held", meeting.pair)
    told = {kind: [] for kind in ("objectives", "goals", "actions", "records")}
    passing = {"pair": meeting.pair, "by": sam, "content": json.dumps(told)}
    handover = Handover.create(from_pair=meeting.pair, **passing)
    minutes = records.Record.of(meeting).content
    passed = PassedRecord.create(pair=meeting.pair, handover=handover, source="x", closed_at=NOW, content=minutes)
    return {
        "passed-records": [passed.id],
        "pairs": [meeting.pair_id],
        "meetings": [meeting.id, upcoming.id],
        "items": [item.id, draft.id, talked.id],
        "actions": [made.id, proposal.id],
        "objectives": [objective.id],
        "goals": [goal.id],
        "activities": [activity.id],
        "feedback": [given.id, asked.id],
        "evidence": [kept.id],
        "notices": [notice.id for notice in notices.unread_of(sam)],
    }


def region_names(filled) -> list[str]:
    """Every kind of region, with the keys that exist."""
    names = (
        "head presence actions agenda wrapup close notebook meetings pair objectives today saved confirmations remarks "
        "conversations mine team growing growth gathering year evidences uploads plan balance feedback give ask"
    )
    return [
        *names.split(),
        *(f"{kind}-goals" for kind in ("section", "prompts", "composer")),
        *(f"item-{id}" for id in filled["items"]),
        *(f"action-{id}" for id in filled["actions"]),
        *(f"goal-{id}" for id in filled["goals"]),
        *(f"activity-{id}" for id in filled["activities"]),
    ]


def addresses(app, filled, method: str):
    """Each route's addresses: (endpoint, address of what is theirs, the same for an id that is nobody's).

    The second and third are the same where a route takes no id.
    """
    for rule in app.url_map.iter_rules():
        if method not in rule.methods:
            continue
        ids = filled.get(rule.rule.split("/")[1], ["a-leads-one"]) if "<id>" in rule.rule else [None]
        nobodys = new_id()
        names = region_names(filled) if "/regions/<name>" in rule.rule else ["duologue.js"]
        for id in ids:
            for name in names:
                path = rule.rule.replace("<digest>", "000000000000").replace("<name>", name)
                path = path.replace("<key>", "career").replace("<section>", "goals").replace("<int:number>", "1")
                path = path.replace("<days>", DAYS).replace("<extension>", "json")
                path = path.replace("<token>", "a" * 55)
                yield rule.endpoint, path.replace("<id>", id or ""), path.replace("<id>", nobodys)


def is_for_leads(path: str) -> bool:
    """Whether an address is one of the people leads' pages."""
    return path.split("/")[1] in LEADS


def methods(app) -> set[str]:
    """Every method of any route."""
    return {method for rule in app.url_map.iter_rules() for method in rule.methods}


def closed_to_strangers(app, filled):
    """Every (method, address) that nobody reaches without being signed in."""
    for method in methods(app):
        for endpoint, path, _ in addresses(app, filled, method):
            if endpoint not in OPEN_TO_ALL:
                yield method, path


def is_page(method: str, path: str) -> bool:
    """Whether a browser opens it as a page, and so is shown the way in; a stream is none."""
    return method == "GET" and not path.endswith("/live")


def ask(client, method: str, path: str, htmx: bool):
    """Send a request with all that a page would send; an event stream's answer is let go at once."""
    headers = {"X-CSRFToken": client.token, **(HTMX if htmx else {})}
    data = FORM if method in ("POST", "DELETE", "PUT", "PATCH") else None
    return client.open(path, method=method, headers=headers, data=data)


def body(answer) -> str:
    """What an answer says, without what each rendering of a page has anew: its name, its signed token and its id."""
    if answer.mimetype == "text/event-stream":
        answer.close()
        return ""
    if answer.mimetype == "application/zip":
        archive = zipfile.ZipFile(io.BytesIO(answer.get_data()))
        return "\n".join(f"{name}\n{archive.read(name).decode()}" for name in archive.namelist())
    return ANEW.sub("", answer.text)


def everything_stored() -> str:
    """One word that changes when anything in the database does."""
    return hashlib.sha256("\n".join(behind.everything()).encode()).hexdigest()


def test_no_route_has_an_argument_that_the_walk_does_not_know(app, filled):
    for rule in app.url_map.iter_rules():
        known = {"id", "name", "digest", "key", "section", "number", "days", "extension", "token"}
        assert rule.arguments <= known, rule.rule
        if "id" in rule.arguments:
            assert rule.rule.split("/")[1] in filled.keys() | LEADS, rule.rule
        if "name" in rule.arguments:
            assert "/regions/<name>" in rule.rule or rule.endpoint == "assets.serve", rule.rule


def test_the_walk_reaches_what_the_two_can_see_themselves(app, as_sam, filled):
    for endpoint, path, _ in addresses(app, filled, "GET"):
        if "/regions/" in path or endpoint in OPEN_TO_ALL or is_for_leads(path):
            continue
        if endpoint.startswith("records.") and filled["meetings"][1] in path:
            continue
        with as_sam.get(path) as answer:
            assert answer.status_code in (200, 302, 409), path


def test_what_describes_a_control_stands_on_its_page_and_once_and_every_word_has_its_facts(app, as_sam, filled):
    described = set()
    for _, path, _ in addresses(app, filled, "GET"):
        if not is_page("GET", path) or "/regions/" in path or is_for_leads(path):
            continue
        with as_sam.get(path) as answer:
            page = answer.text if answer.mimetype == "text/html" else ""
        ids = re.findall(r' id="([^"]+)"', page)
        found = {id for said in re.findall(r' aria-describedby="([^"]+)"', page) for id in said.split()}
        assert {id for id in found if ids.count(id) != 1} == set(), path
        assert "%(" not in page, path
        described |= found
    for noun in ("actions", "goals", "activities", "feedback", "evidence"):
        assert f"words-{filled[noun][0]}" in described


def test_nobody_signed_out_reaches_anything(app, nobody, filled):
    before = everything_stored()
    nobody.read_token("/demo")
    walked = 0
    for method, path in closed_to_strangers(app, filled):
        walked += 1
        plain = ask(nobody, method, path, htmx=False)
        if is_page(method, path):
            assert (plain.status_code, plain.location) == (302, f"/demo?next={quote(path)}"), path
        else:
            assert plain.status_code == 401, (method, path)
        fragment = ask(nobody, method, path, htmx=True)
        assert fragment.status_code == 401, (method, path)
        for secret in SECRETS:
            assert secret not in plain.text + fragment.text, (method, path)
    assert walked > 100
    assert everything_stored() == before


@pytest.mark.parametrize("who", ["lee", "robin"])
@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_to_anybody_outside_it_is_as_if_it_did_not_exist(app, client_of, filled, request, who, htmx):
    client = client_of(request.getfixturevalue(who))
    answer_to = cache(partial(ask, client, htmx=htmx))
    before = everything_stored()
    walked = 0
    for method in methods(app):
        for _, path, missing in addresses(app, filled, method):
            if path == missing or is_for_leads(path):
                continue
            walked += 1
            theirs, nothing = answer_to(method, path), answer_to(method, missing)
            assert theirs.status_code == nothing.status_code, (method, path)
            assert theirs.status_code == (200 if method == "OPTIONS" else 404), (method, path)
            assert body(theirs) == body(nothing), (method, path)
            assert dict(theirs.headers).keys() == dict(nothing.headers).keys(), (method, path)
    assert walked > 100
    assert everything_stored() == before


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_to_a_former_manager_it_is_as_if_it_had_never_been(app, as_ada, ada, sam, pair, filled, htmx):
    pair.end(sam)
    answer_to = cache(partial(ask, as_ada, htmx=htmx))
    before = everything_stored()
    walked = 0
    for method in methods(app):
        for _, path, missing in addresses(app, filled, method):
            if (path == missing and method != "GET") or is_for_leads(path):
                continue
            theirs = answer_to(method, path)
            for secret in SECRETS:
                assert secret not in body(theirs), (method, path)
            if path == missing:
                continue
            walked += 1
            nothing = answer_to(method, missing)
            assert theirs.status_code == nothing.status_code == (200 if method == "OPTIONS" else 404), (method, path)
            assert body(theirs) == body(nothing), (method, path)
    assert walked > 100
    assert everything_stored() == before


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_disabled_person_reaches_nothing_with_a_session_of_before(app, as_sam, sam, filled, htmx):
    sam.change(disabled_at=NOW)
    walked = 0
    for method, path in closed_to_strangers(app, filled):
        walked += 1
        answer = ask(as_sam, method, path, htmx)
        assert answer.status_code == (302 if is_page(method, path) and not htmx else 401), (method, path)
        for secret in SECRETS:
            assert secret not in body(answer), (method, path)
    assert walked > 100


@pytest.mark.parametrize("who", ["lee", "robin"])
def test_pages_without_an_id_show_an_outsider_nothing_of_theirs(app, client_of, filled, request, who):
    client = client_of(request.getfixturevalue(who))
    for _, path, missing in addresses(app, filled, "GET"):
        if path != missing:
            continue
        answer = ask(client, "GET", path, htmx=False)
        assert answer.status_code in ((200, 403, 404) if is_for_leads(path) else (200, 404)), path
        for secret in SECRETS:
            assert secret not in body(answer), (path, secret)


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_the_partner_gets_nothing_of_the_others_draft(app, as_ada, filled, draft, htmx):
    before = everything_stored()
    walked = 0
    for method in methods(app):
        for _, path, _ in addresses(app, filled, method):
            if draft.id not in path:
                continue
            walked += 1
            other = path.replace(draft.id, new_id())
            theirs, nothing = ask(as_ada, method, path, htmx), ask(as_ada, method, other, htmx)
            assert theirs.status_code == nothing.status_code, (method, path)
            assert theirs.status_code == (200 if method == "OPTIONS" else 404), (method, path)
            assert body(theirs) == body(nothing), (method, path)
    assert walked > 20
    assert everything_stored() == before


def test_the_partner_sees_the_draft_and_the_notebook_on_no_page(app, as_ada, filled, draft):
    for _, path, _ in addresses(app, filled, "GET"):
        page = body(ask(as_ada, "GET", path, htmx=False))
        assert draft.text not in page, path
        assert "A secret of my own" not in page, path
        assert draft.id not in page or draft.id in path, path


# Forged fields


def test_a_forged_owner_is_refused(client_of, lee, sam, theirs):
    own = theirs.add_item(lee, "goals", "Ours")
    answer = client_of(lee).htmx(f"{own.path}/actions", text="x", owner=sam.id)
    assert answer.status_code == 422
    assert actions.Action.select().count() == 0


def test_a_forged_place_before_somebody_elses_item_tells_nothing(client_of, lee, theirs, item, filled):
    first, own = theirs.add_item(lee, "goals", "First"), theirs.add_item(lee, "goals", "Ours")
    before = Item.get_by_id(item.id).position
    client = client_of(lee)
    forged = client.htmx(f"{first.path}/position", section="goals", before=item.id)
    assert [found.text for found in theirs.items_for(lee)] == ["Ours", "First"]
    client.htmx(f"{own.path}/position", section="goals")
    unknown = client.htmx(f"{first.path}/position", section="goals", before=new_id())
    assert forged.status_code == unknown.status_code == 200
    assert Item.get_by_id(item.id).position == before


def test_somebody_elses_regions_are_not_on_ones_own_pages(client_of, lee, theirs, filled):
    client = client_of(lee)
    for page in (theirs.path, theirs.pair.path, "/actions", ""):
        for name in region_names(filled):
            if name.startswith(("item-", "action-")):
                assert client.region(f"{page}/regions/{name}").status_code == 404, (page, name)


def test_somebody_elses_deleted_item_is_not_named(client_of, lee, sam, theirs, item):
    item.delete_by(sam)
    assert item.text not in client_of(lee).see(f"{theirs.path}?deleted={item.id}")


def test_a_forged_key_gives_nobody_somebody_elses_row(client_of, lee, sam, meeting, theirs):
    meeting.add_item(sam, "goals", "The same words", key="k")
    client_of(lee).htmx(f"{theirs.path}/items", section="goals", text="The same words", key="k")
    assert [found.author for found in theirs.items_for(lee)] == [lee]
    assert Item.select().count() == 2


def test_forged_fields_change_no_owner_author_or_meeting(client_of, lee, ada, theirs, meeting):
    client_of(lee).htmx(
        f"{theirs.path}/items",
        section="goals",
        text="Ours",
        author=ada.id,
        by=ada.id,
        pair=meeting.pair_id,
        meeting=meeting.id,
        id="aaaaaaaaaaaa",
        shared_at="2020-01-01",
    )
    (own,) = theirs.items_for(lee)
    assert (own.author, own.pair_id, own.meeting_id) == (lee, theirs.pair_id, theirs.id)
    assert own.id != "aaaaaaaaaaaa"
    assert meeting.items_for(ada) == []


def test_a_page_that_names_itself_like_anothers_is_told_nothing_of_theirs(client_of, lee, theirs, filled):
    with client_of(lee).get(f"{theirs.path}/live?since=0", headers={"X-Page": "a-page"}) as answer:
        events = iter(answer.response)
        sent = next(events) + next(events)
    sent = sent.decode() if isinstance(sent, bytes) else sent
    for secret in SECRETS:
        assert secret not in sent
