"""The built-in conversations: agendas/*.toml read once, checked, and kept."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "agendas"
SIDES = ("individual", "manager", "both")
KINDS = {str: "a text", int: "a whole number", list: "a list"}


class TemplateMistake(Exception):
    """A template file that cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Prompt:
    """One question or cue, for one side of the table. `covers` names the guidance it stands for."""

    side: str
    text: str
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of an agenda. `key` is what items remember, `title` what people read."""

    key: str
    title: str
    prompts: tuple[Prompt, ...] = ()

    def prompts_for(self, side: str) -> list[Prompt]:
        """The prompts that the person on `side` ("individual" or "manager") is shown first."""
        return [prompt for prompt in self.prompts if prompt.side in (side, "both")]


@dataclass(frozen=True)
class Template:
    """A kind of conversation: its name, its usual length, its sections in order, and what to ask at the end."""

    key: str
    name: str
    minutes: int
    sections: tuple[Section, ...]
    closing: tuple[Prompt, ...] = ()

    def section(self, key: str) -> Section | None:
        """The section with this key, if the template has one."""
        return next((section for section in self.sections if section.key == key), None)

    def home_for(self, key: str) -> str:
        """Where an item of section `key` goes in this template: the same section, else the last one."""
        return key if self.section(key) else self.sections[-1].key


def read_folder(folder: Path = FOLDER) -> dict[str, Template]:
    """Every template of the folder by key. Raises TemplateMistake, which names the file."""
    return {path.stem: read_file(path) for path in sorted(folder.glob("*.toml"))}


def read_file(path: Path) -> Template:
    """One template file. Raises TemplateMistake."""
    try:
        return _template(path.stem, tomllib.loads(path.read_text("utf-8")))
    except KeyError as missing:
        raise TemplateMistake(f"{path.name}: {missing} is missing") from None
    except ValueError as mistake:
        raise TemplateMistake(f"{path.name}: {mistake}") from None


def _template(key: str, found: dict) -> Template:
    sections = tuple(_section(part) for part in _part(found, "section", list))
    if not sections:
        raise ValueError("section: there must be at least one")
    if len({section.key for section in sections}) < len(sections):
        raise ValueError("two sections have one key")
    closing = tuple(map(_prompt, _part(found, "closing", list))) if "closing" in found else ()
    return Template(key, _part(found, "name", str), _part(found, "minutes", int), sections, closing)


def _section(found: dict) -> Section:
    prompts = _part(found, "prompt", list) if "prompt" in found else []
    return Section(_part(found, "key", str), _part(found, "title", str), tuple(map(_prompt, prompts)))


def _prompt(found: dict) -> Prompt:
    side = _part(found, "side", str)
    if side not in SIDES:
        raise ValueError(f"side {side!r} is none of {', '.join(SIDES)}")
    covers = _part(found, "covers", list) if "covers" in found else []
    return Prompt(side, _part(found, "text", str), tuple(covers))


def _part(found: dict, name: str, kind: type) -> Any:
    if not isinstance(found[name], kind):
        raise ValueError(f"{name} must be {KINDS[kind]}")
    return found[name]


TEMPLATES = read_folder()
