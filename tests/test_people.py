"""How people come, change and go, and what the staff directory's word does to who meets whom."""

from datetime import timedelta

import pytest

import actions
import audit
import clock
import database
import meetings
import notices
import pairing
import people
import scheduling
import settings
from models import Pair, Person, Refused
from notebooks import PrivateNote
from notices import Notice
from sessions import Session

from .conftest import NOW, ZONE

JWT = {
    "SIGN_IN": "proxy-jwt",
    "PUBLIC_URL": "https://meetings.example.org",
    "KEYRING_FILE": "/etc/duologue/keyring",
    "PROXY_JWT_HEADER": "X-Assertion",
    "PROXY_JWT_ISSUER": "https://sso.example.org",
    "PROXY_JWT_AUDIENCE": "duologue",
    "PROXY_JWT_KEYS": "https://sso.example.org/keys",
}
ENV = {"SIGN_IN": "proxy-env", "PUBLIC_URL": "https://meetings.example.org", "KEYRING_FILE": "/etc/duologue/keyring"}


def add(subject: str, again: bool = False) -> Person:
    """Somebody new."""
    return people.add("demo", subject, subject.title(), None, ZONE, again)


def running(report: Person) -> list[Pair]:
    """The pairs in which somebody reports to a manager now."""
    return list(Pair.select().where(Pair.report == report, Pair.ended_at.is_null()))


def told(person: Person) -> list[tuple[str, str, str]]:
    """What somebody has been told: (kind, their side, the other one's name)."""
    found = notices.unread_of(person)
    return [(notice.kind, notice.side, notice.other_name) for notice in found if notice.kind != "welcome"]


def events() -> list[tuple[str, str]]:
    """The trail: (event, what it was about)."""
    return [(entry.event, entry.about) for entry in audit.AuditEntry.select().order_by(audit.AuditEntry.number)]


# Names and issuers


@pytest.mark.parametrize(
    ("environ", "issuer"), [({"SIGN_IN": "demo"}, "demo"), (JWT, "https://sso.example.org"), (ENV, "proxy")]
)
def test_a_name_belongs_to_whoever_vouches_for_it(environ, issuer):
    assert settings.read(environ).issuer == issuer


@pytest.mark.parametrize(
    ("text", "realm", "subject"),
    [
        (" Ada.Marsh \n", "", "ada.marsh"),
        ("CORP\\Ada", "CORP\\", "ada"),
        ("ada@example.org", "@example.org", "ada"),
        ("ada", "@example.org", "ada"),
    ],
)
def test_a_username_is_read_as_sign_in_reads_it(text, realm, subject):
    assert people.subject_from(settings.read({**ENV, "PROXY_REALM": realm}), text) == subject


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "ada\x00", "ad\u00e4", "\u212aim", "ada@example.org", "-ada", "a" * 300]
)
def test_what_sign_in_would_refuse_is_no_username(text):
    with pytest.raises(Refused, match="cannot be a username"):
        people.subject_from(settings.read(ENV), text)


def test_a_pattern_that_takes_very_long_names_does_not_go_beyond_the_column():
    config = settings.read({**ENV, "PROXY_USER_PATTERN": "[a-z]+"})
    assert people.subject_from(config, "a" * 160)
    with pytest.raises(Refused):
        people.subject_from(config, "a" * 161)


def test_a_name_is_tidied_and_kept_in_one_form_of_writing():
    assert people.name_from("  Zoe\u0308\n Ito ") == "Zo\u00eb Ito"
    assert people.name_from("=1+1 Ltd") == "=1+1 Ltd"


@pytest.mark.parametrize("text", ["", "  ", "--", "12", "x" * 201, "Ada\u202eMarsh", "Ada\x07", "Ada \ud800"])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(Refused):
        people.name_from(text)


@pytest.mark.parametrize(
    "text", ["ada", "@example.org", "ada@", "a@b@c", "ada@example.org, eve@example.org", "ada@x\nBcc: eve@x", "<a@b>"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(Refused):
        people.email_from(text)


def test_an_empty_address_or_zone_is_none():
    assert people.email_from(" ") is people.time_zone_from(" ") is None
    assert people.email_from(" ada@example.org ") == "ada@example.org"
    with pytest.raises(Refused):
        people.time_zone_from("Nowhere/Land")


def test_what_is_quoted_cannot_steer_a_terminal():
    assert people.quoted("\x1b[2J") == r"'\x1b[2J'"
    assert len(people.quoted("x" * 5000)) < 70


def test_a_name_is_found_as_sign_in_reads_it_or_exactly_as_it_is_kept(here, sam):
    config = settings.read({**ENV, "PROXY_REALM": "CORP\\"})
    sam.change(issuer=config.issuer)
    assert people.called(config, " CORP\\Sam ") == sam
    people.retire(sam)
    new = people.add(config.issuer, "sam", "Sam", None, ZONE, again=True)
    assert people.called(config, f"sam~RETIRED~{sam.id}") == sam
    assert people.called(config, "sam") == new
    with pytest.raises(Refused, match="Nobody is called 'nobody'"):
        people.called(config, "nobody")


# Coming and going


def test_somebody_is_added_once(here):
    zoe = add("zoe")
    assert (zoe.issuer, zoe.subject, zoe.name, zoe.epoch) == ("demo", "zoe", "Zoe", 0)
    assert events() == [("directory", "added zoe")]
    with pytest.raises(Refused, match="zoe is here already"):
        add("zoe")
    people.disable(zoe)
    with pytest.raises(Refused, match="zoe is here, but disabled"):
        add("zoe", again=True)


def test_disabling_ends_every_session_and_enabling_does_not_bring_them_back(sam):
    people.disable(sam)
    people.disable(sam)
    gone = Person.get_by_id(sam.id)
    assert (gone.disabled_at, gone.epoch) == (NOW, 1)
    people.enable(gone)
    people.enable(gone)
    back = Person.get_by_id(sam.id)
    assert (back.disabled_at, back.epoch) == (None, 1)
    assert events() == [("directory", "disabled sam"), ("directory", "enabled sam")]


def test_disabling_leaves_the_one_to_ones(sam, pair):
    people.disable(sam)
    assert Pair.get_by_id(pair.id).is_running


def test_retiring_shuts_out_and_ends_the_one_to_ones_and_tells_the_other(ada, sam, lee, pair, theirs):
    ada.change(people_lead=True)
    pairing.invite(lee, manager=ada, report=lee)
    for _ in range(2):
        people.retire(ada)
    gone = Person.get_by_id(ada.id)
    assert (gone.retired_at, gone.disabled_at, gone.epoch, gone.people_lead) == (NOW, NOW, 1, False)
    ended = Pair.get_by_id(pair.id)
    assert (ended.ended_at, ended.ended_by) == (NOW, None)
    assert told(sam) == [("unpaired", "individual", "Ada Marsh")]
    assert not told(lee), "an invitation that was not accepted was no one-to-one"
    assert not Pair.select().where(Pair.manager == ada, Pair.ended_at.is_null()).exists()
    assert Pair.get_by_id(theirs.pair_id).is_running
    assert events() == [("directory", "retired ada")]


def test_the_retired_are_not_enabled(sam):
    people.retire(sam)
    with pytest.raises(Refused, match="retired for good"):
        people.enable(sam)


def test_a_retired_name_is_somebody_elses_only_when_asked_for(sam, pair):
    people.retire(sam)
    with pytest.raises(Refused, match="--again"):
        add("sam")
    new = add("sam", again=True)
    assert new.id != sam.id
    assert not new.pairs()
    aside = Person.get_by_id(sam.id)
    assert aside.subject == f"sam~RETIRED~{sam.id}"
    assert aside.subject != aside.subject.lower()
    assert len(aside.pairs()) == 1
    assert people.find("demo", "sam") == new


def test_the_same_name_of_another_issuer_is_another_person(here, sam):
    other = people.add("https://sso.example.org", "sam", "Sam Okoro", None, ZONE)
    assert other.id != sam.id


def test_the_people_leads_role_is_given_and_taken_back_once(sam):
    for undo in (False, True):
        for _ in range(2):
            people.make_people_lead(sam, undo=undo)
        assert Person.get_by_id(sam.id).people_lead != undo
    assert events() == [("role", "sam is a people lead"), ("role", "sam is no longer a people lead")]


def test_where_sign_in_says_who_is_a_people_lead_nobody_else_does():
    with pytest.raises(Refused, match="The group hr decides"):
        people.must_choose_people_leads(settings.read({**JWT, "PROXY_PEOPLE_LEAD_GROUP": "hr"}))
    people.must_choose_people_leads(settings.read(JWT))


# Who reports to whom


def test_the_directorys_word_makes_two_meet_at_once(sam, lee):
    people.report_to(sam, lee)
    (pair,) = Pair.select().where(Pair.report == sam, Pair.manager == lee)
    assert pair.is_running
    assert pair.from_directory
    assert scheduling.next_meeting(pair).starts_at == clock.first_start(ZONE)
    assert told(sam) == [("paired", "individual", "Lee Park")]
    assert told(lee) == [("paired", "manager", "Sam Okoro")]


def test_saying_it_again_changes_nothing(sam, lee):
    for _ in range(2):
        people.report_to(sam, lee)
    assert Pair.select().where(Pair.report == sam, Pair.manager == lee).count() == 1
    assert len(told(sam)) == 1


def test_one_to_ones_that_people_began_themselves_are_adopted_and_go_on(ada, sam, lee, pair):
    people.report_to(sam, ada)
    assert Pair.get_by_id(pair.id).from_directory
    assert scheduling.next_meeting(Pair.get_by_id(pair.id)).id == scheduling.next_meeting(pair).id
    assert not told(sam)
    assert not told(ada)


def test_an_invitation_that_waits_is_accepted(sam, lee):
    for inviting in (sam, lee):
        invited = pairing.invite(inviting, manager=lee, report=sam)
        people.report_to(sam, lee)
        assert [pair.id for pair in running(sam) if pair.manager_id == lee.id] == [invited.id]
        assert scheduling.next_meeting(Pair.get_by_id(invited.id))
        assert ("paired", "manager", "Sam Okoro") in told(lee)
        people.report_to(sam, None)


def test_another_line_manager_takes_the_place_of_the_one_before(sam, noor, lee, robin):
    people.report_to(sam, lee)
    first = next(pair for pair in running(sam) if pair.manager_id == lee.id)
    with clock.at(NOW + timedelta(days=1)):
        people.report_to(sam, robin)
    ended = Pair.get_by_id(first.id)
    assert (ended.ended_at, ended.ended_by, ended.from_directory) == (NOW + timedelta(days=1), None, False)
    assert told(lee)[0] == ("unpaired", "manager", "Sam Okoro")
    assert {kind for kind, *_ in told(sam)} == {"paired", "unpaired"}
    assert told(robin) == [("paired", "manager", "Sam Okoro")]


@pytest.mark.parametrize("days", [0, 14])
def test_a_former_manager_reads_for_as_long_as_the_settings_say(sam, lee, robin, days):
    people.report_to(sam, lee)
    people.report_to(sam, robin, manager_days=days)
    people.retire(robin, manager_days=days)
    ended = Pair.select().where(Pair.report == sam, Pair.manager << [lee, robin])
    assert {pair.manager_until for pair in ended} == {NOW + timedelta(days=days)}
    assert len(lee.pairs()) == (2 if days else 1)


def test_one_to_ones_by_invitation_are_left_alone(sam, lee, pair):
    people.report_to(sam, lee)
    people.report_to(sam, None)
    assert Pair.get_by_id(pair.id).is_running
    assert [pair.id for pair in running(sam)] == [pair.id]


def test_what_the_two_ended_themselves_is_not_begun_again_by_the_same_word(sam, lee, robin):
    people.report_to(sam, lee)
    next(pair for pair in running(sam) if pair.manager_id == lee.id).end(sam)
    people.report_to(sam, lee)
    assert lee.id not in {pair.manager_id for pair in running(sam)}
    people.report_to(sam, robin)
    people.report_to(sam, lee)
    assert lee.id in {pair.manager_id for pair in running(sam)}


# Merging


@pytest.fixture
def sammy(here) -> Person:
    """Sam, under the name that sign-in gives them now."""
    return add("sammy")


def test_every_column_that_names_a_person_is_known_to_a_merger(here):
    naming = {
        field
        for model in database.MODELS
        for field in model._meta.sorted_fields
        if getattr(field, "rel_model", None) is Person
    }
    assert naming == set(Person._meta.backrefs)


def test_all_that_was_theirs_comes_along(sam, ada, sammy, pair, item, draft, meeting):
    action = actions.propose(item, sam, text="Map the gaps", owner=sam, due_on=None, likelihood=None, together=True)
    PrivateNote.write(pair, sam, "My own words", "")
    people.report_to(sam, ada)
    version = Pair.get_by_id(pair.id).version
    assert people.merge(sam, sammy) == 1
    assert not sam.pairs()
    assert [found.id for found in sammy.pairs()] == [pair.id]
    assert {found.id for found in meetings.find(sammy, meeting.id).items_for(sammy)} == {item.id, draft.id}
    assert actions.find(sammy, action.id).owner_id == sammy.id
    assert PrivateNote.of(sammy.pair(pair.id), sammy).text == "My own words"
    assert Pair.get_by_id(pair.id).version == version + 1
    assert events()[-1] == ("directory", "merged sam into sammy")


def test_nothing_names_the_old_one_any_more_but_the_trail(sam, sammy, pair, item):
    audit.note("opened", by=sam, pair=pair)
    notices.tell_one(sam, "held", pair)
    people.merge(sam, sammy)
    assert ("held", "individual", "Ada Marsh") in told(sammy)
    naming = {model for column, model in Person._meta.backrefs.items() if model.select().where(column == sam).exists()}
    assert naming == {audit.AuditEntry}
    assert list(audit.verify())


def test_the_old_one_is_retired_and_signed_out(sam, sammy, pair):
    Session.create(person=sam, token_digest="0" * 64, way="demo", epoch=0)
    people.merge(sam, sammy)
    old = Person.get_by_id(sam.id)
    assert (old.retired_at, old.disabled_at, old.epoch) == (NOW, NOW, 1)
    assert not Session.select().exists()
    assert Pair.get_by_id(pair.id).is_running


def test_both_are_told_of_a_merger(sam, sammy, ada, pair, lee):
    pairing.invite(lee, manager=lee, report=sam)
    people.merge(sam, sammy)
    assert told(ada) == [("merged", "manager", "Sammy")]
    assert told(sammy) == [("moved", "individual", "Ada Marsh")]
    assert not Notice.select().where(Notice.person << [sam, lee], Notice.kind != "welcome").exists()


def test_whoever_did_without_some_mail_does_so_under_the_other_name_too(sam, sammy):
    sam.change(mail_off="late")
    people.merge(sam, sammy)
    assert Person.get_by_id(sammy.id).mail_off == "late"


def test_one_cannot_be_merged_into_oneself_or_into_the_disabled(sam, sammy):
    with pytest.raises(Refused, match="one person already"):
        people.merge(sam, sam)
    people.disable(sammy)
    with pytest.raises(Refused, match="enable them first"):
        people.merge(sam, sammy)


def doubled(sam, sammy, ada) -> tuple[Pair, Pair]:
    """Sam's one-to-ones with Ada, and newer ones that the directory began for their other name."""
    with clock.at(NOW + timedelta(days=1)):
        people.report_to(sammy, ada)
    return running(sam)[0], running(sammy)[0]


def test_of_two_one_to_ones_with_the_same_other_one_the_empty_one_ends(sam, sammy, ada, item):
    kept, other = doubled(sam, sammy, ada)
    people.merge(sam, sammy)
    assert [pair.id for pair in running(sammy)] == [kept.id]
    assert Pair.get_by_id(kept.id).from_directory
    assert not Pair.get_by_id(other.id).from_directory
    assert meetings.find_item(sammy, item.id)


def test_the_newer_one_to_ones_go_on_if_the_older_are_empty(sam, sammy, ada, pair):
    _, newer = doubled(sam, sammy, ada)
    scheduling.next_meeting(newer).add_item(sammy, "goals", "Since then")
    people.merge(sam, sammy)
    assert [pair.id for pair in running(sammy)] == [newer.id]


def test_of_two_empty_ones_the_older_go_on(sam, sammy, ada, pair):
    older, _ = doubled(sam, sammy, ada)
    people.merge(sam, sammy)
    assert [pair.id for pair in running(sammy)] == [older.id]


def test_an_older_invitation_goes_on_before_no_one_to_ones(sam, sammy, robin):
    with clock.at(NOW - timedelta(days=9)):
        pairing.invite(robin, manager=robin, report=sam)
    accepted = pairing.invite(robin, manager=robin, report=sammy)
    pairing.accept(accepted, sammy)
    people.merge(sam, sammy)
    assert [pair.id for pair in running(sammy) if pair.manager_id == robin.id] == [accepted.id]


def test_two_that_both_have_something_in_them_are_not_merged_and_nothing_changes(sam, sammy, ada, item):
    older, newer = doubled(sam, sammy, ada)
    PrivateNote.write(newer, sammy, "My own words", "")
    with pytest.raises(Refused, match="two one-to-ones with Ada Marsh"):
        people.merge(sam, sammy)
    assert [pair.id for pair in running(sam)] == [older.id]
    assert not Person.get_by_id(sam.id).retired_at
    newer.end(ada)
    people.merge(sam, sammy)
    assert [pair.id for pair in running(sammy)] == [older.id]


def test_the_doubles_of_a_manager_are_settled_too(ada, sam, lee, pair, item):
    people.report_to(sam, lee)
    people.merge(lee, ada)
    assert [(found.id, found.from_directory) for found in running(sam)] == [(pair.id, True)]


def test_a_merger_is_whole_or_not_at_all(sam, sammy, pair, monkeypatch):
    def broken(*_) -> None:
        raise ValueError("the power went")

    monkeypatch.setattr(people, "retire", broken)
    with pytest.raises(ValueError, match="the power went"):
        people.merge(sam, sammy)
    assert [found.id for found in Person.get_by_id(sam.id).pairs()] == [pair.id]
