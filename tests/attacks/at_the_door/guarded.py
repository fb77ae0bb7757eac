"""A server behind a sign-on proxy that is played by the test, with the cast in its database."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench import databases

from ... import behind
from .raw import FORM_TOKEN, Answer, exchange, request

DUOLOGUE = Path(sys.executable).parent / "duologue"
ADDRESS = re.compile(r"(?:Duologue is|Listening) at:? (?:http://([\d.]+):(\d+)|(?:unix:)?(/\S+))")
START_SECONDS = 30
SECRET = "4c1f0b7ae9d2835611c0ffee5d9e7a02"
OLD_SECRET = "99d0a1b2c3e4f5061728394a5b6c7d8e"
PUBLIC_URL = "https://meetings.example.org"
HOST = "meetings.example.org"

MAKE = """
import json, sys, database, settings, clock, pairing, scheduling
from datetime import timedelta
from models import Person
config = settings.read()
def person(subject, name, **facts):
    return Person.create(issuer=config.issuer, subject=subject, name=name, time_zone="Europe/London", **facts)
def fill():
    ada, sam = person("ada", "Ada Marsh", email="ada@example.org"), person("sam", "Sam Okoro")
    lee, noor = person("lee", "Lee Park"), person("noor", "Noor Haddad")
    person("robin", "Robin Vale", people_lead=True)
    person("dora", "Dora Gone", disabled_at=clock.now())
    person("rita", "Rita Retired", disabled_at=clock.now(), retired_at=clock.now())
    for manager, report in ((ada, sam), (lee, noor)):
        pair = pairing.invite(manager, manager=manager, report=report)
        pairing.accept(pair, report)
        meeting = scheduling.next_meeting(pair)
        item = meeting.add_item(report, "goals", "Words of " + report.name)
        print(json.dumps({"who": report.subject, "pair": pair.id, "meeting": meeting.id, "item": item.id}))
database.create(config, fill)
"""


def ago(minutes: float = 0) -> str:
    """A moment that has passed, as a database has it."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.%f")


class Guarded:
    """One server process. `settings` go on top of those that every guarded server here has."""

    command: tuple[str, ...] = (str(DUOLOGUE), "serve")

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        (folder / "proxy_secret").write_text(f"{SECRET}\n{OLD_SECRET}\n")
        (folder / "proxy_secret").chmod(0o600)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        given = {"DATA_DIR": str(folder / "data"), "KEYRING_FILE": str(folder / "keyring"), "PUBLIC_URL": PUBLIC_URL}
        given |= {"PORT": "0", "TIME_ZONE": "Europe/London", "PYTHONUNBUFFERED": "1"}
        self.environ = {**kept, **given, **databases.settings(folder / "data"), **settings}
        self.rows: dict[str, dict[str, str]] = {}

    def make(self) -> "Guarded":
        """Make its keys and its database with the cast."""
        self.run(str(DUOLOGUE), "keys", "new")
        for line in self.run(sys.executable, "-c", MAKE).splitlines():
            found = json.loads(line)
            self.rows[found["who"]] = found
        return self

    def run(self, *command: str) -> str:
        """What a command says that goes well."""
        done = subprocess.run(
            command, env=self.environ, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> "Guarded":
        """Serve, and wait until it says where."""
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environ, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_SECONDS
        while not (found := ADDRESS.search(self.log)):
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.01)
        host, port, path = found.groups()
        self.address = path or (host, int(port))
        return self

    def stop(self) -> None:
        """Have it end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    @property
    def log(self) -> str:
        """All that it has said."""
        return (self.folder / "log").read_text()

    def sql(self, statement: str, *values) -> list[tuple]:
        """Look into the database, or change it, behind the program's back."""
        with behind.connection(self.folder / "data", patience=20) as connection:
            return connection.execute(statement, *values)

    def trail(self, event: str) -> list[str]:
        """What the audit trail says of such events, oldest first."""
        found = self.sql("SELECT about FROM audit_entry WHERE event = ? ORDER BY number", event)
        return [about for (about,) in found]

    def ask(self, path: str, *headers: str | bytes, source: str | None = None, host: str = HOST, **more) -> Answer:
        """One request, exactly as given."""
        return exchange(self.address, request(path, *headers, host=host, **more), source)


class Visitor:
    """Somebody's browser behind the proxy: `vouching` are the header lines that the proxy adds for them."""

    def __init__(self, server: Guarded, *vouching: str) -> None:
        self.server, self.vouching = server, vouching
        self.cookie, self.token = "", ""

    def get(self, path: str, *headers: str) -> Answer:
        """Open a page; the browser holds what it is given."""
        answer = self.server.ask(path, *self.vouching, *self._held(), *headers)
        return self._keep(answer)

    def post(self, path: str, *headers: str, token: str | None = None, **fields: str) -> Answer:
        """Send a plain form of the page."""
        sent = {"csrf_token": self.token if token is None else token, **fields}
        lines = (*self.vouching, *self._held(), "Content-Type: application/x-www-form-urlencoded", *headers)
        return self._keep(self.server.ask(path, *lines, method="POST", body=urlencode(sent).encode()))

    def _held(self) -> tuple[str, ...]:
        return (f"Cookie: __Host-duologue={self.cookie}",) if self.cookie else ()

    def _keep(self, answer: Answer) -> Answer:
        if answer.cookie is not None:
            self.cookie = answer.cookie
        if found := FORM_TOKEN.search(answer.body):
            self.token = found[1] or found[2]
        return answer
