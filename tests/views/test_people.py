"""A person's own page: the time zone, the keys, and signing out."""

import re
from pathlib import Path

import pytest

from models import Person

from ..screen import boxes, problem_at
from ..signed_in import HTMX


def test_the_time_zone_is_changed_and_times_follow(as_sam, sam, meeting):
    assert as_sam.form("/me", time_zone="America/New_York").status_code == 303
    assert Person.get_by_id(sam.id).time_zone == "America/New_York"
    assert "Wednesday 4 March, 05:00" in as_sam.see(meeting.path)


@pytest.mark.parametrize("zone", ["", "  ", "Nowhere/Land", "../etc/passwd", "x" * 300])
def test_a_bad_time_zone_is_refused_beside_the_field_and_kept(as_sam, sam, zone):
    answer = as_sam.form("/me", time_zone=zone)
    assert answer.status_code == 422
    assert "time zone" in problem_at(answer.text, "me", "time_zone")
    assert boxes(answer.text, "time_zone") == [zone]
    assert Person.get_by_id(sam.id).time_zone == "Europe/London"


def test_nobody_changes_somebody_else(as_sam, ada):
    as_sam.form("/me", time_zone="Asia/Tokyo", id=ada.id, person=ada.id, people_lead="1")
    assert Person.get_by_id(ada.id).time_zone == "Europe/London"
    assert not Person.select().where(Person.people_lead, Person.name == "Sam Okoro").exists()


def test_single_keys_are_turned_off_and_on_again_for_the_person(as_sam, as_ada, sam):
    on, box = " data-keys ", 'name="shortcuts" value="1" autocomplete="off" checked'
    assert on in as_sam.see("/actions")
    assert box in as_sam.get("/me/shortcuts", headers=HTMX).text
    assert as_sam.htmx("/me/shortcuts").status_code == 204
    assert on not in as_sam.see("/actions")
    assert box not in as_sam.get("/me/shortcuts", headers=HTMX).text
    assert on in as_ada.see("/actions")
    assert as_sam.form("/me/shortcuts", shortcuts="1").location == "/me"
    assert Person.get_by_id(sam.id).shortcuts


def test_every_key_that_is_listed_does_something_and_no_other(as_sam):
    listed = re.findall(r'data-key="([^"]+)"', as_sam.get("/me/shortcuts", headers=HTMX).text)
    script = (Path(__file__).parents[2] / "static/js/keys.js").read_text()
    block = script.split("const KEYS = {")[1].split("};")[0]
    known = [quoted or bare for quoted, bare in re.findall(r'(?:^ +|, )(?:"([^"]+)"|(\w)): ', block, re.MULTILINE)]
    assert sorted(listed) == sorted(known) != []


def test_signing_out_ends_it(as_sam, meeting):
    assert as_sam.form("/signing-out").location == "/signed-out"
    assert as_sam.get(meeting.path).location == f"/demo?next={meeting.path}"


def test_a_disabled_person_is_signed_out_at_once(as_sam, sam, meeting):
    sam.change(disabled_at=meeting.starts_at)
    assert as_sam.get(meeting.path).location == f"/demo?next={meeting.path}"
    assert as_sam.htmx(f"{meeting.path}/items", section="goals", text="x").status_code == 401
