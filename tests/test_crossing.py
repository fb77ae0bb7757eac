"""Two real servers on one PostgreSQL database: what happens in one is seen in the other, whatever breaks between."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

import live
import logs
import secrecy
from bench.postgresql import QUICKLY, PostgreSQL
from bench.server import Server
from bench.wire import Connection
from crossing import CHANNEL, KEPT, LARGEST, MARK_LENGTH, Crossing, marked
from live import ALL, Listener, Told

from .desks import PATIENCE_SECONDS, Desk, desk

# How soon all has to be right again.
RECOVERY_SECONDS = 5.0
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'duologue-crossing'"
# What a process did that was killed before it could announce it.
UNANNOUNCED = """
import sys, database, meetings, settings
from models import Person
from rows import db
database.open_checked(settings.read())
with db.connection_context():
    person, meeting, text = sys.argv[1:]
    found = Person.get_by_id(person)
    meetings.find(found, meeting).add_item(found, "goals", text)
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL server."""
    with PostgreSQL(**QUICKLY) as server:
        server.make("shared")
        yield server


@pytest.fixture(scope="module")
def first(postgres, tmp_path_factory) -> Iterator[Server]:
    """A server of the demo."""
    server = Server(tmp_path_factory.mktemp("first"), DATABASE_URL=postgres.url("shared"))
    server.make_demo()
    with server:
        yield server


@pytest.fixture(scope="module")
def second(first, postgres) -> Iterator[Server]:
    """Another server of the same."""
    with another(first, postgres) as server:
        yield server


def another(first: Server, postgres: PostgreSQL) -> Server:
    """One more server of the same."""
    return Server(first.folder, DATABASE_URL=postgres.url("shared"))


@pytest.fixture(scope="module")
def demo(first) -> dict:
    """Ada and Sam and the meeting ahead of them."""
    return json.loads(first.run(sys.executable, "-m", "bench.people"))


@pytest.fixture
def ada(first, demo) -> Iterator[Desk]:
    """Ada has the meeting open, by the first server."""
    with desk(first, demo, 0) as found:
        yield found


@pytest.fixture
def sam(second, demo) -> Iterator[Desk]:
    """Sam has the meeting open, by the second server."""
    with desk(second, demo, 1) as found:
        yield found


@contextmanager
def soon() -> Iterator[None]:
    """What is done in it may take no longer than the pages may be wrong."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < RECOVERY_SECONDS


def test_what_one_writes_the_other_sees(ada, sam):
    sam.add("Said at the second server")
    assert ada.next_with(b"Said at the second server")
    ada.add("Said at the first server")
    assert sam.next_with(b"Said at the first server")


def test_a_process_that_hears_the_others_is_ready(first, second):
    for server in (first, second):
        with Connection(server.address) as asking:
            assert asking.get("/readyz", {}).body == b"ok\n"


def test_nothing_that_people_write_or_are_called_crosses(postgres, ada, sam):
    with psycopg.connect(postgres.url("shared"), autocommit=True) as ear:
        ear.execute(f"LISTEN {CHANNEL}")
        for desk, other in ((ada, sam), (sam, ada)):
            desk.add("Quetzal & <b>chocolate</b>")
            assert other.next_with(b"Quetzal")
            desk.tell_where("goals")
        crossed = "".join(note.payload for note in ear.notifies(timeout=PATIENCE_SECONDS, stop_after=4))
    assert '"told"' in crossed
    for words in ("Quetzal", "chocolate", "Ada", "Sam", "Marsh", "Okoro", "postgresql:"):
        assert words not in crossed


def test_who_is_here_and_where_they_write_is_seen_from_the_other(first, ada, second, demo):
    with desk(second, demo, 1) as sam:
        assert ada.next_with(b"Sam is here")
        assert sam.next_with(b"Ada is here")
        sam.tell_where("goals")
        assert b"writing in" in ada.next_with(b"Sam is here")
        sam.tell_where("")
        assert b"writing in" not in ada.next_with(b"Sam is here")
    assert ada.next_with(b"Sam is not here yet")


def test_signing_out_at_one_ends_the_pages_at_the_other(first, sam, demo):
    with sam.also_at(first) as elsewhere:
        began = time.monotonic()
        sam.sign_out()
        assert elsewhere.next_with(b"signed-out")
        assert time.monotonic() - began < RECOVERY_SECONDS


def test_what_happens_while_nobody_hears_anything_is_told_afterwards(postgres, ada, sam):
    assert sam.next_with(b"Ada is here")
    postgres.ask(CUT)
    sam.add("Said to nobody's ear")
    with soon():
        assert ada.next_with(b"Said to nobody's ear".replace(b"'", b"&#39;"))


def test_all_goes_on_when_the_database_was_away(postgres, ada, sam):
    assert sam.next_with(b"Ada is here")
    postgres.stop()
    postgres.start()
    sam.add("Said after the outage", again=True)
    with soon():
        assert ada.next_with(b"Said after the outage")


def test_who_was_at_a_killed_server_is_gone_and_what_it_did_is_there(first, postgres):
    # A pair of its own: whoever left the demo's meeting just now is noticed some seconds later.
    [pair] = json.loads(first.run(sys.executable, "-m", "bench.people", "1"))
    with desk(first, pair, 0) as manager:
        with another(first, postgres) as third, desk(third, pair, 1):
            assert manager.next_with(b"Report is here")
            third.kill()
        first.run(sys.executable, "-c", UNANNOUNCED, pair["people"][1], pair["meeting"], "Never announced")
        with soon():
            assert manager.all_with(b"Never announced", b"Report is not here yet")


# What is said

# By another process that may have been made by anybody.
NONSENSE = (["other", 1, 1, [["told"]]], ["other", "x", 1, [[]]], ["other", 2, 1, [["what"]]], ["other", None, None, 3])


class Ear:
    """Another process, that says and hears what a test wants."""

    def __init__(self, url: str) -> None:
        self._mouth, self._ear = (psycopg.connect(url, autocommit=True) for _ in range(2))
        self._ear.execute(f"LISTEN {CHANNEL}")
        # One that is left off loses what has come together with what it gave last.
        self._notes = self._ear.notifies(timeout=PATIENCE_SECONDS)

    def say(self, number: int, *pieces: list, counts: bool = True) -> None:
        self.say_marked(json.dumps(["other", number, int(counts), pieces]))

    @property
    def number(self) -> int:
        """PostgreSQL's number of the connection that it speaks on."""
        return self._mouth.info.backend_pid

    def say_marked(self, body: str) -> None:
        self.say_plainly(marked(body, self.number))

    def say_plainly(self, payload: str) -> None:
        self._mouth.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    def payload(self) -> str:
        """What the process that is tested says next."""
        return next(note.payload for note in self._notes if note.pid != self.number)

    def body(self) -> list:
        """The same, without its mark."""
        return json.loads(self.payload()[MARK_LENGTH:])

    def next(self, kind: str) -> list:
        """The next piece of this kind; those that it came together with are not given any more."""
        return self.all(kind, 1)[0]

    def all(self, kind: str, count: int) -> list[list]:
        """So many pieces of this kind, or as many more as came together with them."""
        found: list[list] = []
        while len(found) < count:
            found += [piece for piece in self.body()[3] if piece[0] == kind]
        return found

    def close(self) -> None:
        self._notes.close()
        self._mouth.close()
        self._ear.close()


@pytest.fixture
def ear(postgres) -> Iterator[Ear]:
    """Another process, in a database where nobody else is."""
    postgres.make("quiet")
    found = Ear(postgres.url("quiet"))
    yield found
    found.close()


@pytest.fixture
def crossing(postgres, ear, monkeypatch, first_copy) -> Iterator[Crossing]:
    """The process that is tested, connected."""
    secrecy.use(first_copy)
    monkeypatch.setattr(live, "carriers", [])
    found = Crossing(postgres.url("quiet"))
    found.begin()
    assert ear.next("people")
    yield found
    found.end()


def told(version: int, *names: str) -> Told:
    """News of a pair that no page here is open of."""
    return Told("pair", "manager", "report", version, (version,), names)


def test_much_goes_together_and_nothing_is_lost_or_too_long(ear, crossing):
    for version in range(1_000):
        crossing.carry("told", told(version, f"item-{version}"))
    found, sizes = [], []
    while len(found) < 1_000:
        payload = ear.payload()
        sizes.append(len(payload))
        found += [piece[4] for piece in json.loads(payload[MARK_LENGTH:])[3] if piece[0] == "told"]
    assert found == list(range(1_000))
    assert max(sizes) < 8_000
    assert len(sizes) < 50


def test_too_many_names_are_all_of_them(ear, crossing):
    crossing.carry("told", told(1, *(f"item-{number}" for number in range(2_000))))
    assert ear.next("told")[5:7] == [[1], [ALL]]


def test_what_was_not_heard_is_asked_for(ear, crossing):
    ear.say(1, ["told", *told(1, "head")])
    assert ear.next("ask")[2] == 1
    ear.say(2, ["told", *told(2, "head")])
    ear.say(5, ["told", *told(5, "head")])
    assert ear.next("ask")[2] == 3
    assert crossing.missed == 2


def test_who_asks_is_told_again(ear, crossing):
    for version in (1, 2, 3):
        crossing.carry("told", told(version, "head"))
    process, number, *_ = ear.body()
    ear.say(1, ["ask", process, number + 1], counts=False)
    assert [piece[2][4] for piece in ear.all("again", 2)] == [2, 3]


def test_who_asks_for_what_is_forgotten_is_told_to_show_everything(ear, crossing, monkeypatch):
    for version in range(KEPT + 1):
        crossing.carry("told", told(version, "head"))
    process = ear.body()[0]
    ear.say(1, ["ask", process, 1], counts=False)
    assert ear.next("all")[1] == "other"


def test_what_a_browser_says_its_page_is_called_cuts_nobody_off(ear, crossing):
    crossing.carry("told", told(1, "head")._replace(page="x" * 20_000))
    assert ear.next("told")[5:8] == [[1], [ALL], None]
    assert crossing.reconnections == 0


@pytest.fixture
def page() -> Iterator[Listener]:
    """A page of the manager's, open here."""
    found = Listener("manager", pair="pair")
    live.join(found)
    yield found
    live.leave(found)


INTO_THE_PAGE = 'item-x"></hx-partial><b hx-post="/elsewhere" hx-trigger="load">x</b><i id="'
TOLD = json.dumps(["other", 1, 1, [["told", *told(1, "head")]]])
FORGED = {
    "without a mark": lambda _: TOLD,
    "with a mark that is none": lambda _: "0" * MARK_LENGTH + TOLD,
    "with the mark of something else": lambda ear: marked("", ear.number) + TOLD,
    "said again by somebody else": lambda ear: marked(TOLD, ear.number + 1),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_only_what_bears_the_mark_of_the_keyring_and_of_who_says_it_is_heard(ear, crossing, page, caplog, forge):
    ear.say_plainly(forge(ear))
    ear.say_plainly(forge(ear) + " ")
    ear.say(1, ["told", *told(1, "agenda")])
    assert page.wait(PATIENCE_SECONDS) == {"agenda"}
    assert crossing.refused == 2
    assert [record.message for record in caplog.records] == ["event=refused reason=mark"]


def test_whoever_may_connect_to_the_database_writes_nothing_into_a_page(postgres, first, ada, sam, demo):
    pair, version = postgres.ask(
        'SELECT "id", "version" FROM "pair" WHERE "id" IN '
        f"(SELECT pair_id FROM meeting WHERE id = '{demo['meeting']}')",
        "shared",
    )[0]
    people = [found for (found,) in postgres.ask("SELECT id FROM person WHERE subject IN ('ada', 'sam')", "shared")]
    said = json.dumps(
        ["deadbeef", 1, 1, [["told", pair, *people, version, [version], [INTO_THE_PAGE], None, None, []]]]
    )
    with psycopg.connect(postgres.url("shared"), autocommit=True) as mouth:
        mouth.execute("SELECT pg_notify(%s, %s)", (CHANNEL, said))
    sam.add("Said by Sam")
    sent = b""
    while b"Said by Sam" not in sent:
        sent += next(ada.events)
    assert b"/elsewhere" not in sent


@pytest.mark.parametrize("names", [[INTO_THE_PAGE], [7], ["item-x, body"], ["Item"], [["head"]]])
def test_not_even_who_has_the_keyring_says_what_no_region_is_called(ear, crossing, page, names):
    ear.say(1, ["told", "pair", "manager", "report", 1, [1], names, None, None, []])
    ear.say(2, ["told", *told(2, "agenda")])
    assert page.wait(PATIENCE_SECONDS) == {"agenda"}


def test_what_makes_no_sense_is_left_alone(ear, crossing):
    for body in ("", "words", "[]", "{}", "[" * (LARGEST - MARK_LENGTH), *map(json.dumps, NONSENSE)):
        ear.say_plainly(body)
        ear.say_marked(body)
    crossing.carry("told", told(1, "head"))
    assert ear.next("told")
    assert crossing.reconnections == 0


def test_whatever_goes_wrong_it_goes_on(ear, crossing, monkeypatch, caplog):
    goes_wrong = iter([True])

    def look_around() -> None:
        if next(goes_wrong, False):
            raise RecursionError("a secret")

    monkeypatch.setattr(crossing, "_look_around", look_around)
    assert ear.next("hello")
    assert crossing.is_well
    assert crossing.reconnections == 1
    told_of = [logs.AsText().format(record) for record in caplog.records if record.name == "crossing"]
    assert "event=failed type=RecursionError" in told_of[0]
    assert "secret" not in told_of[0]


def test_whoever_does_not_hear_itself_is_not_well(ear, crossing, monkeypatch):
    assert crossing.is_well
    monkeypatch.setattr(crossing, "_echoed_at", time.monotonic() - 60)
    assert not crossing.is_well
