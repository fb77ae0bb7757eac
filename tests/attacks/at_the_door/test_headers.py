"""Forging, doubling, joining, folding and encoding the header that names a person; and speaking past the proxy."""

import re
from contextlib import closing

import pytest

from .conftest import vouched
from .guarded import OLD_SECRET, SECRET, Visitor
from .raw import connected, exchange, read_answer, request

PROOF = f"X-Proxy-Secret: {SECRET}"


def assert_refused(server, *headers, why: str | None = None, **more) -> None:
    """Nobody gets in by this, no cookie is given, and nothing but the refusal is kept."""
    sessions = server.sql("SELECT count(*) FROM session")
    for path in ("/", f"/meetings/{server.rows['sam']['meeting']}"):
        answer = server.ask(path, *headers, **more)
        assert answer.status in ((401,) if why else (400, 401)), answer
        assert answer.cookie is None
        assert "Words of" not in answer.body
        assert "Ada" not in answer.body
    assert server.sql("SELECT count(*) FROM session") == sessions
    if why:
        assert server.log.rpartition("event=refused reason=")[2].split()[0] == why


def assert_in(server, *headers, name="Ada", **more) -> None:
    answer = server.ask("/", *headers, **more)
    assert answer.status == 200, answer
    assert f"Hello, {name}" in answer.body


# The way it is meant


def test_the_proxys_word_is_enough(server):
    assert_in(server, *vouched("ada"))


def test_the_spelling_of_a_header_and_spaces_around_its_value_do_not_matter(server):
    assert_in(server, f"x-proxy-secret:{SECRET}", "X-REMOTE-USER:   ADA  ")


def test_the_other_secret_counts_too_while_they_change(server):
    assert_in(server, f"X-Proxy-Secret: {OLD_SECRET}", "X-Remote-User: ada")


# Without the proxy


def test_a_name_without_the_secret_is_nobodys(server):
    assert_refused(server, "X-Remote-User: ada", why="secret")


@pytest.mark.parametrize(
    "sent",
    [
        *("", " ", SECRET[:-1], SECRET + "0", SECRET.upper(), SECRET[::-1], "*", "None"),
        *(f"{SECRET},{SECRET}", f"{SECRET} {OLD_SECRET}", f'"{SECRET}"', f"{SECRET}\x00"),
    ],
)
def test_a_secret_that_is_not_exactly_right_proves_nothing(server, sent):
    assert_refused(server, f"X-Proxy-Secret: {sent}", "X-Remote-User: ada")


def test_a_secret_sent_twice_proves_nothing(server):
    assert_refused(server, PROOF, PROOF, "X-Remote-User: ada")


def test_the_secret_under_another_spelling_proves_nothing(server):
    for name in ("X_Proxy_Secret", "X.Proxy.Secret", "XProxySecret", "X-Proxy_Secret"):
        assert_refused(server, f"{name}: {SECRET}", "X-Remote-User: ada")


def test_another_machine_is_not_the_proxy_though_it_knows_the_secret(server):
    assert_refused(server, *vouched("ada"), source="127.0.0.2", why="peer")


def test_a_second_proxy_that_is_named_is_one(server):
    assert_in(server, *vouched("ada"), source="127.0.0.9")


@pytest.mark.parametrize(
    "claim",
    [
        *("X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "Forwarded: for=127.0.0.1", "Client-IP: 127.0.0.1"),
        *("True-Client-IP: 127.0.0.1", "X-Forwarded-For: 127.0.0.1, 127.0.0.1", "Remote-Addr: 127.0.0.1"),
        *("REMOTE_ADDR: 127.0.0.1", "X-Client-IP: 127.0.0.1", "X-Cluster-Client-IP: 127.0.0.1"),
    ],
)
def test_a_forwarded_address_makes_nobody_the_proxy(server, claim):
    assert_refused(server, *vouched("ada"), claim, source="127.0.0.2")


def test_a_proxy_protocol_line_is_no_request(server):
    line = b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n"
    with connected(server.address, "127.0.0.2") as connection:
        connection.sendall(line + request("/", *vouched("ada")))
        assert read_answer(connection.makefile("rb")).status == 400


# The name


@pytest.mark.parametrize("sent", ["", " ", "\t"])
def test_no_name_is_nobody(server, sent):
    assert_refused(server, PROOF, f"X-Remote-User:{sent}", why="missing")


def test_a_missing_name_is_nobody(server):
    assert_refused(server, PROOF, why="missing")


def test_a_name_sent_twice_is_nobody(server):
    assert_refused(server, PROOF, "X-Remote-User: ada", "X-Remote-User: ada", why="joined")


def test_a_second_name_in_another_case_of_the_header_is_nobody(server):
    assert_refused(server, "x-remote-user: sam", PROOF, "X-Remote-User: ada", why="joined")


@pytest.mark.parametrize("sent", ["ada,sam", "ada, sam", ",ada", "ada,", "ada;sam", "ada; sam"])
def test_joined_names_are_nobody(server, sent):
    assert_refused(server, PROOF, f"X-Remote-User: {sent}", why="joined")


@pytest.mark.parametrize("fold", ["\r\n ada", "ada\r\n sam", "ada\r\n\tsam", "a\r\n da"])
def test_a_name_folded_over_lines_is_nobody(server, fold):
    assert_refused(server, PROOF, f"X-Remote-User: {fold}")


@pytest.mark.parametrize(
    "sent",
    [
        *("аda".encode(), "ａｄａ".encode(), "ad\u0430".encode(), "ada\u200b".encode(), "ad\u00e0".encode("latin-1")),
        *("\u212aada".encode(), b"ada\xad", b"ada\xff", "ADA\u0130".encode()),
    ],
)
def test_letters_that_only_look_like_those_of_a_name_are_nobody(server, sent):
    assert_refused(server, PROOF, b"X-Remote-User: " + sent, why="not-ascii")


@pytest.mark.parametrize(
    "sent",
    [
        *("ada sam", "a da", "ada\tsam", "%61da", "ada%00", "ada%2csam", '"ada"'),
        *("=?utf-8?q?ada?=", "=?utf-8?b?YWRh?=", "ada/", "../ada", "ada@example.org", "CORP\\ada", "uid=ada"),
        *("ada'--", "ada<b>", "{{ada}}", "-ada", ".ada", "_ada", "ada\\r\\n", "ada:password", "ada|sam", "ada&sam"),
    ],
)
def test_a_name_that_is_not_like_one_is_nobody(server, sent):
    assert_refused(server, PROOF, f"X-Remote-User: {sent}", why="malformed")


@pytest.mark.parametrize(
    "letter", ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\r", "\x1c", "\x1f", "\x7f", "\x85", "\xa0"]
)
def test_a_letter_that_servers_lose_is_no_part_of_a_name(server, letter):
    # A carriage return at the end is the end of the line.
    for sent in (*([] if letter == "\r" else [f"ada{letter}"]), f"{letter}ada", f"a{letter}da"):
        assert_refused(server, PROOF, b"X-Remote-User: " + sent.encode("latin-1"))


def test_more_headers_than_anybody_needs_are_refused(server):
    assert server.ask("/", *vouched("ada"), *(f"X-{number}: x" for number in range(150))).status == 400


def test_a_header_without_end_is_refused(server):
    assert server.ask("/", *vouched("ada"), f"X-Long: {'x' * 70_000}").status == 400


def test_a_line_that_is_no_header_hides_none_of_those_after_it(server):
    assert server.ask("/", "no colon here", *vouched("ada")).status == 400
    assert server.ask("/", PROOF, "no colon here", "X-Remote-User: ada").status == 400


def test_a_name_of_65_letters_is_nobody(server):
    assert_refused(server, PROOF, f"X-Remote-User: {'a' * 65}", why="malformed")


def test_a_name_without_end_is_nobody(server):
    assert_refused(server, PROOF, f"X-Remote-User: ada{' ' * 300}x", why="too-long")


def test_a_name_on_a_bare_line_feed_is_part_of_nothing(server):
    answer = server.ask("/", b"X-Note: x\nX-Remote-User: ada", PROOF, "X-Remote-User: sam")
    assert answer.status in (400, 401)


# Other spellings of the header


@pytest.mark.parametrize(
    "name",
    [
        *("X_Remote_User", "X-Remote_User", "X_Remote-User", "X.Remote.User", "XRemoteUser", "X--Remote-User"),
        *("Remote-User", "REMOTE_USER", "X-Forwarded-User", "X-User", "X-Auth-Request-User", "Authorization"),
        *("HTTP_X_REMOTE_USER", "HTTP-X-Remote-User", "X-Remote-User-", "X-Authenticated-User", "From"),
    ],
)
def test_only_the_configured_header_names_anybody(server, name):
    assert_refused(server, PROOF, f"{name}: ada", why="missing")


@pytest.mark.parametrize("name", ["X_Remote_User", "X.Remote.User", "x_remote_user", "X-Remote_User", "Remote-User"])
def test_a_look_alike_beside_the_header_changes_nothing(server, name):
    assert_in(server, f"{name}: sam", *vouched("ada"))
    assert_in(server, *vouched("ada"), f"{name}: sam")


def test_a_space_before_the_colon_makes_another_header(server):
    answer = server.ask("/", PROOF, "X-Remote-User : ada")
    assert answer.status in (400, 401)
    assert answer.cookie is None


@pytest.mark.parametrize("path", ["/?X-Remote-User=ada", "/?remote_user=ada", "/;X-Remote-User=ada"])
def test_a_name_in_the_address_is_nobodys(server, path):
    assert server.ask(path, PROOF).status == 401


def test_a_name_in_a_cookie_or_a_form_is_nobodys(server):
    assert_refused(server, PROOF, "Cookie: X-Remote-User=ada; REMOTE_USER=ada; user=ada")
    body = b"X-Remote-User=ada&person=ada"
    answer = server.ask("/", PROOF, "Content-Type: application/x-www-form-urlencoded", method="POST", body=body)
    assert answer.status in (400, 401, 405)


def test_a_name_in_the_trailer_of_a_body_is_nobodys(server):
    sent = (
        f"POST /activity HTTP/1.1\r\nHost: meetings.example.org\r\n{PROOF}\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\nTrailer: X-Remote-User\r\n\r\n1\r\nx\r\n0\r\nX-Remote-User: ada\r\n\r\n"
    )
    with connected(server.address) as connection:
        connection.sendall(sent.encode())
        assert read_answer(connection.makefile("rb")).status in (400, 401)


def test_the_next_request_on_a_connection_is_nobodys_by_itself(server):
    first = request("/", *vouched("ada"), host="meetings.example.org").replace(b"Connection: close\r\n", b"")
    with connected(server.address) as connection:
        connection.sendall(first + request("/", PROOF, host="meetings.example.org"))
        stream = connection.makefile("rb")
        assert read_answer(stream).status == 200
        assert read_answer(stream).status == 401


def test_a_request_hidden_in_a_body_is_not_taken_for_one(server):
    hidden = request("/", *vouched("ada"), host="meetings.example.org")
    head = (
        f"POST /activity HTTP/1.1\r\nHost: meetings.example.org\r\nContent-Length: {len(hidden)}\r\n"
        f"Transfer-Encoding: chunked\r\nConnection: close\r\n{PROOF}\r\n\r\n0\r\n\r\n"
    )
    with connected(server.address) as connection:
        connection.sendall(head.encode() + hidden)
        answer = read_answer(connection.makefile("rb"))
    assert answer.status in (400, 401)
    assert "Hello" not in answer.body


# What else the proxy says


def test_a_group_of_another_name_makes_nobody_a_people_lead(server):
    for groups in ("People-Leads", "people-leads-emea", "people", "xpeople-leads", "people-leads;x", ""):
        server.ask("/", *vouched("lee"), f"X-Remote-Groups: {groups}")
        assert server.sql("SELECT people_lead FROM person WHERE subject = 'lee'") == [(0,)]


def test_the_group_of_people_leads_makes_one_and_shows_them_nothing(server):
    groups = "X-Remote-Groups: staff, people-leads"
    answer = Visitor(server, *vouched("noor"), groups).get("/")
    assert answer.status == 200
    assert server.sql("SELECT people_lead FROM person WHERE subject = 'noor'") == [(1,)]
    assert "lead" in server.trail("role")
    assert server.ask(f"/meetings/{server.rows['sam']['meeting']}", *vouched("noor"), groups).status == 404
    server.ask("/", *vouched("noor"), "X-Remote-Groups: staff")
    assert server.sql("SELECT people_lead FROM person WHERE subject = 'noor'") == [(0,)]


def test_a_client_cannot_add_a_group_under_another_spelling(server):
    server.ask("/", *vouched("lee"), "X_Remote_Groups: people-leads", "X-Remote.Groups: people-leads")
    assert server.sql("SELECT people_lead FROM person WHERE subject = 'lee'") == [(0,)]


def test_markup_in_a_display_name_is_text(server):
    answer = server.ask("/me", *vouched("lee"), "X-Remote-Name: <b onclick=x>Lee</b> Park")
    assert "&lt;b onclick=x&gt;Lee" in answer.body
    assert "<b onclick" not in answer.body
    server.ask("/", *vouched("lee"), "X-Remote-Name: Lee Park")


def test_a_display_name_that_nobody_could_show_is_left_out(server):
    for sent in (b"\xff\xfe", "x" * 300, "Lee\u202ePark"):
        line = b"X-Remote-Name: " + (sent if isinstance(sent, bytes) else sent.encode())
        assert server.ask("/", *vouched("lee"), line).status == 200
    assert server.sql("SELECT name FROM person WHERE subject = 'lee'") == [("Lee Park",)]


# Whom the proxy vouches for and Duologue does not have

# What names each request.
ANEW = re.compile(r"quote [a-z2-9]{10}\.")


def test_strangers_retired_and_disabled_people_all_read_the_same_calm_page(server):
    pages = set()
    for name in ("zoe", "dora", "rita"):
        answer = server.ask("/", *vouched(name))
        assert (answer.status, answer.cookie) == (403, None)
        assert f"calls you “{name}”" in answer.body
        assert "the service desk" in answer.body
        assert "Go to Today" not in answer.body, "there is no Today for them"
        pages.add(ANEW.sub("", answer.body).replace(name, "…"))
    assert len(pages) == 1
    assert server.sql("SELECT count(*) FROM person WHERE subject = 'zoe'") == [(0,)]
    assert [line.split()[0] for line in server.trail("refused")[-3:]] == ["unknown", "disabled", "retired"]


def test_a_stranger_learns_of_no_meeting_whether_there_is_one(server):
    there, nowhere = (server.ask(f"/meetings/{id}", *vouched("zoe")) for id in (server.rows["sam"]["meeting"], "x"))
    said = [ANEW.sub("", answer.body) for answer in (there, nowhere)]
    assert there.status == nowhere.status
    assert said[0] == said[1] != there.body


def test_a_flood_of_refusals_does_not_drown_the_trail(server):
    before = len(server.trail("refused"))
    for _ in range(40):
        server.ask("/", PROOF, "X-Remote-User: a,b", source="127.0.0.9")
    assert 0 < len(server.trail("refused")) - before <= 12


def test_the_log_has_one_line_per_refusal_and_nothing_of_what_was_sent(server):
    server.ask("/secret-path?q=private", PROOF, "X-Remote-User: canary,name\\nINFO forged", "Cookie: canary=1")
    assert "event=refused reason=joined" in server.log
    assert "canary" not in server.log
    assert SECRET not in server.log
    assert "private" not in server.log


# Where a request begins and ends


@pytest.mark.parametrize(
    "line", ["GET\t/healthz HTTP/1.1", "GET /healthz\xa0HTTP/1.1", "GET /healthz HTTP/1.9", "GET /healthz"]
)
def test_a_first_line_that_two_programs_could_read_in_two_ways_is_refused(server, line):
    assert exchange(server.address, f"{line}\r\nHost: meetings.example.org\r\n\r\n".encode("latin-1")).status == 400


def test_a_body_in_pieces_is_for_who_knows_them(server):
    lines = ("Host: meetings.example.org", "Connection: keep-alive", "Transfer-Encoding: chunked", "", "0", "", "")
    assert exchange(server.address, "\r\n".join(["POST / HTTP/1.0", *lines]).encode()).status == 400


@pytest.mark.parametrize(
    ("length", "sent"), [("Content-Length: 50000000000", b"x" * 1_000_000), ("Transfer-Encoding: chunked", b"5\r\nhel")]
)
def test_a_body_that_nobody_reads_ends_the_connection(server, length, sent):
    asked = f"GET /healthz HTTP/1.1\r\nHost: meetings.example.org\r\n{length}\r\n\r\n".encode()
    with closing(connected(server.address)) as connection:
        connection.sendall(asked + sent)
        stream = connection.makefile("rb")
        answer = read_answer(stream)
        assert (answer.status, answer.header("connection")) == (200, "close")
        assert stream.read() == b""


def test_a_little_body_that_nobody_reads_ends_nothing(server):
    asked = b"GET /healthz HTTP/1.1\r\nHost: meetings.example.org\r\nContent-Length: 3\r\n\r\nabc"
    with closing(connected(server.address)) as connection:
        connection.sendall(asked + asked)
        stream = connection.makefile("rb")
        assert [read_answer(stream).status for _ in range(2)] == [200, 200]
