"""What somebody might try by way of the staff directory: tricks in its file, names that come back, forged mergers."""

import time

import pytest

import actions
import directory
import pairing
import people
import records
from models import Person, Refused
from notebooks import PrivateNote
from rows import db

from .. import behind
from ..conftest import NOW, ZONE, config_in


@pytest.fixture
def config(tmp_path):
    """Settings of a demo."""
    return config_in(tmp_path)


def carry_out(data: bytes, config) -> None:
    """Do what a file says."""
    plan = directory.compare(directory.read(data, config), config)
    with db.atomic():
        for step in plan.steps:
            plan.take(step)


def refused(data: bytes, config) -> str:
    """All that is said against a file, which must change nothing."""
    before = behind.everything()
    with pytest.raises(Refused) as found:
        carry_out(data, config)
    assert behind.everything() == before
    return "\n".join(str(problem) for problem in getattr(found.value, "problems", [found.value]))


# Tricks in the file


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+SUM(A1)", "-Zoe", "@import", "<script>alert(1)</script>"])
def test_what_a_spreadsheet_would_run_is_a_name_like_any_other_and_shown_as_text(config, client_of, sam, name):
    carry_out(f'username,name,manager\nzoe,"{name}",\nsam,Sam Okoro,zoe\n'.encode(), config)
    assert people.find("demo", "zoe").name == name
    page = client_of(sam).see("/")
    assert "<script>alert" not in page


@pytest.mark.parametrize("twin", ["\u017fam", "\uff53am", "sam\u200b", "s\u0430m", "sam\u00ad", "SAM\u0131"])
def test_a_username_that_only_looks_like_anothers_does_not_become_theirs(sam, config, twin):
    assert "cannot be a username" in refused(f"username,name\n{twin},Somebody Else\n".encode(), config)
    assert Person.get_by_id(sam.id).name == "Sam Okoro"


def test_a_letter_whose_lower_case_is_ascii_makes_nobody_somebody_else(here, config):
    people.add("demo", "kim", "Kim Lund", None, ZONE)
    assert "\u212a".lower() == "k"
    assert "cannot be a username" in refused("username,name\n\u212aim,Eve\n".encode(), config)


def test_a_line_break_within_a_name_makes_no_second_person(here, config):
    carry_out(b'username,name,people_lead\nzoe,"Zoe\nsam,Sam Okoro,yes",\n', config)
    assert people.find("demo", "zoe").name == "Zoe sam,Sam Okoro,yes"
    assert not people.find("demo", "sam").people_lead


def test_a_second_column_of_the_same_name_cannot_overrule_the_first(here, config):
    data = b"username,name,people_lead, PEOPLE_LEAD \nsam,Sam Okoro,no,yes\n"
    assert "the column people_lead is there twice" in refused(data, config)


def test_the_same_person_twice_cannot_say_two_things(here, config):
    assert "sam is on line 2 already" in refused(b"username,name\nsam,Sam Okoro\nSAM,Eve\n", config)


def test_a_column_that_is_no_column_writes_nothing_else_of_a_person(here, config):
    for column in ("id", "epoch", "issuer", "subject", "retired_at", "line", "__class__"):
        data = f"username,name,{column}\nsam,Sam Okoro,x\n".encode()
        assert "is not known" in refused(data, config)


def test_what_would_steer_a_terminal_is_told_harmlessly(here, config):
    said = refused("username,name,email\n\x1b[2Jsam,Sam\u202e,\x1b]0;x\x07\n".encode(), config)
    assert all(letter.isprintable() or letter == "\n" for letter in said)


def test_an_address_cannot_carry_a_second_one_or_a_header(here, config):
    for address in ("a@b.org\nBcc: eve@x.org", "a@b.org,eve@x.org", "a@b.org;eve@x.org", "a@b.org eve@x.org"):
        assert "is no e-mail address" in refused(f'username,name,email\nsam,Sam,"{address}"\n'.encode(), config)


@pytest.mark.parametrize(
    "data",
    [
        b'username,name\nzoe,"' + b"x" * 4_900_000,
        b"username,name\n" + b"\n" * 4_900_000,
        b"username,name\n" + b"," * 4_900_000,
        b"username," * 500_000,
        b"username,name\n" + b'"' * 4_900_000,
        b"username,name\n" + b"-,-\n" * 100_000,
    ],
    ids=["one cell", "empty lines", "one row", "one header", "quotes", "problems"],
)
def test_a_file_made_to_be_slow_is_refused_soon(here, config, data):
    begun = time.process_time()
    assert refused(data, config)
    assert time.process_time() - begun < 10


def test_the_same_address_makes_nobody_the_same_person(sam, config):
    carry_out(b"username,name,email\neve,Sam Okoro,sam@example.org\n", config)
    eve = people.find("demo", "eve")
    assert eve.id != sam.id
    assert not eve.pairs()


def test_one_circle_of_managers_does_not_hide_another(here, config):
    data = b"username,name,manager\na,A,b\nb,B,a\nc,C,d\nd,D,c\ne,E,a\n"
    assert refused(data, config).count("in a circle") == 2


def test_a_file_cannot_disable_nearly_everybody_by_being_short(here, config):
    sheet = directory.read(b"username,name\nzoe,Zoe\n", config)
    plan = directory.compare(sheet, config, disable_missing=True)
    with pytest.raises(Refused, match="5 of 5 people are not in the file"):
        plan.must_be_meant(None)


# Names that come back


@pytest.fixture
def filled(sam, ada, pair, item, draft, meeting):
    """A pair with words of Sam's everywhere: their addresses."""
    made = actions.propose(item, sam, text="Map the gaps", owner=sam, due_on=None, likelihood=None, together=True)
    PrivateNote.write(pair, sam, "My own words", "")
    records.close(meeting, ada, NOW)
    paths = [pair.path, meeting.path, f"{meeting.path}/record", item.path, draft.path, f"/actions/{made.id}"]
    return paths, (item.text, draft.text, "Map the gaps", "My own words")


def test_whoever_gets_a_retired_persons_name_sees_nothing_of_theirs(sam, client_of, filled, config):
    paths, words = filled
    people.retire(sam)
    new = people.add("demo", "sam", "Sam Okoro", "sam@example.org", ZONE, again=True)
    client = client_of(new)
    for path in paths:
        assert client.get(path).status_code in (404, 405), path
    for path in ("/", "/actions", "/search?q=gaps", "/search?q=words"):
        page = client.see(path)
        for word in words:
            assert word not in page, path


def test_a_file_does_not_bring_a_retired_name_back(sam, config):
    people.retire(sam)
    assert "sam was retired" in refused(b"username,name\nsam,Sam Okoro\n", config)
    assert "sam was retired" in refused(b"username,name,manager\nzoe,Zoe,sam\n", config)


def test_nobody_signs_in_under_a_name_that_was_set_aside(sam, config):
    people.retire(sam)
    people.add("demo", "sam", "Another Sam", None, ZONE, again=True)
    aside = Person.get_by_id(sam.id).subject
    assert "cannot be a username" in refused(f"username,name\n{aside},Eve\n".encode(), config)
    # However loose a pattern may be, names are lower-cased before anybody is looked for.
    assert people.find("demo", aside.lower()) is None
    assert not config.proxy_user_pattern.fullmatch(aside.lower())


def test_a_name_is_retired_and_given_on_as_often_as_need_be(here, config):
    ids = set()
    for _ in range(3):
        person = people.add("demo", "temp", "Temp", None, ZONE, again=True)
        ids.add(person.id)
        people.retire(person)
    assert len(ids) == 3


def test_a_browser_in_which_a_retired_person_was_signed_in_is_signed_out(as_sam, sam, pair):
    people.retire(sam)
    people.add("demo", "sam", "Another Sam", None, ZONE, again=True)
    assert as_sam.get(pair.path).status_code == 302


# Forged mergers


@pytest.mark.parametrize("is_over", [False, True])
def test_a_pairs_two_are_never_made_one(ada, sam, pair, is_over):
    if is_over:
        pair.end(sam)
    before = behind.everything()
    for source, target in ((sam, ada), (ada, sam)):
        with pytest.raises(Refused, match="have one-to-ones with each other"):
            people.merge(source, target)
    assert behind.everything() == before


def test_not_even_an_invitation_between_the_two_lets_them_be_made_one(sam, lee):
    pairing.invite(lee, manager=lee, report=sam)
    with pytest.raises(Refused):
        people.merge(sam, lee)


def test_a_merger_shows_the_partner_no_draft_and_no_note(sam, ada, client_of, pair, draft, meeting):
    PrivateNote.write(pair, sam, "My own words", "")
    people.merge(sam, people.add("demo", "sammy", "Sam Okoro", None, ZONE))
    client = client_of(ada)
    for path in (pair.path, meeting.path, "/", f"/search?q={draft.text.split()[0]}"):
        assert draft.text not in client.see(path)
        assert "My own words" not in client.see(path)


def test_after_a_merger_the_old_name_opens_nothing(as_sam, sam, pair):
    people.merge(sam, people.add("demo", "sammy", "Sam Okoro", None, ZONE))
    assert as_sam.get(pair.path).status_code == 302


def test_a_merger_gives_nobody_the_people_leads_role(robin, here):
    new = people.add("demo", "vale", "Robin Vale", None, ZONE)
    people.merge(robin, new)
    assert not Person.select().where(Person.people_lead).exists()
