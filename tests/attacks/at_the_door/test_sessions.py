"""Sessions: planted, replayed, passed on, switched, worn out; and streams that outlive a right."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from .conftest import vouched
from .guarded import SECRET, Guarded, Visitor, ago
from .raw import connected, read_chunk, read_head, request

END_SECONDS = 15


def path_of(server, who: str = "sam") -> str:
    return f"/meetings/{server.rows[who]['meeting']}"


def sessions(server) -> int:
    return server.sql("SELECT count(*) FROM session")[0][0]


def items(server) -> list[str]:
    return server.sql("SELECT id FROM item ORDER BY id")


def test_a_token_planted_before_the_sign_in_is_not_taken_on(server):
    victim = Visitor(server, *vouched("ada"))
    victim.cookie = planted = "p" * 43
    assert victim.get("/").status == 200
    assert victim.cookie != planted
    assert Visitor(server).server.ask("/", f"Cookie: __Host-duologue={planted}").status == 401


def test_a_token_is_of_256_random_bits_and_no_two_are_alike(server):
    tokens = {Visitor(server, *vouched("ada")).get("/").cookie for _ in range(10)}
    assert len(tokens) == 10
    assert all(len(token) == 43 for token in tokens)


def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(server):
    cookie = Visitor(server, *vouched("ada")).get("/").header("set-cookie")
    assert cookie.startswith("__Host-duologue=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert "Expires" not in cookie


def test_a_session_without_the_proxys_word_is_worth_nothing_and_ends(server, ada):
    stolen = f"Cookie: __Host-duologue={ada.cookie}"
    assert server.ask(path_of(server), stolen).status == 401
    assert server.ask(path_of(server), stolen, source="127.0.0.2").status == 401
    assert server.sql("SELECT id FROM session WHERE token_digest = ?", digest(ada.cookie)) == []


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def test_what_the_database_holds_of_a_session_opens_nothing(server, ada):
    assert server.sql("SELECT 1 FROM session WHERE token_digest = ?", digest(ada.cookie))
    assert not server.sql("SELECT 1 FROM session WHERE token_digest = ?", ada.cookie)
    thief = Visitor(server, *vouched("ada"))
    thief.cookie = digest(ada.cookie)[:43]
    thief.get("/")
    assert thief.cookie != digest(ada.cookie)[:43]


def test_the_next_person_at_a_shared_computer_gets_a_page_of_their_own(server, ada):
    left_behind = ada.cookie
    ada.vouching = vouched("noor")
    answer = ada.get("/")
    assert "Hello, Noor" in answer.body
    assert "Sam" not in answer.body
    assert ada.cookie != left_behind
    assert server.sql("SELECT id FROM session WHERE token_digest = ?", digest(left_behind)) == []
    assert server.trail("session-ended")[-1] == "switched"


def test_a_half_typed_form_is_not_saved_under_the_next_persons_name(server, ada, sam):
    before = items(server)
    ada.get(path_of(server))
    ada.vouching = vouched("sam")
    answer = ada.post(f"{path_of(server)}/items", section="goals", text="Typed by Ada, sent as Sam")
    assert answer.status == 401
    assert items(server) == before
    assert "Typed by Ada" in answer.body


def test_a_session_of_one_is_of_no_use_to_another(server, ada):
    thief = Visitor(server, *vouched("lee"))
    thief.cookie = ada.cookie
    assert thief.get(path_of(server)).status == 404
    assert server.sql("SELECT id FROM session WHERE token_digest = ?", digest(ada.cookie)) == []


def test_a_session_is_gone_when_its_person_signs_out(server, ada):
    kept = ada.cookie
    answer = ada.post("/signing-out")
    assert (answer.status, answer.header("location")) == (303, "/signed-out")
    assert answer.header("clear-site-data") == '"cache", "storage"'
    assert server.sql("SELECT id FROM session WHERE token_digest = ?", digest(kept)) == []
    replay = Visitor(server, *vouched("ada"))
    replay.cookie = kept
    assert replay.post("/activity", token=ada.token).status == 401


def test_the_page_after_signing_out_says_that_the_proxy_still_knows_one_and_signs_nobody_in(server, ada):
    ada.post("/signing-out")
    before = sessions(server)
    page = ada.get("/signed-out")
    assert (page.status, page.cookie) == (200, None)
    assert "still knows you here as" in page.body
    assert "<b>ada</b>" in page.body
    assert "Ada Marsh" not in page.body, "what Duologue knows of a person is for their session"
    assert sessions(server) == before


def test_nobody_is_signed_out_by_a_link_or_by_another_site(server, ada):
    assert ada.get("/signing-out").status == 405
    assert ada.post("/signing-out", "Origin: https://evil.example").status == 400
    assert ada.post("/signing-out", token="x").status == 400
    assert ada.get("/").status == 200
    assert server.sql("SELECT 1 FROM session WHERE token_digest = ?", digest(ada.cookie))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("seen_at = '2020-01-01 00:00:00'", "expired"),
        ("started_at = '2020-01-01 00:00:00'", "expired"),
        ("epoch = epoch + 1", "expired"),
        ("way = 'demo'", "expired"),
    ],
)
def test_a_session_that_does_not_hold_any_more_is_ended(server, ada, change, reason):
    server.sql(f"UPDATE session SET {change} WHERE token_digest = ?", digest(ada.cookie))
    before = items(server)
    kept = ada.cookie
    answer = ada.post(f"{path_of(server)}/items", section="goals", text="Too late, but not lost")
    assert answer.status == 401
    assert "Too late, but not lost" in answer.body
    assert items(server) == before
    assert server.sql("SELECT id FROM session WHERE token_digest = ?", digest(kept)) == []
    assert server.trail("session-ended")[-1] == reason


def test_sitting_still_for_half_an_hour_signs_out_and_moving_about_does_not(server, ada):
    def idle_for(minutes: int) -> None:
        server.sql("UPDATE session SET seen_at = ? WHERE token_digest = ?", ago(minutes), digest(ada.cookie))

    idle_for(29)
    assert ada.post("/activity").status == 204
    idle_for(29)
    assert ada.post("/activity").status == 204
    idle_for(31)
    assert ada.post("/activity").status == 401


def test_an_open_stream_is_no_sign_of_life(server, ada):
    server.sql("UPDATE session SET seen_at = ?", ago(20))
    with stream(server, ada, path_of(server)) as events:
        next(events)
        (seen,) = server.sql("SELECT seen_at < ? FROM session", ago(19))[0]
        assert seen


def test_a_disabled_person_is_out_at_the_very_next_request(server):
    with somebody(server, "lee") as lee:
        server.sql("UPDATE person SET disabled_at = ? WHERE subject = 'lee'", ago())
        assert lee.post("/activity").status == 401
        assert lee.get("/").status == 403


@contextmanager
def somebody(server: Guarded, name: str) -> Iterator[Visitor]:
    """A signed-in person who is put right again afterwards."""
    visitor = Visitor(server, *vouched(name))
    visitor.get("/me")
    try:
        yield visitor
    finally:
        server.sql("UPDATE person SET disabled_at = NULL WHERE subject = ?", name)


def test_a_cookie_of_any_other_kind_signs_nobody_in(server):
    for cookie in ("remember_token=1|ada", "session=eyJfdXNlcl9pZCI6IjEifQ", "duologue=ada", "user_id=1"):
        assert server.ask("/", f"Cookie: {cookie}").status == 401
    visitor = Visitor(server, *vouched("ada"))
    assert visitor.get("/", "Cookie: remember_token=x; session=y").status == 200


def test_two_tokens_in_one_request_do_not_confuse_it(server, ada, sam):
    answer = server.ask("/", *vouched("ada"), f"Cookie: __Host-duologue={sam.cookie}; __Host-duologue={ada.cookie}")
    assert "Hello, Ada" in answer.body
    assert (
        "Words of Sam" not in server.ask(path_of(server), *vouched("lee"), f"Cookie: __Host-duologue={ada.cookie}").body
    )


@pytest.mark.parametrize("token", ["", "x", "x" * 42, "x" * 44, "x" * 5000, "' OR 1=1 --", "%00" * 20, "é" * 43])
def test_a_token_that_we_never_give_is_none(server, token):
    visitor = Visitor(server, *vouched("ada"))
    visitor.cookie = token
    assert visitor.get("/").status == 200
    assert visitor.cookie != token


# Streams that outlive a right


@contextmanager
def stream(server: Guarded, visitor: Visitor, path: str) -> Iterator[Iterator[bytes]]:
    """The events of a page's stream as they come."""
    lines = (*visitor.vouching, f"Cookie: __Host-duologue={visitor.cookie}", "Accept: text/event-stream")
    with closing(connected(server.address)) as connection:
        connection.sendall(request(f"{path}/live", *lines, host="meetings.example.org"))
        reading = connection.makefile("rb")
        status, _ = read_head(reading)
        assert status == 200
        yield iter(lambda: read_chunk(reading), b"")


def assert_ends(events: Iterator[bytes], with_event: str) -> None:
    began = time.monotonic()
    last = list(events)[-1]
    assert time.monotonic() - began < END_SECONDS
    assert last.decode() == f"event: {with_event}\ndata:\n\n"


def test_a_stream_ends_at_once_when_its_person_signs_out(server, ada):
    with stream(server, ada, path_of(server)) as events:
        next(events)
        began = time.monotonic()
        ada.post("/signing-out")
        assert_ends(events, "signed-out")
        assert time.monotonic() - began < 3


def test_a_stream_ends_when_somebody_else_takes_over_the_browser(server, ada):
    with stream(server, ada, path_of(server)) as events:
        next(events)
        Visitor(server, *vouched("noor")).get("/", f"Cookie: __Host-duologue={ada.cookie}")
        assert_ends(events, "signed-out")


def test_streams_end_when_their_session_is_taken_away_or_their_person_is_disabled(server, ada):
    with (
        somebody(server, "noor") as noor,
        stream(server, ada, path_of(server)) as of_ada,
        stream(server, noor, path_of(server, "noor")) as of_noor,
    ):
        next(of_ada)
        next(of_noor)
        server.sql("DELETE FROM session WHERE token_digest = ?", digest(ada.cookie))
        server.sql("UPDATE person SET disabled_at = ? WHERE subject = 'noor'", ago())
        began = time.monotonic()
        assert_ends(of_ada, "signed-out")
        assert_ends(of_noor, "signed-out")
        assert time.monotonic() - began < END_SECONDS


def test_the_former_managers_stream_ends_with_the_pair_and_shows_nothing_more(server):
    with somebody(server, "lee") as lee, somebody(server, "noor") as noor:
        path = path_of(server, "noor")
        lee.get(path)
        noor.get(f"/pairs/{server.rows['noor']['pair']}")
        with stream(server, lee, path) as events:
            next(events)
            assert noor.post(f"/pairs/{server.rows['noor']['pair']}/ending").status == 303
            assert_ends(events, "gone")
        assert lee.get(path).status == 404
        assert lee.get(f"/pairs/{server.rows['noor']['pair']}").status == 404
        assert noor.get(path).status == 200


def test_nobody_gets_a_stream_by_a_cookie_alone(server, ada):
    answer = server.ask(f"{path_of(server)}/live", f"Cookie: __Host-duologue={ada.cookie}", "Accept: text/event-stream")
    assert answer.status == 401


def test_the_secret_is_nowhere_in_what_the_server_keeps(server):
    assert SECRET not in server.log
    for path in (server.folder / "data").iterdir():
        assert SECRET.encode() not in path.read_bytes()
