"""Evidence of competence as a document of its own: for a framework, an accreditation or a registration."""

from collections.abc import Iterator
from typing import Any

from documents import Block, Document, Facts, Heading, Paragraph, isolated
from documents.typed import typed
from evidence import Evidence
from languages import current, gettext
from models import Pair
from saying import full_day
from years import Year

SCHEMA, VERSION = "duologue-competence", 1


def entries(year: Year) -> list[Evidence]:
    """What names a competence, in the order of the days."""
    return [one for one in year.evidence() if one.reference]


def document_of(year: Year) -> Document:
    """The entries by their references, in the language that is spoken now. The individual's name is its title."""
    name = isolated(year.pair.report.name)
    title = gettext("Evidence of competence: %(name)s", name=name)
    span = gettext("%(start)s to %(end)s", start=full_day(year.starts_on), end=full_day(year.ends_on))
    return Document(title, current().tag, list(_blocks(year)), span)


def _blocks(year: Year) -> Iterator[Block]:
    found = entries(year)
    for reference in dict.fromkeys(one.reference for one in found):
        yield Heading(typed(reference))
        for one in found:
            if one.reference == reference:
                yield from _entry(one, year.pair)


def _entry(one: Evidence, pair: Pair) -> Iterator[Block]:
    yield Paragraph(typed(one.text), "lead")
    yield Facts([(gettext("When"), full_day(one.happened_on)), (gettext("Written by"), isolated(_author(one, pair)))])
    if one.link:
        yield Paragraph(typed(one.link), "quiet")
    if one.reflection:
        yield Paragraph(typed(one.reflection), "notes")


def _author(one: Evidence, pair: Pair) -> str:
    author = pair.person(one.author_id)
    return author.name if author else gettext("both of you")


def data_of(year: Year) -> dict[str, Any]:
    """The same as docs/formats.md describes it."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "individual": year.pair.report.name,
        "starts_on": year.starts_on.isoformat(),
        "ends_on": year.ends_on.isoformat(),
        "entries": [_data(one, year.pair) for one in entries(year)],
    }


def _data(one: Evidence, pair: Pair) -> dict[str, Any]:
    author = pair.person(one.author_id)
    return {
        "happened_on": one.happened_on.isoformat(),
        "reference": one.reference,
        "text": one.text,
        "link": one.link,
        "reflection": one.reflection,
        "author": author and author.name,
    }
