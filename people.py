"""How people come, change and go: under which name each signs in, and to whom the staff directory says they report."""

import re
import unicodedata

import audit
import clock
import gate
import notices
from audit import AuditEntry
from config import Config
from models import Pair, Person, Refused
from prepared import Prepared
from rows import db
from sessions import Session

NAME_LENGTH, SUBJECT_LENGTH, EMAIL_LENGTH, QUOTED_LENGTH = 200, 160, 254, 60
# Nothing that could end a mail's header or begin another address.
EMAIL = re.compile(r"[^\s@,;:<>()\"\\]+@[^\s@,;:<>()\"\\]+")
# What is set aside has upper-case letters in it, so nobody signs in under it: names are lower-cased at the door.
SET_ASIDE = "{subject}~RETIRED~{id}"
# What belongs to a sign-on name alone, and what nobody may rewrite.
STAYS_BEHIND = {Session, AuditEntry}


def subject_from(config: Config, text: str) -> str:
    """The name that somebody signs in with, as sign-in itself reads it. Raises Refused."""
    try:
        found = gate.subject_of(text.strip(), config)
    except gate.Unvouched:
        found = ""
    if not found or len(found) > SUBJECT_LENGTH:
        pattern = config.proxy_user_pattern.pattern
        raise Refused(f"{quoted(text)} cannot be a username: it must match {pattern} in full.")
    return found


def name_from(text: str) -> str:
    """A person's full name, tidied. Raises Refused."""
    found = unicodedata.normalize("NFC", " ".join(text.split()))
    if not any(letter.isalpha() for letter in found):
        raise Refused(f"{quoted(text)} is no name: write the person's full name.")
    if len(found) > NAME_LENGTH:
        raise Refused(f"{quoted(text)} is longer than {NAME_LENGTH} characters: shorten the name.")
    if any(is_control(letter) for letter in found):
        raise Refused(f"{quoted(text)} holds a character that cannot be seen: write the name anew.")
    return found


def is_control(letter: str) -> bool:
    """Whether a character does something to the text around it instead of being seen."""
    return unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") or unicodedata.bidirectional(letter) in (
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    )  # fmt: skip


def email_from(text: str) -> str | None:
    """An e-mail address; None for none. Raises Refused."""
    found = text.strip()
    if not found:
        return None
    if not EMAIL.fullmatch(found) or len(found) > EMAIL_LENGTH or any(is_control(letter) for letter in found):
        raise Refused(f"{quoted(text)} is no e-mail address: one looks like ada@example.org.")
    return found


def time_zone_from(text: str) -> str | None:
    """A time zone; None for none. Raises Refused."""
    found = text.strip()
    if found and not clock.is_zone(found):
        raise Refused(f"{quoted(text)} is no time zone: one looks like Europe/London.")
    return found or None


def quoted(text: str) -> str:
    """What somebody else wrote, so that a terminal can show it: short, and with nothing that would steer it."""
    short = text if len(text) <= QUOTED_LENGTH else f"{text[:QUOTED_LENGTH]}…"
    return f"'{short}'" if short.isprintable() else ascii(short)


def find(issuer: str, subject: str) -> Person | None:
    """Whoever signs in, or did, under this name."""
    return CALLED.first(issuer=issuer, subject=subject)


def of_issuer(issuer: str) -> list[Person]:
    """Everybody whom this issuer vouches for, or did, by username."""
    return list(Person.select().where(Person.issuer == issuer).order_by(Person.subject))


def add(issuer: str, subject: str, name: str, email: str | None, time_zone: str, again: bool = False) -> Person:
    """Let somebody in. Raises Refused when the name is taken, or was: unless it is another person's now (`again`)."""
    if before := find(issuer, subject):
        _set_aside(before, again)
    person = Person.create(issuer=issuer, subject=subject, name=name, email=email, time_zone=time_zone)
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
    with db.atomic():
        disabled_at = person.disabled_at or clock.now()
        person.change(retired_at=clock.now(), disabled_at=disabled_at, epoch=person.epoch + 1, people_lead=False)
        for pair in _standing(person):
            _part(pair, manager_days)
        audit.note("directory", about=f"retired {person.subject}")


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

    Gives the number of pairs that came along. Raises Refused where the two cannot be one person.
    """
    _must_be_one(source, target)
    with db.atomic():
        pairs = list(_pairs(source))
        _hand_over(source, target)
        moved = [pair.id for pair in pairs]
        Pair.update(version=Pair.version + 1).where(Pair.id << moved).execute()
        retire(source)
        audit.note("directory", about=f"merged {source.subject} into {target.subject}")
        for pair in _pairs(target).where(Pair.id << moved):
            _tell_of_merger(target, pair)
    return len(pairs)


def _must_be_one(source: Person, target: Person) -> None:
    if source.id == target.id:
        raise Refused(f"{source.subject} is one person already: name two.")
    if target.disabled_at:
        raise Refused(f"{target.subject} is disabled, so nobody could read what comes along: enable them first.")
    if _pairs(source).where((Pair.manager == target) | (Pair.report == target)).exists():
        raise Refused(
            f"{source.subject} and {target.subject} have one-to-ones with each other, so they are two people."
        )


def _hand_over(source: Person, target: Person) -> None:
    # database.py loads every room, so that here all columns are known that name a person.
    for column, model in Person._meta.backrefs.items():
        if model not in STAYS_BEHIND:
            model.update({column: target}).where(column == source).execute()
    Session.delete().where(Session.person == source).execute()


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
    with db.atomic():
        said = SAID(report=report.id)
        for pair in said:
            if not manager or pair.manager_id != manager.id:
                _part(pair, manager_days)
        if manager and manager.id not in {pair.manager_id for pair in said}:
            pair, is_new = Pair.begin(manager, report)
            if is_new:
                notices.tell("paired", pair)


def _part(pair: Pair, manager_days: int) -> None:
    if pair.is_running:
        notices.tell("unpaired", pair)
    pair.end(None, manager_days)
    pair.change(from_directory=False)


def _pairs(person: Person):
    return Pair.select().where((Pair.manager == person) | (Pair.report == person))


def _standing(person: Person) -> list[Pair]:
    return list(_pairs(person).where(Pair.ended_at.is_null()))


# An import asks these once for each person.
CALLED = Prepared(lambda issuer, subject: Person.select().where(Person.issuer == issuer, Person.subject == subject))
SAID = Prepared(lambda report: Pair.select().where(Pair.report == report, Pair.from_directory))
