"""Signposts over HTTP: the people lead keeps them, bad addresses are refused beside their field, others stay out."""

from dataclasses import replace

import pytest

import signposts
from signposts import Signpost

from ..screen import boxes, problem_at

GOOD = {"topic": "grow", "title": "Coaching cards", "address": "", "text": "On paper too."}
# A part of it is too long for any name to be looked up, so that no network is asked.
NOBODY = f"https://{'a' * 64}.example/"


@pytest.fixture
def as_robin(client_of, robin):
    """The people lead's browser."""
    return client_of(robin)


@pytest.fixture
def unasked(app, monkeypatch):
    """A server on a machine that reaches no web."""
    config = app.config["DUOLOGUE"]
    monkeypatch.setitem(app.config, "DUOLOGUE", replace(config, check_addresses=False))


def test_the_people_lead_keeps_changes_and_deletes_them(as_robin):
    assert as_robin.form("/signposts", **GOOD).location == "/signposts"
    assert "Coaching cards" in as_robin.see("/signposts")
    kept = Signpost.get()
    assert boxes(as_robin.see(kept.path), "title") == ["Coaching cards"]
    assert as_robin.form(kept.path, **{**GOOD, "title": "Cards", "topic": "plan"}).status_code == 303
    assert [found.title for found in signposts.kept()["plan"]] == ["Cards"]
    assert as_robin.form(kept.path, undo=True).status_code == 303
    assert Signpost.select().count() == 0
    assert as_robin.get(kept.path).status_code == 404


def test_a_new_one_begins_with_the_topic_that_it_was_asked_for(as_robin):
    assert '<option value="careers" selected>' in as_robin.see("/signposts/new?topic=careers")
    assert "selected" not in as_robin.see("/signposts/new?topic=%3Cscript%3E")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "", "Say what it is called"),
        ("title", "x" * 201, "longer than 200"),
        ("text", "x" * 301, "longer than 300"),
        ("topic", "moon", "Not a valid choice"),
        ("address", "javascript:alert(1)", "begins with https://"),
        ("address", "http://127.0.0.1:8000/", "their own computer"),
        ("address", "https://robin:secret@example.org/", "names and passwords"),
        ("address", NOBODY, "Nothing answers there"),
    ],
)
def test_a_bad_one_is_refused_beside_its_field_and_kept_in_the_form(as_robin, field, value, message):
    sent = {**GOOD, field: value}
    answer = as_robin.form("/signposts", **sent)
    assert answer.status_code == 422
    assert message in problem_at(answer.text, "signpost", field)
    for name in ("title", "address", "text"):
        assert boxes(answer.text, name) == [sent[name]]
    assert Signpost.select().count() == 0


def test_a_bad_change_leaves_it_as_it_was(as_robin, robin):
    kept = signposts.add(robin, **{**GOOD, "address": "https://example.org/"})
    answer = as_robin.form(kept.path, **{**GOOD, "title": "Other", "address": NOBODY})
    assert answer.status_code == 422
    assert boxes(answer.text, "title") == ["Other"]
    assert Signpost.get().title == "Coaching cards"


def test_where_there_is_no_web_an_address_need_only_be_safe(as_robin, unasked):
    assert as_robin.form("/signposts", **{**GOOD, "address": NOBODY}).status_code == 303
    assert as_robin.form("/signposts", **{**GOOD, "address": "https://127.1/"}).status_code == 422
    assert f'<a href="{NOBODY}" rel="noopener noreferrer" target="_blank">' in as_robin.see("/signposts")


def test_the_server_is_not_made_to_ask_others_without_end(as_robin):
    codes = [as_robin.form("/signposts", **{**GOOD, "title": ""}).status_code for _ in range(31)]
    assert codes == [422] * 30 + [429]


def test_others_are_told_whose_page_it_is_and_see_nothing(as_ada, robin):
    signposts.add(robin, **GOOD)
    answer = as_ada.get("/signposts")
    assert answer.status_code == 403
    assert "This is for people leads" in answer.text
    assert "Coaching cards" not in answer.text


def test_ones_own_page_leads_there_for_people_leads_alone(as_robin, as_ada):
    assert 'href="/signposts"' in as_robin.see("/me")
    assert 'href="/signposts"' not in as_ada.see("/me")
