"""Each request has an id that a person can quote: in its answer, on its error page and in the log."""

import logging
import re

import pytest
from flask.testing import FlaskClient

import request_log
from config import ALL
from rows import db

from .. import behind
from ..screen import regions
from ..signed_in import HTMX

ID = re.compile(r"[a-z2-9]{10}")


def told(caplog) -> list[str]:
    """What the log tells of requests."""
    return [record.getMessage() for record in caplog.records if record.name == "request"]


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/nothing", "/static/nothing/x.js"])
def test_every_answer_carries_an_id_of_its_own(as_sam, path):
    ids = [as_sam.get(path).headers["X-Request-Id"] for _ in range(2)]
    assert all(ID.fullmatch(id) for id in ids)
    assert ids[0] != ids[1]


def test_an_id_that_was_sent_counts_for_nothing(as_sam):
    answer = as_sam.get("/nothing", headers={"X-Request-Id": "mine"})
    assert ID.fullmatch(answer.headers["X-Request-Id"])
    assert "mine" not in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/people/new"])
def test_an_error_page_says_what_to_quote(as_sam, path):
    answer = as_sam.get(path)
    assert answer.status_code >= 400
    assert f"If you tell somebody about this, quote {answer.headers['X-Request-Id']}." in answer.text


def test_so_does_the_page_of_a_refusal(as_sam, meeting, item):
    as_sam.form(f"{meeting.path}/closing")
    answer = as_sam.form(f"{meeting.path}/items", section="goals", text="Too late")
    assert answer.status_code == 409
    assert f"quote {answer.headers['X-Request-Id']}." in answer.text


def test_so_does_the_line_that_an_error_puts_on_the_page(as_sam):
    answer = as_sam.get("/meetings/nothing", headers=HTMX)
    assert f"quote {answer.headers['X-Request-Id']}." in regions(answer.text)["notice"]


def test_so_does_an_answer_without_a_database(app, here):
    with behind.away(here.data_dir):
        answer = FlaskClient(app, app.response_class).get("/")
    assert answer.status_code == 503
    assert f"quote {answer.headers['X-Request-Id']}." in answer.text


def test_a_failure_has_a_line_that_names_no_address(app, here, caplog):
    with caplog.at_level(logging.INFO), behind.away(here.data_dir):
        FlaskClient(app, app.response_class).get("/meetings/abcdefghijkm?q=secret")
    (line,) = told(caplog)
    assert re.fullmatch(r"event=request method=GET route=/meetings/<id> status=503 ms=\d+", line)


def test_what_goes_well_has_none(as_sam, caplog):
    with caplog.at_level(logging.INFO):
        as_sam.see("/")
    assert told(caplog) == []


def test_whatever_somebody_may_quote_has_one(as_sam, caplog):
    with caplog.at_level(logging.INFO):
        answer = as_sam.get("/meetings/nothing")
    assert "quote" in answer.text
    assert told(caplog)[0].startswith("event=request method=GET route=/meetings/<id> status=404 ms=")


def test_what_takes_long_has_one(as_sam, caplog, monkeypatch):
    monkeypatch.setattr(request_log, "SLOW_SECONDS", 0.0)
    with caplog.at_level(logging.INFO):
        as_sam.see("/")
    assert told(caplog)[0].startswith("event=request method=GET route=/ status=200 ms=")


def test_all_requests_have_one_where_that_is_asked_for(here, caplog):
    from dataclasses import replace

    from app import create_app

    talkative = create_app(replace(here, log_requests=ALL))
    with caplog.at_level(logging.INFO):
        FlaskClient(talkative, talkative.response_class).get("/healthz")
    assert "route=/healthz status=200" in told(caplog)[0]
    db.connect(reuse_if_open=True)
