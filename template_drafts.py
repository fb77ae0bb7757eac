"""A template while somebody writes it: what the editor's form says, in whatever state, as TOML and back.

A place is a part's way from the top, as in a template file: ("section", 0, "prompt", 2). A form's fields are named by
it: section-0-prompt-2-text. Nothing is checked here; whoever publishes it reads it as the template file that it is.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

import tomli_w

from agenda_templates import KINDS, SIDES, TOPICS
from template_files import Place

LISTS = ("preparation", "section", "closing", "responsibility")
FIELD = re.compile(r"(?:[a-z]+-[0-9]{1,3}-){0,2}[a-z]+")
PART = re.compile(r"(?:preparation|closing|responsibility)-[0-9]{1,3}|section-[0-9]{1,3}(?:-prompt-[0-9]{1,3})?")
LIST = re.compile(r"preparation|closing|responsibility|section(?:-[0-9]{1,3}-prompt)?")
KEY_LENGTH = 28
# Where the form keeps what was just taken out, until something else is done.
REMOVED = "removed"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def place_named(name: str) -> Place:
    """The place that a field, a part or a list is named by."""
    return tuple(int(part) if part.isdecimal() else part for part in name.split("-"))


def name_of(place: Place) -> str:
    """What a place is called in a form and in an address."""
    return "-".join(map(str, place))


class Draft:
    """A template that may not be one yet. `said` is what is written as TOML."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = {**dict.fromkeys(("name", "about", "language"), ""), "minutes": "", "horizons": {}, **said}
        for name in LISTS:
            self.said.setdefault(name, [])
        for section in self.said["section"]:
            section.setdefault("prompt", [])

    @classmethod
    def read(cls, text: str) -> "Draft":
        """The draft that toml() wrote, or a template file that has been read before."""
        return cls(tomllib.loads(text))

    @classmethod
    def typed(cls, fields: Iterable[tuple[str, str]]) -> tuple["Draft", list[dict[str, Any]]]:
        """What a form says, and the part that it keeps for putting back (none or one)."""
        tree = _tree(fields)
        said = {name: _line(tree, name) for name in ("name", "about", "language")}
        lists = {name: _each(tree, name, _section if name == "section" else _prompt) for name in LISTS}
        facts = {"minutes": _number(_line(tree, "minutes")), "horizons": _horizons(tree)}
        return cls({**said, **facts, **lists}), _each(tree, REMOVED, _removed)

    def toml(self) -> str:
        """It as TOML, with a key for each section that has a title."""
        for section in self.said["section"]:
            if section["title"] and not section["key"]:
                section["key"] = self._new_key(section["title"])
        return tomli_w.dumps({name: _told(value) for name, value in self.said.items() if value or name in REQUIRED})

    def _new_key(self, title: str) -> str:
        """Letters that tell the section from the others, now and in later versions."""
        taken = {section["key"] for section in self.said["section"]}
        key = slug(title, "section")[:KEY_LENGTH].strip("_")
        return next(found for found in (key, *(f"{key}_{letter}" for letter in _endings())) if found not in taken)

    def part(self, place: Place) -> dict[str, Any]:
        """The section or prompt at a place. Raises LookupError."""
        found, n = self._at(place)
        return found[n]

    def add(self, place: Place) -> Place:
        """Put a new part at the end of the list at `place`; where it stands. Raises LookupError."""
        found = self._list(place)
        found.append({"key": "", "title": "", "prompt": []} if place[-1] == "section" else _blank(found))
        return (*place, len(found) - 1)

    def remove(self, place: Place) -> dict[str, Any]:
        """Take a part out, and give it. Raises LookupError."""
        found, n = self._at(place)
        return found.pop(n)

    def put(self, place: Place, part: dict[str, Any]) -> None:
        """Put a part back at a place, or at the end of its list. Raises LookupError."""
        *way, n = place
        self._list(tuple(way)).insert(int(n), part)

    def step(self, place: Place, down: bool) -> Place:
        """Move a part one place up or down; where it stands then. Raises LookupError."""
        found, n = self._at(place)
        to = min(n + 1, len(found) - 1) if down else max(n - 1, 0)
        found.insert(to, found.pop(n))
        return (*place[:-1], to)

    def _at(self, place: Place) -> tuple[list[dict[str, Any]], int]:
        *way, n = place
        found = self._list(tuple(way))
        if int(n) >= len(found):
            raise LookupError(name_of(place))
        return found, int(n)

    def _list(self, place: Place) -> list[dict[str, Any]]:
        found: Any = self.said
        for step in place:
            found = found[step]
        return found


REQUIRED = ("name", "minutes", "key", "title", "side", "text")


def _told(value: Any) -> Any:
    """What is said of a list's parts, without what is empty and need not be said."""
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        return value
    return [{name: _told(said) for name, said in part.items() if said or name in REQUIRED} for part in value]


def _blank(others: list[dict[str, Any]]) -> dict[str, Any]:
    """A prompt to be written, for the same side as the one before it."""
    return {"side": others[-1]["side"] if others else SIDES[0], "text": ""}


def _tree(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields by the parts of their names; several of one name are a list."""
    tree: dict[str, Any] = {}
    for name, value in fields:
        if FIELD.fullmatch(name):
            *way, last = name.split("-")
            at = tree
            for step in way:
                at = at.setdefault(f"{step}-", {})
            at.setdefault(last, []).append(value)
    return tree


def _each(tree: dict[str, Any], name: str, read: Callable[[dict[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
    found = tree.get(f"{name}-", {})
    return [read(found[n]) for n in sorted((n for n in found if n[0].isdecimal()), key=lambda n: int(n[:-1]))]


def _line(tree: dict[str, Any], name: str) -> str:
    """What was typed, on one line."""
    return " ".join(tree.get(name, [""])[0].split())


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else text


def _horizons(tree: dict[str, Any]) -> dict[str, str]:
    rows = tree.get("horizon-", {}).values()
    said = [(_line(row, "years"), _line(row, "words")) for row in rows]
    return {years: words for years, words in said if years or words}


def _section(tree: dict[str, Any]) -> dict[str, Any]:
    signposts = [topic for topic in TOPICS if topic in tree.get("signposts", [])]
    said = {"key": _line(tree, "key"), "title": _line(tree, "title"), "signposts": signposts}
    return {**said, "prompt": _each(tree, "prompt", _prompt)}


def _prompt(tree: dict[str, Any]) -> dict[str, Any]:
    kind = _line(tree, "kind")
    return {
        "side": _line(tree, "side"),
        "kind": kind if kind != KINDS[0] else "",
        "text": _line(tree, "text"),
        "caution": _line(tree, "caution"),
        "again": "again" in tree,
        "covers": _line(tree, "covers").split(),
    }


def _removed(part: dict[str, Any]) -> dict[str, Any]:
    return _section(part) if "key" in part else _prompt(part)


def fields_of(part: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """The fields of a form that say a part, named by `name`; typed() reads them."""
    for entry, said in part.items():
        if entry == "prompt":
            for n, prompt in enumerate(said):
                yield from fields_of(prompt, f"{name}-prompt-{n}")
        elif entry == "signposts":
            yield from ((f"{name}-signposts", topic) for topic in said)
        elif said or entry == "key":
            yield f"{name}-{entry}", " ".join(said) if isinstance(said, list) else str(said)


def slug(title: str, otherwise: str) -> str:
    """A title in small plain letters, with _ between its words; `otherwise` where it has none."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]+", "_", plain).strip("_") or otherwise


def _endings() -> Iterator[str]:
    """b, c … z, aa, ab … zzz: what tells those apart that would be called the same."""
    yield from LETTERS[1:]
    for length in (2, 3):
        yield from ("".join(found) for found in product(LETTERS, repeat=length))
