"""Mail is sent by a real server, to a real one: once each, later where it has to be, and never in clear by mistake."""

import logging
import re
import ssl
import threading
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import clock
import erasure
import mailings
import outbox
import people
import records
from config import Config
from letters import TOKENS
from mailer import Mailer
from models import Person
from outbox import GIVE_UP, KEPT, LEASE, PAUSES, Mailing, OutgoingMail

from . import behind
from .command_line import refused, run, said
from .conftest import NOW, ZONE
from .letterbox import PASSWORD, USER, html_of, listening, text_of

HOST = "meetings.example.org"


@pytest.fixture
def box():
    """A mail server that takes everything."""
    with listening() as found:
        yield found


@pytest.fixture
def alone(meeting, lee) -> None:
    """Ada and Sam are the only ones with something to be told."""
    people.disable(lee)
    lee.pairs()[0].report.change(email=None)


def settings(here: Config, box, **more) -> Config:
    """The settings by which mail goes to a letterbox."""
    facts = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none", "mail_from": f"duo@{HOST}"}
    return replace(here, **{"public_url": f"https://{HOST}", **facts, **more})


def look(mailer: Mailer, moment: datetime = NOW) -> None:
    """Have it look once, beside whatever else there is, as if it were that moment."""
    with clock.at(moment):
        thread = threading.Thread(target=copy_context().run, args=(mailer.look,))
        thread.start()
        thread.join()


def logged(caplog) -> str:
    """What our own log says of mail; the letterbox has one of its own."""
    return "\n".join(record.getMessage() for record in caplog.records if record.name == "mail")


def of(person: Person) -> OutgoingMail:
    """The one mail that was decided for somebody."""
    return OutgoingMail.get(OutgoingMail.person == person)


# What arrives


def test_what_is_due_arrives_once(here, box, meeting):
    mailer = Mailer(settings(here, box))
    look(mailer)
    names = ("ada", "lee", "noor", "sam")
    assert sorted(box.recipients) == [f"{name}@example.org" for name in names]
    assert (mailer.sent, mailer.failed, mailer.waiting) == (4, 0, 0)
    look(mailer, NOW + timedelta(minutes=1))
    look(Mailer(settings(here, box)), NOW + timedelta(hours=1))
    assert len(box.taken) == 4


def test_it_says_what_programs_and_people_go_by(here, box, alone, sam, meeting):
    look(Mailer(settings(here, box)))
    mail = next(mail for mail in box.taken if "sam@" in mail["To"])
    assert (mail["From"], mail["To"]) == (f"Duologue <duo@{HOST}>", "Sam Okoro <sam@example.org>")
    assert (mail["Auto-Submitted"], mail["Reply-To"]) == ("auto-generated", None)
    assert mail["Message-ID"] == f"<{of(sam).id}@{HOST}>"
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert (mail["Content-Language"], mail.get_content_type()) == ("en-GB", "multipart/alternative")
    out = f"https://{HOST}/unsubscribing?token={of(sam).token}"
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (f"<{out}>", "List-Unsubscribe=One-Click")
    for words in (text_of(mail), html_of(mail)):
        assert "You and Ada Marsh meet on Wednesday 4 March, 10:00." in words
        assert f"https://{HOST}{meeting.path}" in words
        assert out in words
    colours = set(re.findall(r"#[0-9a-f]{6}", html_of(mail)))
    assert len(colours) > 10
    assert all(colour in TOKENS.read_text("utf-8") for colour in colours)
    assert not re.search(r"\b(src|background)=|url\(|@import|<(img|link|script|iframe)", html_of(mail))
    assert set(re.findall(r'href="([^"]+?)/', html_of(mail))) == {"https:"}


NAMES = ["Zoë Öztürk-Größenwahn", "Eve\r\nBcc: all@example.org", '"><b>Eve</b>', "王小明", "N" * 190, "a, b <c@d>; e"]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_people_are_called_there_is_one_recipient_and_the_name_is_whole(here, box, alone, sam, ada, name):
    sam.change(name=name)
    look(Mailer(settings(here, box)))
    assert sorted(box.recipients) == ["ada@example.org", "sam@example.org"]
    for mail in box.taken:
        assert mail["Bcc"] is None
        assert not mail.defects
    mine = next(mail for mail in box.taken if "sam@" in mail["To"])
    theirs = next(mail for mail in box.taken if "ada@" in mail["To"])
    whole = " ".join(name.split())
    assert mine["To"].addresses[0].display_name == whole
    assert theirs["Subject"] == f"Wednesday 4 March, 10:00: you and {whole}"
    assert "<b>" not in html_of(theirs)
    assert whole in text_of(theirs)


def test_every_line_is_as_short_as_mail_may_be_and_the_way_out_is_in_one_piece(here, box, alone, sam):
    sam.change(name="Ö" * 190)
    long = f"https://{'meetings.' * 12}example.org"
    look(Mailer(settings(here, box, public_url=long)))
    for mail, raw in zip(box.taken, box.raw, strict=True):
        assert max(map(len, raw.splitlines())) <= 998
        assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?\S+", raw))
        assert f"\r\nList-Unsubscribe: {mail['List-Unsubscribe']}\r\n".encode() in raw
        assert mail["List-Unsubscribe"].startswith(f"<{long}/unsubscribing?token=")


def test_what_was_written_is_in_it_as_plain_text_where_that_is_wanted(here, box, alone, sam, meeting):
    meeting.add_item(sam, "goals", "<img src=x>\nBcc: me@example.org " + "x" * 300)
    sam.choose_mail([], content=True)
    look(Mailer(settings(here, box, mail_content=True)))
    mine = next(mail for mail in box.taken if "sam@" in mail["To"])
    theirs = next(mail for mail in box.taken if "ada@" in mail["To"])
    assert "- <img src=x> Bcc: me@example.org xxx" in text_of(mine)
    assert "x" * 201 not in text_of(mine)
    assert "&lt;img src=x&gt; Bcc" in html_of(mine)
    assert "img" not in text_of(theirs) + html_of(theirs)


# What is refused


def test_whoever_is_refused_for_good_keeps_nobody_waiting(here, box, alone, sam, ada, caplog):
    box.at_recipient = ["550 No such user here"]
    mailer = Mailer(settings(here, box))
    with caplog.at_level(logging.INFO):
        look(mailer)
    assert (mailer.sent, mailer.failed, mailer.waiting, len(box.taken)) == (1, 1, 0, 1)
    assert OutgoingMail.get(OutgoingMail.failed_at.is_null(False)).code == 550
    look(mailer, NOW + timedelta(hours=2))
    assert len(box.taken) == 1
    reason = "reason=SMTPRecipientsRefused"
    assert logged(caplog) == f"event=mail-given-up kind=day-before tries=1 code=550 {reason}"


@pytest.mark.parametrize("where", ["at_recipient", "at_data"])
def test_what_is_refused_for_now_is_tried_again_after_longer_and_longer_pauses(here, box, alone, sam, ada, where):
    ada.change(email=None)
    mailer, moment = Mailer(settings(here, box)), NOW
    for pause in PAUSES[:4]:
        setattr(box, where, ["451 Try again later"])
        look(mailer, moment)
        look(mailer, moment + pause - timedelta(seconds=1))
        assert (box.taken, of(sam).code, mailer.waiting) == ([], 451, 1)
        assert of(sam).next_try_at == moment + pause
        moment += pause
    look(mailer, moment)
    assert (len(box.taken), of(sam).tries, of(sam).sent_at) == (1, 5, moment)
    assert list(PAUSES) == sorted(set(PAUSES))


@pytest.mark.parametrize("zone", [ZONE, "Asia/Tokyo"])
def test_what_has_to_be_tried_again_does_not_come_at_night(here, box, alone, ada, sam, zone):
    ada.change(email=None)
    sam.live_in(zone)
    mailer, evening = Mailer(settings(here, box)), clock.from_local(datetime(2026, 3, 3, 19, 58), zone)
    for minutes in (0, 1, 10):
        box.at_recipient = ["451 Try again later"]
        look(mailer, evening + timedelta(minutes=minutes))
    morning = clock.from_local(datetime(2026, 3, 4, 9), zone)
    assert (of(sam).next_try_at, of(sam).tries, mailer.waiting) == (morning, 2, 1)
    box.at_recipient = []
    look(mailer, morning - timedelta(seconds=1))
    assert box.taken == []
    look(mailer, morning)
    assert len(box.taken) == 1


def test_while_the_server_is_away_one_is_tried_and_all_arrive_when_it_is_back(here, meeting, sam):
    with listening() as box:
        pass
    away = Mailer(settings(here, box))
    look(away)
    tried = [mail.tries for mail in OutgoingMail.select()]
    assert (sorted(tried), away.waiting) == ([0, 0, 0, 1], 4)
    with listening() as back:
        look(Mailer(settings(here, back)), NOW + PAUSES[0])
        assert len(back.taken) == 4


def test_after_some_days_it_is_given_up(here, alone, sam, monkeypatch, caplog):
    monkeypatch.setattr(mailings, "letter", lambda mail, may_quote: 1 / 0)
    with listening() as box:
        pass
    outbox.lay_in(mailings.due())
    mailer, moment = Mailer(settings(here, box)), NOW
    while of(sam).next_try_at and moment < NOW + 2 * GIVE_UP:
        look(mailer, moment)
        moment += PAUSES[-1]
    assert NOW + GIVE_UP <= of(sam).failed_at < NOW + GIVE_UP + 2 * PAUSES[-1]
    assert mailer.waiting == 0
    assert "event=mail-given-up" in logged(caplog)


def test_what_the_server_took_without_being_heard_comes_with_the_same_id_again(here, box, alone, ada, sam):
    ada.change(email=None)
    box.lose = True
    mailer = Mailer(settings(here, box))
    look(mailer)
    assert (len(box.taken), of(sam).sent_at) == (1, None)
    look(mailer, NOW + PAUSES[0])
    first, second = box.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert first["List-Unsubscribe"] == second["List-Unsubscribe"]
    assert of(sam).sent_at == NOW + PAUSES[0]


def test_what_cannot_be_read_any_more_keeps_nobody_waiting(here, box, alone, sam, item):
    sam.choose_mail([], content=True)
    behind.execute("UPDATE item SET text = 'nokey:AAAA'")
    mailer = Mailer(settings(here, box, mail_content=True))
    look(mailer)
    assert (mailer.sent, mailer.waiting) == (0, 2)
    behind.execute("DELETE FROM item")
    look(mailer, NOW + PAUSES[0])
    assert (mailer.sent, mailer.waiting) == (2, 0)


# Never twice


def test_of_two_processes_one_sends_it(here, box, meeting):
    workers = [Mailer(settings(here, box)) for _ in range(4)]
    threads = [threading.Thread(target=copy_context().run, args=(worker.look,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(box.recipients) == sorted(set(box.recipients))
    assert len(box.recipients) == sum(worker.sent for worker in workers) == 4


def test_of_two_who_see_the_same_mail_one_takes_it(here, meeting, sam):
    outbox.lay_in(mailings.due())
    first, second = (of(sam) for _ in range(2))
    assert [first.take(), second.take()] == [True, False]


def test_what_a_killed_process_had_taken_is_sent_when_its_time_is_over(here, box, alone, ada, sam):
    ada.change(email=None)
    outbox.lay_in(mailings.due())
    assert outbox.take_next()
    mailer = Mailer(settings(here, box))
    look(mailer, NOW + LEASE - timedelta(seconds=1))
    assert box.taken == []
    look(mailer, NOW + LEASE)
    assert len(box.taken) == 1


def test_a_clock_that_was_wrong_for_a_while_delays_nothing(here, box, alone, ada, sam):
    ada.change(email=None)
    outbox.lay_in(mailings.due())
    of(sam).change(next_try_at=NOW + timedelta(days=365))
    look(Mailer(settings(here, box)))
    assert len(box.taken) == 1


# The way there


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this computer, made by nobody whom anybody trusts: its file, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, moment = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_with_a_certificate_that_the_system_trusts_it_goes_encrypted(here, alone, certificate, monkeypatch, security):
    file, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with listening(context, at_once=security == "tls") as box:
        look(Mailer(settings(here, box, smtp_host="localhost", smtp_security=security)))
        assert box.was_secure == [True, True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_to_a_server_that_nobody_vouches_for_nothing_goes(here, alone, certificate, security):
    with listening(certificate[1], at_once=security == "tls") as box:
        mailer = Mailer(settings(here, box, smtp_host="localhost", smtp_security=security))
        look(mailer)
        assert (box.taken, mailer.waiting) == ([], 2)


def test_a_server_that_offers_no_encryption_is_told_nothing(here, box, alone):
    mailer = Mailer(settings(here, box, smtp_security="starttls"))
    look(mailer)
    assert (box.taken, mailer.waiting) == ([], 2)


@pytest.mark.parametrize(("password", "number"), [(PASSWORD, 2), ("another", 0)])
def test_it_signs_in_where_that_is_asked_for(here, alone, certificate, monkeypatch, password, number, caplog):
    file, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with listening(context, asks=True) as box:
        own = {"smtp_host": "localhost", "smtp_security": "starttls", "smtp_user": USER, "smtp_password": password}
        mailer = Mailer(settings(here, box, **own))
        look(mailer)
        assert (len(box.taken), mailer.waiting) == (number, 2 - number)
    assert password not in logged(caplog)


def test_it_sends_by_itself_and_stops_when_it_is_told(here, meeting, ada, box, monkeypatch):
    monkeypatch.setattr(mailings, "FIRST_HOUR", 0)
    monkeypatch.setattr(mailings, "LAST_HOUR", 24)
    with clock.at(datetime.now(UTC) - timedelta(minutes=20)):
        records.close(meeting, ada, None)
    mailer = Mailer(settings(here, box))
    mailer.begin()
    assert box.has_taken(2)
    mailer.end()
    assert not mailer._thread.is_alive()
    assert {mail["Subject"].partition(" of")[0] for mail in box.taken} == {"Your record"}


# What is kept


def test_what_was_mailed_is_forgotten_in_the_end_and_what_waits_is_not(here, box, alone, ada, sam):
    look(Mailer(settings(here, box)))
    of(ada).change(next_try_at=NOW + KEPT)
    with clock.at(NOW + KEPT + timedelta(days=1)):
        outbox.forget_old()
    assert [mail.person for mail in OutgoingMail.select()] == [ada]


def test_whoever_is_erased_was_mailed_nothing(here, box, alone, sam, ada):
    outbox.lay_in(mailings.due())
    erasure.erase_person(sam)
    assert [mail.person for mail in OutgoingMail.select()] == [ada]


@pytest.mark.parametrize("is_first_kept", [True, False])
def test_two_names_of_one_person_are_told_once_and_each_way_out_leads_to_who_stays(
    here, alone, sam, robin, is_first_kept
):
    for person in (sam, robin):
        outbox.lay_in([Mailing(person.id, "late", "2026-03-02")])
    first = outbox.take_next()
    first.note_sent()
    other = sam if first.person == robin else robin
    kept, merged = (first.person, other) if is_first_kept else (other, first.person)
    people.merge(merged, kept)
    assert outbox.number_waiting() == 0
    assert {outbox.of_token(mail.token).person for mail in OutgoingMail.select()} == {kept}
    assert OutgoingMail.select().where(OutgoingMail.sent_at.is_null(False)).count() == 1


def test_the_outbox_holds_no_words_no_addresses_and_no_way_out(here, alone, sam, meeting, item):
    outbox.lay_in(mailings.due())
    rows = [line for line in behind.everything() if "outgoing" in line or of(sam).id in line]
    assert rows
    for secret in (item.text, "example.org", "Okoro", of(sam).token):
        assert not any(secret in row for row in rows)


def test_the_command_says_what_waits_and_that_nothing_is_sent(here, alone):
    outbox.lay_in(mailings.due())
    assert said(run(here.data_dir, "mail")).splitlines() == [
        "No mail is sent: SMTP_HOST is not set.",
        "Waiting: 2, the oldest since 2026-03-03 10:00.",
        "Of the last 7 days: 0 sent, 0 given up, 0 not worth saying any more.",
    ]
    assert "SMTP_HOST is not set" in refused(run(here.data_dir, "mail", "--to", "ops@example.org"))
