"""Private notebooks: what one person writes for themselves about a pair."""

from peewee import ForeignKeyField

import clock
from languages import Phrase
from merging import Merged, merge_since
from models import Pair, PairOver, Person, who
from rows import Moment, Row, Words, db


class PrivateNote(Row):
    """One person's notebook about a pair. It never leaves its author."""

    pair = ForeignKeyField(Pair, backref="+", index=False)
    author = who()
    text = Words(default="")
    written_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("pair", "author"), True),)

    @classmethod
    def of(cls, pair: Pair, author: Person) -> "PrivateNote":
        """The notebook, a blank one (not stored) if nothing was written yet."""
        return cls._stored(pair, author) or cls(pair=pair, author=author)

    @classmethod
    def _stored(cls, pair: Pair, author: Person) -> "PrivateNote | None":
        return cls.get_or_none(cls.pair == pair, cls.author == author)

    @classmethod
    def write(cls, pair: Pair, author: Person, text: str, base: str, sent: str | None = None) -> Merged:
        """Change the notebook, having started from `base` (one may have it open twice).

        `sent` is what was sent before and never answered: if it did arrive, it is what the change started from.
        """
        with db.atomic():
            pair.lock()
            if Pair.get_by_id(pair.id).erased_at:
                raise PairOver(Phrase("All that was written here was erased, so there is no notebook any more."))
            stored = cls._stored(pair, author)
            before = stored.text if stored else ""
            merged = merge_since(base, before, text, sent)
            if not merged.clash and stored:
                stored.change(text=merged.text, written_at=clock.now())
            elif not merged.clash:
                cls.create(pair=pair, author=author, text=merged.text)
            return merged
