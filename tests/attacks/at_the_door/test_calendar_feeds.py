"""The one address that opens something without a sign-on: guessed, cut, bent, taken past the proxy, kept too long."""

import hashlib
import sys
from collections.abc import Iterator

import pytest

from .conftest import running, vouched
from .guarded import SECRET, Guarded, Visitor, ago

PROOF = f"X-Proxy-Secret: {SECRET}"
MAKE = """
import calendar_feeds, database, settings
from models import Person
from rows import db
database.open_checked(settings.read())
with db.connection_context():
    print(calendar_feeds.begin(Person.get(Person.subject == "{}")))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Guarded]:
    """Its proxy lets the addresses of calendars through."""
    folder = tmp_path_factory.mktemp("calendars")
    settings = {"SIGN_IN": "proxy-header", "PROXY_PEERS": "127.0.0.1", "CALENDAR_FEEDS": "yes"}
    with running(folder, PROXY_SECRET_FILE=str(folder / "proxy_secret"), **settings) as server:
        yield server


def token_of(server, name: str) -> str:
    """What opens somebody's calendar from now on."""
    return server.run(sys.executable, "-c", MAKE.format(name)).strip()


@pytest.fixture(scope="module")
def token(server) -> str:
    """What opens Sam's."""
    return token_of(server, "sam")


def sessions(server) -> list[tuple]:
    return server.sql("SELECT id FROM session ORDER BY id")


def test_a_calendar_program_without_a_name_reads_the_calendar_and_is_signed_in_nowhere(server, token):
    before = sessions(server), server.trail("refused"), server.trail("sign-in")
    answer = server.ask(f"/calendar/{token}.ics", PROOF)
    assert (answer.status, answer.cookie) == (200, None)
    assert "with Ada Marsh" in answer.body
    assert "Words of" not in answer.body
    assert (sessions(server), server.trail("refused"), server.trail("sign-in")) == before


def test_a_name_that_comes_along_changes_nothing(server, token):
    answer = server.ask(f"/calendar/{token}.ics", *vouched("lee"))
    assert (answer.status, answer.cookie) == (200, None)
    assert "with Ada Marsh" in answer.body


def test_what_did_not_come_by_the_proxy_gets_nothing(server, token):
    path = f"/calendar/{token}.ics"
    assert server.ask(path).status == 404
    assert server.ask(path, "X-Proxy-Secret: guessed").status == 404
    assert server.ask(path, PROOF, source="127.0.0.2").status == 404


@pytest.mark.parametrize(
    "bend",
    [
        *(
            lambda token: token[:-1],
            lambda token: token + "A",
            lambda token: token.swapcase(),
            lambda token: token[::-1],
        ),
        *(lambda token: "a" * 55, lambda token: token[:12], lambda token: token[12:], lambda token: f"%00{token}"),
        *(lambda token: token[:12] + "%25" * 43, lambda token: "' OR 1=1 --".replace(" ", "%20")),
        lambda token: token[:12] + hashlib.sha256(token[12:].encode()).hexdigest()[:43],
    ],
)
def test_what_is_not_exactly_right_is_as_if_it_had_never_been(server, token, bend):
    answer = server.ask(f"/calendar/{bend(token)}.ics", PROOF)
    assert answer.status == 404
    assert "Ada" not in answer.body


def test_the_address_opens_nothing_else(server, token):
    meeting = server.rows["sam"]["meeting"]
    for path in (
        *(
            "/",
            "/me",
            f"/meetings/{meeting}",
            f"/meetings/{meeting}/calendar.ics",
            "/me/calendar",
            f"/calendar/{token}",
        ),
        *(
            f"/?token={token}",
            f"/calendar/{token}.ics/../../me",
            f"/calendar/{token}.ics/me",
            f"//calendar/{token}.ics/",
        ),
        *(f"/me?/calendar/{token}.ics", f"/me;/calendar/{token}.ics", f"/calendar%2f{token}.ics%2f..%2f..%2fme"),
    ):
        for more in ((), (f"Authorization: Bearer {token}",), (f"Cookie: __Host-duologue={token}",)):
            answer = server.ask(path, PROOF, *more)
            assert answer.status in (401, 308, 400), (path, more)
            assert answer.cookie is None
            assert "Ada" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_is_for_reading_alone(server, token, method):
    assert server.ask(f"/calendar/{token}.ics", PROOF, method=method).status in (400, 401)


def test_neither_the_log_nor_the_database_holds_it(server, token):
    server.ask(f"/calendar/{token}.ics", PROOF)
    server.ask(f"/calendar/{token[:-1]}.ics", PROOF)
    assert token[12:-1] not in server.log
    for path in (server.folder / "data").iterdir():
        assert token[12:-1].encode() not in path.read_bytes()


def test_another_sites_page_cannot_have_it_asked_for(server, token):
    cross = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors")
    assert server.ask(f"/calendar/{token}.ics", PROOF, *cross).status == 400


def test_nobody_makes_ends_or_sees_anothers(server, token):
    lee = Visitor(server, *vouched("lee"))
    lee.get("/me")
    assert "has had a private address" not in lee.get("/me").body
    assert lee.post("/me/calendar?_method=DELETE").status == 303
    assert server.ask(f"/calendar/{token}.ics", PROOF).status == 200
    assert lee.post("/me/calendar", token="forged").status == 400
    assert server.sql("SELECT count(*) FROM calendar_feed") == [(1,)]


def test_it_ends_with_its_person_and_is_not_there_again_when_they_are(server):
    kept = token_of(server, "noor")
    path = f"/calendar/{kept}.ics"
    assert server.ask(path, PROOF).status == 200
    server.sql("UPDATE person SET disabled_at = ?, epoch = epoch + 1 WHERE subject = 'noor'", ago())
    assert server.ask(path, PROOF).status == 404
    server.sql("UPDATE person SET disabled_at = NULL WHERE subject = 'noor'")
    assert server.ask(path, PROOF).status == 404
