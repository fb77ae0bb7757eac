"""A record as a document to keep and as data to read in again: the parts of it that were chosen, and no others."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import clock
from documents import (
    Block,
    BulletList,
    Document,
    Facts,
    Heading,
    Paragraph,
    Run,
    Table,
    Words,
    isolated,
    joined,
)
from documents.typed import typed
from feedback import TONES
from growth import OUTLOOKS
from languages import Phrase, current, gettext, listed, ngettext, translated
from records import Record
from saying import full_day, full_when, ordinal

SCHEMA, VERSION = "duologue-record", 1
LAST, NOTES, ACTIONS, SAID, PROGRESS, FEEDBACK, REMARKS = (
    *("last", "notes", "actions", "said", "progress", "feedback", "remarks"),
)
# What of a record may be left out. The agenda itself and the date are what it is a record of.
PARTS = {
    LAST: Phrase("Actions from last time"),
    NOTES: Phrase("Notes"),
    ACTIONS: Phrase("Actions of this meeting"),
    SAID: Phrase("What each of you said at the end"),
    PROGRESS: Phrase("Progress with objectives"),
    FEEDBACK: Phrase("Feedback"),
    REMARKS: Phrase("Confirmations and remarks"),
}
# Part → the members of the minutes that it is, and of each item.
MEMBERS = {
    LAST: ("from_last_time",),
    ACTIONS: ("also_agreed",),
    SAID: ("covered", "next_agreed"),
    PROGRESS: ("progress",),
    FEEDBACK: ("feedback",),
}
OF_ITEMS = {NOTES: "notes", ACTIONS: "actions"}
SIDES = ("individual", "manager")

Minutes = dict[str, Any]


def offered(record: Record) -> dict[str, Phrase]:
    """The parts of this record that one may choose; those that not every record has, when it has them."""
    found = record.minutes
    return {part: name for part, name in PARTS.items() if part not in (PROGRESS, FEEDBACK) or found.get(part)}


def file_name(record: Record, zone: str) -> str:
    """A name without an ending that tells nobody's name: one-to-one-2026-03-03."""
    starts_at = datetime.fromisoformat(record.minutes["starts_at"])
    return f"one-to-one-{clock.local(starts_at, zone).date().isoformat()}"


def chosen_minutes(record: Record, chosen: Iterable[str]) -> Minutes:
    """The minutes without what was not chosen."""
    left_out = set(PARTS) - set(chosen)
    members = {member for part in left_out for member in MEMBERS.get(part, ())}
    of_items = {OF_ITEMS[part] for part in left_out & set(OF_ITEMS)}
    found = {name: value for name, value in record.minutes.items() if name not in members}
    for section in found["sections"]:
        section["items"] = [_without(item, of_items) for item in section["items"]]
    return found


def _without(item: Minutes, names: set[str]) -> Minutes:
    return {name: value for name, value in item.items() if name not in names}


def data_of(record: Record, chosen: Iterable[str] = tuple(PARTS)) -> Minutes:
    """The record as docs/record.schema.json describes it."""
    chosen = set(chosen)
    found: Minutes = {"schema": SCHEMA, "version": VERSION, "record": chosen_minutes(record, chosen)}
    if REMARKS in chosen:
        found["confirmations"] = [
            {"name": one.person.name, "confirmed_at": one.confirmed_at.isoformat()} for one in record.confirmations()
        ]
        found["remarks"] = [
            {"author": one.author.name, "text": one.text, "written_at": one.written_at.isoformat()}
            for one in record.remarks()
        ]
    return found


def document_of(record: Record, zone: str, chosen: Iterable[str] = tuple(PARTS)) -> Document:
    """The record to read, in the language that is spoken now, its moments on the clock of `zone`."""
    found = data_of(record, chosen)
    minutes = found["record"]
    title = gettext(
        "%(kind)s: %(individual)s and %(manager)s",
        kind=minutes["kind"],
        individual=isolated(minutes["individual"]),
        manager=isolated(minutes["manager"]),
    )
    subject = gettext("Record of %(day)s", day=full_day(minutes["starts_at"], zone))
    blocks = [*_head(minutes, zone), *_body(minutes, zone), *_afterwards(found, zone)]
    return Document(title, current().tag, blocks, subject)


def _head(minutes: Minutes, zone: str) -> Iterator[Block]:
    yield Facts(list(_facts(minutes, zone)))
    yield Paragraph(gettext("This record does not change any more."), "quiet")


def _facts(minutes: Minutes, zone: str) -> Iterator[tuple[str, Words]]:
    yield gettext("When"), full_when(minutes["starts_at"], zone)
    yield gettext("How long"), ngettext("%(num)s minute", "%(num)s minutes", minutes["minutes"])
    if minutes["place"]:
        yield gettext("Where"), typed(minutes["place"])
    if gathered := minutes.get("gathered"):
        span = {"start": full_day(gathered["from"]), "end": full_day(gathered["to"])}
        yield gettext("Looks back on"), gettext("%(start)s to %(end)s", **span)
    closed = gettext(
        "%(name)s, %(when)s", name=isolated(minutes["closed_by"]), when=full_when(minutes["closed_at"], zone)
    )
    yield gettext("Closed by"), closed
    yield gettext("Next meeting"), _next(minutes, zone)
    if covered := minutes.get("covered"):
        yield gettext("Covered what they came for"), _names(covered)


def _next(minutes: Minutes, zone: str) -> str:
    if not minutes["next_starts_at"]:
        return gettext("none was set")
    when = full_when(minutes["next_starts_at"], zone)
    agreed = minutes.get("next_agreed")
    return gettext("%(when)s, agreed by %(names)s", when=when, names=_names(agreed)) if agreed else when


def _names(names: list[str]) -> str:
    return listed([isolated(name) for name in names])


def _body(minutes: Minutes, zone: str) -> Iterator[Block]:
    for title, member in ((gettext("From last time"), "from_last_time"), (gettext("Also agreed"), "also_agreed")):
        if minutes.get(member):
            yield Heading(title)
            yield _action_table(minutes[member])
    for section in minutes["sections"]:
        yield Heading(typed(section["title"]))
        for item in section["items"]:
            yield from _item(item, zone)
        if not section["items"]:
            yield Paragraph(gettext("Nothing here this time."), "quiet")
    yield from _progress(minutes, zone)
    yield from _feedback(minutes, zone)


def _item(item: Minutes, zone: str) -> Iterator[Block]:
    yield Paragraph(typed(item["text"]), "lead")
    yield Paragraph(joined(_facts_of_item(item, zone)), "quiet")
    if item.get("notes"):
        yield Paragraph(typed(item["notes"]), "notes")
    if item.get("actions"):
        yield BulletList([(typed(action["text"]), joined(_facts_of_action(action))) for action in item["actions"]])


def _facts_of_item(item: Minutes, zone: str) -> Iterator[Words]:
    yield isolated(item["author"])
    if item["is_question"]:
        yield gettext("Question")
    if item["carries"]:
        nth = ordinal(item["carries"] + 1)
        yield gettext("from %(day)s, %(nth)s time", day=full_day(item["carried_from"], zone), nth=nth)
    yield gettext("discussed") if item["discussed_at"] else gettext("not discussed")
    if item["standing"]:
        yield gettext("every time")
    elif item["moved_on"]:
        yield gettext("moved to the next agenda")


def _action_table(actions: list[Minutes]) -> Table:
    header = (gettext("What will be done"), gettext("Who"), gettext("By when"), gettext("How it stands"))
    return Table(header, [_action_row(action) for action in actions])


def _action_row(action: Minutes) -> tuple[Words, ...]:
    due = full_day(action["due_on"]) if action["due_on"] else ""
    return typed(action["text"]), action["owner"], due, joined([_state(action), *_likelihood(action)])


def _facts_of_action(action: Minutes) -> Iterator[Words]:
    yield isolated(action["owner"])
    if action["due_on"]:
        yield gettext("by %(day)s", day=full_day(action["due_on"]))
    yield from _likelihood(action)
    yield _state(action)


def _likelihood(action: Minutes) -> Iterator[Words]:
    if action["likelihood"]:
        yield gettext("likely %(number)s of 10", number=action["likelihood"])
    if action["likelier"]:
        yield [Run(gettext("what would help:") + " "), *typed(action["likelier"])]


def _state(action: Minutes) -> Words:
    if action["done_at"]:
        return gettext("done")
    if action["dropped"] is not None:
        return gettext("dropped: %(reason)s", reason=action["dropped"]) if action["dropped"] else gettext("dropped")
    return gettext("agreed, open") if action["agreed"] else gettext("proposed, not agreed yet")


def _progress(minutes: Minutes, zone: str) -> Iterator[Block]:
    entries = minutes.get("progress") or []
    if entries:
        yield Heading(gettext("Progress with objectives"))
    for objective in dict.fromkeys(entry["objective"] for entry in entries):
        views = [[one for one in entries if (one["objective"], one["side"]) == (objective, side)] for side in SIDES]
        rows = [tuple(_view(side[at : at + 1], zone) for side in views) for at in range(max(map(len, views)))]
        yield Paragraph(typed(objective), "lead")
        yield Table([isolated(minutes[side]) for side in SIDES], rows)


def _view(entries: list[Minutes], zone: str) -> Words:
    return [run for entry in entries for run in _told(entry, zone)]


def _told(entry: Minutes, zone: str) -> list[Run]:
    outlook = [translated(OUTLOOKS[entry["outlook"]])] if entry["outlook"] in OUTLOOKS else []
    facts = joined([*outlook, full_day(entry["written_at"], zone)], look="quiet")
    return [*facts, Run("\n"), *typed(entry["text"])]


def _feedback(minutes: Minutes, zone: str) -> Iterator[Block]:
    given = minutes.get("feedback") or []
    if given:
        yield Heading(gettext("Feedback"))
    for one in given:
        yield Paragraph(typed(one["text"]), "notes")
        yield Paragraph(joined(_facts_of_feedback(one, zone)), "quiet")


def _facts_of_feedback(one: Minutes, zone: str) -> Iterator[Words]:
    yield gettext("from %(name)s to %(other)s", name=isolated(one["from"]), other=isolated(one["to"]))
    if one["reported_from"]:
        yield gettext("reported from %(name)s", name=isolated(one["reported_from"]))
    if one["tone"] in TONES:
        yield translated(TONES[one["tone"]])
    yield full_day(one["given_at"], zone)


def _afterwards(found: Minutes, zone: str) -> Iterator[Block]:
    if "remarks" not in found:
        return
    yield Heading(gettext("Confirmed"))
    if found["confirmations"]:
        yield BulletList([_confirmed(one, zone) for one in found["confirmations"]])
    else:
        yield Paragraph(gettext("Neither of you has confirmed this record yet."), "quiet")
    if found["remarks"]:
        yield Heading(gettext("Remarks"))
    for remark in found["remarks"]:
        yield Paragraph(typed(remark["text"]), "notes")
        yield Paragraph(_signed(remark["author"], remark["written_at"], zone), "quiet")


def _confirmed(one: Minutes, zone: str) -> str:
    return _signed(one["name"], one["confirmed_at"], zone)


def _signed(name: str, at: str, zone: str) -> str:
    return gettext("%(name)s, %(day)s", name=isolated(name), day=full_day(at, zone))
