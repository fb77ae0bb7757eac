"""The built-in conversations: agendas/*.toml read once, checked, and kept."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "agendas"
SIDES = ("individual", "manager", "both")


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
    """A kind of conversation: its name and its sections in order."""

    key: str
    name: str
    minutes: int
    sections: tuple[Section, ...]

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
        found = tomllib.loads(path.read_text("utf-8"))
        sections = tuple(_section(part) for part in found["section"])
        template = Template(path.stem, found["name"], found["minutes"], sections)
    except tomllib.TOMLDecodeError as mistake:
        raise TemplateMistake(f"{path.name}: {mistake}") from None
    except KeyError as missing:
        raise TemplateMistake(f"{path.name}: {missing} is missing") from None
    except ValueError as mistake:
        raise TemplateMistake(f"{path.name}: {mistake}") from None
    keys = [section.key for section in template.sections]
    if len(set(keys)) < len(keys):
        raise TemplateMistake(f"{path.name}: two sections have one key")
    return template


def _section(part: dict) -> Section:
    prompts = tuple(_prompt(prompt) for prompt in part.get("prompt", ()))
    return Section(part["key"], part["title"], prompts)


def _prompt(part: dict) -> Prompt:
    if part["side"] not in SIDES:
        raise ValueError(f"side {part['side']!r} is none of {', '.join(SIDES)}")
    return Prompt(part["side"], part["text"], tuple(part.get("covers", ())))


TEMPLATES = read_folder()
