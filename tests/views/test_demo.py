"""The demo's sign-in: pick a name."""

from datetime import timedelta

import pytest

import demo_crowd
from models import Person

from ..conftest import NOW, PEOPLE, ZONE


def test_it_lists_everybody_as_a_button(nobody):
    page = nobody.see("/demo")
    for name in PEOPLE:
        assert f"Sign in as {name}" in page


def test_a_press_signs_in(nobody, sam):
    nobody.sign_in(sam)
    assert "Hello, Sam" in nobody.see("/")


def test_signing_in_as_somebody_else_leaves_nothing_of_the_first(as_sam, ada, meeting, draft):
    as_sam.sign_in(ada)
    assert draft.text not in as_sam.see(meeting.path)


def test_nobody_signs_in_as_one_of_the_crowd(nobody):
    demo_crowd.add(ZONE)
    assert nobody.see("/demo").count('<button name="person"') == len(PEOPLE)
    nobody.read_token("/demo")
    for person in Person.select().where(Person.issuer == demo_crowd.ISSUER).limit(3):
        assert nobody.form("/demo", person=person.id).status_code == 404


@pytest.mark.parametrize("person", ["", "nobody", "sam"])
def test_nobody_unknown_is_signed_in(nobody, person):
    nobody.read_token("/demo")
    assert nobody.form("/demo", person=person).status_code == 404
    assert nobody.get("/").location == "/demo?next=/"


def test_people_who_left_or_are_not_of_the_demo_are_not_offered(nobody, sam, lee):
    sam.change(disabled_at=NOW - timedelta(days=1))
    lee.change(issuer="https://login.example.org")
    page = nobody.see("/demo")
    assert "Sign in as Sam" not in page
    assert "Sign in as Lee" not in page
    nobody.read_token("/demo")
    for person in (sam, lee):
        assert nobody.form("/demo", person=person.id).status_code == 404


def test_signing_in_needs_the_pages_token(nobody, sam):
    assert nobody.post("/demo", data={"person": sam.id}).status_code == 400
