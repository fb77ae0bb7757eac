"""Signposts: what is kept stands for its topic, and until then its usual words, which lead nowhere."""

import pytest

import audit
import signposts
from agenda_templates import TOPICS
from signposts import USUAL_TEXT, USUAL_TITLES, Signpost
from views.today import TodayPage

from .test_queries import counted


@pytest.fixture
def kept(robin):
    """A signpost that the people lead keeps."""
    return signposts.add(robin, "grow", "Coaching cards", "https://intranet.example.org/grow", "On paper too.")


def noted() -> list[str]:
    return [entry.about for entry in audit.entries(event="signpost")]


def test_every_topic_has_usual_words_that_lead_nowhere(here):
    assert set(USUAL_TITLES) == set(TOPICS) == set(signposts.by_topic())
    for topic, (only,) in signposts.by_topic().items():
        assert (only.title, only.text, only.link) == (USUAL_TITLES[topic], USUAL_TEXT, "")


def test_what_is_kept_stands_by_its_title_in_the_place_of_the_usual_words(kept, robin):
    other = signposts.add(robin, "grow", "Ask Jo", "", "")
    assert signposts.by_topic()["grow"] == [other, kept]
    assert signposts.by_topic()["plan"][0].title == USUAL_TITLES["plan"]
    kept.delete_by(robin)
    other.delete_by(robin)
    assert signposts.by_topic()["grow"][0].link == ""


def test_it_can_say_something_else_under_another_topic(kept, robin):
    kept.edit(robin, topic="plan", title="Plans", address="", text="")
    (found,) = signposts.by_topic()["plan"]
    assert (found.title, found.link) == ("Plans", "")
    assert signposts.kept()["grow"] == []


def test_who_changes_them_is_noted_and_what_they_say_is_not(kept, robin):
    kept.edit(robin, topic="plan", title="Plans", address="", text="")
    kept.delete_by(robin)
    assert noted() == [f"added {kept.id}", f"changed {kept.id}", f"deleted {kept.id}"]
    assert {entry.by for entry in audit.entries(event="signpost")} == {robin}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x"])
def test_an_address_written_by_another_way_becomes_no_link(kept, address):
    kept.change(address=address)
    assert signposts.find(kept.id).link == ""


def test_a_page_asks_for_them_once_however_often_it_shows_them(kept, sam):
    page = TodayPage(sam)
    page.signposts  # noqa: B018 - the first time prepares the query
    with counted() as queries:
        page = TodayPage(sam)
        assert page.signposts["grow"] == page.signposts["grow"] == [kept]
    assert len(queries) == 1


def test_where_a_topic_comes_up_they_are_shown_as_links_that_tell_the_other_site_nothing(app, kept, robin, sam):
    signposts.add(robin, "grow", "<b>Ask Jo</b>", "", "")
    html = app.jinja_env.get_template("signposts/_signposts.html").render(page=TodayPage(sam), topics=["grow", "plan"])
    link = '<a href="https://intranet.example.org/grow" rel="noopener noreferrer" target="_blank">Coaching cards</a>'
    assert link in html
    assert "On paper too." in html
    assert "&lt;b&gt;Ask Jo&lt;/b&gt;" in html
    assert "Making a development plan</span>" in html
    assert html.count("<a ") == 1
    assert Signpost.select().count() == 2
