"""Templates of one's own: what the people leads write, publish and retire. Every step is in the audit trail."""

import hashlib
from collections.abc import Iterable

import audit
import clock
import library
from languages import Phrase
from library import DRAFT, USUAL, Shelf, TemplateVersion
from models import Person, Refused
from rows import one_at_a_time
from template_drafts import KEY_LENGTH, Draft, slug
from template_files import SIZE_LIMIT, THIS, Mistake, TemplateMistake, read, sketch, written

# What stands after /templates/ and is no template.
TAKEN = {"import"}
NO_DRAFT = Phrase("There is no draft of this any more: it was published or discarded meanwhile.")


class DraftChanged(Refused):
    """Somebody else has changed the draft, or done away with it. `draft` is what is there now, if anything."""

    def __init__(self, draft: TemplateVersion | None) -> None:
        self.draft = draft
        super().__init__(Phrase("Somebody else changed this draft meanwhile.") if draft else NO_DRAFT)


def stamp(draft: TemplateVersion | None) -> str:
    """What tells one state of a draft from another; blank for none."""
    return hashlib.sha256(draft.content.encode()).hexdigest()[:16] if draft else ""


def save_draft(key: str, by: Person, content: str, base: str) -> TemplateVersion:
    """Keep the draft of a template, having started from what `base` is the stamp of.

    To save the same again changes nothing. Raises DraftChanged where it is not what it was.
    """
    if len(content) > SIZE_LIMIT:
        raise Refused(Phrase("A template cannot be longer than %(limit)s characters.", limit=SIZE_LIMIT))
    with one_at_a_time("templates"):
        draft = library.draft_of(key)
        if stamp(draft) != base and not (draft and draft.content == content):
            raise DraftChanged(draft)
        return _kept(key, by, content, draft)


def _kept(key: str, by: Person, content: str, draft: TemplateVersion | None) -> TemplateVersion:
    if draft is None or draft.by != by.id:
        audit.note("template", by=by, about=f"{'continued' if draft else 'began'} the draft of {key}")
    if draft is None:
        return TemplateVersion.create(key=key, number=DRAFT, content=content, by=by.id)
    if draft.content != content:
        draft.change(content=content, by=by.id, written_at=clock.now())
    return draft


def copy(key: str, by: Person, name: str) -> str:
    """Begin another template as the draft of what this one says; the new one's key. Raises Refused."""
    found = library.shelf(key)
    draft = Draft.read(found.shown.content) if found else Draft({})
    draft.said["name"] = name
    return begin(by, name, draft.toml())


def begin(by: Person, name: str, content: str) -> str:
    """Begin a template that there was none of, with a draft; its key. To begin the same again changes nothing.

    Raises Refused where another has its name.
    """
    with one_at_a_time("templates"):
        if same := next((each for each in library.shelves() if each.name == name and _says(each, content)), None):
            return same.key
        must_be_free(name)
        key = _new_key(name)
        save_draft(key, by, content, base="")
    return key


def _says(shelf: Shelf, content: str) -> bool:
    """Whether a template was never published, and its draft is as it was begun."""
    return not shelf.newest and shelf.shown.content == content


def must_be_free(name: str) -> None:
    """Raise Refused if a template has this name: nobody could tell the two apart."""
    if _is_called(name, library.shelves()):
        raise Refused(Phrase("There is a template of this name already. Please choose another name."))


def _is_called(name: str, shelves: Iterable[Shelf]) -> bool:
    return name.casefold() in {shelf.name.casefold() for shelf in shelves}


def _new_key(name: str) -> str:
    taken = {shelf.key for shelf in library.shelves()} | TAKEN
    first = slug(name, "template")[:KEY_LENGTH].strip("_")
    number = 1
    key = first
    while key in taken:
        number += 1
        key = f"{first}_{number}"
    return key


def mistakes_in(key: str, content: str) -> list[Mistake]:
    """What is wrong in a draft, so that it cannot be published."""
    template, mistakes = sketch(key, content, key)
    if _is_called(template.name, (shelf for shelf in library.shelves() if shelf.newest and shelf.key != key)):
        mistakes.append(Mistake(("name",), 1, Phrase("%(entry)s is that of another template.", entry=THIS)))
    return mistakes


def publish(key: str, by: Person, base: str) -> TemplateVersion:
    """Make the draft with the stamp `base` the next version, which never changes again.

    Raises TemplateMistake where something is wrong in it, DraftChanged where it is not what it was.
    """
    with one_at_a_time("templates"):
        draft = library.draft_of(key)
        if draft is None or stamp(draft) != base:
            raise DraftChanged(draft)
        if mistakes := mistakes_in(key, draft.content):
            raise TemplateMistake(key, *mistakes)
        content, moment = written(read(key, draft.content, key)), clock.now()
        draft.change(number=library.next_number(key), content=content, by=by.id, published_at=moment)
        audit.note("template", by=by, about=f"published {key} {draft.number}")
    return draft


def discard(key: str, by: Person, base: str) -> None:
    """Do away with the draft with the stamp `base`. A template that was never published is gone with it.

    Raises DraftChanged where it is not what it was.
    """
    with one_at_a_time("templates"):
        if draft := library.draft_of(key):
            if stamp(draft) != base:
                raise DraftChanged(draft)
            draft.remove()
            audit.note("template", by=by, about=f"discarded the draft of {key}")


def retire(key: str, by: Person, undo: bool = False) -> None:
    """Offer a template no more, or again. Meetings that began with it keep it. Raises Refused for the usual one."""
    if key == USUAL:
        raise Refused(Phrase("The usual conversation cannot be retired: it is what people have who chose no other."))
    with one_at_a_time("templates"):
        newest = next(iter(library.versions_of(key)), None)
        if newest and bool(newest.retired_at) == undo:
            newest.change(retired_at=None if undo else clock.now())
            audit.note("template", by=by, about=f"{'offers' if undo else 'retired'} {key}{' again' if undo else ''}")


def take_original(key: str, by: Person) -> None:
    """Begin a draft with what Duologue brings along. Raises Refused where a draft waits, or nothing came along."""
    original = library.built_in(key)
    if original is None:
        raise Refused(Phrase("Duologue has no template of its own here."))
    if library.draft_of(key):
        raise Refused(Phrase("A draft is waiting already. Please publish or discard it first."))
    save_draft(key, by, written(read(key, original, key)), base="")


def writers(versions: Iterable[TemplateVersion]) -> dict[str, str]:
    """The names of those who wrote these versions, by id."""
    ids = {version.by for version in versions if version.by}
    return {person.id: person.name for person in Person.select(Person.id, Person.name).where(Person.id << ids)}
