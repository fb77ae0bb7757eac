"""What other sites' pages can make a browser do: writes, frames, redirects, other names for this server."""

import pytest

from .conftest import vouched
from .guarded import HOST, PUBLIC_URL, Visitor


def items_path(server) -> str:
    return f"/meetings/{server.rows['sam']['meeting']}/items"


def count(server) -> int:
    return server.sql("SELECT count(*) FROM item")[0][0]


def assert_not_saved(server, visitor, *headers: str, token: str | None = None) -> None:
    before = count(server)
    answer = visitor.post(items_path(server), *headers, token=token, section="goals", text="Forged by another site")
    assert answer.status == 400, answer
    assert "Forged by another site" in answer.body, "what was typed is kept"
    assert count(server) == before


def test_a_form_of_our_own_page_is_taken(server, ada):
    before = count(server)
    honest = (f"Origin: {PUBLIC_URL}", "Sec-Fetch-Site: same-origin")
    assert ada.post(items_path(server), *honest, section="goals", text="Mine").status == 303
    assert count(server) == before + 1


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "None", "é"])
def test_a_form_without_our_token_is_refused(server, ada, token):
    assert_not_saved(server, ada, token=token)


def test_the_token_of_another_browser_is_refused(server, ada, sam):
    assert_not_saved(server, ada, token=sam.token)


def test_a_token_in_the_address_is_not_looked_at(server, ada):
    before = count(server)
    path = f"{items_path(server)}?csrf_token={ada.token}"
    assert ada.post(path, token="", section="goals", text="x").status == 400
    assert count(server) == before


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "null", "http://meetings.example.org", f"{PUBLIC_URL}.evil.example", ""),
        *(f"{PUBLIC_URL}:8443", "https://evil.example/https://meetings.example.org", f"{PUBLIC_URL}, https://x"),
    ],
)
def test_another_origin_is_refused_even_with_the_token(server, ada, origin):
    assert_not_saved(server, ada, f"Origin: {origin}")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "x", ""])
def test_a_request_that_the_browser_itself_calls_anothers_is_refused(server, ada, site):
    assert_not_saved(server, ada, f"Sec-Fetch-Site: {site}")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "PROPFIND", "TRACE", "CONNECT"])
def test_no_other_verb_writes_without_a_token(server, ada, method):
    before = count(server)
    answer = server.ask(items_path(server), *ada.vouching, f"Cookie: __Host-duologue={ada.cookie}", method=method)
    assert answer.status in (400, 405)
    assert count(server) == before


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override: POST", "X-Method-Override: DELETE", "X-HTTP-Method: PUT"])
def test_reading_cannot_be_made_into_writing_by_a_header(server, ada, header):
    before = count(server)
    item = server.rows["sam"]["item"]
    ada.get(f"/items/{item}", header)
    ada.get(f"/items/{item}?_method=DELETE", header)
    ada.get(f"{items_path(server)}?section=goals&text=x", header)
    assert count(server) == before
    assert server.sql("SELECT deleted_at FROM item WHERE id = ?", item) == [(None,)]


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", "text/xml"])
def test_other_kinds_of_bodies_write_nothing(server, ada, kind):
    before = count(server)
    lines = (*ada.vouching, f"Cookie: __Host-duologue={ada.cookie}", f"Content-Type: {kind}")
    body = f"csrf_token={ada.token}&section=goals&text=x".encode()
    assert server.ask(items_path(server), *lines, method="POST", body=body).status == 400
    assert count(server) == before


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "meetings.example.org.evil.example", "localhost", "127.0.0.1", "", "meetings.example.org,x"),
        *("x@meetings.example.org", "meetings.example.org/x", "[::1]", "evil.example#meetings.example.org"),
    ],
)
def test_the_server_answers_to_its_own_name_alone(server, host):
    answer = server.ask("/", *vouched("ada"), host=host)
    assert (answer.status, answer.cookie) == (400, None)
    assert "evil" not in answer.body


def test_a_second_host_is_no_way_round_the_first(server):
    assert server.ask("/", *vouched("ada"), "Host: evil.example").status == 400
    assert server.ask("/", *vouched("ada"), "X-Forwarded-Host: evil.example").status == 200


def test_no_address_of_ours_is_made_from_what_a_request_says(server, ada):
    answer = ada.get("/", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http", "X-Forwarded-Prefix: /evil")
    assert "evil" not in answer.body + str(answer.headers)


@pytest.mark.parametrize("path", ["/", "/me", "/actions", "/search?q=x", "/signed-out", "/nowhere"])
def test_every_page_forbids_frames_scripts_and_keeping(server, ada, path):
    answer = ada.get(path)
    policy = answer.header("content-security-policy").split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"} <= set(policy)
    assert "unsafe" not in answer.header("content-security-policy")
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "same-origin"
    assert answer.header("cross-origin-opener-policy") == "same-origin"
    assert answer.header("cross-origin-resource-policy") == "same-origin"
    assert answer.header("strict-transport-security") == "max-age=31536000"
    assert "camera=()" in answer.header("permissions-policy")
    assert not answer.header("access-control-allow-origin")


@pytest.mark.parametrize("path", ["/", "/meetings/x", "/nowhere"])
def test_refusals_carry_the_same_protection(server, path):
    answer = server.ask(path)
    assert answer.status == 401
    assert "frame-ancestors 'none'" in answer.header("content-security-policy")
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize(
    "next",
    [
        *("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"),
        *("/%09/evil.example", "/\t/evil.example", " /evil", "http:evil.example", "///evil.example", "/x\r\nX: y"),
        *("data:text/html,x", "/x<script>", '/"onmouseover=x'),
    ],
)
def test_nobody_is_sent_on_to_another_site(server, ada, next):
    from urllib.parse import quote

    page = ada.get(f"/signed-out?next={quote(next)}").body
    assert "evil" not in page
    assert 'href="/"' in page
    assert "javascript:" not in page


def test_a_page_of_ours_is_gone_on_to(server, ada):
    assert 'href="/meetings/abc"' in ada.get("/signed-out?next=/meetings/abc").body


# Sizes and rates


def test_a_request_of_more_than_256_kb_is_refused_before_it_is_read(server, ada):
    lines = (*ada.vouching, f"Cookie: __Host-duologue={ada.cookie}", "Content-Type: application/x-www-form-urlencoded")
    body = f"csrf_token={ada.token}&section=goals&text=".encode() + b"x" * 300_000
    assert server.ask(items_path(server), *lines, method="POST", body=body).status == 413


def test_an_item_of_more_than_10_000_characters_is_refused_and_kept(server, ada):
    before = count(server)
    answer = ada.post(items_path(server), section="goals", text="y" * 10_001)
    assert answer.status == 422
    assert "y" * 10_001 in answer.body
    assert count(server) == before


def test_a_program_that_writes_without_pause_is_slowed_down_and_a_person_is_not(server):
    lee = Visitor(server, *vouched("lee"))
    lee.get("/me")
    codes = [lee.post("/activity").status for _ in range(620)]
    assert codes[:590] == [204] * 590
    assert codes[-1] == 429
    refused = lee.post(f"/meetings/{server.rows['noor']['meeting']}/items", section="goals", text="Typed all the same")
    assert refused.status == 429
    assert "Typed all the same" in refused.body
    noor = Visitor(server, *vouched("noor"))
    noor.get("/me")
    assert noor.post("/activity").status == 204


@pytest.mark.parametrize(("path", "most"), [("/search?q=x", 60), ("/me/data.json", 20), ("/me/data", 20)])
@pytest.mark.parametrize("accept", ["text/html", "text/event-stream"])
def test_what_opens_all_that_one_ever_wrote_is_not_asked_for_without_pause(server, path, most, accept):
    robin = Visitor(server, *vouched("robin"))
    robin.get("/")
    codes = [robin.get(path, f"Accept: {accept}").status for _ in range(most + 5)]
    assert 429 in codes
    assert robin.get("/").status == 200


# Forged ids and authors


def test_an_author_or_an_owner_sent_along_is_not_looked_at(server, ada):
    people = dict(server.sql("SELECT subject, id FROM person"))
    forged = {
        "author": people["sam"],
        "author_id": people["sam"],
        "by": people["sam"],
        "pair": server.rows["noor"]["pair"],
    }
    forged |= {"meeting_id": server.rows["noor"]["meeting"], "id": "x" * 12, "shared_at": "2026-01-01"}
    assert ada.post(items_path(server), section="goals", text="Mine alone", **forged).status == 303
    newest = server.sql("SELECT author_id, pair_id, meeting_id FROM item ORDER BY created_at DESC LIMIT 1")
    assert newest == [(people["ada"], server.rows["sam"]["pair"], server.rows["sam"]["meeting"])]


@pytest.mark.parametrize("verb", ["discussion", "deletion", "keeping", "standing", "sharing", "notes", "position"])
def test_what_is_not_ones_own_cannot_be_touched_by_its_id(server, verb):
    lee = Visitor(server, *vouched("noor"))
    lee.get("/me")
    before = server.sql("SELECT * FROM item WHERE id = ?", server.rows["sam"]["item"])
    assert lee.post(f"/items/{server.rows['sam']['item']}/{verb}", text="x", base="", section="goals").status == 404
    assert server.sql("SELECT * FROM item WHERE id = ?", server.rows["sam"]["item"]) == before


def test_one_cannot_reach_another_pairs_item_through_ones_own_meeting(server, ada):
    theirs = server.rows["noor"]["item"]
    path = f"/meetings/{server.rows['sam']['meeting']}/regions/item-{theirs}"
    answer = ada.get(path)
    assert answer.status == 404
    assert "Words of Noor" not in answer.body


def test_the_health_check_tells_nothing(server):
    answer = server.ask("/healthz", host=HOST)
    assert (answer.status, answer.body) == (200, "ok\n")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/static/../config.py",
            "/static/..%2fconfig.py",
            "/static/%2e%2e/app.py",
            "/.env",
            "/.git/config",
            "/data/keyring",
        ),
        *("/static/js/../../secrecy.py", "/demo", "/console", "/static/000000000000/../../x", "//etc/passwd", "/%00"),
    ],
)
def test_no_file_and_no_demo_is_within_reach(server, ada, path):
    answer = ada.get(path)
    assert answer.status in (400, 404)
    assert "import" not in answer.body
