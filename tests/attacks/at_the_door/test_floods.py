"""One person who asks for more than anybody needs, or whose programs do; and the pictures on other sites' pages."""

from contextlib import ExitStack, closing

import pytest

from .conftest import vouched
from .guarded import Visitor
from .raw import connected, read_chunk, read_head, request

MOST_BROWSERS, MOST_PAGES, SIGN_INS_KEPT = 20, 40, 20


def count(server, what: str, subject: str) -> int:
    person = f"(SELECT id FROM person WHERE subject = '{subject}')"
    return server.sql(f"SELECT count(*) FROM {what.replace('OF', person)}")[0][0]


def test_a_browser_that_keeps_no_cookie_fills_neither_the_sessions_nor_the_trail(server):
    for _ in range(60):
        assert server.ask("/me", *vouched("robin")).status == 200
    assert count(server, "session WHERE person_id = OF", "robin") == MOST_BROWSERS
    assert count(server, "audit_entry WHERE event = 'sign-in' AND by_id = OF", "robin") <= 2 * SIGN_INS_KEPT


def test_one_person_cannot_keep_every_stream_of_the_server_open(server):
    noor = Visitor(server, *vouched("noor"))
    noor.get("/me")
    lines = (*noor.vouching, f"Cookie: __Host-duologue={noor.cookie}")
    with ExitStack() as open_ones:
        first = None
        for _ in range(MOST_PAGES + 3):
            connection = open_ones.enter_context(closing(connected(server.address)))
            connection.sendall(request("/live", *lines, host="meetings.example.org"))
            stream = connection.makefile("rb")
            assert read_head(stream)[0] == 200
            read_chunk(stream)
            first = first or stream
        events = list(iter(lambda: read_chunk(first), b""))
        assert events[-1].startswith(b"event: signed-out")
        assert noor.get("/me").status == 200


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/event-stream"])
def test_the_limit_of_streams_is_not_a_matter_of_what_one_says_one_accepts(server, accept):
    lee = Visitor(server, *vouched("lee"))
    lee.get("/me")
    lines = (*lee.vouching, f"Cookie: __Host-duologue={lee.cookie}", f"Accept: {accept}")
    codes = set()
    for _ in range(250):
        with closing(connected(server.address)) as connection:
            connection.sendall(request("/live", *lines, host="meetings.example.org"))
            codes.add(read_head(connection.makefile("rb"))[0])
    assert 429 in codes


@pytest.mark.parametrize("mode", ["no-cors", "cors", "same-origin", ""])
@pytest.mark.parametrize("path", ["/", "/me/data.json", "/search?q=x"])
def test_a_picture_on_another_sites_page_signs_nobody_in_and_leaves_no_trace(server, mode, path):
    before = server.sql("SELECT count(*) FROM session"), server.trail("export")
    answer = server.ask(path, *vouched("robin"), "Sec-Fetch-Site: cross-site", f"Sec-Fetch-Mode: {mode}")
    assert (answer.status, answer.cookie) == (400, None)
    assert (server.sql("SELECT count(*) FROM session"), server.trail("export")) == before


def test_a_link_from_another_site_leads_here_but_takes_no_copy(server):
    link = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")
    assert server.ask("/", *vouched("robin"), *link).status == 200
    assert server.ask("/me/data.json", *vouched("robin"), *link).status == 400


@pytest.mark.parametrize(
    "framing",
    [
        *("Transfer-Encoding: gzip, chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: identity"),
        *("Content-Length: 5\r\nContent-Length: 5", "Content-Length: +5", "Content-Length: 0x5", "Content-Length: -1"),
    ],
)
def test_a_body_whose_length_two_programs_could_read_differently_is_refused(server, framing):
    hidden = request("/", *vouched("robin"), host="meetings.example.org")
    head = f"POST /healthz HTTP/1.1\r\nHost: meetings.example.org\r\n{framing}\r\n\r\n"
    with closing(connected(server.address)) as connection:
        connection.sendall(head.encode() + hidden)
        stream = connection.makefile("rb")
        assert read_head(stream)[0] == 400
        assert b"HTTP/1.1 200" not in stream.read()


def test_every_field_that_was_typed_is_shown_again_when_the_session_has_ended(server, ada):
    server.sql("DELETE FROM session")
    answer = ada.post("/pairs", colleague="Somebody New", place="Room twelve", side="manager")
    assert answer.status == 401
    assert "Somebody New" in answer.body
    assert "Room twelve" in answer.body
    assert ada.token not in answer.body
