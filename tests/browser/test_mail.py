"""A mail as its reader sees it on a phone, and where its link leads by which one does without such mail."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import clock
import database
import scheduling
from mailer import Mailer
from models import Person
from rows import db

from ..conftest import config_in, copy_folder
from ..letterbox import html_of, listening
from .barriers import barriers
from .running import Server
from .test_every_page import NAMELESS, STICKS_OUT

SITE = "https://meetings.example.org"


@pytest.fixture
def mailed(first_demo, tmp_path) -> tuple[Path, EmailMessage]:
    """The demo's folder after its people were mailed, and the mail that Sam got the day before a meeting."""
    folder = copy_folder(first_demo, tmp_path / "mailed")
    with listening() as box:
        sent = {
            "smtp_host": "127.0.0.1",
            "smtp_port": box.port,
            "smtp_security": "none",
            "mail_from": "duo@example.org",
        }
        config = replace(config_in(folder), public_url=SITE, **sent)
        database.open_checked(config)
        with db.connection_context():
            sam = Person.get(Person.subject == "sam")
            starts_at = scheduling.next_meeting(sam.pairs()[0]).starts_at
        with clock.at(starts_at - timedelta(days=3 if starts_at.weekday() == 0 else 1)):
            Mailer(config).look()
        db.close_all()
        return folder, next(mail for mail in box.taken if "sam@" in mail["To"])


@pytest.fixture
def phone(browser, complaints) -> Iterator[Page]:
    """A narrow window in which nobody is signed in."""
    with closing(browser.new_context(viewport={"width": 360, "height": 740})) as context:
        complaints.listen(context)
        yield context.new_page()


def fits(page: Page) -> None:
    assert page.evaluate(STICKS_OUT) <= 0
    assert page.evaluate(NAMELESS) == []
    assert barriers(page) == []


def test_a_mail_can_be_read_on_a_phone_and_its_link_ends_its_kind(mailed, phone, tmp_path):
    folder, mail = mailed
    phone.set_content(html_of(mail))
    expect(phone.get_by_role("link", name="Open the agenda")).to_be_visible()
    fits(phone)
    link = phone.get_by_role("link", name="No more mail of this kind").get_attribute("href")
    assert f"<{link}>" == mail["List-Unsubscribe"]
    server = Server(folder, tmp_path / "data")
    try:
        phone.goto(link.replace(SITE, server.address))
        expect(phone.get_by_role("heading", name="No more mail of this kind?")).to_be_visible()
        fits(phone)
        phone.get_by_role("button", name="Stop these mails").click()
        expect(phone.get_by_role("heading", name="You will get no more of these mails")).to_be_visible()
        fits(phone)
    finally:
        server.stop()
