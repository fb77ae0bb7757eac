"""A person's archive: their own data and pages to read it on, as one ZIP file that is made while it is sent."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import clock
from meetings import Meeting
from models import Pair
from owndata import Data
from records import Record

# A regular file that its owner alone reads and writes.
OWNERS_ALONE = 0o100600 << 16
# What to read first, the data, how pages look, and the page that leads to the others.
ON_TOP = 4


class Reading:
    """A conversation of the archive, to be read: what belongs to what, and people by their names."""

    def __init__(self, told: Data, people: dict[str, str]) -> None:
        self.told, self._people = told, people
        self._groups: dict[tuple[str, str], dict[str, list[Data]]] = {}

    @property
    def pair(self) -> Data:
        return self.told["pair"]

    def name(self, id: str | None) -> str:
        """What a person is called."""
        return self._people.get(id or "", "")

    def all(self, kind: str) -> list[Data]:
        """All rows of a kind, in order."""
        return self.told[kind]

    def of(self, kind: str, **parent: str) -> list[Data]:
        """The rows of a kind that belong to something, such as `item` with `meeting` of some id."""
        ((column, id),) = parent.items()
        groups = self._groups.setdefault((kind, column), {})
        if not groups:
            for row in self.told[kind]:
                groups.setdefault(row[column], []).append(row)
        return groups.get(id, [])

    def record_of(self, meeting: Data) -> Data | None:
        """The record of a closed meeting that holds."""
        return next((one for one in self.of("record", meeting=meeting["id"]) if not one["withdrawn_at"]), None)


def people_of(about: Data) -> dict[str, str]:
    """What the people of an archive are called: id → name."""
    return {one["id"]: one["name"] for one in [about["account"], *about["people"]]}


def meeting_file(meeting: Data) -> str:
    """What the page of a meeting is called. No name and no word of anybody's is in it."""
    return f"meeting-{meeting['starts_at'][:10]}-{meeting['id']}.html"


def record_file(meeting: Data) -> str:
    """The same for its record."""
    return f"record-{meeting['starts_at'][:10]}-{meeting['id']}.html"


def folder(number: int) -> str:
    """Where the pages of a conversation are."""
    return f"conversation-{number}"


def count_files(pairs: list[Pair]) -> int:
    """How many files the archive of somebody with these pairs has."""
    meetings = Meeting.select().where(Meeting.pair.in_(pairs)).count()
    records = Record.select().where(Record.pair.in_(pairs), Record.withdrawn_at.is_null()).count()
    return ON_TOP + len(pairs) + meetings + records


def zipped(files: Iterable[tuple[str, Iterable[str]]]) -> Iterator[bytes]:
    """A ZIP file of these names and texts, piece by piece. Only when it is whole does it end with its table."""
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, texts in files:
            with archive.open(_entry(name), "w") as entry:
                for text in texts:
                    entry.write(text.encode())
                    if piece := sent.taken():
                        yield piece
    yield sent.taken()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, clock.now().timetuple()[:6])
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, OWNERS_ALONE
    return entry


class _Sent(io.RawIOBase):
    """What a ZIP file is written to: it cannot be gone back in, and is taken away piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """All that was written since the last time."""
        piece = b"".join(self._pieces)
        self._pieces.clear()
        return piece
