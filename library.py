"""The organisation's templates: every version that was ever published, and which are offered now."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from peewee import CharField, IntegerField, TextField, fn

import clock
from agenda_templates import Prompt, Template
from prepared import Prepared
from rows import Moment, Row, one_at_a_time
from template_files import FOLDER, read_file, sketch

# The conversation of a pair that has not chosen another.
USUAL = "regular"
DRAFT = 0


class TemplateVersion(Row):
    """One version of a template, as TOML; it never changes once published, since meetings lean on it.

    `by` is the id of the people lead who wrote it, null for what Duologue brings along. Number 0 is the draft, of which
    each template has at most one. A template whose newest version is retired is offered no more.
    """

    key = CharField(max_length=64)
    number = IntegerField()
    content = TextField()
    by = CharField(max_length=12, null=True)
    written_at = Moment(default=clock.now)
    published_at = Moment(null=True)
    retired_at = Moment(null=True)

    class Meta:
        indexes = ((("key", "number"), True),)

    @property
    def path(self) -> str:
        return f"/templates/{self.key}/versions/{self.number}"

    @property
    def outline(self) -> Template:
        """What it says; of a draft, which may change, as much as can be read of it."""
        return outline(self.id) if self.published_at else sketch(self.key, self.content, self.key)[0]


class Shelf(NamedTuple):
    """A template in the library: its newest version and its draft. One of the two is there."""

    key: str
    newest: TemplateVersion | None
    draft: TemplateVersion | None

    @property
    def path(self) -> str:
        return f"/templates/{self.key}"

    @property
    def shown(self) -> TemplateVersion:
        """What stands for it: the newest version, or else the draft."""
        return self.newest or self.draft  # type: ignore[return-value]

    @property
    def name(self) -> str:
        return self.shown.outline.name or self.key


@lru_cache(maxsize=512)
def outline(ids: str) -> Template:
    """The conversation that these versions (their ids, spaces between) make together; the first is the main one."""
    first, *added = map(_read, ids.split())
    for template in added:
        first = first.joined_by(template)
    return first


@lru_cache(maxsize=512)
def _read(id: str) -> Template:
    # It was whole when it was published; a rule that came later takes no meeting away.
    found = TemplateVersion.get_by_id(id)
    return sketch(found.key, found.content, found.key)[0]


def current(key: str) -> TemplateVersion:
    """The version of this template that a meeting made now begins with: the newest that is published."""
    return CURRENT.first(key=key) or CURRENT.first(key=USUAL)


def responsibilities(key: str) -> tuple[Prompt, ...]:
    """What each side brings to conversations of this kind: its own list, else the usual one's."""
    return current(key).outline.responsibilities or current(USUAL).outline.responsibilities


def offered(*kept: str) -> dict[str, Template]:
    """The templates that can be chosen now, by key: the usual one first, then by name.

    Those `kept` are chosen already, so they are among them even when they have been retired since.
    """
    found = [version.outline for version in NEWEST() if not version.retired_at or version.key in kept]
    return {each.key: each for each in sorted(found, key=lambda each: (each.key != USUAL, each.name.casefold()))}


def shelf(key: str) -> Shelf | None:
    """The template with this key, if there is one."""
    newest, draft = CURRENT.first(key=key), draft_of(key)
    return Shelf(key, newest, draft) if newest or draft else None


def shelves() -> list[Shelf]:
    """Every template, also the retired ones and those never published: in the order in which they are offered."""
    newest = {each.key: each for each in NEWEST()}
    drafts = {each.key: each for each in TemplateVersion.select().where(TemplateVersion.number == DRAFT)}
    found = [Shelf(key, newest.get(key), drafts.get(key)) for key in newest | drafts]
    return sorted(found, key=lambda each: (each.key != USUAL, each.name.casefold()))


def draft_of(key: str) -> TemplateVersion | None:
    """The draft of this template, if one waits."""
    return TemplateVersion.get_or_none(TemplateVersion.key == key, TemplateVersion.number == DRAFT)


def versions_of(key: str) -> list[TemplateVersion]:
    """What was published of this template, the newest first."""
    published = TemplateVersion.key == key, TemplateVersion.published_at.is_null(False)
    return list(TemplateVersion.select().where(*published).order_by(TemplateVersion.number.desc()))


def version(key: str, number: int) -> TemplateVersion | None:
    """One of its published versions."""
    published = TemplateVersion.number == number, TemplateVersion.published_at.is_null(False)
    return TemplateVersion.get_or_none(TemplateVersion.key == key, *published)


def built_in(key: str, folder: Path = FOLDER) -> str | None:
    """What Duologue brings along under this key, if anything."""
    path = folder / f"{key}.toml"
    return path.read_text("utf-8") if path in folder.glob("*.toml") else None


def publish_built_ins(folder: Path = FOLDER) -> None:
    """Have what Duologue brings along in the library. What the people lead has changed stays as it is.

    Raises TemplateMistake.
    """
    for path in sorted(folder.glob("*.toml")):
        read_file(path)
        key, content = path.stem, path.read_text("utf-8")
        newest = CURRENT.first(key=key)
        if newest is None or (newest.by is None and newest.content != content):
            _publish(key, content, retired_at=newest and newest.retired_at)


def _publish(key: str, content: str, retired_at: datetime | None) -> None:
    facts = {"content": content, "published_at": clock.now(), "retired_at": retired_at}
    with one_at_a_time("templates"):
        TemplateVersion.create(key=key, number=next_number(key), **facts)


def next_number(key: str) -> int:
    """What the next version of a template is called."""
    last = TemplateVersion.select(fn.MAX(TemplateVersion.number)).where(TemplateVersion.key == key)
    return (last.scalar() or DRAFT) + 1


Newer = TemplateVersion.alias("newer")
NEWEST = Prepared(
    lambda: TemplateVersion.select(
        *(TemplateVersion.id, TemplateVersion.key, TemplateVersion.number, TemplateVersion.by),
        *(TemplateVersion.published_at, TemplateVersion.retired_at),
    ).where(
        TemplateVersion.published_at.is_null(False),
        ~fn.EXISTS(Newer.select().where(Newer.key == TemplateVersion.key, Newer.number > TemplateVersion.number)),
    )
)
CURRENT = Prepared(
    lambda key: (
        TemplateVersion.select()
        .where(TemplateVersion.key == key, TemplateVersion.published_at.is_null(False))
        .order_by(TemplateVersion.number.desc())
        .limit(1)
    )
)
