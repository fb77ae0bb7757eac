"""How people come, change and go: under which name each signs in, and to whom the staff directory says they report."""

from peewee import fn

import audit
import clock
import naming
import notices
import outbox
import pairing
from actions import Action
from audit import AuditEntry
from calendar_feeds import CalendarFeed
from config import Config
from growth import Objective
from logs import escaped
from meetings import Item
from models import Pair, Person, Refused
from naming import Unfit
from notebooks import PrivateNote
from outbox import OutgoingMail
from prepared import Prepared
from records import Record
from rows import one_at_a_time
from sessions import Session

QUOTED_LENGTH = 60
DEPARTMENT_LENGTH = 200
NO_NAME = {
    "missing": "is no name: write the person's full name",
    "too-long": f"is longer than {naming.NAME_LENGTH} characters: shorten the name",
    "unseen": "holds a character that cannot be seen: write the name anew",
}
# What is set aside has upper-case letters in it, so nobody signs in under it: names are lower-cased at the door.
SET_ASIDE = "{subject}~RETIRED~{id}"
# What belongs to a sign-on name alone, what nobody may rewrite, and what was mailed, which outbox.py moves.
STAYS_BEHIND = {Session, CalendarFeed, AuditEntry, OutgoingMail}
# What two people have made of their one-to-ones.
MADE = (Item, Action, Objective, PrivateNote, Record)


def subject_from(config: Config, text: str) -> str:
    """The name that somebody signs in with, as sign-in itself reads it. Raises Refused."""
    try:
        return naming.username(text.strip(), config.proxy_user_pattern, config.proxy_realm)
    except Unfit:
        pattern = config.proxy_user_pattern.pattern
        raise Refused(f"{quoted(text)} cannot be a username: it must match {pattern} in full.") from None


def name_from(text: str) -> str:
    """A person's full name, tidied. Raises Refused."""
    try:
        return naming.name(text)
    except Unfit as why:
        raise Refused(f"{quoted(text)} {NO_NAME[str(why)]}.") from None


def email_from(text: str) -> str | None:
    """An e-mail address; None for none. Raises Refused."""
    try:
        return naming.email(text) if text.strip() else None
    except Unfit:
        raise Refused(f"{quoted(text)} is no e-mail address: one looks like ada@example.org.") from None


def department_from(text: str) -> str:
    """What a department is called, in one line; "" for none. Raises Refused."""
    found = " ".join(text.split())
    if len(found) > DEPARTMENT_LENGTH or not found.isprintable():
        raise Refused(f"{quoted(text)} is no department's name: write at most {DEPARTMENT_LENGTH} letters in one line.")
    return found


def time_zone_from(text: str) -> str | None:
    """A time zone; None for none. Raises Refused."""
    found = text.strip()
    if found and not clock.is_zone(found):
        raise Refused(f"{quoted(text)} is no time zone: one looks like Europe/London.")
    return found or None


def quoted(text: str) -> str:
    """What somebody else wrote, so that a terminal can show it: short, and with nothing that would steer it."""
    return f"'{escaped(text if len(text) <= QUOTED_LENGTH else f'{text[:QUOTED_LENGTH]}…')}'"


def find(issuer: str, subject: str) -> Person | None:
    """Whoever signs in, or did, under this name."""
    return CALLED.first(issuer=issuer, subject=subject)


def called(config: Config, username: str) -> Person:
    """Whoever signs in, or did, with this name; also by the name under which they were set aside. Raises Refused."""
    found = find(config.issuer, username.strip()) or find(config.issuer, subject_from(config, username))
    if not found:
        raise Refused(f"Nobody is called {quoted(username)}: 'duologue people list' shows who is here.")
    return found


def colleagues_called(name: str, besides: Person) -> list[Person]:
    """The people with this e-mail address or this full name, however it is capitalised, without one of them."""
    wanted = name.strip().lower()
    return list(
        Person.select()
        .where(
            (fn.LOWER(Person.email) == wanted) | (fn.LOWER(Person.name) == wanted),
            Person.issuer == besides.issuer,
            Person.id != besides.id,
            Person.disabled_at.is_null(),
        )
        .limit(5)
    )


def of_issuer(issuer: str) -> list[Person]:
    """Everybody whom this issuer vouches for, or did, by username."""
    return list(Person.select().where(Person.issuer == issuer).order_by(Person.subject))


def add(
    issuer: str,
    subject: str,
    name: str,
    email: str | None,
    time_zone: str,
    again: bool = False,
    department: str = "",
) -> Person:
    """Let somebody in. Raises Refused when the name is taken, or was: unless it is another person's now (`again`)."""
    if before := find(issuer, subject):
        _set_aside(before, again)
    facts = {"name": name, "email": email, "time_zone": time_zone, "department": department}
    person = Person.create(issuer=issuer, subject=subject, **facts)
    audit.note("directory", about=f"added {subject}")
    return person


def _set_aside(before: Person, again: bool) -> None:
    subject = before.subject
    if not before.retired_at:
        state = ", but disabled: 'duologue people enable' lets them in again" if before.disabled_at else " already"
        raise Refused(f"{subject} is here{state}.")
    if not again:
        raise Refused(
            f"{subject} was retired: if this is another person with the same name, add them with --again, "
            "and they will see nothing of the other's."
        )
    before.change(subject=SET_ASIDE.format(subject=subject, id=before.id))
    audit.note("directory", about=f"set {subject} aside as {before.id}")


def correct(person: Person, **facts: str | None) -> None:
    """Give somebody the name and address that the directory says."""
    person.change(**facts)
    audit.note("directory", about=f"corrected {', '.join(facts)} of {person.subject}")


def disable(person: Person) -> None:
    """Shut them out at once, open pages included. What they wrote stays, and so do their one-to-ones."""
    if not person.disabled_at:
        person.change(disabled_at=clock.now(), epoch=person.epoch + 1)
        audit.note("directory", about=f"disabled {person.subject}")


def enable(person: Person) -> None:
    """Let them in again. Raises Refused for the retired."""
    if person.retired_at:
        raise Refused(f"{person.subject} was retired for good: 'duologue people add' lets somebody of this name in.")
    if person.disabled_at:
        person.change(disabled_at=None)
        audit.note("directory", about=f"enabled {person.subject}")


def retire(person: Person, manager_days: int = 0) -> None:
    """They have left for good: they are shut out, their one-to-ones end, and their name is nobody else's.

    A manager may read what was written for `manager_days` more.
    """
    if person.retired_at:
        return
    with one_at_a_time("people"):
        for pair in let_go(person, manager_days):
            notices.tell("cover-ended" if pair.covers_id else "unpaired", pair)
        audit.note("directory", about=f"retired {person.subject}")


def let_go(person: Person, manager_days: int = 0) -> list[Pair]:
    """Shut somebody out for good and end their one-to-ones; gives those that were running, whose people are not told.

    A leave cover that ends with what it covers is not among them: its people are.

    It belongs into the transaction of what they leave by.
    """
    moment = clock.now()
    person.change(
        retired_at=person.retired_at or moment,
        disabled_at=person.disabled_at or moment,
        epoch=person.epoch + 1,
        people_lead=False,
    )
    for way_in in (Session, CalendarFeed):
        way_in.delete().where(way_in.person == person).execute()
    standing = _standing(person)
    for pair in standing:
        _end(pair, manager_days)
    covered = {pair.id for pair in standing}
    return [pair for pair in standing if pair.accepted_at and pair.covers_id not in covered]


def must_choose_people_leads(config: Config) -> None:
    """Raise Refused where it is not for us to say who is a people lead, since sign-in says it."""
    if group := config.proxy_people_lead_group:
        raise Refused(f"The group {group} decides who is a people lead (PROXY_PEOPLE_LEAD_GROUP): change it there.")


def make_people_lead(person: Person, undo: bool = False) -> None:
    """Give somebody the people lead's role, or take it back. It shows them nobody's conversations."""
    if person.people_lead == undo:
        person.change(people_lead=not undo)
        audit.note("role", about=f"{person.subject} is {'no longer a' if undo else 'a'} people lead")


def merge(source: Person, target: Person) -> int:
    """Somebody signs in as `target` now: all that was theirs as `source` is `target`'s, and `source` is retired.

    The people lead's role does not come along. Gives the number of pairs that did. Raises Refused where the two
    cannot be one person, or where both have something in their one-to-ones with the same other one.
    """
    _must_be_one(source, target)
    with one_at_a_time("people"):
        pairs = list(pairs_of(source))
        _hand_over(source, target)
        _settle_doubles(target)
        moved = [pair.id for pair in pairs]
        Pair.update(version=Pair.version + 1).where(Pair.id << moved).execute()
        # Who did without some mail goes on doing without it.
        target.change(mail_off=" ".join(sorted({*source.mail_off.split(), *target.mail_off.split()})))
        retire(source)
        audit.note("directory", about=f"merged {source.subject} into {target.subject}")
        for pair in pairs_of(target).where(Pair.id << moved):
            _tell_of_merger(target, pair)
    return len(pairs)


def _must_be_one(source: Person, target: Person) -> None:
    if source.id == target.id:
        raise Refused(f"{source.subject} is one person already: name two.")
    if target.disabled_at:
        raise Refused(f"{target.subject} is disabled, so nobody could read what comes along: enable them first.")
    if pairs_of(source).where((Pair.manager == target) | (Pair.report == target)).exists():
        raise Refused(
            f"{source.subject} and {target.subject} have one-to-ones with each other, so they are two people."
        )


def _hand_over(source: Person, target: Person) -> None:
    # database.py loads every room, so that here all columns are known that name a person.
    for column, model in Person._meta.backrefs.items():
        if model not in STAYS_BEHIND:
            model.update({column: target}).where(column == source).execute()
    outbox.move(source, target)
    Session.delete().where(Session.person == source).execute()


def _settle_doubles(target: Person) -> None:
    """Where both names had one-to-ones with the same other one, leave those that have something in them."""
    standing: dict[tuple[str, str, str | None], list[Pair]] = {}
    for pair in sorted(_standing(target), key=_worth, reverse=True):
        standing.setdefault((pair.manager_id, pair.report_id, pair.covers_id), []).append(pair)
    for kept, *others in standing.values():
        if any(_is_made(pair) for pair in others):
            raise Refused(
                f"There are two one-to-ones with {kept.other(target).name} that both have something in them: "
                f"have one of them ended, which its individual can still read, then merge."
            )
        for pair in others:
            kept.change(from_directory=kept.from_directory or pair.from_directory)
            _end(pair)


def _worth(pair: Pair) -> tuple[bool, bool, float]:
    """What decides which of two goes on: that something is in it, that it is accepted, that it is older."""
    return _is_made(pair), bool(pair.accepted_at), -pair.invited_at.timestamp()


def _is_made(pair: Pair) -> bool:
    return any(model.select().where(model.pair == pair).exists() for model in MADE)


def _tell_of_merger(target: Person, pair: Pair) -> None:
    if pair.is_running:
        notices.tell_one(pair.other(target), "merged", pair)
        notices.tell_one(target, "moved", pair)


def report_to(report: Person, manager: Person | None, manager_days: int = 0) -> None:
    """The staff directory says who somebody's line manager is; None: nobody.

    The two meet from now on: at once, without an invitation. One-to-ones that the directory began with another
    manager end; those that people began themselves go on. Where one of the two has ended what the directory began,
    it is not begun again until the directory has said something else in between. A former manager may read what was
    written for `manager_days` more.
    """
    with one_at_a_time("people"):
        said = SAID(report=report.id)
        for pair in said:
            if not manager or pair.manager_id != manager.id:
                _part(pair, manager_days)
        if manager and manager.id not in {pair.manager_id for pair in said}:
            pair, is_new = pairing.begin(manager, report)
            if is_new:
                notices.tell("paired", pair)
                notices.welcome(pair)


def _part(pair: Pair, manager_days: int) -> None:
    if pair.is_running:
        notices.tell("unpaired", pair)
    _end(pair, manager_days)


def _end(pair: Pair, manager_days: int = 0) -> None:
    """End one-to-ones, and forget what the directory said of them."""
    pair.end(None, manager_days)
    pair.change(from_directory=False)


def pairs_of(person: Person):
    """Every pair that names them, whether they may read it or not, as a query."""
    return Pair.select().where((Pair.manager == person) | (Pair.report == person))


def _standing(person: Person) -> list[Pair]:
    # What is covered ends before its cover, which ends with it: that is what its people are told.
    return sorted(pairs_of(person).where(Pair.ended_at.is_null()), key=lambda pair: bool(pair.covers_id))


# An import asks these once for each person.
CALLED = Prepared(lambda issuer, subject: Person.select().where(Person.issuer == issuer, Person.subject == subject))
SAID = Prepared(lambda report: Pair.select().where(Pair.report == report, Pair.from_directory))
