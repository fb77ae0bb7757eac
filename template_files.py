"""Templates as TOML: read with every mistake named by file and line, and written again."""

import re
import tomllib
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w

from agenda_templates import HORIZON, KINDS, SIDES, TOPICS, Prompt, Section, Template
from languages import Phrase, translated

FOLDER = Path(__file__).parent / "agendas"
TITLE_LIMIT, TEXT_LIMIT, SIZE_LIMIT, LINE_LIMIT = 80, 300, 200_000, 2_000
# Control characters, halves of characters, ends of lines and paragraphs. Spaces and joiners of all scripts may be.
UNPRINTABLE = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}
SHORTEST, LONGEST = 5, 480
KEY = re.compile(r"[a-z][a-z_]{0,31}")
TABLE = re.compile(r"\s*\[\[\s*([\w.]+)\s*\]\]")
ENTRY = re.compile(r"\s*([\w-]+)\s*=")
GUIDANCE = re.compile(r"[ABC][1-9]\d{0,2}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{4})?(-[A-Z]{2})?")
AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
# What stands for an entry's name where its field is beside the message.
THIS = Phrase("This")
ONE_TEXT = Phrase("%(entry)s must be a text.", entry=THIS)
WHOLE_NUMBER = Phrase(
    "%(entry)s must be a whole number from %(least)s to %(most)s.", entry=THIS, least=SHORTEST, most=LONGEST
)
LIKE_HORIZONS = Phrase(
    "%(entry)s must look like %(example)s.", entry=THIS, example='{ 5 = "five years", 1 = "one year" }'
)

Place = tuple[str | int, ...]


class Mistake(NamedTuple):
    """Something wrong in a template: in which part of it, at which line of its text, and what."""

    place: Place
    line: int
    what: Phrase

    @property
    def beside(self) -> str:
        """What is wrong, in the language spoken now, as it is said beside the field itself."""
        return translated(_about(self.what, translated(THIS)))


def _about(what: Phrase, entry: str) -> Phrase:
    return Phrase(what.message, **{**what.facts, "entry": entry}) if "entry" in what.facts else what


class TemplateMistake(Exception):
    """A template file that cannot be used; the message says where and what is wrong first, `mistakes` all of it."""

    def __init__(self, name: str, *mistakes: Mistake) -> None:
        self.mistakes = mistakes
        super().__init__(f"{name}, line {mistakes[0].line}: {mistakes[0].what}" if mistakes else name)


def read_folder(folder: Path | None = None) -> dict[str, Template]:
    """Every template of a folder (by default those that come with Duologue) by key. Raises TemplateMistake."""
    return {path.stem: read_file(path) for path in sorted((folder or FOLDER).glob("*.toml"))}


def read_file(path: Path) -> Template:
    """One template file; its name is the template's key. Raises TemplateMistake."""
    try:
        return read(path.stem, path.read_text("utf-8"), path.name)
    except UnicodeDecodeError:
        raise TemplateMistake(f"{path.name}: this is not a text in UTF-8.") from None


@lru_cache(maxsize=64)
def read(key: str, text: str, name: str) -> Template:
    """The template that a TOML text describes. `name` is what messages call the file. Raises TemplateMistake."""
    template, mistakes = sketch(key, text, name)
    if mistakes:
        raise TemplateMistake(name, *mistakes)
    return template


def sketch(key: str, text: str, name: str) -> tuple[Template, list[Mistake]]:
    """As much of a template as can be read of a text, and what is wrong. Raises TemplateMistake if it is no TOML."""
    if len(text) > SIZE_LIMIT:
        raise TemplateMistake(f"{name}: this is longer than {SIZE_LIMIT:,} characters.")
    lines = text.splitlines()
    if too_long := next((n for n, line in enumerate(lines, 1) if len(line) > LINE_LIMIT), None):
        # A key of thousands of parts takes the square of that to be read.
        mistake = Mistake((), too_long, Phrase("this line is longer than %(limit)s characters.", limit=LINE_LIMIT))
        raise TemplateMistake(name, mistake)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise TemplateMistake(name, _without_place(text, str(mistake))) from None
    except (ValueError, RecursionError):
        # A number of thousands of digits, or lists within lists within lists.
        raise TemplateMistake(f"{name}: this is no template.") from None
    reader = _Reader(text)
    return reader.template(key, found), reader.mistakes


def _without_place(text: str, mistake: str) -> Mistake:
    at = AT_LINE.search(mistake)
    line = int(at[1]) if at else text.count("\n") + 1
    return Mistake((), line, Phrase(f"{AT_LINE.sub('', mistake).strip().rstrip('.')}."))


class _Shape(NamedTuple):
    """What may be said in a table: entries with their checks, those that must be there, and tables within."""

    entries: dict[str, Callable]
    required: tuple[str, ...]
    parts: tuple[str, ...] = ()


class _Reader:
    """Turns what TOML says into a template; knows at which line each part stands, and notes what is wrong."""

    def __init__(self, text: str) -> None:
        self._lines = _lines_of(text)
        self.mistakes: list[Mistake] = []

    def template(self, key: str, found: dict) -> Template:
        facts = self._facts(found, (), TEMPLATE)
        horizons = tuple((int(years), words) for years, words in facts.pop("horizons", {}).items())
        sections = self._list(found, (), "section", self._section)
        if not sections:
            self._refuse(("section",), Phrase("There must be at least one section."))
        for n, section in enumerate(sections):
            if section.key and section.key in {other.key for other in sections[:n]}:
                self._refuse(
                    ("section", n, "key"), Phrase("There are two sections with the key “%(key)s”.", key=section.key)
                )
        template = Template(
            key,
            sections=sections,
            horizons=horizons,
            closing=self._prompts(found, (), "closing"),
            preparation=self._prompts(found, (), "preparation"),
            responsibilities=self._prompts(found, (), "responsibility"),
            **facts,
        )
        self._must_know_horizons(template)
        return template

    def _section(self, found: dict, place: Place) -> Section:
        return Section(**self._facts(found, place, SECTION), prompts=self._prompts(found, place, "prompt"))

    def _prompts(self, found: dict, place: Place, name: str) -> tuple[Prompt, ...]:
        return self._list(found, place, name, lambda each, at: Prompt(**self._facts(each, at, PROMPT)))

    def _list(self, found: dict, place: Place, name: str, read: Callable) -> tuple:
        entries = found.get(name, [])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            self._refuse((*place, name), Phrase("%(entry)s must be written as [[%(name)s]].", entry=name, name=name))
            return ()
        return tuple(read(each, (*place, name, n)) for n, each in enumerate(entries))

    def _facts(self, found: dict, place: Place, shape: "_Shape") -> dict[str, Any]:
        for name in found:
            if name not in shape.entries and name not in shape.parts:
                self._refuse(
                    (*place, name),
                    Phrase("“%(name)s” is not something that can be said here.", name=name[:TITLE_LIMIT]),
                )
        facts: dict[str, Any] = dict.fromkeys(shape.required, "")
        for name, check in shape.entries.items():
            if name in found:
                self._check(facts, name, found[name], place, check)
            elif name in shape.required:
                self._refuse(place, Phrase("“%(name)s” is missing.", name=name))
        return facts

    def _check(self, facts: dict[str, Any], name: str, value: Any, place: Place, check: Callable) -> None:
        try:
            facts[name] = check(value)
        except ValueError as mistake:
            self._refuse((*place, name), _about(mistake.args[0], name))
            if name in facts and isinstance(value, str):
                # Words that are not good yet can be shown all the same.
                facts[name] = value

    def _must_know_horizons(self, template: Template) -> None:
        for n, section in enumerate(template.sections):
            for m, prompt in enumerate(section.prompts):
                if HORIZON in prompt.text and not template.horizons:
                    self._refuse(
                        ("section", n, "prompt", m, "text"),
                        Phrase("%(horizon)s needs horizons at the top.", horizon=HORIZON),
                    )

    def _refuse(self, place: Place, what: Phrase) -> None:
        at = place
        while at and at not in self._lines:
            at = at[:-1]
        self.mistakes.append(Mistake(place, self._lines.get(at, 1), what))


def _lines_of(text: str) -> dict[Place, int]:
    """At which line each table and each entry begins: ("section", 0, "prompt", 2, "text") → 14."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    at: Place = ()
    within_text = False
    for number, line in enumerate(text.split("\n"), 1):
        if not within_text and (table := TABLE.match(line)):
            at = _opened(table[1].split("."), counts)
            lines[at] = number
        elif not within_text and (entry := ENTRY.match(line)):
            lines.setdefault((*at, entry[1]), number)
        within_text ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return lines


def _opened(names: list[str], counts: dict[Place, int]) -> Place:
    """The place of the table that a [[header]] opens: the next of the last name, in the present one of the others."""
    at: Place = ()
    for name in names[:-1]:
        at = (*at, name, max(counts.get((*at, name), 0) - 1, 0))
    at = (*at, names[-1])
    counts[at] = counts.get(at, 0) + 1
    return (*at, counts[at] - 1)


def _words(limit: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(ONE_TEXT)
        if not value.strip():
            raise ValueError(Phrase("%(entry)s must say something.", entry=THIS))
        if len(value) > limit:
            raise ValueError(Phrase("%(entry)s is longer than %(limit)s characters.", entry=THIS, limit=limit))
        if any(unicodedata.category(letter) in UNPRINTABLE for letter in value):
            raise ValueError(Phrase("%(entry)s must be one line that can be printed.", entry=THIS))
        return value.strip()

    return check


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in allowed:
            raise ValueError(Phrase("%(entry)s must be one of %(choices)s.", entry=THIS, choices=", ".join(allowed)))
        return value

    return check


def _like(pattern: re.Pattern, example: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(Phrase("%(entry)s must look like %(example)s.", entry=THIS, example=example))
        return value

    return check


def _list_of(check: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    def check_all(values: Any) -> tuple[str, ...]:
        if not isinstance(values, list):
            raise ValueError(Phrase("%(entry)s must be a list.", entry=THIS))
        return tuple(check(value) for value in values)

    return check_all


def _minutes(value: Any) -> int:
    if type(value) is not int or not SHORTEST <= value <= LONGEST:
        raise ValueError(WHOLE_NUMBER)
    return value


def _yes(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(Phrase("%(entry)s must be true or false.", entry=THIS))
    return value


def _horizons(value: Any) -> dict[str, str]:
    words = _words(TITLE_LIMIT)
    if not isinstance(value, dict) or not value or not all(re.fullmatch(r"[1-9]\d?", years) for years in value):
        raise ValueError(LIKE_HORIZONS)
    return {years: words(said) for years, said in value.items()}


TEMPLATE = _Shape(
    {
        "name": _words(TITLE_LIMIT),
        "about": _words(TEXT_LIMIT),
        "language": _like(LANGUAGE, "en-GB"),
        "minutes": _minutes,
        "horizons": _horizons,
    },
    required=("name", "minutes"),
    parts=("section", "closing", "preparation", "responsibility"),
)
SECTION = _Shape(
    {
        "key": _like(KEY, "next_steps"),
        "title": _words(TITLE_LIMIT),
        "signposts": _list_of(_one_of(*TOPICS)),
    },
    required=("key", "title"),
    parts=("prompt",),
)
PROMPT = _Shape(
    {
        "side": _one_of(*SIDES),
        "kind": _one_of(*KINDS),
        "text": _words(TEXT_LIMIT),
        "caution": _words(TEXT_LIMIT),
        "again": _yes,
        "covers": _list_of(_like(GUIDANCE, "A18")),
    },
    required=("side", "text"),
)


def written(template: Template) -> str:
    """The template as TOML, which read() reads again as it was."""
    said = {
        "name": template.name,
        "about": template.about,
        "language": template.language,
        "minutes": template.minutes,
        "horizons": {str(years): words for years, words in template.horizons},
        "preparation": [_prompt(prompt) for prompt in template.preparation],
        "responsibility": [_prompt(prompt) for prompt in template.responsibilities],
        "section": [_section(section) for section in template.sections],
        "closing": [_prompt(prompt) for prompt in template.closing],
    }
    return tomli_w.dumps(_said(said))


def _section(section: Section) -> dict[str, Any]:
    said = {"key": section.key, "title": section.title, "signposts": list(section.signposts)}
    return _said({**said, "prompt": [_prompt(prompt) for prompt in section.prompts]})


def _prompt(prompt: Prompt) -> dict[str, Any]:
    kind = prompt.kind if prompt.kind != KINDS[0] else ""
    said = {"side": prompt.side, "kind": kind, "text": prompt.text, "caution": prompt.caution}
    return _said({**said, "again": prompt.again, "covers": list(prompt.covers)})


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}
