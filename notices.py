"""What a person is told outside a conversation: that somebody else has changed who meets whom, or erased something."""

from peewee import CharField, ForeignKeyField

import clock
from models import Pair, Person
from prepared import Prepared
from rows import Moment, Row

# What each kind says is in templates/today/_notice.html.
KINDS = (
    *("paired", "unpaired", "erased", "held", "released", "merged", "moved", "left"),
    *("cover", "cover-ended", "handed-over", "welcome"),
)


class Notice(Row):
    """One thing that a person has to know about a pair in which they are on this `side`.

    It stands on their Today until they have read it, whether they can still see the pair or not.
    """

    pair_id: str
    person = ForeignKeyField(Person, backref="+")
    kind = CharField(max_length=16)
    pair = ForeignKeyField(Pair, backref="+", index=False)
    side = CharField(max_length=16)
    other_name = CharField(max_length=200, default="")
    told_at = Moment(default=clock.now)
    read_at = Moment(null=True)

    @property
    def path(self) -> str:
        return f"/notices/{self.id}"

    def read(self) -> None:
        """It need not be shown any more."""
        self.change(read_at=self.read_at or clock.now())


def tell(kind: str, pair: Pair) -> None:
    """Tell both people of a pair (its two people at hand) what was done to it."""
    for person in pair.people:
        tell_one(person, kind, pair)


def tell_one(person: Person, kind: str, pair: Pair) -> None:
    """Tell one of a pair's two people what has happened."""
    Notice.create(person=person, kind=kind, pair=pair, side=pair.side_of(person), other_name=pair.other(person).name)


def welcome(pair: Pair) -> None:
    """Tell whoever of the two begins here who can read what; once, however many pairs they come to have."""
    for person in pair.people:
        if not WELCOMED.first(person=person.id):
            tell_one(person, "welcome", pair)


def unread_of(person: Person) -> list[Notice]:
    """What this person has not read yet, the latest first."""
    return UNREAD(person=person.id)


def find(person: Person, id: str) -> Notice | None:
    """The notice with this id, if it is for them."""
    return Notice.get_or_none(Notice.id == id, Notice.person == person)


WELCOMED = Prepared(
    lambda person: Notice.select(Notice.id).where(Notice.person == person, Notice.kind == "welcome").limit(1)
)

UNREAD = Prepared(
    lambda person: (
        Notice.select(Notice, Pair.id, Pair.manager_until)
        .join(Pair)
        .where(Notice.person == person, Notice.read_at.is_null())
        .order_by(Notice.told_at.desc(), Notice.id)
    )
)
