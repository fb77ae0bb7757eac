"""Whoever may not see a page any more is told so soon; everybody else's pages stay, and are hardly asked about."""

from datetime import timedelta

import gevent
import pytest
from peewee import DatabaseError

import auth
import clock
import live
import process
import sessions
from live import GONE, SIGNED_OUT, Listener
from models import readers_of
from rights import Rights
from rows import db
from sessions import Limits
from views import streams

from .conftest import NOW
from .test_queries import counted
from .test_watch import until


@pytest.fixture
def rights(here):
    """Looks at open pages when it is told to."""
    return Rights(auth.Doorkeeper(here))


@pytest.fixture
def begin(here):
    """A function: begin a session of a person; its id."""
    return lambda person: sessions.begin(person, "demo", Limits(timedelta(hours=1), timedelta(hours=1)))[0].id


@pytest.fixture
def page_of(begin):
    """A function: open a page of somebody, of a pair or of all theirs, in a session of its own."""
    pages = []

    def listen(person, pair=None, **more):
        page = Listener(person.id, pair=pair and pair.id, **({"session": begin(person)} | more))
        live.join(page)
        page.looked_at = 0.0
        pages.append(page)
        return page

    yield listen
    for page in pages:
        live.leave(page)


def look(rights: Rights) -> None:
    """Have them looked at as in a server, where each look has a connection to itself."""
    db.close()
    rights.look()
    db.connect()


def test_pages_of_those_who_may_see_them_stay_and_are_not_asked_about_again(rights, page_of, ada, sam, pair):
    pages = [page_of(ada, pair), page_of(sam, pair), page_of(ada)]
    look(rights)
    assert {page.over for page in pages} == {None}
    assert all(page.looked_at > 0 for page in pages)


ENDS = {
    "the session is gone": lambda person: sessions.Session.delete().execute(),
    "the session is another way's": lambda person: sessions.Session.update(way="proxy").execute(),
    "all their sessions were ended": lambda person: person.change(epoch=person.epoch + 1),
    "the person is disabled": lambda person: person.change(disabled_at=NOW - timedelta(days=1)),
}


@pytest.mark.parametrize("why", ENDS)
def test_whoever_is_not_signed_in_any_more_is_told_so(rights, page_of, sam, pair, why):
    pages = [page_of(sam, pair), page_of(sam)]
    ENDS[why](sam)
    look(rights)
    assert [page.over for page in pages] == [SIGNED_OUT, SIGNED_OUT]
    assert [page.looked_at for page in pages] == [0, 0]


@pytest.mark.parametrize("was_seen", [False, True])
def test_a_session_that_is_worn_out_ends_its_pages(here, rights, page_of, sam, was_seen):
    page, later = page_of(sam), timedelta(minutes=here.session_idle_minutes)
    if was_seen:
        later = timedelta(hours=here.session_hours)
        sessions.Session.update(seen_at=NOW + later).execute()
    with clock.at(NOW + later - timedelta(seconds=1)):
        look(rights)
        assert not page.over
    with clock.at(NOW + later):
        look(rights)
    assert page.over == SIGNED_OUT


def test_a_page_without_a_session_is_nobodys(rights, page_of, sam, pair):
    page = page_of(sam, pair, session=None)
    look(rights)
    assert page.over == SIGNED_OUT


def test_another_pairs_page_is_nobodys_either(rights, page_of, lee, pair):
    page, gone = page_of(lee, pair), page_of(lee)
    gone.pair = "nosuchpair"
    look(rights)
    assert (page.over, gone.over) == (GONE, GONE)


def test_a_former_managers_page_ends_with_the_last_day_and_the_individuals_does_not(rights, page_of, ada, sam, pair):
    pages = [page_of(sam, pair), page_of(ada, pair), page_of(ada)]
    pair.end(ada, manager_days=1)
    look(rights)
    assert [page.over for page in pages] == [None, None, None]
    pair.change(manager_until=clock.now())
    look(rights)
    assert [page.over for page in pages] == [None, GONE, None]


def test_who_reads_is_what_the_finder_of_a_pair_says(ada, sam, lee, pair, theirs):
    def agree() -> bool:
        everybody = {ada.id, sam.id, lee.id, *(person.id for person in theirs.pair.people)}
        pairs = pair.id, theirs.pair_id
        people = [auth.person_by_id(id) for id in everybody]
        return readers_of(pairs) == {(id, each.id) for id in pairs for each in people if each.pair(id)}

    assert agree()
    for ended, last in ((NOW, None), (NOW, NOW + timedelta(days=99_000)), (None, None)):
        pair.change(ended_at=ended, manager_until=last)
        assert agree()
    pair.change(accepted_at=None, ended_at=NOW)
    assert agree()
    pair.change(accepted_at=NOW, ended_at=None, covers_until=clock.now())
    assert agree()
    assert (pair.id, ada.id) not in readers_of([pair.id])


def test_a_page_of_several_pairs_ends_with_the_first_of_them(rights, page_of, ada):
    page = page_of(ada, ends_at=NOW + timedelta(minutes=1))
    look(rights)
    assert not page.over
    with clock.at(NOW + timedelta(minutes=1)):
        look(rights)
    assert page.over == GONE


def test_however_many_there_are_two_queries_tell(rights, page_of, ada, sam, pair):
    for person in (ada, sam) * 10:
        page_of(person, pair)
    with counted() as queries:
        look(rights)
    assert len(queries) == 2


def test_they_are_looked_at_in_turns(rights, page_of, ada, sam, pair, monkeypatch):
    monkeypatch.setattr("rights.ASKED_AT_ONCE", 2)
    pages = [page_of(person, pair) for person in (ada, sam, ada, sam, ada)]
    sessions.Session.delete().where(sessions.Session.id == pages[4].session).execute()
    with counted() as queries:
        look(rights)
    assert len(queries) == 2 * 3
    assert [page.over for page in pages] == [None] * 4 + [SIGNED_OUT]


def test_what_goes_wrong_with_some_keeps_nobody_from_looking_at_the_others(
    rights, page_of, ada, sam, pair, monkeypatch
):
    monkeypatch.setattr("rights.ASKED_AT_ONCE", 1)
    first, second, third = page_of(ada, pair), page_of(ada, pair), page_of(sam, pair)
    still_hold = rights._keeper.still_hold

    def ask(ids):
        if first.session in ids:
            raise ValueError("nonsense")
        return still_hold(ids)

    monkeypatch.setattr(rights._keeper, "still_hold", ask)
    sessions.Session.delete().where(sessions.Session.id == third.session).execute()
    with pytest.raises(ValueError, match="nonsense"):
        look(rights)
    db.connect(reuse_if_open=True)
    assert (first.over, second.over, third.over) == (None, None, SIGNED_OUT)
    assert first.looked_at == 0 < second.looked_at


def test_why_a_page_ended_first_is_what_it_says(rights, page_of, lee, pair):
    page = page_of(lee, pair)
    page.end(SIGNED_OUT)
    look(rights)
    assert page.over == SIGNED_OUT


def test_where_it_cannot_be_asked_nobody_is_taken_for_good(rights, page_of, ada, pair):
    page = page_of(ada, pair)
    db.execute_sql('ALTER TABLE "session" RENAME TO "elsewhere"')
    try:
        with pytest.raises(DatabaseError, match="session"):
            look(rights)
        assert (page.looked_at, page.over) == (0, None)
    finally:
        db.connect(reuse_if_open=True)
        db.execute_sql('ALTER TABLE "elsewhere" RENAME TO "session"')


def test_every_process_that_serves_looks(here, page_of, ada, pair, monkeypatch):
    monkeypatch.setattr(Rights, "seconds", 0.01)
    page = page_of(ada, pair, session=None)
    process._begin_beside(here)
    try:
        until(lambda: page.over == SIGNED_OUT)
    finally:
        process.end()


@pytest.fixture
def stream(as_sam, meeting):
    """The events of a page of Sam's that is up to date."""
    with as_sam.get(f"{meeting.path}/live?since={meeting.pair.version}") as answer:
        events = iter(answer.response)
        for event in (next(events), next(events)):
            assert event
        db.connect(reuse_if_open=True)
        yield events
        answer.close()


def test_a_stream_that_waits_is_woken_and_ends(rights, stream, sam):
    sam.change(epoch=sam.epoch + 1)
    look(rights)
    with gevent.Timeout(1):
        assert list(stream) == [streams.OVER[SIGNED_OUT].encode()]


def test_a_stream_asks_for_itself_only_where_nobody_has_looked(rights, stream, monkeypatch):
    monkeypatch.setattr(streams, "PING_SECONDS", 0.01)
    [page] = live.everybody()
    with counted() as queries:
        next(stream)
        assert not queries
        before = page.looked_at = page.looked_at - streams.CHECK_SECONDS
        next(stream)
    assert len(queries) == 2
    assert page.looked_at > before
