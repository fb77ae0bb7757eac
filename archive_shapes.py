"""The shapes of what is in an archive, as JSON Schema: ids, moments, words, and what was frozen or passed on as JSON.

COLUMNS says which columns hold less than their type would. `format` is checked as archive_schema.py says.
"""

from collections.abc import Iterable
from typing import Any

import clock
from development import MODES
from evidence import SAID
from feedback import TONES
from growth import OUTLOOKS
from models import TEXT_LIMIT
from notices import KINDS
from rows import ID_LENGTH, ID_LETTERS
from stories import CHANGED
from template_files import LONGEST, SHORTEST, SIZE_LIMIT
from wrapup import COVERED, NEXT

Shape = dict[str, Any]

SIDES = ("individual", "manager")
# What every calendar and every time zone can tell.
YEAR = r"(19|20|21)\d\d"


def exactly(pattern: str, **more: Any) -> Shape:
    """A text that matches a pattern in full."""
    return {"type": "string", "pattern": f"^{pattern}$", **more}


def text(longest: int) -> Shape:
    """A text of so many characters at most."""
    return {"type": "string", "maxLength": longest}


def whole(least: int, most: int) -> Shape:
    """A whole number from one to another."""
    return {"type": "integer", "minimum": least, "maximum": most}


def one_of(values: Iterable[str]) -> Shape:
    """One of a few texts."""
    return {"enum": list(values)}


def maybe(shape: Shape) -> Shape:
    """The same, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def many(shape: Shape) -> Shape:
    """A list of such."""
    return {"type": "array", "items": shape}


def table(required: Shape, optional: Shape | None = None) -> Shape:
    """An object with these members, and those that it may have."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


ID = exactly(f"[{ID_LETTERS}]{{{ID_LENGTH}}}")
MOMENT = exactly(YEAR + r"-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00", format="date-time")
DAY = exactly(YEAR + r"-\d\d-\d\d", format="date")
YES = {"type": "boolean"}
NAME, LINE = text(200), text(200)
# What two people type at once is made one text, which may be longer than what a form takes.
WORDS = text(3 * TEXT_LIMIT)
ZONE = {**text(64), "format": "time-zone"}
KIND = exactly("[a-z][a-z0-9_]{0,63}")
DURATION = whole(SHORTEST, LONGEST)
LIKELIHOOD = whole(1, 10)
OUTLOOK, TONE, MODE = one_of(["", *OUTLOOKS]), one_of(["", *TONES]), one_of(MODES)

# docs/record.schema.json says the same of it in more words.
_ACTION = table(
    {
        "id": ID,
        "text": WORDS,
        "owner": NAME,
        "due_on": maybe(DAY),
        "likelihood": maybe(LIKELIHOOD),
        "likelier": WORDS,
        "agreed": YES,
        "done_at": maybe(MOMENT),
        "dropped": maybe(WORDS),
    }
)
_ITEM = table(
    {
        "id": ID,
        "text": WORDS,
        "is_question": YES,
        "author": NAME,
        "discussed_at": maybe(MOMENT),
        "moved_on": YES,
        "standing": YES,
        "carries": whole(0, 10_000),
        "carried_from": maybe(MOMENT),
    },
    {"notes": WORDS, "actions": many(_ACTION)},
)
_PROGRESS = table(
    {
        "objective": WORDS,
        "author": NAME,
        "side": one_of(SIDES),
        "outlook": OUTLOOK,
        "text": WORDS,
        "written_at": MOMENT,
    }
)
_FEEDBACK = table(
    {
        "from": NAME,
        "to": NAME,
        "tone": TONE,
        "text": WORDS,
        "reported_from": maybe(LINE),
        "given_at": MOMENT,
    }
)
MINUTES = table(
    {
        "version": whole(1, 1),
        # Several conversations in one meeting are called after all of them.
        "kind": text(400),
        "individual": NAME,
        "manager": NAME,
        "starts_at": MOMENT,
        "minutes": DURATION,
        "place": LINE,
        "closed_at": MOMENT,
        "closed_by": NAME,
        "next_starts_at": maybe(MOMENT),
        "sections": many(table({"title": LINE, "items": many(_ITEM)})),
    },
    {
        "covered": many(NAME),
        "next_agreed": many(NAME),
        "from_last_time": many(_ACTION),
        "also_agreed": many(_ACTION),
        "progress": many(_PROGRESS),
        "feedback": many(_FEEDBACK),
        "gathered": table({"from": DAY, "to": DAY}),
    },
)

_SOURCE = {"source": ID}
_DUE = {**_SOURCE, "text": WORDS, "due_on": maybe(DAY)}
PASSED_ON = table(
    {
        "objectives": many(table({**_DUE, "measures": WORDS, "competencies": WORDS})),
        "goals": many(
            table(
                {
                    **_DUE,
                    "support": WORDS,
                    "activities": many(table({**_DUE, "mode": MODE, "done_at": maybe(MOMENT)})),
                }
            )
        ),
        "actions": many(table({**_DUE, "owner": NAME})),
        "records": many(table({**_SOURCE, "kind": text(400), "starts_at": MOMENT})),
    }
)

# Columns that came later: an archive from before that has none of them, and they are what they are from the beginning.
LATER = {
    *("person.department", "person.mail_off", "person.mail_content", "person.shortcuts"),
    *("meeting.sequence", "meeting.arranged_at"),
}

COLUMNS: dict[str, Shape] = {
    "person.name": {**NAME, "format": "name"},
    "person.email": {**text(254), "format": "email"},
    "person.department": {**text(200), "format": "department"},
    "person.time_zone": ZONE,
    "pair.time_zone": ZONE,
    "pair.template": KIND,
    "pair.between_template": KIND,
    "pair.rhythm": one_of(clock.RHYTHMS),
    "pair.between_rhythm": one_of(clock.RHYTHMS),
    "pair.minutes": DURATION,
    "pair.between_minutes": DURATION,
    "pair.place": LINE,
    "pair.between_place": LINE,
    "meeting.template": KIND,
    "meeting.minutes": DURATION,
    "meeting.place": LINE,
    "meeting.horizon": whole(0, 1000),
    "template_version.key": KIND,
    "template_version.number": whole(1, 1_000_000),
    "template_version.content": {**text(SIZE_LIMIT), "format": "template"},
    "action.likelihood": LIKELIHOOD,
    "closing_check.matter": one_of((COVERED, NEXT)),
    "progress.outlook": OUTLOOK,
    "activity.mode": MODE,
    "feedback.tone": TONE,
    "notice.kind": one_of(KINDS),
    "notice.side": one_of(SIDES),
    "passed_record.source": ID,
    "wording.part": one_of([*CHANGED, *(part for part in (*SAID, "objective") if part not in CHANGED)]),
    "record.content": MINUTES,
    "passed_record.content": MINUTES,
    "handover.content": PASSED_ON,
}
