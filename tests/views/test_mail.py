"""What one is mailed: chosen on one's own page, and ended by the link in a mail, by whoever has it."""

import re

import pytest

import mailings
import outbox
from mailings import DAY_BEFORE, INVITATION, KINDS, LATE, RECORD
from models import Person
from outbox import OutgoingMail
from views.people import Mail, OwnPage

from .. import behind, pseudo

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def way_out(meeting, sam) -> str:
    """Where the link of Sam's mail leads."""
    outbox.lay_in(mailings.due())
    return f"/unsubscribing?token={OutgoingMail.get(OutgoingMail.person == sam).token}"


def off(person: Person) -> set[str]:
    """What somebody is not mailed."""
    return set(Person.get_by_id(person.id).mail_off.split())


def ticked(page: str) -> list[str]:
    """The kinds that are ticked on a person's own page."""
    return re.findall(r'name="kinds" value="([^"]+)" checked', page)


# One's own page


def test_one_is_mailed_everything_until_one_says_otherwise(as_sam, sam):
    assert ticked(as_sam.see("/me")) == list(KINDS)
    saved = as_sam.form("/me/mail", kinds=[RECORD, LATE]).location
    assert saved == "/me?saved=mail#mail"
    assert as_sam.see(saved).count("Saved.") == 1
    assert off(sam) == {DAY_BEFORE, INVITATION}
    page = as_sam.see("/me")
    assert ticked(page) == [RECORD, LATE]
    assert not re.search('name="content"[^>]* checked', page)
    as_sam.form("/me/mail", kinds=list(KINDS), content="1")
    assert (off(sam), Person.get_by_id(sam.id).mail_content) == (set(), True)


def test_what_there_is_not_is_no_kind_of_mail(as_sam, sam):
    as_sam.form("/me/mail", kinds=["all", DAY_BEFORE, "x" * 500])
    assert off(sam) == set(KINDS) - {DAY_BEFORE}


def test_it_changes_nobody_else(as_sam, ada):
    as_sam.form("/me/mail", person=ada.id, id=ada.id)
    assert off(ada) == set()


def test_it_says_where_mail_goes_or_that_there_is_none(as_sam, sam, monkeypatch):
    assert "In a demo nothing is sent." in as_sam.see("/me")
    monkeypatch.setattr(OwnPage, "mail", Mail(is_demo=False, may_quote=False))
    page = as_sam.see("/me")
    assert "It goes to sam@example.org" in page
    assert 'name="content"' not in page
    sam.change(email=None)
    assert "Duologue has no e-mail address for you" in as_sam.see("/me")
    monkeypatch.setattr(OwnPage, "mail", None)
    assert "/me/mail" not in as_sam.see("/me")


# The link in a mail


def test_to_look_at_the_link_changes_nothing(nobody, way_out, sam):
    before = behind.everything()
    for ask in (nobody.get, nobody.head, nobody.options):
        assert ask(way_out).status_code == 200
    page = nobody.see(way_out)
    assert "The day before we meet" in page
    assert "Sam" not in page
    assert behind.everything() == before


def test_mail_programs_end_it_with_one_click(nobody, way_out, sam):
    answer = nobody.post(way_out, data=ONE_CLICK)
    assert (answer.status_code, off(sam)) == (200, {DAY_BEFORE})
    assert "Set-Cookie" not in answer.headers
    assert nobody.post(way_out, data=ONE_CLICK).status_code == 200
    assert off(sam) == {DAY_BEFORE}


def test_the_pages_button_does_the_same_whoever_is_signed_in(as_ada, way_out, sam, ada):
    page = as_ada.see(way_out)
    (field,) = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page)
    assert dict([field]) == ONE_CLICK
    assert "You will get no more of these mails" in as_ada.post(way_out, data=dict([field])).text
    assert (off(sam), off(ada)) == ({DAY_BEFORE}, set())


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "no"}, {"text": "One-Click"}])
def test_whoever_does_not_mean_it_ends_nothing(nobody, way_out, sam, data):
    assert nobody.post(way_out, data=data).status_code == 400
    assert off(sam) == set()


@pytest.mark.parametrize("token", ["0" * 64, "x", "%00", "'", "a" * 5_000])
def test_a_link_that_nobody_was_sent_leads_nowhere(nobody, way_out, token):
    for answer in (
        nobody.get(f"/unsubscribing?token={token}"),
        nobody.post(f"/unsubscribing?token={token}", data=ONE_CLICK),
    ):
        assert answer.status_code == 404


def test_what_the_database_has_of_it_leads_nowhere(nobody, way_out, sam):
    mail = OutgoingMail.get(OutgoingMail.person == sam)
    for stored in (mail.id, mail.token_hash):
        assert nobody.post(f"/unsubscribing?token={stored}", data=ONE_CLICK).status_code == 404
    assert way_out.partition("=")[2] not in "".join(behind.everything())


def test_another_site_cannot_press_the_button(nobody, way_out, sam):
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert nobody.post(way_out, data=ONE_CLICK, headers=headers).status_code == 400
    assert off(sam) == set()


def test_nobody_tries_out_many(nobody, here):
    codes = {nobody.get(f"/unsubscribing?token={number:064}").status_code for number in range(601)}
    assert codes == {404, 429}


def test_the_page_speaks_the_language_of_whose_mail_it_was(nobody, way_out, sam, foreign):
    sam.speak(pseudo.LEFT)
    assert pseudo.pseudo("No more mail of this kind?") in nobody.see(way_out)
