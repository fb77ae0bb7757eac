"""Who is signed in. The one place that turns a request into a person; in demo mode anybody may be anyone."""

from flask_login import LoginManager, UserMixin
from peewee import fn

from models import Person
from prepared import Prepared

DEMO_ISSUER = "demo"

PERSON = Prepared(lambda id: Person.select().where(Person.id == id, Person.disabled_at.is_null()))

login_manager = LoginManager()
login_manager.session_protection = None


class SignedIn(UserMixin):
    """What flask-login carries through a request: the person's id and the person."""

    def __init__(self, person: Person) -> None:
        self.id, self.person = person.id, person


def person_by_id(id: str) -> Person | None:
    """The person with this id, unless disabled. Every request and every rendering of a stream asks anew."""
    return PERSON.first(id=id)


@login_manager.user_loader
def _load(id: str) -> SignedIn | None:
    person = person_by_id(id)
    return person and SignedIn(person)


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


def colleagues_called(name: str, besides: Person) -> list[Person]:
    """The people with this e-mail address or this full name, however it is capitalised, without one of them."""
    wanted = name.strip().lower()
    return list(
        Person.select()
        .where(
            (fn.LOWER(Person.email) == wanted) | (fn.LOWER(Person.name) == wanted),
            Person.id != besides.id,
            Person.disabled_at.is_null(),
        )
        .limit(5)
    )
