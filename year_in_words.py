"""A year in words: each thing of it as it goes onto the agenda of an annual review."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from actions import Action
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from growth import OUTLOOKS, Objective, Progress
from languages import gettext, ngettext, translated
from models import TEXT_LIMIT, Pair
from saying import full_day
from years import Year

# The sections of an annual review that the year is gathered into.
OBJECTIVES, DEVELOPMENT, STRENGTHS = "objectives", "year_development", "strengths"
# Notes that would be longer go on in a second item.
ROOM = TEXT_LIMIT - 1_000


class Piece(NamedTuple):
    """One thing of the year as it goes onto the agenda: where it comes from, its section, its words and notes."""

    source: str
    section: str
    text: str
    notes: str


def pieces(year: Year) -> Iterator[Piece]:
    """Everything of a year, as it goes onto the agenda."""
    for made in _pieces(year):
        yield from _in_parts(made)


def _in_parts(piece: Piece) -> Iterator[Piece]:
    """The piece in as many parts as its notes need, cut between lines."""
    parts: list[list[str]] = [[]]
    room = ROOM
    for line in _short_enough(piece.notes.split("\n")):
        if len(line) + 1 > room and parts[-1]:
            parts.append([])
            room = ROOM
        parts[-1].append(line)
        room -= len(line) + 1
    yield piece._replace(notes="\n".join(parts[0]))
    for number, part in enumerate(parts[1:], 2):
        text = gettext("%(text)s (part %(number)s)", text=piece.text[: TEXT_LIMIT - 100], number=number)
        yield Piece(f"{piece.source}.{number}", piece.section, text, "\n".join(part))


def _short_enough(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield from (line[start : start + ROOM] for start in range(0, max(len(line), 1), ROOM))


def _pieces(year: Year) -> Iterator[Piece]:
    found, objectives = year.evidence(), year.objectives()
    for objective in objectives:
        own = [one for one in found if one.objective_id == objective.id]
        yield Piece(objective.region, OBJECTIVES, objective.text, _lines(_about(objective, year, own)))
    yield from _actions(year)
    yield from _meetings(year)
    done = year.activities()
    for goal in year.goals():
        activities = [one for one in done if one.goal_id == goal.id]
        yield Piece(f"goal-{goal.id}", DEVELOPMENT, goal.text, _lines(_plan(goal, year, activities)))
    for told in year.feedback_for_record():
        yield Piece(f"feedback-{told.id}", STRENGTHS, _from_to(told, year), told.text)
    others = [one for one in found if one.objective_id not in {objective.id for objective in objectives}]
    if others:
        yield Piece("evidence", STRENGTHS, gettext("Kept from this year"), _lines(_shown(one) for one in others))


def _lines(found: Iterable[str]) -> str:
    return "\n".join(line for line in found if line)


def _about(objective: Objective, year: Year, shown: list[Evidence]) -> Iterator[str]:
    zone = year.pair.time_zone
    if objective.measures:
        yield gettext("We know by: %(measures)s", measures=objective.measures)
    if objective.competency_list:
        yield gettext("Competencies: %(names)s", names=", ".join(objective.competency_list))
    if objective.due_on:
        yield gettext("By when: %(day)s", day=full_day(objective.due_on))
    if objective.achieved_at:
        yield gettext("Achieved on %(day)s", day=full_day(objective.achieved_at, zone))
    if objective.dropped_at:
        yield gettext("Dropped: %(reason)s", reason=objective.drop_reason)
    start, end = year.moments
    for entry in objective.progress:
        if start <= entry.written_at < end:
            yield _said(year.pair, entry.author_id, entry.written_at, _view(entry))
    yield from (_shown(one) for one in shown)


def _view(entry: Progress) -> str:
    outlook = translated(OUTLOOKS[entry.outlook]) if entry.outlook else ""
    return (
        gettext("%(outlook)s: %(text)s", outlook=outlook, text=entry.text)
        if outlook and entry.text
        else outlook or entry.text
    )


def _said(pair: Pair, author: str, at: datetime, text: str) -> str:
    name = pair.person(author).first_name
    return gettext("%(name)s, %(day)s: %(text)s", name=name, day=full_day(at, pair.time_zone), text=text)


def _shown(one: Evidence) -> str:
    text = f"{one.text} {one.link}" if one.link else one.text
    return gettext("Evidence, %(day)s: %(text)s", day=full_day(one.happened_on), text=text)


def _actions(year: Year) -> Iterator[Piece]:
    found = year.actions()
    if not found:
        return
    done = [action for action in found if action.done_at]
    dropped = [action for action in found if action.dropped_at]
    still = [action for action in found if action.is_open]
    text = gettext(
        "What we agreed to do: %(done)s done, %(dropped)s dropped, %(open)s open",
        done=len(done),
        dropped=len(dropped),
        open=len(still),
    )
    yield Piece("actions", OBJECTIVES, text, _lines(_outcome(action, year) for action in (*done, *dropped, *still)))


def _outcome(action: Action, year: Year) -> str:
    facts = {"name": year.pair.person(action.owner_id).first_name, "text": action.text}
    if action.dropped_at:
        return gettext("Dropped (%(name)s): %(text)s: %(reason)s", reason=action.drop_reason, **facts)
    if action.done_at:
        return gettext("Done %(day)s (%(name)s): %(text)s", day=full_day(action.done_at, year.pair.time_zone), **facts)
    return gettext("Open (%(name)s): %(text)s", **facts)


def _meetings(year: Year) -> Iterator[Piece]:
    if found := year.meetings():
        text = ngettext("We met once one to one", "We met %(num)s times one to one", len(found))
        zone = year.pair.time_zone
        notes = "\n".join(f"{full_day(meeting.starts_at, zone)}: {meeting.outline.name}" for meeting in found)
        yield Piece("meetings", OBJECTIVES, text, notes)


def _plan(goal: DevelopmentGoal, year: Year, activities: list[Activity]) -> Iterator[str]:
    zone = year.pair.time_zone
    if goal.met_at:
        yield gettext("Reached on %(day)s", day=full_day(goal.met_at, zone))
    for activity in activities:
        done = gettext("done %(day)s", day=full_day(activity.done_at, zone)) if activity.done_at else gettext("open")
        yield gettext("%(text)s (%(state)s)", text=activity.text, state=done)
        if activity.reflection:
            yield gettext("What it taught: %(text)s", text=activity.reflection)


def _from_to(told: Feedback, year: Year) -> str:
    giver, receiver = (year.pair.person(id).first_name for id in (told.giver_id, told.receiver_id))
    facts = {"receiver": receiver, "day": full_day(told.given_at, year.pair.time_zone)}
    if told.is_reported:
        name = told.reported_from or gettext("a colleague")
        return gettext(
            "Feedback to %(receiver)s from %(name)s, told by %(giver)s, %(day)s", name=name, giver=giver, **facts
        )
    return gettext("Feedback to %(receiver)s from %(giver)s, %(day)s", giver=giver, **facts)
