"""A past: years of meetings of many pairs, written straight into the tables, since people would take years for it.

Run it as `python -m bench.past PAIRS YEARS`, with the database of the settings; on its standard input it is told, as
JSON, of pairs that bench.people made and that get such a past too. It prints how many rows each table has then. Run as
`python -m bench.past PAIRS YEARS who` it prints the new pairs instead, with what the browsers of the two hold; run
without arguments, it only counts the rows.
The rows are random ids' and sealed as people's are, so that they open; their words are short, and fewer than people's.
"""

import base64
import binascii
import hashlib
import json
import os
import secrets
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

import audit
import auth
import clock
import database
import secrecy
import sessions
import settings
from actions import Action, ActionUpdate, Agreement
from audit import AuditEntry
from bench.people import LINES, ZONE
from config import Config
from cookies import PLAIN_NAME
from history import Wording
from meetings import Carry, Item, Meeting
from models import Pair, Person
from records import Record
from rows import ID_LENGTH, ID_LETTERS, Row, Words, db
from sessions import Session

AT_A_TIME = 20_000
LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ID_LETTERS.encode())
HASTE = ("session_replication_role = replica", "synchronous_commit = off", "maintenance_work_mem = '1GB'")
SQLITE_HASTE = ("synchronous = off", "cache_size = -2000000", "temp_store = memory", "foreign_keys = off")
# So many pairs have one manager.
TEAM = 5
# A month and a bit, so that a year has ten meetings less what holidays take.
MONTH = timedelta(days=30.4)
TEXT, NOTES = (LINES[0].encode(), b"Agreed to look at it again once the figures are in.")
MINUTES = {
    **{"kind": "Regular one-to-one", "individual": "Somebody", "manager": "Somebody else", "minutes": 60},
    **{"from_last_time": [], "also_agreed": [], "progress": [], "feedback": [], "sections": []},
}


def ids() -> Iterator[str]:
    """Ids as new_id makes them, many at a time."""
    while True:
        many = base64.b32encode(os.urandom(ID_LENGTH * 5_000)).translate(LETTERS).decode()
        yield from (many[start : start + ID_LENGTH] for start in range(0, len(many), ID_LENGTH))


def _nonces() -> Iterator[bytes]:
    size = secrecy.NONCE_BYTES
    while True:
        many = os.urandom(size * 10_000)
        yield from (many[start : start + size] for start in range(0, len(many), size))


def sealer() -> Callable[[bytes, str], str]:
    """Seals as secrecy does, but does not ask at every word whether the keyring has changed."""
    key = secrecy.active_key()
    encrypt, nonces = secrecy._keys.ciphers[key].encrypt, _nonces()

    def seal(text: bytes, place: str) -> str:
        nonce = next(nonces)
        sealed = binascii.b2a_base64(nonce + encrypt(nonce, text, place.encode()), newline=False)
        return f"{key}:{sealed.decode()}"

    return seal


class Mould:
    """The rows of one table: `differing` is given for each row, everything else is the same in all of them."""

    def __init__(self, model: type[Row], differing: str) -> None:
        self.rows: list[tuple] = []
        names, fields = differing.split(), {field.name: field for field in model._meta.sorted_fields}
        given = [fields.pop(name) for name in names]
        row = model()
        same = [_plain(field, row) for field in fields.values()]
        columns = ", ".join(f'"{field.column_name}"' for field in [*given, *fields.values()])
        self.table = f'"{model._meta.table_name}" ({columns})'
        slots = ", ".join([*("?" for _ in given), *map(_literal, same)])
        self.insertion = f"INSERT INTO {self.table} VALUES ({slots})"
        self.line = "\t".join([*("%s" for _ in given), *map(_copied, same)]) + "\n"


def _plain(field: Any, row: Row) -> Any:
    value = row.__data__.get(field.name)
    return value if isinstance(field, Words) else field.db_value(value)


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(float(value)) if isinstance(value, bool | int | float) else f"'{value}'"


def _copied(value: Any) -> str:
    return "\\N" if value is None else str(value)


class Moments(NamedTuple):
    """When a meeting was, as the database has it and as the trail's digest does; and when its agenda was written."""

    stored: str
    told: str
    before: str


def moments(years: int, until: datetime) -> list[Moments]:
    """A meeting every month for so many years, up to a day."""
    every = [until - MONTH * number for number in range(round(years * 365.25 / MONTH.days), 0, -1)]
    return [Moments(_stored(at), at.isoformat(), _stored(at - timedelta(days=3))) for at in every]


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


class Past:
    """Writes the past of pair after pair into moulds."""

    def __init__(self, years: int) -> None:
        self._ids, self._seal = ids(), sealer()
        self.made: list[dict] = []
        now = clock.now().replace(microsecond=0)
        self._now, self._ahead = _stored(now), _stored(now + timedelta(days=9))
        self._months = moments(years, now - timedelta(days=60))
        # What the demo's meetings have.
        found = Meeting.get(Meeting.template == "regular")
        self._template = found.template, found.versions
        last = audit.last_entry()
        self._number, self._chain = (last.number, last.chain) if last else (0, audit.BEGINNING)
        self._content = json.dumps({**MINUTES, "starts_at": now.isoformat()}).encode()
        self._make_moulds()

    def _make_moulds(self) -> None:
        self.people = Mould(Person, "id issuer subject name time_zone created_at")
        self.sessions = Mould(Session, "id person token_digest way epoch started_at seen_at")
        self.pairs = Mould(Pair, "id manager report invited_by invited_at accepted_at time_zone")
        self.ahead = Mould(Meeting, "id pair template versions starts_at minutes created_at created_by")
        self.held = Mould(
            Meeting,
            "id pair template versions starts_at minutes created_at created_by closed_at closed_by next_starts_at",
        )
        self.items = Mould(Item, "id pair meeting section author text position created_at shared_at")
        self.discussed = Mould(
            Item,
            "id pair meeting section author text notes position created_at shared_at discussed_at discussed_by",
        )
        self.done = Mould(
            Action,
            "id pair meeting item text owner due_on likelihood proposed_by proposed_at agreed_at done_at done_by",
        )
        self.due = Mould(Action, "id pair meeting item text owner due_on likelihood proposed_by proposed_at agreed_at")
        self.agreements = Mould(Agreement, "id action person noted_by agreed_at")
        self.updates = Mould(ActionUpdate, "id pair action author written_at text")
        self.carries = Mould(Carry, "id pair item from_meeting to_meeting by carried_at section position")
        self.wordings = Mould(Wording, "id pair subject part by began_at changed_at before after")
        self.records = Mould(Record, "id pair meeting content closed_at closed_by")
        self.trail = Mould(AuditEntry, "id number at event by pair about chain")

    @property
    def moulds(self) -> list[Mould]:
        """All of them, those first that others lead to."""
        return [mould for mould in vars(self).values() if isinstance(mould, Mould)]

    def team(self, number: int) -> None:
        """A manager with the people who report to them."""
        manager, cookie = self._person(f"Lead {number:05}")
        for place in range(TEAM):
            report, own_cookie = self._person(f"Member {number:05} {place}")
            pair = next(self._ids)
            began = self._months[0].before if self._months else self._now
            self.pairs.rows.append((pair, manager, report, manager, began, began, ZONE))
            self.of(pair, manager, report)
            meeting = self._ahead_of(pair, manager, report)
            self.made.append({"meeting": meeting, "people": [manager, report], "cookies": [cookie, own_cookie]})

    def _person(self, name: str) -> tuple[str, str]:
        """Somebody who is signed in; what their browser holds."""
        id = next(self._ids)
        self.people.rows.append((id, auth.DEMO_ISSUER, name.lower(), name, ZONE, self._now))
        token = secrets.token_urlsafe(sessions.TOKEN_BYTES)
        digest = hashlib.sha256(token.encode()).hexdigest()
        self.sessions.rows.append((next(self._ids), id, digest, "demo", 0, self._now, self._now))
        return id, f"{PLAIN_NAME}={token}"

    def of(self, pair: str, manager: str, report: str) -> None:
        """The closed meetings of a pair."""
        last = None
        for number, moment in enumerate(self._months):
            last = self._meeting(number, moment, pair, (manager, report)[number % 2], report, last)

    def _meeting(self, number: int, moment: Moments, pair: str, by: str, report: str, last: str | None) -> str:
        at, before = moment.stored, moment.before
        meeting, record = next(self._ids), next(self._ids)
        self.held.rows.append((meeting, pair, *self._template, at, 60, before, by, at, by, at))
        content = self._seal(self._content, f"record/content/{record}/{pair}")
        self.records.rows.append((record, pair, meeting, content, at, by))
        item = self._item(meeting, pair, report, moment, 1.0)
        self._item(meeting, pair, by, moment, 2.0)
        if number % 2:
            self._action(number, item, meeting, pair, by, report, moment)
            self._wording(item, pair, report, moment)
        if last and not number % 4:
            self.carries.rows.append((next(self._ids), pair, item, last, meeting, by, at, "goals", 1.0))
        self._note(pair, by, moment, f"meeting {meeting}")
        return meeting

    def _item(self, meeting: str, pair: str, author: str, moment: Moments, position: float) -> str:
        id, seal = next(self._ids), self._seal
        text, notes = seal(TEXT, f"item/text/{id}/{pair}"), seal(NOTES, f"item/notes/{id}/{pair}")
        at, before = moment.stored, moment.before
        self.discussed.rows.append(
            (id, pair, meeting, "goals", author, text, notes, position, before, before, at, author)
        )
        return id

    def _action(self, number: int, item: str, meeting: str, pair: str, by: str, report: str, moment: Moments) -> None:
        id, at, day = next(self._ids), moment.stored, moment.stored[:10]
        text = self._seal(TEXT, f"action/text/{id}/{pair}")
        self.done.rows.append((id, pair, meeting, item, text, report, day, 8, by, at, at, at, report))
        self.agreements.rows += [(next(self._ids), id, person, person, at) for person in {by, report}]
        if number % 4 == 1:
            update = next(self._ids)
            words = self._seal(NOTES, f"action_update/text/{update}/{pair}")
            self.updates.rows.append((update, pair, id, report, at, words))

    def _wording(self, item: str, pair: str, by: str, moment: Moments) -> None:
        id, at = next(self._ids), moment.stored
        after = self._seal(NOTES, f"wording/after/{id}/{pair}")
        self.wordings.rows.append((id, pair, f"item-{item}", "notes", by, at, at, "", after))

    def _note(self, pair: str, by: str, moment: Moments, about: str) -> None:
        self._number += 1
        facts = (self._chain, str(self._number), moment.told, "open", by, pair, about)
        self._chain = secrecy.digest("audit", "\x1f".join(facts))
        self.trail.rows.append((next(self._ids), self._number, moment.stored, "open", by, pair, about, self._chain))

    def _ahead_of(self, pair: str, manager: str, report: str) -> str:
        """The meeting to come, with its agenda and an open action; its id."""
        meeting, action, now = next(self._ids), next(self._ids), self._now
        self.ahead.rows.append((meeting, pair, *self._template, self._ahead, 60, now, manager))
        for position in (1.0, 2.0):
            id = next(self._ids)
            text = self._seal(TEXT, f"item/text/{id}/{pair}")
            self.items.rows.append((id, pair, meeting, "goals", report, text, position, now, now))
        text = self._seal(TEXT, f"action/text/{action}/{pair}")
        self.due.rows.append((action, pair, meeting, id, text, report, self._ahead[:10], 8, report, now, now))
        self.agreements.rows += [(next(self._ids), action, person, person, now) for person in (manager, report)]
        return meeting


class SqliteStore:
    """Takes rows into a file, without regard to what a power cut would do."""

    def __init__(self, config: Config) -> None:
        self._connection = sqlite3.connect(config.database, isolation_level=None)
        for pragma in ("journal_mode = off", *SQLITE_HASTE):
            self._connection.execute(f"PRAGMA {pragma}")
        self._indexes = self._connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%'"
        ).fetchall()
        self._connection.execute("BEGIN")
        for name, _ in self._indexes:
            self._connection.execute(f'DROP INDEX "{name}"')

    def take(self, mould: Mould) -> None:
        self._connection.executemany(mould.insertion, mould.rows)

    def end(self) -> None:
        for _, sql in self._indexes:
            self._connection.execute(sql)
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA journal_mode = wal")
        self._connection.close()


class PostgresqlStore:
    """Takes rows into a database on a server; that they hang together is not looked at."""

    def __init__(self, config: Config) -> None:
        self._connection = psycopg.connect(config.postgresql, autocommit=True)
        for setting in (
            "session_replication_role = replica",
            "synchronous_commit = off",
            "maintenance_work_mem = '1GB'",
        ):
            self._connection.execute(f"SET {setting}")
        self._indexes = self._connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef NOT LIKE '%UNIQUE%'"
        ).fetchall()
        for name, _ in self._indexes:
            self._connection.execute(f'DROP INDEX "{name}"')

    def take(self, mould: Mould) -> None:
        with self._connection.cursor().copy(f"COPY {mould.table} FROM STDIN") as copy:
            copy.write("".join(mould.line % row for row in mould.rows))

    def end(self) -> None:
        for _, sql in self._indexes:
            self._connection.execute(sql)
        self._connection.execute("VACUUM ANALYZE")
        self._connection.close()


def fill(config: Config, pairs: int, years: int, known: list[dict]) -> list[dict]:
    """Write the past of `pairs` new pairs, and of those that are known; gives the new ones."""
    with db.connection_context():
        past = Past(years)
        known_pairs = [_pair_of(each) for each in known]
    db.close_all()
    store = SqliteStore(config) if config.database else PostgresqlStore(config)
    began, teams = time.monotonic(), pairs // TEAM
    for pair in known_pairs:
        past.of(*pair)
    for number in range(teams):
        past.team(number)
        if sum(len(mould.rows) for mould in past.moulds) > AT_A_TIME:
            _hand_over(past, store)
        if number % max(teams // 10, 1) == 0:
            print(f"{number * TEAM:,} pairs, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    _hand_over(past, store)
    store.end()
    print(f"All, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return past.made


def _pair_of(known: dict) -> tuple[str, str, str]:
    pair = Meeting.get_by_id(known["meeting"]).pair
    return pair.id, pair.manager_id, pair.report_id


def _hand_over(past: Past, store: SqliteStore | PostgresqlStore) -> None:
    for mould in past.moulds:
        if mould.rows:
            store.take(mould)
            mould.rows.clear()


def counted() -> dict[str, int]:
    """How many rows there are, by table."""
    with db.connection_context():
        tables = sorted({model._meta.table_name for model in database.MODELS})
        numbers = {table: db.execute_sql(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}
    return {table: number for table, number in numbers.items() if number}


def main(arguments: list[str]) -> None:
    config = settings.read()
    database.open_checked(config)
    if not arguments:
        print(json.dumps(counted()))
        return
    made = fill(config, int(arguments[0]), int(arguments[1]), json.loads(sys.stdin.read() or "[]"))
    print(json.dumps(made if arguments[2:] == ["who"] else counted()))


if __name__ == "__main__":
    main(sys.argv[1:])
