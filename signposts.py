"""Where to find help: links and short texts that the people lead keeps, by topic."""

from peewee import CharField, TextField, fn

import audit
import clock
from agenda_templates import TOPICS
from languages import Phrase, translated
from models import Person
from prepared import Prepared
from rows import Moment, Row, db

# What stands for a topic until the people lead has kept something better.
USUAL_TITLES = {
    "wellbeing": Phrase("Wellbeing support"),
    "occupational_health": Phrase("Occupational health"),
    "grow": Phrase("GROW coaching questions"),
    "feedback": Phrase("Giving and receiving feedback"),
    "plan": Phrase("Making a development plan"),
    "learning": Phrase("Learning available here"),
    "review": Phrase("Review guidance"),
    "careers": Phrase("Career paths and where to read about them"),
    "advice": Phrase("More advice and tools"),
}
USUAL_TEXT = Phrase("Ask HR for the link.")


class Signpost(Row):
    """A place to send somebody to. `by` is the id of the people lead who wrote it; without an address it is words."""

    topic = CharField(max_length=32)
    title = CharField(max_length=200)
    address = CharField(max_length=2000, default="")
    text = TextField(default="")
    by = CharField(max_length=12)
    written_at = Moment(default=clock.now)

    @property
    def path(self) -> str:
        return f"/signposts/{self.id}"

    @property
    def link(self) -> str:
        """Its address, if that is one of the web: whoever wrote to the database by another way may not choose."""
        return self.address if self.address.lower().startswith(("https://", "http://")) else ""

    def edit(self, by: Person, topic: str, title: str, address: str, text: str) -> None:
        """Have it say something else."""
        with db.atomic():
            self.change(topic=topic, title=title, address=address, text=text, by=by.id, written_at=clock.now())
            audit.note("signpost", by=by, about=f"changed {self.id}")

    def delete_by(self, by: Person) -> None:
        """Take it away."""
        with db.atomic():
            self.remove()
            audit.note("signpost", by=by, about=f"deleted {self.id}")


def add(by: Person, topic: str, title: str, address: str, text: str) -> Signpost:
    """Keep another one."""
    with db.atomic():
        made = Signpost.create(topic=topic, title=title, address=address, text=text, by=by.id)
        audit.note("signpost", by=by, about=f"added {made.id}")
    return made


def find(id: str) -> Signpost | None:
    """The one with this id."""
    return Signpost.get_or_none(Signpost.id == id)


def kept() -> dict[str, list[Signpost]]:
    """Those that the people lead keeps, by topic; every topic is there."""
    found: dict[str, list[Signpost]] = {topic: [] for topic in TOPICS}
    for signpost in ALL():
        found.setdefault(signpost.topic, []).append(signpost)
    return found


def by_topic() -> dict[str, list[Signpost]]:
    """What to show for each topic: what is kept, or else its usual title, which leads nowhere."""
    return {topic: found or [_usual(topic)] for topic, found in kept().items()}


def _usual(topic: str) -> Signpost:
    return Signpost(topic=topic, title=translated(USUAL_TITLES.get(topic, "")), text=translated(USUAL_TEXT))


ALL = Prepared(lambda: Signpost.select().order_by(fn.LOWER(Signpost.title), Signpost.id))
