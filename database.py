"""The database's life: made, checked and opened; every start-up problem is one sentence."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from peewee import CharField, DatabaseError
from playhouse.migrations import Migration, Runner
from playhouse.pool import PooledSqliteDatabase

import history
import library
import resealing
import secrecy
import template_files
from actions import Action, ActionUpdate, Agreement
from audit import AuditEntry
from config import Config, Misconfigured
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from growth import Objective, ObjectiveAgreement, Progress
from handovers import HandingOn, Handover, PassedRecord
from history import Wording
from library import TemplateVersion
from models import Carry, Item, Meeting, Pair, Person
from notebooks import PrivateNote
from notices import Notice
from records import Confirmation, Record, Remark, Upload
from reviews import Gathered, Gathering
from rows import Row, Words, db
from secrecy import CannotOpen
from sessions import Session
from signposts import Signpost
from template_files import TemplateMistake
from wrapup import ClosingCheck

MIGRATIONS = Path(__file__).parent / "migrations"
# A file up to this size is read whole at each start; a larger one by `duologue check`, since it takes long.
SOON_READ = 200_000_000
SQLITE_MAGIC = b"SQLite format 3\x00"
OWNER_ALONE = 0o600
# How SQLite reads a file to see whether it is whole: with every entry of its indexes looked up, or without.
THOROUGHLY, QUICKLY = "integrity_check", "quick_check"
# What tells nothing of the file itself: it is locked, the disk is full or fails, or it may not be read or written.
AROUND_IT = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM),
}


# The migration after which words are sealed, and what the canary says until all of them are.
SEALING, UNDER_WAY = "0002_safe", "not all is sealed yet"


class Stamp(Row):
    """What kind of database this is: "demo" or "production". Set when it is made, for good.

    The canary is sealed together with the kind. It opens at every start, or this is not the database's keyring.
    """

    kind = CharField(max_length=16)
    canary = Words(default="", within="kind")

    @property
    def is_being_sealed(self) -> bool:
        """Whether an older version's clear text is still being sealed. Nobody without the keys can say so."""
        try:
            return self.canary == UNDER_WAY
        except CannotOpen:
            return False

    @property
    def song(self) -> str:
        """What the canary says under the keyring that it was made with: the fixed key is heard in it, too."""
        return secrecy.digest("canary", self.id)

    def must_sing(self, config: Config) -> None:
        """Raise Misconfigured unless the keyring in use is that of this database."""
        try:
            sings = self.canary == self.song
        except CannotOpen:
            sings = False
        if not sings:
            raise Misconfigured(
                f"The keyring {config.keyring_file} (KEYRING_FILE) is not that of this database: restore its own one."
            )


MODELS = (
    Stamp,
    Person,
    Pair,
    Meeting,
    Item,
    Carry,
    PrivateNote,
    Action,
    Agreement,
    ActionUpdate,
    Record,
    Confirmation,
    Remark,
    Objective,
    Session,
    Notice,
    AuditEntry,
    TemplateVersion,
    Signpost,
    ClosingCheck,
    ObjectiveAgreement,
    Progress,
    Evidence,
    DevelopmentGoal,
    Activity,
    Feedback,
    Wording,
    Gathering,
    Gathered,
    Upload,
    HandingOn,
    Handover,
    PassedRecord,
)

# How long to wait for a lock comes first: the others may meet one.
PRAGMAS = {"busy_timeout": 5000, "journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "cache_size": -16_000}


def create(config: Config, fill: Callable[[], None] | None = None) -> None:
    """Make a new database, filled by `fill`: whole, or not at all. Raises Misconfigured."""
    path, making = config.database, config.database.with_name(f"{config.database.name}.making")
    if path.exists():
        raise Misconfigured(f"There is a database at {path} already; nothing was changed.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        making.unlink(missing_ok=True)
        begin_file(making)
        secrecy.make_for_a_demo(config)
        secrecy.use(config)
        _connect(making)
        with db.connection_context():
            _must_have_whole_templates()
            Runner(db, str(MIGRATIONS)).up()
            stamp = Stamp(kind=_kind(config))
            Stamp.create(id=stamp.id, kind=stamp.kind, canary=stamp.song)
            library.publish_built_ins()
            if fill:
                fill()
        db.close_all()
        making.rename(path)
    except (OSError, DatabaseError) as problem:
        raise Misconfigured(f"No database can be made in {path.parent}: {problem}.") from None


def begin_file(path: Path) -> None:
    """An empty file, which there must not be yet, for its owner alone: SQLite's own would be for everybody."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE))


def is_within_reach() -> bool:
    """Whether the open database is still there and answers. Raises DatabaseError when it does not."""
    return Path(db.database).exists() and Stamp.select().exists()


def is_of_this_version() -> bool:
    """Whether the open database is neither older nor newer than the program by now."""
    return set(Runner(db, str(MIGRATIONS)).applied()) == {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}


def inspect(config: Config) -> None:
    """Open it, and read it whole, however large it is. Raises Misconfigured when it is broken."""
    _open(config, THOROUGHLY)


def fill_if_empty(config: Config, fill: Callable[[], None]) -> bool:
    """Fill a database that nobody is in yet; whether there was something to do. Raises Misconfigured."""
    open_checked(config)
    with db.connection_context():
        is_empty = not Person.select().exists()
        if is_empty:
            fill()
        return is_empty


def open_checked(config: Config) -> None:
    """Open the database and its keyring for the models.

    Raises Misconfigured where it is missing, broken, newer, of another kind, or sealed with another keyring.
    """
    _open(config, QUICKLY)


def _open(config: Config, reading: str) -> None:
    path = config.database
    if not path.exists():
        raise Misconfigured(f"There is no database at {path}: make one with 'duologue create'.")
    _must_be_writable(path)
    _connect(path)
    try:
        with db.connection_context():
            if reading == THOROUGHLY or path.stat().st_size <= SOON_READ:
                _must_be_whole(path, reading)
            _must_be_of_this_version(path)
            _must_be_of_kind(_kind(config))
            _must_open(config)
            _must_have_whole_templates()
    except DatabaseError as problem:
        raise _unusable(path, problem) from None


def _connect(path: Path) -> None:
    patience = int(PRAGMAS["busy_timeout"]) / 1_000
    found = PooledSqliteDatabase(
        str(path), pragmas=PRAGMAS, autoconnect=False, lock_type="IMMEDIATE", max_connections=None, timeout=patience
    )
    # SQLite's own knows the letters of English alone.
    found.register_function(str.lower, "LOWER", 1)
    db.initialize(found)
    history.keep_what_changes()


def _must_have_whole_templates() -> None:
    try:
        template_files.read_folder()
    except TemplateMistake as mistake:
        raise Misconfigured(f"A template cannot be used: {mistake}") from None


def _kind(config: Config) -> str:
    return "demo" if config.is_demo else "production"


def _broken(path: Path) -> Misconfigured:
    return Misconfigured(f"The file {path} is not a whole Duologue database: restore a backup of it.")


def _unusable(path: Path, problem: Exception) -> Misconfigured:
    """Why it cannot be used: what went wrong around it, or that the file itself is not good."""
    cause = problem if isinstance(problem, sqlite3.Error) else problem.__cause__ or problem.__context__
    # The lowest byte is the kind; the others are its details.
    if getattr(cause, "sqlite_errorcode", 0) & 0xFF in AROUND_IT:
        return Misconfigured(f"The database at {path} cannot be used now: {problem}.")
    return _broken(path)


def _must_be_writable(path: Path) -> None:
    try:
        with path.open("r+b") as file:
            start = file.read(len(SQLITE_MAGIC))
        probe = path.with_name(f".{path.name}.probe")
        probe.touch()
        probe.unlink()
    except OSError as problem:
        raise Misconfigured(f"The folder {path.parent} cannot be written to: {problem.strerror}.") from None
    if start != SQLITE_MAGIC:
        raise _broken(path)


def _must_be_whole(path: Path, reading: str) -> None:
    if db.execute_sql(f"PRAGMA {reading}(1)").fetchone()[0] != "ok":
        raise _broken(path)


def _must_be_of_this_version(path: Path) -> None:
    if _missing_migrations(path):
        raise Misconfigured(f"The database at {path} is of an older version: bring it forward with 'duologue migrate'.")


def _missing_migrations(path: Path) -> set[str]:
    """The migrations that it still needs. Raises Misconfigured if a newer version made it."""
    known = {migration.name for migration in Migration.load_directory(str(MIGRATIONS))}
    applied = set(Runner(db, str(MIGRATIONS)).applied())
    if not applied:
        raise _broken(path)
    if applied - known:
        raise Misconfigured(f"The database at {path} was made by a newer version of Duologue: install that version.")
    return known - applied


def _must_be_of_kind(kind: str) -> None:
    found = next((stamp.kind for stamp in Stamp.select(Stamp.id, Stamp.kind)), None)
    if found is None:
        raise DatabaseError("no stamp")
    if found != kind:
        raise Misconfigured(f"This is a {found} database, so it is not opened with the settings of a {kind} one.")


def _must_open(config: Config) -> None:
    secrecy.use(config)
    stamp = Stamp.select().get()
    if stamp.is_being_sealed:
        raise Misconfigured(f"What {config.database} holds is not sealed yet: run 'duologue migrate'.")
    stamp.must_sing(config)


def migrate(config: Config) -> list[str]:
    """Bring the database forward to this version; gives the names of the migrations that were applied.

    What an older version stored in clear is sealed. Whatever it breaks off at, it goes on there the next time.
    """
    if not config.database.exists():
        raise Misconfigured(f"There is no database at {config.database}: make one with 'duologue create'.")
    _must_be_writable(config.database)
    _connect(config.database)
    try:
        with db.connection_context():
            _must_be_whole(config.database, THOROUGHLY)
            _missing_migrations(config.database)
            _must_be_of_kind(_kind(config))
            secrecy.make_for_a_demo(config)
            secrecy.use(config)
            _must_have_whole_templates()
            applied = Runner(db, str(MIGRATIONS)).up()
            stamp = Stamp.select().get()
            if SEALING in applied:
                stamp.change(canary=UNDER_WAY)
            _seal(stamp, config)
            library.publish_built_ins()
            _adopt_templates()
            return applied
    except (DatabaseError, sqlite3.Error) as problem:
        raise _unusable(config.database, problem) from None


def _adopt_templates() -> None:
    """Give the meetings of an older version the templates that they began with: the first of the library."""
    db.execute_sql(
        'UPDATE "meeting" SET "versions" = (SELECT "id" FROM "template_version" AS "first" WHERE "number" = 1 '
        'AND "first"."key" = "meeting"."template") WHERE "versions" = \'\''
    )


def _seal(stamp: Stamp, config: Config) -> None:
    """Seal what is in clear if that has begun: clear text that turns up later is somebody's who has no key.

    The canary's song comes last of all.
    """
    if not stamp.is_being_sealed:
        stamp.must_sing(config)
        return
    resealing.seal_clear_text(MODELS)
    # The old pages, with the clear text, are still in the file and in its log.
    db.execute_sql("VACUUM")
    (is_busy, *_) = db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise Misconfigured(f"Another program has {config.database} open: stop it, then run 'duologue migrate' again.")
    stamp.change(canary=stamp.song)
