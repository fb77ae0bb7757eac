"""The log: one line per event, nobody's words in it, as text and as JSON."""

import json
import logging
import subprocess
import sys

import gevent
import pytest
from gevent.event import Event

import logs
import request_ids


@pytest.fixture(autouse=True)
def between_requests() -> None:
    """No request is being answered."""
    request_ids.end()


def record(message: str, *arguments: object, problem: BaseException | None = None) -> logging.LogRecord:
    """What the logging package hands to a formatter."""
    trail = (type(problem), problem, problem.__traceback__) if problem else None
    return logging.LogRecord("room", logging.INFO, __file__, 1, message, arguments, trail)


def failed() -> BaseException:
    """A failure that quotes what somebody wrote."""
    try:
        raise ValueError("a secret that somebody wrote")
    except ValueError as problem:
        return problem


def test_an_event_is_one_line_of_text():
    line = logs.AsText().format(record("event=%s number=%d", "sign-in", 3))
    moment, level, room, *parts = line.split(" ")
    assert moment.endswith("Z")
    assert (level, room, parts) == ("INFO", "room", ["event=sign-in", "number=3"])


def test_an_event_is_one_json_object():
    found = json.loads(logs.AsJson().format(record("event=%s number=%d", "sign-in", 3)))
    assert (found["level"], found["room"], found["event"], found["number"]) == ("INFO", "room", "sign-in", "3")
    assert found["at"].startswith("20")


def test_a_sentence_is_a_message_in_json():
    assert json.loads(logs.AsJson().format(record("It is up now")))["message"] == "It is up now"


@pytest.mark.parametrize("fact", ["at", "level", "room"])
def test_no_event_can_change_when_and_where_it_happened(fact):
    found = json.loads(logs.AsJson().format(record(f"event=x {fact}=forged")))
    assert found[fact] != "forged"


@pytest.mark.parametrize("kind", [logs.AsText, logs.AsJson])
def test_a_failure_tells_its_type_and_its_way_and_never_its_message(kind):
    line = kind().format(record("while saving %s", "x", problem=failed()))
    assert "ValueError" in line
    assert "test_logs.py:" in line
    assert "secret" not in line
    assert "\n" not in line


@pytest.mark.parametrize("kind", [logs.AsText, logs.AsJson])
@pytest.mark.parametrize(
    "sent", ["x\nINFO forged", "x\r\nforged", "\x1b[31mred", "a\u2028b", "a\x00b", "\u202eabc", "b\\nc"]
)
def test_what_came_from_outside_cannot_begin_a_line_or_colour_one(kind, sent):
    line = kind().format(record("reason=%s", sent))
    assert len(line.splitlines()) == 1
    assert line.isprintable()


def test_a_line_without_end_is_cut():
    assert len(logs.AsText().format(record("x" * 100_000))) < 3_000


@pytest.mark.parametrize("kind", [logs.AsText, logs.AsJson])
def test_a_line_carries_the_id_of_the_request_that_it_is_about(kind):
    id = request_ids.begin()
    assert id in kind().format(record("event=x"))
    assert id in kind().format(record("while saving", problem=failed()))
    request_ids.end()
    assert "request" not in kind().format(record("event=x"))


def test_no_event_can_name_another_request():
    id = request_ids.begin()
    assert json.loads(logs.AsJson().format(record("event=x request=forged")))["request"] == id


def test_two_requests_at_a_time_have_each_their_own_id():
    met = Event()

    def answer(first: bool) -> tuple[str, str]:
        id = request_ids.begin()
        met.wait() if first else met.set()
        return id, request_ids.current()

    answers = [gevent.spawn(answer, first) for first in (True, False)]
    gevent.joinall(answers)
    ids = [greenlet.value for greenlet in answers]
    assert all(given == found for given, found in ids)
    assert len({given for given, _ in ids}) == 2


# A process in which a thread fails.
FAILING = """
import logs, settings, threading
logs.begin(settings.read({"SIGN_IN": "demo"}))
thread = threading.Thread(target={}.__getitem__, args=("a secret",))
thread.start()
thread.join()
"""


def test_a_thread_that_fails_is_told_like_any_failure():
    done = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True, check=True)
    assert "ERROR thread event=failed type=KeyError" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr
