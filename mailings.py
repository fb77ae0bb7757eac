"""What people are mailed: of whom something is worth saying just now, and what is said when it is sent."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from peewee import Value, fn

import actions
import clock
import languages
import meetings
import pairing
from actions import Action
from languages import Phrase, gettext, ngettext
from markup import plain
from meetings import Meeting, still_open
from models import Pair, Person, runs
from outbox import Mailing, OutgoingMail
from records import Record
from saying import day, when

DAY_BEFORE, RECORD, LATE, INVITATION = "day-before", "record", "late", "invitation"
KINDS = {
    DAY_BEFORE: Phrase("The day before we meet: what awaits me"),
    RECORD: Phrase("After a meeting: the record, and which actions are mine"),
    LATE: Phrase("On Mondays: my actions that are late"),
    INVITATION: Phrase("When somebody would like to meet me one to one"),
}
# When people are mailed, by the clock of each.
FIRST_HOUR, LAST_HOUR = 9, 20
MONDAY, FRIDAY = 0, 4
# How long something stands before it is told of, since it may be undone at once; and until when it is news.
SETTLED = timedelta(minutes=15)
NEWS = timedelta(days=3)
MOST_QUOTED = 20


class Letter(NamedTuple):
    """What a mail says, in its reader's language, in sentences of which the first says what it is about.

    `quoted` is what people wrote; links are labels and paths.
    """

    subject: str
    lines: list[str]
    links: list[tuple[str, str]]
    quoted: list[str]


def due() -> Iterator[Mailing]:
    """All that is worth saying now and is not in the outbox. It follows from the clock and the database alone."""
    for zone in _zones():
        here = clock.local(clock.now(), zone)
        if _is_day(here):
            for find in (_meetings_ahead, _records, _late, _invitations):
                yield from find(zone, here.date())


def night_until(mail: OutgoingMail) -> datetime | None:
    """When the morning of whom it is for begins; None by day."""
    zone = mail.person.time_zone
    here = clock.local(clock.now(), zone)
    if _is_day(here):
        return None
    day = here.date() + timedelta(days=here.hour >= LAST_HOUR)
    return clock.from_local(datetime.combine(day, time(FIRST_HOUR)), zone)


def _is_day(here: datetime) -> bool:
    return FIRST_HOUR <= here.hour < LAST_HOUR


def _zones() -> list[str]:
    found: Any = Person.select(Person.time_zone).distinct().tuples()
    return [zone for (zone,) in found]


def _meetings_ahead(zone: str, today: date) -> Iterator[Mailing]:
    first, end = (_midnight(each, zone) for each in announced_on(today))
    is_ahead = Meeting.starts_at.between(max(first, clock.now()), end - timedelta(microseconds=1))
    found = _of_both(Meeting).where(still_open(), is_ahead)
    # One that moved is announced once more, on the day before its new one.
    return _untold(DAY_BEFORE, found, Meeting.id.concat(f" {today}"), zone)


def announced_on(today: date) -> tuple[date, date]:
    """From which day until before which meetings are announced: tomorrow's; on a Friday those until Monday."""
    if today.weekday() > FRIDAY:
        return today, today
    return today + timedelta(days=1), today + timedelta(days=4 if today.weekday() == FRIDAY else 2)


def _midnight(day: date, zone: str) -> datetime:
    return clock.from_local(datetime.combine(day, time()), zone)


def _records(zone: str, today: date) -> Iterator[Mailing]:
    is_news = Meeting.closed_at.between(clock.now() - NEWS, clock.now() - SETTLED)
    found = _of_both(Record).join_from(Record, Meeting).where(is_news, Record.withdrawn_at.is_null())
    return _untold(RECORD, found, Record.id, zone)


def _late(zone: str, today: date) -> Iterator[Mailing]:
    if today.weekday() != MONDAY:
        return iter(())
    theirs = Action.select(Value(1)).join(Pair).where(Action.owner == Person.id, runs(clock.now()))
    late = theirs.where(actions.is_late(today))
    return _untold(LATE, Person.select().where(fn.EXISTS(late)), Value(str(today)), zone)


def _invitations(zone: str, today: date) -> Iterator[Mailing]:
    is_new = Pair.invited_at.between(clock.now() - NEWS, clock.now() - SETTLED)
    return _untold(INVITATION, pairing.invitations().where(is_new), Pair.id, zone)


def _of_both(model: Any) -> Any:
    """The rows of running pairs, once for each of the two."""
    people = Person.id.in_((Pair.manager, Pair.report))  # type: ignore[attr-defined]
    return model.select().join(Pair).join(Person, on=people).where(runs(clock.now()))


def _untold(kind: str, found: Any, about: Any, zone: str) -> Iterator[Mailing]:
    """Whom it has not been mailed to, of the people in a query who want that and live by the clock of this zone."""
    mailed = OutgoingMail.select(Value(1)).where(OutgoingMail.person == Person.id, OutgoingMail.kind == kind)
    untold = ~fn.EXISTS(mailed.where(OutgoingMail.about == about))
    for person, off, email, what in (
        found.select(Person.id, Person.mail_off, Person.email, about.alias("about"))
        .where(Person.time_zone == zone, Person.disabled_at.is_null(), untold)
        .tuples()
    ):
        if _reaches(email) and kind not in off.split():
            yield Mailing(person, kind, what)


def _reaches(email: str | None) -> bool:
    """Whether every mail server takes mail for this address."""
    return bool(email) and str(email).isascii()


def letter(mail: OutgoingMail, may_quote: bool) -> tuple[Person, Letter] | None:
    """Whom it goes to and what it says, as things are now; None when that is not worth saying any more.

    What people wrote is in it if the organisation lets it (`may_quote`) and its reader wants it.
    """
    person = Person.get_by_id(mail.person_id)
    if person.disabled_at or not _reaches(person.email) or not person.wants_mail(mail.kind):
        return None
    with languages.speaking(person.language):
        said = WRITERS[mail.kind](person, mail.about)
    may_quote = may_quote and person.mail_content
    return said and (person, said._replace(quoted=[plain(text) for text in said.quoted] if may_quote else []))


def _announce(person: Person, about: str) -> Letter | None:
    id, _, decided_on = about.partition(" ")
    meeting = meetings.find(person, id)
    if not meeting or not meeting.is_open or not meeting.pair.is_running or meeting.starts_at <= clock.now():
        return None
    first, end = announced_on(date.fromisoformat(decided_on))
    if not first <= clock.local(meeting.starts_at, person.time_zone).date() < end:
        return None
    return _agenda(person, meeting)


def _agenda(person: Person, meeting: Meeting) -> Letter:
    name, moment = meeting.pair.other(person).name, when(meeting.starts_at, person.time_zone)
    items = [item for item in meeting.shared_items() if not item.discussed_at]
    mine = [one for one in actions.open_ones(meeting.pair) if one.is_up_to(person)]
    lines = [
        gettext("You and %(name)s meet on %(when)s.", name=name, when=moment),
        ngettext("%(num)s item is on the agenda.", "%(num)s items are on the agenda.", len(items))
        if items
        else gettext("Nothing is on the agenda yet."),
    ]
    if mine:
        lines.append(ngettext("%(num)s open action is yours.", "%(num)s open actions are yours.", len(mine)))
    links = [
        (gettext("Open the agenda"), meeting.path),
        (gettext("Prepare in private"), f"{meeting.path}/preparation"),
    ]
    subject = gettext("%(when)s: you and %(name)s", when=moment, name=name)
    quoted = [*(item.text for item in items), *(gettext("Yours to do: %(words)s", words=one.text) for one in mine)]
    return Letter(subject, lines, links, quoted)


def _tell_of_record(person: Person, about: str) -> Letter | None:
    record = Record.get_or_none(Record.id == about, Record.withdrawn_at.is_null())
    meeting = meetings.find(person, record.meeting_id) if record else None
    if not meeting or not meeting.pair.is_running:
        return None
    name, on = meeting.pair.other(person).name, day(meeting.starts_at, person.time_zone)
    made = [action for found in actions.made_in(meeting).values() for action in found]
    mine = [action for action in made if action.is_open and action.owner_id == person.id]
    lines = [
        gettext("What you and %(name)s noted and agreed on %(day)s is in its record.", name=name, day=on),
        ngettext("%(num)s action from it is yours.", "%(num)s actions from it are yours.", len(mine))
        if mine
        else gettext("No action from it is yours."),
    ]
    links = [(gettext("Read the record"), f"{meeting.path}/record"), *(_to_actions() if mine else ())]
    subject = gettext("Your record of %(day)s, with %(name)s, is ready", day=on, name=name)
    return Letter(subject, lines, links, [action.text for action in mine])


def _to_actions() -> list[tuple[str, str]]:
    return [(gettext("See your actions"), "/actions")]


def _tell_of_late(person: Person, about: str) -> Letter | None:
    late = [one for one in actions.open_ones_of(person) if one.is_up_to(person) and one.days_late(person.today)]
    if not late or person.today >= date.fromisoformat(about) + timedelta(weeks=1):
        return None
    names = [one.pair.other(person).name for one in late]
    lines = [
        ngettext("%(num)s action of yours is late.", "%(num)s actions of yours are late.", len(late)),
        *(gettext("With %(name)s: %(num)s", name=name, num=names.count(name)) for name in dict.fromkeys(names)),
        gettext("Tick off what is done. Give what takes longer another day, and drop what is no longer needed."),
    ]
    subject = ngettext("%(num)s action of yours is late", "%(num)s actions of yours are late", len(late))
    return Letter(subject, lines, _to_actions(), [one.text for one in late])


def _invite(person: Person, about: str) -> Letter | None:
    pair = person.pair(about)
    if not pair or not pairing.invitations().where(Pair.id == about, Person.id == person.id).exists():
        return None
    name, wished = pair.other(person).name, pair.first_starts_at
    subject = gettext("%(name)s would like to meet you one to one", name=name)
    lines = [
        gettext("%(name)s would like to meet you one to one.", name=name),
        *([gettext("For the first time on %(when)s.", when=when(wished, person.time_zone))] if wished else []),
        gettext("You two write one agenda, and what you say stays between you. It is for you to say yes or no."),
    ]
    return Letter(subject, lines, [(gettext("Answer the invitation"), pair.path)], [])


WRITERS = {DAY_BEFORE: _announce, RECORD: _tell_of_record, LATE: _tell_of_late, INVITATION: _invite}
