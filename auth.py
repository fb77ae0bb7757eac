"""The way in: from what the proxy vouches for and what the browser holds to the person who is there, or nobody."""

import logging
from collections.abc import Collection
from datetime import timedelta

from flask_login import LoginManager, UserMixin

import audit
import live
import people
import sessions
from config import DEMO, Config
from counting import Counts, PerMinute
from models import Person
from prepared import Prepared
from rows import db, one_at_a_time
from sessions import Limits, Session
from vouching import KeysAway, Unvouched, Vouched

DEMO_ISSUER = DEMO

PERSON = Prepared(lambda id: Person.select().where(Person.id == id, Person.disabled_at.is_null()))
# Refusals beyond this many in a minute, of one name from one address for one reason, are logged, not kept.
REFUSALS_KEPT = PerMinute(6)
# A browser that keeps no cookie begins a session with every page; the trail need not hold each of them.
SIGN_INS_KEPT = PerMinute(20)

log = logging.getLogger("auth")

login_manager = LoginManager()
login_manager.session_protection = None
# It works this out for every request even while protection is off, and nothing but protection needs it.
login_manager._session_identifier_generator = str


class SignedIn(UserMixin):
    """What flask-login carries through a request: the person, and the session of their browser."""

    def __init__(self, session: Session) -> None:
        self.id, self.person, self.session = session.person_id, session.person, session


class TurnedAway(Exception):
    """Nobody gets in by this request. `reason` is one word for the audit trail; `subject` is whom it named."""

    def __init__(self, reason: str, subject: str = "") -> None:
        super().__init__(reason)
        self.reason, self.subject = reason, subject


class Stranger(TurnedAway):
    """The proxy vouches for somebody, but Duologue does not have them (any more)."""


class Doorkeeper:
    """Decides at every request who is there, afresh."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._limits = Limits(timedelta(minutes=config.session_idle_minutes), timedelta(hours=config.session_hours))
        self._kept = Counts()

    def session(self, vouched: Vouched | Exception | None, token: str | None) -> Session | None:
        """The running session of the browser that holds `token`, if it is that of whom the proxy vouches for.

        Any other session of that browser ends here. Raises TurnedAway when nobody is vouched for, KeysAway.
        """
        found = sessions.of_token(token) if token else None
        if isinstance(vouched, KeysAway):
            raise vouched
        if isinstance(vouched, Unvouched):
            self._end(found, "lost")
            raise TurnedAway(str(vouched))
        if found and vouched and (found.person.issuer, found.person.subject) != (vouched.issuer, vouched.subject):
            self._end(found, "switched")
            return None
        if found and not self.holds(found):
            self._end(found, "expired")
            return None
        if found and vouched and vouched.leads not in (None, found.person.people_lead):
            with db.atomic():
                self._as_described(found.person, vouched)
        return found

    def holds(self, session: Session) -> bool:
        """Whether a session is still good."""
        return session.holds(self._config.sign_in, self._limits)

    def still_hold(self, ids: Collection[str]) -> set[str]:
        """Which of the sessions with these ids are still there and good."""
        return {session.id for session in sessions.of_ids(ids) if self.holds(session)}

    def enter(self, vouched: Vouched) -> tuple[Session, str]:
        """A new session for whom the proxy vouches for, and its browser's token. Raises Stranger."""
        with one_at_a_time(f"person {vouched.issuer} {vouched.subject}"):
            person = people.find(vouched.issuer, vouched.subject)
            if person is None and not self._config.proxy_auto_create:
                raise Stranger("unknown", vouched.subject)
            if person and (person.retired_at or person.disabled_at):
                raise Stranger("retired" if person.retired_at else "disabled", vouched.subject)
            return self.admit(self._as_described(person, vouched))

    def admit(self, person: Person, instead_of: str | None = None) -> tuple[Session, str]:
        """A new session for this person, and its browser's token, which held the token `instead_of` so far."""
        with db.atomic():
            self._end(sessions.of_token(instead_of) if instead_of else None, "switched")
            if self._kept.hit(SIGN_INS_KEPT, person.id):
                audit.note("sign-in", by=person)
            return sessions.begin(person, self._config.sign_in, self._limits)

    def _as_described(self, person: Person | None, vouched: Vouched) -> Person:
        """The person as the proxy describes them now; made if need be."""
        said = {"name": vouched.name, "email": vouched.email, "people_lead": vouched.leads}
        if person is None:
            facts = {"issuer": vouched.issuer, "subject": vouched.subject, "time_zone": self._config.time_zone}
            facts |= {"name": vouched.name or vouched.subject, "email": vouched.email}
            person = Person.create(**facts)
            audit.note("directory", by=person, about=f"came {person.subject}")
        changed = {name: fact for name, fact in said.items() if fact not in (None, "", getattr(person, name))}
        if changed:
            person.change(**changed)
        if "people_lead" in changed:
            audit.note("role", by=person, about="lead" if vouched.leads else "no lead")
        return person

    def leave(self, session: Session) -> None:
        """Sign out of this browser."""
        self._end(session, "signed-out")

    def _end(self, session: Session | None, reason: str) -> None:
        if session:
            session.remove()
            live.end_session(session.id)
            audit.note("session-ended", by=session.person, about=reason)

    def note_refusal(self, refused: TurnedAway, address: str) -> None:
        """Keep that somebody was turned away, and why; not every one of a flood."""
        log.warning("event=refused reason=%s address=%s", refused.reason, address)
        if self._kept.hit(REFUSALS_KEPT, refused.reason, refused.subject, address):
            audit.note("refused", about=" ".join(part for part in (refused.reason, refused.subject, address) if part))


def person_by_id(id: str) -> Person | None:
    """The person with this id, unless disabled. Every rendering of a stream asks anew."""
    return PERSON.first(id=id)


def demo_people() -> list[Person]:
    """Whom one can sign in as in demo mode."""
    return list(
        Person.select()
        .where(Person.issuer == DEMO_ISSUER, Person.disabled_at.is_null())
        .order_by(Person.created_at, Person.name)
    )


def demo_person(id: str) -> Person | None:
    """One of the demo's people."""
    return Person.get_or_none(Person.id == id, Person.issuer == DEMO_ISSUER, Person.disabled_at.is_null())
