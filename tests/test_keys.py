"""The commands for the keys, on the real command line: killed half-way, beside people who write, and refused."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import audit
import clock
import database
import keyring_file
import meetings
import resealing
import scheduling
import secrecy
from bench import databases
from bench.server import Server
from bench.wire import Connection, Reception
from keyring_file import ACTIVE, FIXED, NEXT, OLD
from meetings import Item
from rows import db

from . import behind
from .everything import write_everything

ROOT = Path(__file__).parents[1]
MANY = 4_000


def begun(folder: Path, *arguments: str, **settings: str) -> subprocess.Popen:
    """A command at work on the demo in `folder`."""
    where = {"DATA_DIR": str(folder), **databases.settings(folder)}
    environ = {"PATH": os.environ["PATH"], "SIGN_IN": "demo", **where, **settings}
    command = [sys.executable, "-m", "commands", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=environ, **pipes)


def run(folder: Path, *arguments: str, **settings: str) -> str:
    """What a command says that goes well."""
    process = begun(folder, *arguments, **settings)
    said, problem = process.communicate(timeout=60)
    assert (process.returncode, problem) == (0, "")
    return said


def refused(folder: Path, *arguments: str, **settings: str) -> str:
    """The one sentence of a command that refuses."""
    process = begun(folder, *arguments, **settings)
    said, problem = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert re.fullmatch(r"duologue: [^\n]+\.\n", problem)
    return problem


def id_of(config, role: str) -> str:
    """The id of the key in this role."""
    return keyring_file.only(keyring_file.read(config.keyring_file), role).id


def last_noted() -> str:
    """What the audit trail ends with."""
    entry = audit.last_entry()
    assert entry.event == "keys"
    assert list(audit.walk())
    return entry.about


@pytest.fixture
def written(here, meeting, ada, sam):
    """The settings of a database with something in every field."""
    write_everything(meeting, ada, sam, "Quetzal")
    return here


@pytest.fixture
def many(here, meeting, sam):
    """The settings of a database that it takes a while to seal anew."""
    with db.atomic():
        for number in range(MANY):
            facts = {"section": "goals", "author": sam, "position": number, "shared_at": clock.now()}
            Item.create(pair=meeting.pair_id, meeting=meeting, text=f"Item {number}", notes="Some notes", **facts)
    return here


def test_new_rotate_and_retire_change_one_key_for_another(written):
    folder, before = written.data_dir, id_of(written, ACTIVE)
    texts = {row.id: row.text for row in Item.select()}
    assert "keys rotate" in run(folder, "keys", "new")
    waiting = id_of(written, NEXT)
    assert last_noted() == f"added {waiting}"
    assert secrecy.active_key() == before

    assert f"opens with {waiting}." in run(folder, "keys", "rotate")
    assert (id_of(written, ACTIVE), id_of(written, OLD)) == (waiting, before)
    assert last_noted().startswith(f"rotated to {waiting}: ")
    assert set(resealing.uses(database.MODELS)) == {waiting}
    assert {row.id: row.text for row in Item.select()} == texts

    assert f"Took the key {before} out" in run(folder, "keys", "retire", before)
    assert before not in written.keyring_file.read_text()
    assert last_noted() == f"retired {before}"
    assert {row.id: row.text for row in Item.select()} == texts
    database.open_checked(written)


def test_whoever_retires_a_key_is_told_that_older_backups_need_it(written):
    before = id_of(written, ACTIVE)
    for command in (["new"], ["rotate"]):
        run(written.data_dir, "keys", *command)
    assert "Backups made before" in run(written.data_dir, "keys", "retire", before)
    assert "Backups made before" in run(written.data_dir, "keys", "retire", "--help")


def test_where_nobody_watches_no_progress_is_printed(written):
    run(written.data_dir, "keys", "new")
    said = run(written.data_dir, "keys", "rotate")
    assert len(said.splitlines()) == 1
    assert said.startswith("Sealed ")


def test_root_is_told_whose_keyring_it_has_made(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root makes files for others")
    assert f"run 'chown duologue {tmp_path / 'keyring'}'" in run(tmp_path, "keys", "new")


def test_list_tells_ids_roles_and_uses_and_never_a_key(written):
    run(written.data_dir, "keys", "new")
    said = run(written.data_dir, "keys", "list")
    number = resealing.count(database.MODELS)
    assert number > 15
    assert re.search(rf"^{id_of(written, ACTIVE)} +active +{number} texts$", said, re.MULTILINE)
    assert re.search(rf"^{id_of(written, NEXT)} +next +0 texts$", said, re.MULTILINE)
    assert re.search(rf"^{id_of(written, FIXED)} +fixed +digests$", said, re.MULTILINE)
    assert len(said.splitlines()) == 3


def test_no_command_shows_the_bytes_of_a_key(written):
    folder, said = written.data_dir, ""
    for arguments in (["new"], ["list"], ["rotate"], ["list"], ["retire", id_of(written, ACTIVE)]):
        said += run(folder, "keys", *arguments)
    said += refused(folder, "keys", "retire", id_of(written, ACTIVE))
    for key in keyring_file.read(written.keyring_file):
        assert key.line.split()[2] not in said


def test_a_key_in_use_the_active_one_and_the_fixed_one_are_not_retired(written):
    folder, before = written.data_dir, written.keyring_file.read_bytes()
    assert "it stays" in refused(folder, "keys", "retire", id_of(written, ACTIVE))
    assert "it stays" in refused(folder, "keys", "retire", id_of(written, FIXED))
    assert "There is no key nobody" in refused(folder, "keys", "retire", "nobody")
    assert written.keyring_file.read_bytes() == before
    old = id_of(written, ACTIVE)
    keyring_file.change(written.keyring_file, lambda keys: [*keys, keyring_file.new_key(NEXT)])
    keyring_file.change(written.keyring_file, keyring_file.promoted)
    assert "keys rotate" in refused(folder, "keys", "retire", old)
    assert old in written.keyring_file.read_text()


def test_a_second_key_does_not_wait_behind_the_first(written):
    run(written.data_dir, "keys", "new")
    assert "waits already" in refused(written.data_dir, "keys", "new")
    assert len(keyring_file.read(written.keyring_file)) == 3


def test_rotating_without_a_key_that_waits_changes_nothing_and_says_what_to_do(written):
    before = written.keyring_file.read_bytes()
    assert "run 'duologue keys new' first" in run(written.data_dir, "keys", "rotate")
    assert written.keyring_file.read_bytes() == before


def test_rotating_says_where_something_does_not_open_and_goes_on_with_the_rest(written):
    broken = Item.select().first()
    behind.execute("UPDATE item SET text = 'forged' WHERE id = ?", broken.id)
    run(written.data_dir, "keys", "new")
    sentence = refused(written.data_dir, "keys", "rotate")
    assert f"item/text/{broken.id}" in sentence
    assert "forged" not in sentence
    assert {row.id for row in Item.select() if not row.__data__["text"].startswith(secrecy.active_key())} == {broken.id}
    assert last_noted().endswith("1 do not open")


def test_production_makes_its_keyring_before_its_database_and_keeps_it_apart(tmp_path):
    place = tmp_path / "etc" / "keyring"
    settings = {"SIGN_IN": "proxy-env", "PUBLIC_URL": "https://meetings.example.org", "KEYRING_FILE": str(place)}
    assert "keys new" in refused(tmp_path / "data", "create", **settings)
    assert not (tmp_path / "data" / "duologue.db").exists()
    assert "copy" in run(tmp_path / "data", "keys", "new", **settings)
    assert place.stat().st_mode & 0o777 == 0o600
    assert "Made" in run(tmp_path / "data", "create", **settings)
    assert "Nothing would be refused." in run(tmp_path / "data", "check", **settings)
    place.unlink()
    assert "restore it" in refused(tmp_path / "data", "check", **settings)


def sealed_with(config, key: str) -> int:
    """How many items a key has sealed, as somebody sees it from outside."""
    with behind.connection(config.data_dir) as connection:
        return connection.execute("SELECT count(*) FROM item WHERE text LIKE ?", f"{key}:%")[0][0]


def test_a_rotation_that_is_killed_again_and_again_goes_on_where_it_was_and_loses_nothing(many):
    run(many.data_dir, "keys", "new")
    fresh, reached = id_of(many, NEXT), 0
    for share in (0.05, 0.3, 0.6, 0.9):
        process = begun(many.data_dir, "keys", "rotate")
        while (found := sealed_with(many, fresh)) < share * MANY:
            assert process.poll() is None
        process.kill()
        process.communicate()
        assert found >= reached
        reached = found
        # What is there opens, whichever key sealed it.
        assert {item.text for item in Item.select()} == {f"Item {number}" for number in range(MANY)}
    assert set(resealing.uses(database.MODELS)) > {fresh}
    run(many.data_dir, "keys", "rotate")
    assert set(resealing.uses(database.MODELS)) == {fresh}
    assert {item.text for item in Item.select()} == {f"Item {number}" for number in range(MANY)}


def test_what_people_write_while_the_key_is_changed_stays_as_they_wrote_it(many, ada, sam):
    run(many.data_dir, "keys", "new")
    ids = [item.id for item in Item.select(Item.id).order_by(Item.position)]
    process, written = begun(many.data_dir, "keys", "rotate"), {}
    while process.poll() is None:
        id = ids[len(written) * 37 % MANY]
        item = meetings.find_item(sam, id)
        assert not item.edit(sam, f"Edit {len(written)}", item.text).clash
        written[id] = f"Edit {len(written)}"
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    assert len(written) > 20
    for number, item in enumerate(Item.select().order_by(Item.position)):
        assert item.text == written.get(item.id, f"Item {number}")
        assert item.notes == "Some notes"
    assert set(resealing.uses(database.MODELS)) == {id_of(many, ACTIVE)} == {secrecy.active_key()}


def test_a_text_changed_between_reading_and_sealing_anew_is_left_as_it_is(item, here):
    words = Item.text
    (batch,) = list(resealing._batches(words, "1 = 1", ()))
    item.change(text="Changed meanwhile")
    assert resealing._store(words, [(stored, "as it was") for stored in batch]) == 0
    assert Item.get_by_id(item.id).text == "Changed meanwhile"


def test_verifying_finds_what_does_not_open_and_what_another_key_sealed(item, here):
    assert resealing.verify(database.MODELS) == []
    behind.execute("UPDATE item SET text = ? WHERE id = ?", f"{secrecy.active_key()}:AAAA", item.id)
    assert resealing.verify([Item]) == [Item.text.place(item)]
    item.change(text="Whole again")
    keyring_file.change(here.keyring_file, lambda keys: [*keys, keyring_file.new_key(NEXT)])
    keyring_file.change(here.keyring_file, keyring_file.promoted)
    assert resealing.verify([Item]) == [Item.text.place(item)]
    assert resealing.reseal([Item]) == 1
    assert resealing.verify([Item]) == []


def test_a_server_that_runs_goes_on_with_the_new_key_and_needs_no_restart(written, meeting, ada):
    upcoming, before = scheduling.next_meeting(meeting.pair), id_of(written, ACTIVE)
    db.close()
    db.close_all()
    with Server(written.data_dir) as server, Connection(server.address) as connection:
        visitor = Reception(connection).sign_in(connection, ada.id)
        visitor.open(connection, upcoming.path)
        for command in (["new"], ["rotate"], ["retire", before]):
            run(written.data_dir, "keys", *command)
        assert "Quetzal" in visitor.open(connection, upcoming.path)
        fields = {"section": "goals", "text": "Under the new key", "key": "k"}
        assert connection.post(f"{upcoming.path}/items", visitor.headers, fields).status == 200
        assert sealed_with(written, id_of(written, ACTIVE)) == 4
    db.connect()
    assert "Under the new key" in {item.text for item in Item.select()}
