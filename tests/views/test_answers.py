"""What every answer keeps: tokens, headers, languages of failure, and the typed word through each of them."""

import re

import pytest

from cookies import Held

from ..screen import regions
from ..signed_in import HTMX


def test_a_write_without_the_pages_token_is_refused(as_sam, meeting):
    for headers in ({}, HTMX):
        answer = as_sam.post(f"{meeting.path}/items", data={"section": "goals", "text": "x"}, headers=headers)
        assert answer.status_code == 400
        assert "Please reload the page" in answer.text
    assert meeting.items().count() == 0


def test_the_forms_token_follows_what_the_browser_holds():
    held = Held("one")
    first = held.form_token(b"key")
    assert held.form_token(b"key") == first
    held.give("two")
    second = held.form_token(b"key")
    held.take()
    assert len({first, second, held.form_token(b"key")}) == 3


def test_one_persons_token_is_no_good_for_another(as_sam, as_ada, meeting):
    as_sam.token = as_ada.token
    assert as_sam.htmx(f"{meeting.path}/items", section="goals", text="x").status_code == 400


def test_a_get_changes_nothing(as_sam, meeting, item):
    for path in (f"{item.path}/discussion", f"{meeting.path}/closing", f"{item.path}/deletion"):
        assert as_sam.get(path).status_code == 405
        assert as_sam.get(f"{path}?_method=DELETE").status_code == 405


def test_a_failure_for_htmx_is_a_notice_and_else_a_page(as_sam):
    partial = as_sam.region("/meetings/nothing")
    assert partial.status_code == 404
    assert "nothing here for you" in regions(partial.text)["notice"]
    whole = as_sam.get("/meetings/nothing")
    assert whole.status_code == 404
    assert "<h1>There is nothing here for you</h1>" in whole.text


def test_an_expired_sign_in_is_said_and_not_redirected_under_a_form(nobody, meeting):
    nobody.read_token("/demo")
    answer = nobody.htmx(f"{meeting.path}/items", section="goals", text="x")
    assert answer.status_code == 401
    assert "You are signed out" in regions(answer.text)["notice"]


def test_too_much_at_once_is_refused(as_sam, meeting):
    answer = as_sam.htmx(f"{meeting.path}/items", section="goals", text="x" * 300_000)
    assert answer.status_code == 413
    assert meeting.items().count() == 0


@pytest.mark.parametrize("path", ["/", "/demo", "/healthz", "/nothing", "/actions"])
def test_every_answer_carries_the_security_headers(as_sam, path):
    headers = as_sam.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "HX-Request-Type" in headers["Vary"]


def test_pages_hold_no_inline_script_style_or_handler(as_sam, meeting, pair, item):
    for path in ("/", meeting.path, pair.path, "/actions", "/search", "/me", "/pairs/new"):
        page = as_sam.see(path)
        for forbidden in ("<style", " style=", " onclick", " onload", "javascript:", "hx-on"):
            assert forbidden not in page, (path, forbidden)
        assert page.count("<script") == page.count("<script src=")


def test_pages_are_packed_for_who_can_unpack_them(as_sam, meeting):
    packed = as_sam.get(meeting.path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(as_sam.get(meeting.path).data) / 3


def test_assets_are_kept_for_ever_under_the_name_of_their_content(as_sam):
    page = as_sam.see("/")
    path = page.split('<script src="')[1].split('"')[0]
    answer = as_sam.get(path)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.headers.getlist("Cache-Control")) == 1
    assert as_sam.get("/static/000000000000/duologue.js").status_code == 404


def test_a_page_is_read_while_its_script_is_on_the_way(as_sam, meeting):
    assert re.search(r'<script src="/static/\w+/duologue.js" defer blocking="render">', as_sam.see(meeting.path))


def test_all_that_the_first_page_brings_along_is_light_and_without_comments(as_sam):
    paths = set(re.findall(r"/static/\w+/[\w.]+", as_sam.see("/")))
    packed = [as_sam.get(path, headers={"Accept-Encoding": "gzip"}).data for path in paths]
    assert len(packed) == 3
    # Of the 60 kB that a meeting's page may take with it.
    assert sum(map(len, packed)) <= 40_000
    for path in paths:
        assert not re.search(r"^ *(//|/\*)", as_sam.get(path).text, re.MULTILINE)
