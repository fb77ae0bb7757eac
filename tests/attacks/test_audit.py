"""Somebody who can write to the database file, or choose a name, tries to make the audit trail lie."""

import pytest
from peewee import DatabaseError

import audit
from audit import AuditEntry, Broken
from bench import databases
from rows import db

from ..command_line import refused, run, said


@pytest.fixture
def trail(ada, sam, pair) -> list[AuditEntry]:
    """Five entries of some kinds."""
    notes = [
        ("sign-in", ada, None),
        ("open", ada, pair),
        ("sign-in", sam, None),
        ("export", sam, pair),
        ("open", sam, pair),
    ]
    return [audit.note(event, by=by, pair=pair) for event, by, pair in notes]


def behind_its_back(*statements: str) -> None:
    """Change the trail as somebody who owns the file can: without the triggers."""
    for verb in ("update", "delete"):
        db.execute_sql(f"DROP TRIGGER IF EXISTS audit_no_{verb}" + (" ON audit_entry" if databases.server else ""))
    for statement in statements:
        db.execute_sql(statement)


def first_bad() -> str:
    """What is said of the trail."""
    with pytest.raises(Broken) as problem:
        list(audit.verify())
    return str(problem.value)


@pytest.mark.parametrize(
    "change",
    [
        "event = 'open'",
        "at = '2020-01-01 00:00:00'",
        "about = 'nothing'",
        "by_id = NULL",
        "pair_id = (SELECT id FROM pair WHERE id <> pair_id LIMIT 1)",
        "chain = '" + "0" * 64 + "'",
    ],
)
def test_a_changed_entry_shows(trail, change):
    behind_its_back(f"UPDATE audit_entry SET {change} WHERE number = 4")
    assert first_bad().startswith("Entry 4 ")


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_removed_entry_shows(trail, number):
    behind_its_back(f"DELETE FROM audit_entry WHERE number = {number}")
    assert first_bad().startswith(f"Entry {number} is missing")


def test_a_removed_entry_shows_even_when_the_others_are_numbered_anew(trail):
    behind_its_back(
        "DELETE FROM audit_entry WHERE number = 2",
        *(f"UPDATE audit_entry SET number = {number - 1} WHERE number = {number}" for number in (3, 4, 5)),
    )
    assert first_bad().startswith("Entry 2 ")


def test_an_inserted_entry_shows(trail):
    columns = "at, event, by_id, pair_id, about, chain"
    behind_its_back(
        "UPDATE audit_entry SET number = number + 100 WHERE number > 3",
        f"INSERT INTO audit_entry (id, number, {columns}) SELECT 'aaaaaaaaaaaa', 4, {columns} FROM audit_entry "
        "WHERE number = 3",
        "UPDATE audit_entry SET number = number - 99 WHERE number > 100",
    )
    assert first_bad().startswith("Entry 4 ")


def test_reordered_entries_show(trail):
    behind_its_back(
        "UPDATE audit_entry SET number = 99 WHERE number = 2",
        "UPDATE audit_entry SET number = 2 WHERE number = 3",
        "UPDATE audit_entry SET number = 3 WHERE number = 99",
    )
    assert first_bad().startswith("Entry 2 ")


def test_a_trail_cut_short_shows_to_whoever_has_noted_its_head(here, trail):
    noted = audit.head()
    behind_its_back("DELETE FROM audit_entry WHERE number > 3")
    assert len(list(audit.verify())) == 3
    assert "cut short" in refused(run(here.data_dir, "audit", "verify", "--head", noted))


def test_a_trail_cut_short_and_gone_on_with_shows_to_whoever_has_noted_its_head(trail):
    noted = audit.head()
    behind_its_back("DELETE FROM audit_entry WHERE number > 3")
    for _ in range(5):
        audit.note("sign-in")
    with pytest.raises(Broken, match="Entry 5 is not the one that was noted"):
        list(audit.verify(noted))


def test_the_command_names_the_first_entry_that_does_not_belong_and_fails(here, trail):
    behind_its_back("UPDATE audit_entry SET about = 'x' WHERE number IN (2, 4)")
    assert "The trail does not hold. Entry 2 " in refused(run(here.data_dir, "audit", "verify"))


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET about = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_or_delete_an_entry(trail, statement):
    with pytest.raises(DatabaseError, match="append-only"):
        db.execute_sql(statement)
    assert len(list(audit.verify())) == 5


@pytest.mark.parametrize(
    "name",
    [
        "ada\n2026-03-03T10:00:00Z\t9\tsign-in\tlee\t-\t",
        "ada\tsign-in\tlee",
        "ada\r\x1b[2K\x1b[1A",
        "ada\u2028lee",
        "ada\u202eeel",
        "ada\x85\x00",
        "ada\\n",
    ],
)
def test_a_name_writes_no_lines_columns_or_colours_into_the_list(here, ada, name):
    # A server takes no such letter anywhere.
    name = name.replace("\0", "\1") if databases.server else name
    ada.change(subject=name)
    audit.note("sign-in", by=ada, about=name)
    (line,) = said(run(here.data_dir, "audit", "list")).removesuffix("\n").split("\n")
    assert all(letter.isprintable() or letter == "\t" for letter in line)
    assert line.count("\t") == 5
    who, about = line.split("\t")[3], line.split("\t")[5]
    assert who == about
    assert who.encode().decode("unicode_escape") == name
