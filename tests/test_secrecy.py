"""The keyring and what is done with it: what it refuses, what it notices, and how old databases are sealed."""

import base64
import os
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from playhouse.migrations import Runner

import database
import engines
import keyring_file
import resealing
import secrecy
from bench import databases
from config import Misconfigured
from keyring_file import ACTIVE, FIXED, NEXT, OLD, Key
from meetings import Item
from rows import KEYED, Once, db
from secrecy import CannotOpen

from . import behind
from .conftest import config_in
from .everything import write_everything

PLACE = "item/text/row/pair"
WORD = "Quetzal"
GONE = "deleted long ago "


def line(id: str, role: str, secret: bytes | None = None) -> str:
    """A line of a keyring."""
    return f"{id} {role} {base64.b64encode(secret or os.urandom(32)).decode()}\n"


SAME = os.urandom(32)
GOOD = line("main", ACTIVE) + line("fix", FIXED)
REFUSED = {
    "an empty file": ("", "no active key: it needs exactly one"),
    "remarks alone": ("# only a remark\n", "no active key"),
    "no active key": (line("fix", FIXED), "no active key"),
    "no fixed key": (line("main", ACTIVE), "no fixed key"),
    "two active keys": (GOOD + line("more", ACTIVE), "2 active keys: it needs exactly one"),
    "two fixed keys": (GOOD + line("more", FIXED), "2 fixed keys"),
    "two keys that wait": (GOOD + line("a", NEXT) + line("b", NEXT), "2 next keys: it needs at most one"),
    "an id twice": (GOOD + line("main", OLD), "one id twice"),
    "a key twice": (line("a", ACTIVE, SAME) + line("b", FIXED, SAME), "one key twice"),
    "words that are no key": (GOOD + "not a key\n", "is not a key"),
    "half a line": (GOOD + "half line\n", "Line 3 of"),
    "half a line after blank ones": (GOOD + "\n\nid old\n", "Line 5 of"),
    "capitals in an id": (GOOD + line("UPPER", OLD), "is not a key"),
    "a colon in an id": (GOOD + line("with:colon", OLD), "is not a key"),
    "a long id": (GOOD + line("a" * 17, OLD), "is not a key"),
    "an unknown role": (GOOD + line("spare", "spare"), "is not a key"),
    "no base64": (GOOD + "x old not-base64!\n", "is not base64"),
    "31 bytes": (GOOD + line("x", OLD, os.urandom(31)), "has 31 bytes and needs 32"),
    "33 bytes": (GOOD + line("x", OLD, os.urandom(33)), "has 33 bytes"),
    "16 bytes": (GOOD + line("x", OLD, os.urandom(16)), "has 16 bytes"),
    "zeros": (GOOD + line("x", OLD, bytes(32)), "weak key: x"),
    "one byte again and again": (GOOD + line("x", OLD, b"a" * 32), "weak key: x"),
    "a word again and again": (GOOD + line("x", OLD, b"duologue" * 4), "weak key: x"),
    "no text": ("\udcff\udcfe\n" + GOOD, "Line 1 of"),
}


@pytest.fixture
def keyring(tmp_path):
    """A good keyring on the disk."""
    path = tmp_path / "keyring"
    keyring_file.make(path)
    return path


@pytest.fixture
def in_use(tmp_path):
    """The settings of a demo whose keyring is in use."""
    config = config_in(tmp_path)
    secrecy.make_for_a_demo(config)
    secrecy.use(config)
    return config


# The file


def test_a_new_keyring_has_a_fixed_key_and_an_active_one_and_is_its_owners_alone(keyring):
    assert sorted(key.role for key in keyring_file.read(keyring)) == [ACTIVE, FIXED]
    assert keyring.stat().st_mode & 0o777 == 0o600


def test_a_changed_keyring_still_belongs_to_whom_it_belonged(keyring):
    if os.geteuid() != 0:
        pytest.skip("only root makes files for others")
    os.chown(keyring, 4321, 1234)
    keyring_file.change(keyring, lambda keys: [*keys, keyring_file.new_key(NEXT)])
    assert (keyring.stat().st_uid, keyring.stat().st_gid) == (4321, 1234)
    assert keyring.stat().st_mode & 0o777 == 0o600


def test_a_keyring_that_cannot_be_given_back_to_its_owner_is_not_changed(keyring, monkeypatch):
    def refuse(*_) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    before = keyring.read_bytes()
    with pytest.raises(Misconfigured, match="cannot be changed: Operation not permitted"):
        keyring_file.change(keyring, lambda keys: [*keys, keyring_file.new_key(NEXT)])
    assert keyring.read_bytes() == before
    assert [path.name for path in keyring.parent.iterdir()] == [keyring.name]


def test_a_second_one_is_not_made_over_the_first(keyring):
    before = keyring.read_bytes()
    with pytest.raises(Misconfigured, match="already"):
        keyring_file.make(keyring)
    assert keyring.read_bytes() == before


@pytest.mark.parametrize("why", REFUSED)
def test_a_keyring_that_is_refused_is_one_sentence_that_shows_no_key(keyring, why):
    content, words = REFUSED[why]
    keyring.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(Misconfigured) as problem:
        keyring_file.read(keyring)
    sentence = str(problem.value)
    assert words in sentence
    assert str(keyring) in sentence
    assert re.fullmatch(r"[^\n]+\.", sentence)
    assert not re.search(r"[A-Za-z0-9+/]{40}", sentence.replace(str(keyring), ""))


def test_remarks_and_blank_lines_are_no_keys(keyring):
    keyring.write_text(f"# Kept by the operators\n\n  # another\n{GOOD}")
    assert [key.id for key in keyring_file.read(keyring)] == ["main", "fix"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o700, 0o200, 0o000])
def test_a_keyring_that_others_could_read_is_refused_with_what_to_do(keyring, mode):
    keyring.chmod(mode)
    with pytest.raises(Misconfigured, match=r"chmod 600|cannot be read"):
        keyring_file.read(keyring)


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_a_keyring_of_its_owner_alone_is_fine_and_keeps_its_mode_and_remarks(keyring, mode):
    keyring.write_text(f"# Kept by the operators\n{GOOD}")
    keyring.chmod(mode)
    keyring_file.change(keyring, lambda keys: [*keys, keyring_file.new_key(NEXT)])
    assert keyring.stat().st_mode & 0o777 == mode
    assert keyring.read_text().startswith("# Kept by the operators\nmain active ")
    assert len(keyring_file.read(keyring)) == 3
    assert [path.name for path in keyring.parent.iterdir()] == [keyring.name]


def test_a_missing_keyring_a_folder_and_one_below_a_file_are_one_sentence_each(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    for path, words in (("none", "keys new"), ("folder", "cannot be read"), ("file/below", "cannot be read")):
        with pytest.raises(Misconfigured, match=words):
            keyring_file.read(tmp_path / path)
    with pytest.raises(Misconfigured, match="No keyring can be made"):
        keyring_file.make(tmp_path / "file" / "below" / "keyring")


def test_a_change_that_would_make_no_sense_changes_nothing(keyring):
    before = keyring.read_bytes()
    with pytest.raises(Misconfigured, match="no active key"):
        keyring_file.change(keyring, lambda keys: [key for key in keys if key.role != ACTIVE])
    assert keyring.read_bytes() == before


def test_a_key_does_not_show_its_bytes():
    key = keyring_file.new_key(ACTIVE)
    assert base64.b64encode(key.secret).decode() not in f"{key} {key!r}"
    assert str(key.secret) not in repr(key)


# Sealing


def test_what_is_sealed_opens_in_its_place_alone(in_use):
    sealed = secrecy.seal("Grüße, 李 🙂\nand a second line", PLACE)
    assert secrecy.unseal(sealed, PLACE) == "Grüße, 李 🙂\nand a second line"
    assert re.fullmatch(r"[a-z0-9]{6}:[A-Za-z0-9+/]+=*", sealed)
    with pytest.raises(CannotOpen):
        secrecy.unseal(sealed, PLACE.replace("row", "low"))


def test_nothing_is_sealed_twice_with_the_same_nonce(in_use):
    assert len({secrecy.seal("the same", PLACE)[:24] for _ in range(2000)}) == 2000


def test_a_digest_depends_on_its_purpose_and_on_the_fixed_key_alone(in_use):
    before = secrecy.digest("audit", "text")
    assert re.fullmatch(r"[0-9a-f]{64}", before)
    assert secrecy.digest("repeat", "text") != before
    keyring_file.change(in_use.keyring_file, lambda keys: [*keys, keyring_file.new_key(NEXT)])
    keyring_file.change(in_use.keyring_file, keyring_file.promoted)
    secrecy.use(in_use)
    assert secrecy.digest("audit", "text") == before
    refixed = [line("main", ACTIVE), line("fix", FIXED)]
    in_use.keyring_file.write_text("".join(refixed))
    secrecy.use(in_use)
    assert secrecy.digest("audit", "text") != before


# A changed keyring


def rotated(config) -> str:
    """Make another key the active one, as another process would; its id."""
    keyring_file.change(config.keyring_file, lambda keys: [*keys, keyring_file.new_key(NEXT)])
    return keyring_file.only(keyring_file.change(config.keyring_file, keyring_file.promoted), ACTIVE).id


def test_a_running_process_seals_with_a_new_active_key_at_once_and_still_opens_what_the_old_one_sealed(in_use):
    before = secrecy.seal("before", PLACE)
    fresh = rotated(in_use)
    assert fresh != secrecy.key_of(before)
    assert secrecy.key_of(secrecy.seal("after", PLACE)) == fresh
    assert secrecy.unseal(before, PLACE) == "before"


def test_a_running_process_that_meets_an_unknown_key_looks_for_it_in_the_file(in_use):
    keys = keyring_file.change(in_use.keyring_file, lambda keys: [*keys, keyring_file.new_key(NEXT)])
    fresh = keyring_file.only(keys, NEXT)
    nonce = bytes(secrecy.NONCE_BYTES)
    body = secrecy.AESGCM(fresh.secret).encrypt(nonce, b"by another process", PLACE.encode())
    sealed = f"{fresh.id}:{base64.b64encode(nonce + body).decode()}"
    assert secrecy.unseal(sealed, PLACE) == "by another process"


def test_a_retired_key_opens_nothing_any_more(in_use):
    sealed = secrecy.seal("before", PLACE)
    fresh = rotated(in_use)
    keyring_file.change(in_use.keyring_file, lambda keys: [key for key in keys if key.role != OLD])
    assert secrecy.active_key() == fresh
    with pytest.raises(CannotOpen):
        secrecy.unseal(sealed, PLACE)


@pytest.mark.parametrize("damage", ["gone", "empty", "half", "open", "other fixed key"])
def test_a_keyring_that_goes_bad_while_the_server_runs_is_said_once_and_not_used(in_use, caplog, damage):
    path, before = in_use.keyring_file, secrecy.active_key()
    sealed = secrecy.seal("before", PLACE)
    if damage == "gone":
        path.unlink()
    elif damage == "open":
        path.chmod(0o644)
    else:
        path.write_text({"empty": "", "half": path.read_text()[:150], "other fixed key": GOOD}[damage])
    for _ in range(3):
        assert secrecy.key_of(secrecy.seal("after", PLACE)) == before
        assert secrecy.unseal(sealed, PLACE) == "before"
    assert len(caplog.records) == (0 if damage == "gone" else 1)


# The canary


def test_another_keyring_is_refused_at_the_start(made):
    made.keyring_file.unlink()
    keyring_file.make(made.keyring_file)
    for work in (database.open_checked, database.migrate):
        with pytest.raises(Misconfigured, match="is not that of this database"):
            work(made)
        db.close_all()


def test_a_keyring_with_another_fixed_key_is_refused_at_the_start(made):
    fresh = keyring_file.new_key(FIXED)
    keyring_file.change(
        made.keyring_file,
        lambda keys: [replace(key, secret=fresh.secret) if key.role == FIXED else key for key in keys],
    )
    with pytest.raises(Misconfigured, match="is not that of this database"):
        database.open_checked(made)


def test_a_canary_that_was_tampered_with_or_taken_from_another_database_is_refused(made, tmp_path):
    with db.connection_context():
        (kind, sealed) = db.execute_sql("SELECT kind, canary FROM stamp").fetchone()
        assert kind == "demo"
        assert secrecy.key_of(sealed) == secrecy.active_key()
        behind.execute("UPDATE stamp SET canary = ?", "a song in clear")
    db.close_all()
    with pytest.raises(Misconfigured, match="is not that of this database"):
        database.open_checked(made)


def test_a_missing_keyring_is_refused_and_not_made_anew_beside_a_database(made):
    made.keyring_file.unlink()
    with pytest.raises(Misconfigured, match="restore it"):
        database.open_checked(made)
    assert not made.keyring_file.exists()


def test_a_database_that_is_not_sealed_yet_is_sent_to_migrate(made):
    with db.connection_context():
        database.Stamp.get().change(canary=database.UNDER_WAY)
    db.close_all()
    with pytest.raises(Misconfigured, match="duologue migrate"):
        database.open_checked(made)


@pytest.mark.parametrize("canary", ["", "not all is sealed yet", "x:y"])
def test_clear_text_that_somebody_without_the_keys_put_there_is_never_sealed(made, canary):
    with db.connection_context():
        db.execute_sql("UPDATE pair SET place = 'forged'")
        behind.execute("UPDATE stamp SET canary = ?", canary)
    db.close_all()
    for work in (database.open_checked, database.migrate):
        with pytest.raises(Misconfigured, match="is not that of this database"):
            work(made)
    with db.connection_context():
        assert db.execute_sql("SELECT place FROM pair").fetchone() == ("forged",)


# Databases of the first version


def contents() -> dict[str, list[dict]]:
    """Every row of every table, its words opened."""
    return {
        model._meta.table_name: [
            {field.column_name: as_column(row, field) for field in model._meta.sorted_fields} for row in model.select()
        ]
        for model in database.MODELS
    }


def as_column(row, field):
    """The value that a version without encryption would store."""
    text = isinstance(field, resealing.Words)
    return getattr(row, field.name) if text else field.db_value(row.__data__.get(field.name))


@pytest.fixture
def first_version(meeting, ada, sam, here, tmp_path_factory):
    """The settings of a demo that the first version made, with everything in it in clear, and what is in it."""
    if databases.server:
        pytest.skip("the first version had SQLite alone")
    write_everything(meeting, ada, sam, WORD)
    before = contents()
    db.close()
    db.close_all()
    config = config_in(tmp_path_factory.mktemp("first_version"))
    database._use(engines.of(config))
    with db.connection_context():
        Runner(db, str(database.MIGRATIONS)).up("0001_first")
        db.execute_sql("PRAGMA foreign_keys = 0")
        before = {table: known_then(table, rows) for table, rows in before.items()}
        for table, rows in before.items():
            insert_in_clear(table, rows)
        leave_traces()
    db.close_all()
    yield config, before
    db.close_all()


def known_then(table: str, rows: list[dict]) -> list[dict]:
    """What of these rows the first version had columns for."""
    columns = [column.name for column in db.get_columns(table)] if db.table_exists(table) else []
    return [{name: row[name] for name in columns} for row in rows if columns]


def insert_in_clear(table: str, rows: list[dict]) -> None:
    """Store the rows as the first version did."""
    for row in rows:
        facts = dict(row)
        if facts.get("key"):
            facts["key"] = facts["key"].replace(KEYED, "0")
        names, slots = ", ".join(f'"{name}"' for name in facts), ", ".join("?" for _ in facts)
        behind.execute(f'INSERT INTO "{table}" ({names}) VALUES ({slots})', *facts.values())


def leave_traces() -> None:
    """Delete something long, so that its pages are free and hold what was on them."""
    db.execute_sql("PRAGMA secure_delete = 0")
    behind.execute("INSERT INTO remark SELECT 'x', NULL, id, closed_by_id, ?, closed_at FROM record", GONE * 20_000)
    db.execute_sql("DELETE FROM remark WHERE id = 'x'")


def without_keys(found: dict[str, list[dict]], known: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """The rows but for what migrating changes on purpose: what is in the columns and tables of `known`."""
    return {
        table: [{name: row[name] for name in known[table][0] if name != "key"} for row in rows]
        for table, rows in found.items()
        if known[table] and table not in ("stamp", "audit_entry")
    }


def test_migrating_seals_what_the_first_version_stored_in_clear_and_leaves_no_trace_of_it(first_version):
    config, before = first_version
    for word in (WORD, GONE):
        assert word.encode() in config.database.read_bytes()
    assert database.migrate(config) == [
        *("0002_safe", "0003_conversations", "0004_year", "0005_many"),
        *("0006_calendars", "0007_mail", "0008_shortcuts", "0009_figures", "0010_moments"),
    ]
    with db.connection_context():
        assert without_keys(contents(), before) == without_keys(before, before)
        assert resealing.verify(database.MODELS) == []
    for path in config.data_dir.iterdir():
        for word in (WORD, GONE):
            assert word.encode() not in path.read_bytes(), path
    db.close_all()
    database.open_checked(config)
    assert database.migrate(config) == []


def test_migrating_keys_the_repeat_keys_so_that_a_repeat_is_still_one(first_version):
    config, _ = first_version
    database.migrate(config)
    with db.connection_context():
        keys = [row.key for model in database.MODELS if issubclass(model, Once) for row in model.select() if row.key]
        assert len(keys) == len(set(keys)) >= 5
        assert all(key.startswith(KEYED) and len(key) == 32 for key in keys)


def test_migrating_that_broke_off_goes_on_where_it_was(first_version):
    config, before = first_version
    database.migrate(config)
    with db.connection_context():
        keys = [(row.id, row.key) for row in Item.select()]
        # As it is when it broke off half-way: some in clear, some sealed, and no canary.
        clear = {row["id"]: row["text"] for row in before["item"]}
        for row in list(Item.select())[::2]:
            behind.execute("UPDATE item SET text = ? WHERE id = ?", clear[row.id], row.id)
        database.Stamp.get().change(canary=database.UNDER_WAY)
    db.close_all()
    assert database.migrate(config) == []
    with db.connection_context():
        assert without_keys(contents(), before) == without_keys(before, before)
        assert [(row.id, row.key) for row in Item.select()] == keys
    database.open_checked(config)


def test_migrating_is_not_done_while_the_old_pages_are_still_being_read(first_version, monkeypatch):
    config, _ = first_version
    monkeypatch.setitem(engines.sqlite.PRAGMAS, "busy_timeout", 50)
    with closing(sqlite3.connect(config.database)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM person").fetchone()
        with pytest.raises(Misconfigured, match="stop it"):
            database.migrate(config)
    db.close_all()
    assert database.migrate(config) == []
    database.open_checked(config)


def test_clear_text_is_sealed_by_migrating_before_the_canary_alone(made):
    with db.connection_context():
        db.execute_sql("UPDATE pair SET place = 'forged'")
    db.close_all()
    assert database.migrate(made) == []
    with db.connection_context():
        assert db.execute_sql("SELECT place FROM pair").fetchone() == ("forged",)


def test_a_production_database_is_not_sealed_with_the_keys_of_a_demo(first_version):
    config, _ = first_version
    database._use(engines.of(config))
    with db.connection_context():
        db.execute_sql("UPDATE stamp SET kind = 'production'")
    db.close_all()
    with pytest.raises(Misconfigured, match="production database"):
        database.migrate(config)
    assert not config.keyring_file.exists()


def test_roles_change_over_and_nothing_else_does():
    keys = [Key("a", ACTIVE, b"1"), Key("n", NEXT, b"2"), Key("o", OLD, b"3"), Key("f", FIXED, b"4")]
    found = {key.id: (key.role, key.secret) for key in keyring_file.promoted(keys)}
    assert found == {"a": (OLD, b"1"), "n": (ACTIVE, b"2"), "o": (OLD, b"3"), "f": (FIXED, b"4")}


def test_processes_that_start_at_once_have_one_secret_key(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        for number in range(20):
            found = list(threads.map(secrecy.secret_key, [config_in(tmp_path / str(number))] * 8))
            assert len(set(found)) == 1
            assert [path.name for path in (tmp_path / str(number)).iterdir()] == ["secret_key"]
