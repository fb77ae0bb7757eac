"""The database's life: made, checked and opened; every start-up problem is one sentence."""

from collections.abc import Callable
from pathlib import Path

from peewee import CharField, DatabaseError
from playhouse.migrations import Migration, Runner

import engines
import history
import library
import prepared
import resealing
import rows
import secrecy
import template_files
from actions import Action, ActionUpdate, Agreement
from audit import AuditEntry
from calendar_feeds import CalendarFeed
from config import Config, Misconfigured
from development import Activity, DevelopmentGoal
from engines import Engine
from evidence import Evidence
from feedback import Feedback
from growth import Objective, ObjectiveAgreement, Progress
from handovers import HandingOn, Handover, PassedRecord
from history import Wording
from library import TemplateVersion
from meetings import Carry, Item, Meeting
from models import Pair, Person
from notebooks import PrivateNote
from notices import Notice
from outbox import OutgoingMail
from records import Confirmation, Record, Remark, Upload
from reviews import Gathered, Gathering
from rows import Row, Words, db
from secrecy import CannotOpen
from sessions import Session
from signposts import Signpost
from template_files import TemplateMistake
from wrapup import ClosingCheck

# The table that Peewee notes the migrations in.
NOTED = "schema_migration"
MIGRATIONS = Path(__file__).parent / "migrations"

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
    OutgoingMail,
    CalendarFeed,
)


def create(config: Config, fill: Callable[[], None] | None = None) -> None:
    """Make a new database, filled by `fill`: whole, or not at all. Raises Misconfigured."""
    engine = engines.of(config)
    try:
        with engine.making() as made:
            secrecy.make_for_a_demo(config)
            secrecy.use(config)
            _use(made)
            with db.connection_context(), engine.reshaping():
                _must_have_whole_templates()
                lay_out(made)
                stamp = Stamp(kind=_kind(config))
                Stamp.create(id=stamp.id, kind=stamp.kind, canary=stamp.song)
                library.publish_built_ins()
                if fill:
                    fill()
    except DatabaseError as problem:
        cause = str(problem).strip().partition("\n")[0]
        raise Misconfigured(f"No database can be made at {engine}: {cause}.") from None


def tables() -> list[str]:
    """The names of all tables, the list of migrations among them."""
    return [*(model._meta.table_name for model in MODELS), NOTED]


def lay_out(engine: Engine) -> list[str]:
    """Bring its tables to this version, from whichever before; gives the names of the migrations that took."""
    return Runner(engine, str(MIGRATIONS)).up()


def exists(config: Config) -> bool:
    """Whether there is something where the settings want the database. Raises Misconfigured when it is out of reach."""
    engine = engines.of(config)
    try:
        return engine.exists()
    finally:
        engine.close_all()


def is_within_reach() -> bool:
    """Whether the open database is still there and answers. Raises DatabaseError when it does not."""
    return db.is_within_reach() and Stamp.select().exists()


def is_of_this_version() -> bool:
    """Whether the open database is neither older nor newer than the program by now."""
    return _applied() == _known()


def _applied() -> set[str]:
    return set(Runner(db, str(MIGRATIONS)).applied())


def _known() -> set[str]:
    return {migration.name for migration in Migration.load_directory(str(MIGRATIONS))}


def inspect(config: Config) -> None:
    """Open it, and read it whole, however large it is. Raises Misconfigured when it is broken."""
    _open(config, thoroughly=True)


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
    _open(config, thoroughly=False)


def _open(config: Config, thoroughly: bool) -> None:
    engine = engines.of(config)
    _use(engine)
    engine.must_be_there()
    try:
        with db.connection_context():
            engine.must_be_whole(thoroughly)
            _must_be_of_this_version(engine)
            _must_be_of_kind(_kind(config))
            _must_open(config)
            _must_have_whole_templates()
    except DatabaseError as problem:
        raise engine.unusable(problem) from None


def _use(engine: Engine) -> None:
    """Have the models keep their rows there."""
    if db.obj is not None:
        db.close_all()
    db.initialize(engine)
    history.keep_what_changes()


@db.attach_callback
def _write_sql_for(engine: Engine) -> None:
    """Have SQL written anew if it was written for another kind of database."""
    if engine.param != prepared.written_with:
        prepared.forget(engine.param)
        rows.forget_statements()


def _must_have_whole_templates() -> None:
    try:
        template_files.read_folder()
    except TemplateMistake as mistake:
        raise Misconfigured(f"A template cannot be used: {mistake}") from None


def _kind(config: Config) -> str:
    return "demo" if config.is_demo else "production"


def _must_be_of_this_version(engine: Engine) -> None:
    if _missing_migrations(engine):
        raise Misconfigured(
            f"The database at {engine} is of an older version: bring it forward with 'duologue migrate'."
        )


def _missing_migrations(engine: Engine) -> set[str]:
    """The migrations that it still needs. Raises Misconfigured if a newer version made it."""
    known, applied = _known(), _applied()
    if not applied:
        raise engine.broken()
    if applied - known:
        raise Misconfigured(f"The database at {engine} was made by a newer version of Duologue: install that version.")
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
        raise Misconfigured(f"What {config.database_url} holds is not sealed yet: run 'duologue migrate'.")
    stamp.must_sing(config)


def migrate(config: Config) -> list[str]:
    """Bring the database forward to this version; gives the names of the migrations that were applied.

    What an older version stored in clear is sealed. Whatever it breaks off at, it goes on there the next time.
    """
    return bring_forward(engines.of(config), config)


def bring_forward(engine: Engine, config: Config) -> list[str]:
    """The same with the database of this engine, under these settings. Raises Misconfigured."""
    _use(engine)
    engine.must_be_there()
    try:
        with db.connection_context():
            engine.must_be_whole(thoroughly=True)
            _missing_migrations(engine)
            _must_be_of_kind(_kind(config))
            secrecy.make_for_a_demo(config)
            secrecy.use(config)
            _must_have_whole_templates()
            with engine.reshaping():
                applied = lay_out(engine)
            stamp = Stamp.select().get()
            if SEALING in applied:
                stamp.change(canary=UNDER_WAY)
            _seal(stamp, config)
            library.publish_built_ins()
            _adopt_templates()
            return applied
    except (DatabaseError, *engine.problems) as problem:
        raise engine.unusable(problem) from None


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
    # The old pages, with the clear text, are still there.
    if not db.forget(tables()):
        raise Misconfigured(
            f"Another program has {config.database_url} open: stop it, then run 'duologue migrate' again."
        )
    stamp.change(canary=stamp.song)
