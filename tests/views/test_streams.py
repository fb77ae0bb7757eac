"""The event streams: each page is sent what changed, rendered for its own person, and nothing else."""

import re
from datetime import date, timedelta

import pytest
from greenlet import getcurrent

import live
import records
import reviews
from models import Pair
from rows import db
from views import streams
from views.actions import ActionsPage
from views.pages import MeetingPage
from views.today import TodayPage

from ..conftest import NOW
from ..screen import regions


@pytest.fixture
def open_stream():
    """A function: open the stream of a page; it gives its events one by one, the first greeting left out."""
    opened = []

    def listen(client, path: str, **headers):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        opened.append(answer)
        events = _events(answer)
        assert next(events) == streams.PING
        return events

    yield listen
    for answer in opened:
        answer.close()


def _events(answer):
    for event in answer.response:
        # Rendering for a stream closes the connection that the test has been using.
        db.connect(reuse_if_open=True)
        yield event.decode() if isinstance(event, bytes) else event


def shown(event: str) -> dict[str, str]:
    """The regions that an event brings."""
    return regions("\n".join(line[6:] for line in event.split("\n") if line.startswith("data: ")))


def named(event: str) -> set[str]:
    """The names of the regions that an event is about: brought, or marked as due."""
    return {name.removesuffix("-due") for name in shown(event)}


def up_to_date(page) -> str:
    """The address of the stream for a page that has missed nothing."""
    pair = page if isinstance(page, Pair) else page.pair
    return f"{page.path}/live?since={Pair.get_by_id(pair.id).version}"


def test_its_headers_keep_proxies_from_holding_it_back(as_sam, meeting):
    with as_sam.get(up_to_date(meeting)) as answer:
        assert answer.mimetype == "text/event-stream"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Encoding" not in answer.headers
        answer.close()


def test_the_others_change_arrives_with_the_version_it_made(as_sam, as_ada, open_stream, meeting, item):
    events = open_stream(as_sam, up_to_date(meeting))
    assert set(shown(next(events))) == {"presence"}
    as_ada.htmx(f"{item.path}/discussion")
    event = next(events)
    assert "is-discussed" in event
    assert f"id: {Pair.get_by_id(meeting.pair_id).version}\n" in event


def test_ones_own_other_page_is_told_too_and_the_acting_page_only_the_rest(as_sam, open_stream, meeting, item):
    acting = open_stream(as_sam, up_to_date(meeting), **{"X-Page": "a-page"})
    second = open_stream(as_sam, up_to_date(meeting), **{"X-Page": "another"})
    next(acting), next(second)
    as_sam.htmx(f"{item.path}/actions", text="Map one gap", owner=meeting.pair.report_id)
    assert set(shown(next(acting))) == {"actions"}
    assert named(next(second)) == {"actions", "agenda", "wrapup"}


def test_a_page_that_is_sent_on_is_told_nothing_meanwhile(as_ada, open_stream, meeting, monkeypatch):
    monkeypatch.setattr("views.streams.PING_SECONDS", 0.01)
    acting = open_stream(as_ada, up_to_date(meeting), **{"X-Page": "a-page"})
    second = open_stream(as_ada, up_to_date(meeting), **{"X-Page": "another"})
    next(acting), next(second)
    assert as_ada.htmx(f"{meeting.pair.path}/ending").headers["HX-Redirect"] == "/"
    assert next(second) == streams.OVER[live.GONE]
    assert next(acting) == streams.PING


def test_a_page_that_is_led_to_a_place_on_itself_is_told(as_sam, open_stream, meeting, sam):
    days = date(2025, 3, 4), date(2026, 3, 3)
    review = reviews.begin(meeting.pair, sam, *days)
    acting = open_stream(as_sam, up_to_date(review), **{"X-Page": "a-page"})
    next(acting)
    as_sam.htmx(f"{review.path}/gathering", at=review.path, starts_on=f"{days[0]}", ends_on=f"{days[1]}")
    assert "agenda" in named(next(acting))


def test_the_wrapup_is_not_rendered_until_a_page_asks_for_it(as_sam, as_ada, open_stream, meeting, item):
    events = open_stream(as_ada, up_to_date(meeting))
    next(events)
    answer = as_sam.htmx(f"{meeting.path}/items", section="goals", text="Said once")
    event = next(events)
    for found in (answer.text, event):
        assert found.count("Said once") == 1
    marker = shown(event)["wrapup-due"]
    path = re.search(r'hx-get="([^"]+)"[^>]* hx-target="#wrapup"', marker)[1]
    assert "Said once" in as_ada.region(path).text


def test_a_page_that_is_sent_to_the_next_process_is_told_first_what_it_has_not_heard(
    as_sam, as_ada, open_stream, meeting, item
):
    events = open_stream(as_sam, up_to_date(meeting))
    next(events)
    as_ada.htmx(f"{item.path}/discussion")
    live.dismiss_all()
    assert "is-discussed" in next(events)
    assert next(events, None) is None


def test_a_draft_is_streamed_to_its_author_alone(as_sam, as_ada, open_stream, meeting, monkeypatch):
    monkeypatch.setattr(streams, "PING_SECONDS", 0.01)
    hers, his = open_stream(as_ada, up_to_date(meeting)), open_stream(as_sam, up_to_date(meeting))
    next(hers), next(his)
    as_sam.htmx(f"{meeting.path}/items", section="goals", text="My own thought", private="1")
    assert "My own thought" in next(his)
    assert next(hers) == streams.PING


def test_an_item_that_is_gone_is_taken_away(as_sam, as_ada, open_stream, meeting, item):
    events = open_stream(as_sam, up_to_date(meeting))
    next(events)
    as_ada.htmx(f"{item.path}/deletion")
    assert f'<hx-partial hx-target="#{item.region}" hx-swap="leave">' in next(events)


def test_a_page_that_was_away_is_sent_what_it_missed_and_nothing_else(as_sam, as_ada, open_stream, meeting, item):
    since = up_to_date(meeting)
    as_ada.htmx(f"{item.path}/notes", text="Meanwhile", base="")
    event = next(open_stream(as_sam, since))
    assert "Meanwhile" in event
    assert set(shown(event)) == {"agenda", "presence"}


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30, "0"])
def test_a_page_of_which_nothing_is_known_is_sent_everything(as_sam, open_stream, meeting, item, since):
    event = next(open_stream(as_sam, f"{meeting.path}/live?since={since}"))
    assert named(event) == set(MeetingPage.whole)


def test_what_the_browser_last_heard_counts_before_what_the_page_began_with(as_sam, as_ada, open_stream, meeting, item):
    began = up_to_date(meeting)
    as_ada.htmx(f"{item.path}/discussion")
    now = str(Pair.get_by_id(meeting.pair_id).version)
    as_ada.htmx(f"{meeting.path}/time", starts_at="2026-03-05T10:00", minutes="60", place="")
    event = next(open_stream(as_sam, began, **{"Last-Event-ID": now}))
    assert "head" in shown(event)


def test_a_disabled_person_is_told_to_go(as_sam, sam, open_stream, meeting, monkeypatch):
    monkeypatch.setattr(streams, "PING_SECONDS", 0.01)
    monkeypatch.setattr(streams, "CHECK_SECONDS", 0.02)
    events = open_stream(as_sam, up_to_date(meeting))
    next(events)
    sam.change(disabled_at=NOW - timedelta(days=1))
    assert list(events)[-1] == streams.OVER[live.SIGNED_OUT]


def test_a_stream_ends_by_itself_in_time(as_sam, open_stream, meeting, monkeypatch):
    monkeypatch.setattr(streams, "PING_SECONDS", 0.01)
    monkeypatch.setattr(streams, "LIFE_SECONDS", 0.05)
    events = list(open_stream(as_sam, up_to_date(meeting)))
    assert events[-1] == streams.PING


def test_opening_the_page_says_that_one_is_here_and_leaving_says_so_after_a_while(as_sam, as_ada, meeting, ada):
    with as_ada.get(up_to_date(meeting)) as answer:
        next(iter(answer.response))
        assert "Ada is here" in as_sam.see(meeting.path)
        answer.close()
    assert live.is_here(meeting.id, ada.id)


@pytest.mark.parametrize("path", ["/live", "/actions/live"])
def test_pages_across_all_pairs_have_streams_too(as_sam, as_ada, sam, open_stream, meeting, path):
    events = open_stream(as_sam, path)
    next(events)
    as_ada.htmx(f"{meeting.path}/time", starts_at="2026-03-05T10:00", minutes="60", place="")
    item = meeting.add_item(sam, "goals", "x")
    as_ada.htmx(f"{item.path}/actions", text="Map both gaps", owner=sam.id, together="1")
    found = next(events)
    while "Map both gaps" not in found:
        found = next(events)
    assert set(shown(found)) <= set(TodayPage.partials) | set(ActionsPage.partials)


def test_a_closed_meetings_pair_page_and_record_are_live(as_sam, as_ada, open_stream, pair, meeting):
    at_pair = open_stream(as_sam, up_to_date(pair))
    as_ada.htmx(f"{meeting.path}/closing", next_starts_at="2026-04-02T10:00")
    assert "meetings" in shown(next(at_pair))
    at_record = open_stream(as_sam, f"{meeting.path}/record/live?since={Pair.get_by_id(pair.id).version}")
    as_ada.htmx(f"{meeting.path}/record/remarks", text="Remarkable")
    event = next(at_record)
    assert "Remarkable" in shown(event)["remarks"]
    as_ada.htmx(f"{meeting.path}/closing", undo=True)
    assert next(at_record) == streams.OVER[live.GONE]


def test_every_stream_renders_its_page_for_somebody_looked_up_afresh(app, as_sam, open_stream, meeting, ada):
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    walked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith(".live"):
            about = meeting if "record" in rule.rule else upcoming
            path = rule.rule.replace("<days>", "2025-03-04--2026-03-03")
            path = path.replace("<id>", about.pair_id if path.startswith("/pairs") else about.id)
            assert "<hx-partial" in next(open_stream(as_sam, path)), path
            walked += 1
    assert walked >= 6


def test_what_a_page_is_sent_is_made_aside_so_that_waiting_takes_little_room(as_sam, meeting, open_stream, monkeypatch):
    made_in, make = [], streams._event
    monkeypatch.setattr(streams, "_event", lambda *about: made_in.append(getcurrent()) or make(*about))
    events = open_stream(as_sam, up_to_date(meeting))
    assert named(next(events)) == {"presence"}
    assert len(made_in) == 1
    assert getcurrent() not in made_in
