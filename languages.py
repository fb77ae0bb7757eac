"""The languages of the screen: which there are, which one is spoken now, and what a message is in it.

Streams render outside any request, where Flask-Babel has nothing to say: so the language is a context variable here,
and Flask-Babel asks for it.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

SOURCE = "en-GB"
FOLDER = Path(__file__).parent / "translations"
FILE = "LC_MESSAGES/messages.mo"
# First strong isolate, pop directional isolate: what stands between them does not turn the words around it.
ISOLATED = "\u2068{}\u2069"


class CatalogueMistake(Exception):
    """A catalogue that cannot be used; the message names the file."""


class Language:
    """One language of the screen. `tag` is its name as HTML and browsers write it, such as en-GB."""

    def __init__(self, tag: str, catalogue: NullTranslations | None = None) -> None:
        self.tag, self.locale = tag, Locale.parse(tag, sep="-")
        self.catalogue = catalogue or NullTranslations()

    @property
    def name(self) -> str:
        """What its speakers call it."""
        return self.locale.display_name or self.tag

    @cached_property
    def direction(self) -> str:
        """Which way it is written: ltr or rtl."""
        return self.locale.text_direction

    @cached_property
    def comma(self) -> str:
        """What stands between the parts of a list."""
        return self.locale.list_patterns["standard"]["middle"].format("", "")

    @cache  # noqa: B019 - languages live as long as the program
    def ordinal_form(self, number: int) -> str:
        """Which kind of ordinal number it is: one, two, few, many or other."""
        return self.locale.ordinal_form(number)

    def fill(self, text: str, facts: dict[str, Any]) -> str:
        """The text with its facts in it: whole numbers as they are written here."""
        return text % {name: self._fact(fact) for name, fact in facts.items()}

    def _fact(self, fact: Any) -> Any:
        if type(fact) is int:
            return _number(fact, self)
        return type(fact)(ISOLATED).format(fact) if self.direction == "rtl" and isinstance(fact, str) else fact


@lru_cache(4_096)
def _number(number: int, language: Language) -> str:
    return format_decimal(number, locale=language.locale)


ENGLISH = Language(SOURCE)
_known: dict[str, Language] = {SOURCE: ENGLISH}
_usual = ENGLISH
_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


class Phrase(str):
    """Words for the screen. As a text they are English; with their facts they can be said in any language.

    Rooms that know nothing of a request say what they have to say with one; `translated` makes it what is read.
    """

    def __new__(cls, message: str, **facts: Any) -> "Phrase":
        made = super().__new__(cls, ENGLISH.fill(message, facts) if facts else message)
        made.message, made.facts = message, facts
        return made

    message: str
    facts: dict[str, Any]


def tags_in(folder: Path | None) -> dict[str, Path]:
    """The languages that have a catalogue in a folder: tag → its file."""
    files = sorted(folder.glob(f"*/{FILE}")) if folder else []
    return {file.parts[-3].replace("_", "-"): file for file in files}


def available(own: Path | None = None) -> dict[str, Path | None]:
    """All that can be spoken: the source, the built-in ones and those of the operators' `own` folder."""
    return {SOURCE: None, **tags_in(FOLDER), **tags_in(own)}


def learn(own: Path | None = None, usual: str = SOURCE) -> None:
    """Read all catalogues; who has chosen no language is spoken to in the `usual` one. Raises CatalogueMistake."""
    global _usual  # noqa: PLW0603 - one process has one set of languages
    found = {tag: _read(tag, file) if file else ENGLISH for tag, file in available(own).items()}
    _known.clear()
    _known.update(found)
    _usual = found[usual]


def _read(tag: str, file: Path) -> Language:
    try:
        with file.open("rb") as opened:
            return Language(tag, Translations(opened))
    except (OSError, ValueError, struct.error, UnknownLocaleError) as mistake:
        raise CatalogueMistake(f"{file} is no catalogue of messages in a language that is known: {mistake}.") from None


def known() -> dict[str, Language]:
    """Every language that one may choose: tag → language."""
    return _known


def usual() -> Language:
    """The language of who has chosen none."""
    return _usual


def current() -> Language:
    """The language that is spoken now."""
    return _spoken.get() or _usual


def speak(tag: str = "") -> None:
    """From now on speak this language; the usual one if there is no such language."""
    _spoken.set(_known.get(tag))


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Speak this language for a while."""
    before = _spoken.set(_known.get(tag))
    try:
        yield
    finally:
        _spoken.reset(before)


def gettext(message: str, **facts: Any) -> str:
    """The message in the language spoken now, with its facts in it: gettext("with %(name)s", name="Sam")."""
    language = current()
    text = language.catalogue.gettext(message)
    return filled(language, text, message, facts) if facts else text


def ngettext(one: str, many: str, num: int, **facts: Any) -> str:
    """The same for a number of things; `num` is among the facts."""
    language, facts = current(), {"num": num, **facts}
    source = one if num == 1 else many
    return filled(language, language.catalogue.ngettext(one, many, num), source, facts)


def listed(parts: list[str]) -> str:
    """Ada, Mei and Sam."""
    return format_list(parts, locale=current().locale)


def translated(words: str) -> str:
    """What a Phrase (or a text without facts) is in the language spoken now."""
    if isinstance(words, Phrase):
        return gettext(words.message, **words.facts)
    # To gettext, nothing at all is the name of a catalogue's head.
    return words and gettext(words)


def filled(language: Language, text: Any, source: Any, facts: dict[str, Any]) -> Any:
    """A translated text with its facts in it; its `source` with them where the translation does not take them."""
    try:
        return language.fill(text, facts)
    except (KeyError, ValueError, TypeError):
        # A translator's slip: better English than nothing.
        return language.fill(source, facts)
