"""A server that mails, and what the link in a mail lets somebody do who has no sign-on: end that kind, and no more."""

import re
import time
from datetime import UTC, datetime

import pytest

from ...letterbox import listening, text_of
from ...test_metrics import ask
from .conftest import vouched
from .guarded import DUOLOGUE, PUBLIC_URL, SECRET, Guarded, Visitor, ago

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = "Content-Type: application/x-www-form-urlencoded"
SECONDS = 20


@pytest.fixture(scope="module")
def mailed(tmp_path_factory):
    """A server that has just told Ada that she was invited, and what it said: the server, the letterbox."""
    with listening() as box:
        folder = tmp_path_factory.mktemp("mail")
        mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(box.port), "SMTP_SECURITY": "none"}
        proxy = {"PROXY_PEERS": "127.0.0.1", "PROXY_SECRET_FILE": str(folder / "proxy_secret")}
        own = {"MAIL_FROM": "duo@example.org", "METRICS_ADDRESS": f"unix:{folder}/metrics"}
        server = Guarded(folder, SIGN_IN="proxy-header", **own, **mail, **proxy).make()
        server.sql("UPDATE pair SET accepted_at = NULL, invited_by_id = report_id, invited_at = ?", ago(minutes=30))
        # Wherever it is about noon.
        server.sql("UPDATE person SET time_zone = ?", f"Etc/GMT{datetime.now(UTC).hour - 12:+d}")
        server.start()
        assert box.has_taken(1)
        yield server, box
        server.stop()
        assert "Traceback" not in server.log


@pytest.fixture
def way_out(mailed) -> str:
    """Where the link of Ada's mail leads."""
    return mailed[1].taken[0]["List-Unsubscribe"].strip("<>").removeprefix(PUBLIC_URL)


def test_it_arrives_with_a_link_to_the_very_thing_and_is_noted(mailed):
    server, mail = mailed[0], mailed[1].taken[0]
    assert mail["Subject"] == "Sam Okoro would like to meet you one to one"
    path = re.search(rf"{PUBLIC_URL}(/pairs/\w+)", text_of(mail))[1]
    assert "would like to meet you" in Visitor(server, *vouched("ada")).get(path).body
    figures, ends = "", time.monotonic() + SECONDS
    while "duologue_mail_sent_total 1.0" not in figures and time.monotonic() < ends:
        time.sleep(0.02)
        figures = ask(server.folder / "metrics")
    for figure in ("duologue_mail_sent_total 1.0", "duologue_mail_failed_total 0.0", "duologue_mail_waiting 0.0"):
        assert figure in figures
    assert not re.search("invitation|ada|example", figures)
    assert server.run(str(DUOLOGUE), "mail").splitlines()[1:] == [
        "Waiting: 0.",
        "Of the last 7 days: 1 sent, 0 given up, 0 not worth saying any more.",
    ]


def test_nobodys_sign_on_is_asked_for_and_nothing_else_opens(mailed, way_out):
    server, _ = mailed
    proof = f"X-Proxy-Secret: {SECRET}"
    assert server.ask(way_out, proof).status == 200
    assert server.ask("/me", proof).status == 401
    assert server.ask("/me/mail", proof, FORM, method="POST", body=ONE_CLICK).status in (400, 401)
    assert server.ask("/unsubscribing?token=" + "0" * 64, proof).status == 404
    ended = server.ask(way_out, proof, FORM, method="POST", body=ONE_CLICK)
    assert (ended.status, ended.cookie) == (200, None)
    assert server.sql("SELECT mail_off FROM person WHERE subject = 'ada'") == [("invitation",)]
    others = "SELECT count(*) FROM session WHERE person_id <> (SELECT id FROM person WHERE subject = 'ada')"
    assert server.sql(others) == [(0,)]


def test_whoever_is_signed_in_is_not_by_the_link(mailed, way_out):
    server, _ = mailed
    sam = Visitor(server, *vouched("sam"))
    page = sam.get(way_out)
    assert page.status == 200
    assert "Sam" not in page.body
    assert sam.cookie == ""


def test_the_operator_sees_whether_mail_arrives(mailed):
    server, box = mailed
    said = server.run(str(DUOLOGUE), "mail", "--to", "ops@example.org")
    assert said.splitlines()[-1] == "127.0.0.1 has taken a mail to ops@example.org."
    assert (box.taken[-1]["To"], box.taken[-1]["Subject"]) == ("ops@example.org", "Mail from Duologue arrives")
