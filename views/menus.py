"""The lesser buttons of an item. Items that are alike have the same ones, so they are rendered once for all."""

from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

import languages
from languages import Language
from meetings import Item, Meeting
from templating import Templates

# Stands for the id of an item: no id and no label has it.
ANY = "\0"
REMEMBERED = 500


class Alike(NamedTuple):
    """Whatever the buttons of an item depend on."""

    language: Language
    versions: str
    section: str
    is_shared: bool
    is_kept: bool
    is_standing: bool
    has_notes: bool


def of(item: Item, meeting: Meeting, templates: Templates) -> Markup:
    """The menu of an item on the agenda of this meeting."""
    facts = (item.shared_at, item.kept_at, item.standing_at, item.notes)
    alike = Alike(languages.current(), meeting.versions, item.section, *map(bool, facts))
    return Markup(_of(alike, templates).replace(ANY, item.id))  # noqa: S704 - rendered, and an id of ours


@lru_cache(maxsize=REMEMBERED)
def _of(alike: Alike, templates: Templates) -> str:
    item = Item(id=ANY, section=alike.section, notes=" " * alike.has_notes)
    item.shared_at, item.kept_at, item.standing_at = alike.is_shared, alike.is_kept, alike.is_standing
    meeting = Meeting(versions=alike.versions)
    return templates.get_template("items/_menu.html").render(item=item, meeting=meeting)
