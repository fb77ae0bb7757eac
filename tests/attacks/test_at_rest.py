"""Somebody has the database, or can change it: they read nothing, and what they change is not believed."""

import base64
import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from peewee import TextField, fn

import database
import growth
import keyring_file
import resealing
import scheduling
import secrecy
from bench import databases
from bench.server import Server
from bench.wire import Connection, Reception
from library import TemplateVersion
from meetings import Item
from models import Pair
from notebooks import PrivateNote
from rows import Words, db
from secrecy import CannotOpen
from signposts import Signpost

from .. import behind
from ..everything import write_everything

WORD = "Quetzalkönigin"
FIELDS = [words for words in resealing.words_of(database.MODELS) if words.model is not database.Stamp]


def name_of(words: Words) -> str:
    """Such as item.text."""
    return f"{words.model._meta.table_name}.{words.column_name}"


def raw(words: Words, id: str) -> str:
    """What the database has."""
    sql = f'SELECT "{words.column_name}" FROM "{words.model._meta.table_name}" WHERE id = ?'
    return behind.execute(sql, id).fetchone()[0]


def put(words: Words, id: str, value: str) -> None:
    """Change what the database has, behind the program's back."""
    sql = f'UPDATE "{words.model._meta.table_name}" SET "{words.column_name}" = ? WHERE id = ?'
    behind.execute(sql, value, id)


def opened(words: Words, id: str) -> str:
    """What the program reads."""
    return getattr(words.model.get_by_id(id), words.name)


def row_with(words: Words) -> str:
    """The id of a row that has something in this field."""
    return next(row.id for row in words.model.select() if getattr(row, words.name))


@pytest.fixture
def written(meeting, ada, sam):
    """The word is in every field that people write to."""
    return write_everything(meeting, ada, sam, WORD)


# Nothing to read


def as_stored(word: str) -> list[bytes]:
    """The bytes that would show the word: in clear, escaped as in JSON, or in base64, wherever it begins in it."""
    clear = word.encode()
    shifted = [base64.b64encode(b"\0" * shift + clear + b"\0" * 3) for shift in range(3)]
    escaped = json.dumps(word).strip('"').encode()
    return [clear, escaped, clear[:6], *(text[4 : len(text) - 8] for text in shifted)]


def test_the_search_of_this_file_would_find_the_word_if_it_were_there():
    for before in ("", "a", "ab", "abc"):
        stored = f"{before}{WORD} at the end".encode()
        for found in (stored, base64.b64encode(stored)):
            assert any(form in found for form in as_stored(WORD)), before


def test_every_text_that_people_write_is_of_the_sealed_kind():
    # What the people lead writes for everybody is no word of the two.
    models = [model for model in database.MODELS if model not in (TemplateVersion, Signpost)]
    texts = [field for model in models for field in model._meta.sorted_fields if isinstance(field, TextField)]
    assert [field for field in texts if not isinstance(field, Words)] == []
    assert len(texts) > 10


def test_every_field_for_words_was_written_to(written):
    """Whoever adds a field for words adds it to tests/everything.py: else the next test knows nothing of it."""
    for words in FIELDS:
        texts = [getattr(row, words.name) for row in words.model.select()]
        assert any(WORD in text for text in texts if text), name_of(words)


def test_no_word_is_in_any_file_of_the_database_nor_in_the_log_of_the_server(apart, written, here, ada, caplog):
    with caplog.at_level(logging.DEBUG):
        assert WORD in written.items_for(ada)[0].text
        db.close()
        db.close_all()
        in_log = read_and_write_over_http(here)
    for content in (
        in_log,
        caplog.text.encode(),
        *contents(here.data_dir),
    ):
        assert not [form for form in as_stored(WORD) if form in content]
    database.open_checked(here)
    db.connect()
    assert any(f"{WORD} over HTTP" in item.text for item in Item.select())


def contents(folder: Path) -> list[bytes]:
    """All files of a data folder, and its database's."""
    return [path.read_bytes() for path in {*folder.iterdir(), *behind.files(folder)}]


def read_and_write_over_http(config) -> bytes:
    """A real server on the same files, with pages opened, words saved and refused; killed, so that its files stay."""
    ada, meeting = whom_and_where(config)
    server = Server(config.data_dir)
    with server, Connection(server.address) as connection:
        visitor = Reception(connection).sign_in(connection, ada)
        assert WORD in visitor.open(connection, f"/meetings/{meeting}")
        path = f"/meetings/{meeting}/items"
        fields = {"section": "goals", "text": f"{WORD} over HTTP", "key": "k"}
        assert connection.post(path, visitor.headers, fields).status == 200
        assert connection.post(path, visitor.headers, {**fields, "text": f"{WORD} " * 2000}).status >= 400
        assert connection.get(f"/search?q={WORD[:4]}", {"Cookie": visitor.cookie}).status == 200
        server.kill()
    assert databases.server or (config.data_dir / "duologue.db-wal").stat().st_size
    return server.log().encode()


def whom_and_where(config) -> tuple[str, str]:
    """The manager of the pair that wrote everything, and the meeting ahead."""
    database.open_checked(config)
    with db.connection_context():
        pair = next(pair for pair in Pair.select() if pair.place)
        return pair.manager_id, scheduling.next_meeting(pair).id


# Nothing to change


@pytest.mark.parametrize("words", FIELDS, ids=name_of)
def test_what_is_sealed_differs_each_time_and_opens(written, words):
    id = row_with(words)
    before, text = raw(words, id), opened(words, id)
    words.model.get_by_id(id).change(**{words.name: text})
    assert raw(words, id) != before
    assert opened(words, id) == text


@pytest.mark.parametrize("words", FIELDS, ids=name_of)
def test_clear_text_in_the_place_of_the_sealed_is_not_believed(written, words):
    id = row_with(words)
    for text in ("I quit.", "k:", ":", " ", f"{secrecy.active_key()}:", f"{secrecy.active_key()}:SSBxdWl0Lg=="):
        put(words, id, text)
        with pytest.raises(CannotOpen):
            opened(words, id)


@pytest.mark.parametrize("words", FIELDS, ids=name_of)
def test_what_is_truncated_does_not_open(written, words):
    id = row_with(words)
    whole = raw(words, id)
    for length in (1, 6, 7, 8, 20, 30, len(whole) - 4, len(whole) - 1):
        put(words, id, whole[:length])
        with pytest.raises(CannotOpen):
            opened(words, id)


def test_no_bit_can_be_flipped(item):
    whole = raw(Item.text, item.id)
    id, _, body = whole.partition(":")
    content = base64.b64decode(body)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        put(Item.text, item.id, f"{id}:{base64.b64encode(changed).decode()}")
        with pytest.raises(CannotOpen):
            opened(Item.text, item.id)
    put(Item.text, item.id, whole)
    assert opened(Item.text, item.id) == item.text


@pytest.mark.sqlite
def test_what_is_no_text_at_all_does_not_open(item):
    for value in ("X''", "X'00'", "CAST('k:AAAA' AS BLOB)", "0", "0.5"):
        behind.execute(f"UPDATE item SET text = {value} WHERE id = ?", item.id)
        with pytest.raises(CannotOpen):
            opened(Item.text, item.id)


def test_nothing_can_be_put_around_it(item):
    whole = raw(Item.text, item.id)
    for other in (f" {whole}", f"{whole} ", f"{whole}\n", f"{whole}====", f"{whole}AAAA", whole.replace(":", "::")):
        put(Item.text, item.id, other)
        with pytest.raises(CannotOpen):
            opened(Item.text, item.id)


def test_words_do_not_open_in_another_row(meeting, sam, item):
    other = meeting.add_item(sam, "goals", "The other one")
    put(Item.text, other.id, raw(Item.text, item.id))
    with pytest.raises(CannotOpen):
        opened(Item.text, other.id)


def test_words_do_not_open_in_another_column(item, ada):
    item.write_notes(ada, "Between the two of us", "")
    put(Item.text, item.id, raw(Item.notes, item.id))
    with pytest.raises(CannotOpen):
        opened(Item.text, item.id)


def test_words_do_not_open_in_another_table_even_under_the_same_id(item, pair, sam):
    objective = growth.Objective.create(pair=pair, set_by=sam, text="Chair the review")
    behind.execute("UPDATE objective SET id = ? WHERE id = ?", item.id, objective.id)
    put(growth.Objective.text, item.id, raw(Item.text, item.id))
    with pytest.raises(CannotOpen):
        opened(growth.Objective.text, item.id)


def test_a_row_moved_to_another_pair_takes_no_words_along(item, theirs, lee):
    behind.execute("UPDATE item SET pair_id = ?, meeting_id = ? WHERE id = ?", theirs.pair_id, theirs.id, item.id)
    (found,) = theirs.items_for(lee)
    with pytest.raises(CannotOpen):
        assert found.text


def test_a_notebook_does_not_open_in_the_hands_of_another_pair(pair, ada, theirs, lee):
    PrivateNote.write(pair, ada, "For my eyes alone", "")
    behind.execute("UPDATE private_note SET pair_id = ?, author_id = ?", theirs.pair_id, lee.id)
    with pytest.raises(CannotOpen):
        assert PrivateNote.of(theirs.pair, lee).text


def test_a_key_that_is_not_in_the_keyring_opens_nothing(item):
    _, _, body = raw(Item.text, item.id).partition(":")
    put(Item.text, item.id, f"nobody:{body}")
    with pytest.raises(CannotOpen):
        opened(Item.text, item.id)


def test_what_another_keyring_sealed_under_the_same_key_id_does_not_open(item, here):
    def same_id_other_bytes(keys):
        fresh = keyring_file.new_key(keyring_file.ACTIVE)
        return [
            keyring_file.Key(key.id, key.role, fresh.secret) if key.role == keyring_file.ACTIVE else key for key in keys
        ]

    before = here.keyring_file.read_bytes()
    keyring_file.change(here.keyring_file, same_id_other_bytes)
    item.change(text="Sealed with the other one")
    here.keyring_file.write_bytes(before)
    secrecy.use(here)
    with pytest.raises(CannotOpen):
        opened(Item.text, item.id)


def test_the_fixed_key_opens_and_seals_nothing(item, here):
    fixed = keyring_file.only(keyring_file.read(here.keyring_file), keyring_file.FIXED)
    nonce, place = bytes(secrecy.NONCE_BYTES), Item.text.place(item)
    body = AESGCM(fixed.secret).encrypt(nonce, b"Sealed with what must only digest", place.encode())
    put(Item.text, item.id, f"{fixed.id}:{base64.b64encode(nonce + body).decode()}")
    with pytest.raises(CannotOpen):
        opened(Item.text, item.id)


# Nothing to learn


def test_repeat_keys_cannot_be_guessed_from_the_words(meeting, sam, here):
    first = meeting.add_item(sam, "goals", "The same words", key="same key")
    assert meeting.add_item(sam, "goals", "The same words", key="same key").id == first.id
    before = Item.get_by_id(first.id).key

    def other_fixed_key(keys):
        return [key if key.role != keyring_file.FIXED else keyring_file.new_key(keyring_file.FIXED) for key in keys]

    keyring_file.change(here.keyring_file, other_fixed_key)
    secrecy.use(here)
    assert meeting.add_item(sam, "goals", "The same words", key="same key").key != before


def test_the_database_refuses_to_compare_or_sort_words(item):
    compared: list[Callable] = [
        lambda: Item.select().where(Item.text == "x"),
        lambda: Item.select().where(Item.text.is_null()),
        lambda: Item.select().where(Item.text % "x%"),
        lambda: Item.select().where(Item.text.contains("x")),
        lambda: Item.select().where(Item.text.in_(["x"])),
        lambda: Item.select().where(Item.id == Item.text),
        lambda: Item.select().order_by(Item.text),
        lambda: Item.select().order_by(Item.text.desc()),
        lambda: Item.select().group_by(Item.notes),
        lambda: Item.select(fn.LENGTH(Item.text)),
        lambda: Item.select(Item.text == "x"),
        lambda: Item.update(text="x").where(Item.id == item.id),
        lambda: Item.update(notes=Item.text),
        lambda: Item.insert(id="x", text="x"),
        lambda: Item.delete().where(Item.text == "x"),
        lambda: Item.select().where(Item.id.in_(Item.select(Item.id).where(Item.notes == "x"))),
    ]
    for query in compared:
        with pytest.raises(TypeError, match="is sealed"):
            query().execute()


def test_words_selected_without_their_row_and_pair_are_an_error_and_not_a_wrong_answer(item):
    for columns in ([Item.text], [Item.id, Item.text], [Item.pair, Item.text]):
        with pytest.raises(LookupError, match="select that as well"):
            assert Item.select(*columns).get().text
    assert Item.select(Item.id, Item.pair, Item.text).get().text == item.text


@pytest.mark.parametrize("damage", ["I quit.", "another row's"])
def test_a_page_with_tampered_words_is_a_calm_one_that_shows_none_of_them(meeting, sam, item, as_sam, caplog, damage):
    other = meeting.add_item(sam, "goals", "The other one")
    put(Item.text, other.id, raw(Item.text, item.id) if damage == "another row's" else damage)
    path = f"/items/{other.id}"
    for answer in (
        as_sam.get(meeting.path),
        as_sam.get("/search?q=x"),
        as_sam.get(f"{path}/edit"),
        as_sam.region(path),
    ):
        assert answer.status_code == 500
        assert "Something here cannot be read" in answer.text
        for shown in (damage, item.text, raw(Item.text, other.id), "Traceback"):
            assert shown not in answer.text
    assert f"item/text/{other.id}" in caplog.text
    assert "I quit." not in caplog.text
    assert item.text not in caplog.text


def test_whoever_changes_the_kind_of_a_database_cannot_open_it_as_the_other_kind(here):
    db.execute_sql("UPDATE stamp SET kind = 'production'")
    with pytest.raises(CannotOpen):
        assert database.Stamp.get().canary


def test_searching_opens_nothing_that_is_somebody_elses(as_sam, sam, meeting, item, theirs, noor, ada):
    others = [theirs.add_item(noor, "goals", "gaps"), meeting.add_item(ada, "goals", "gaps", private=True)]
    for other in others:
        put(Item.text, other.id, "would not open")
    assert as_sam.see("/search?q=gaps").count(item.region) == 1
