"""A document to read, print and keep: what it says, apart from how any one format writes it.

Nothing here knows what may be said to whom: whoever makes a document has seen to that.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

Data = dict[str, Any]

PLAIN, STRONG, EMPHASIS, QUIET = "plain", "strong", "emphasis", "quiet"
RIGHT_TO_LEFT = ("R", "AL")
# What no format can hold: control characters but tab and new line, halves of characters, and what is none.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85")
# First strong isolate, pop directional isolate.
ISOLATED = "\u2068{}\u2069"


class Run(NamedTuple):
    """Some words in one look; `link` is the address that they lead to."""

    text: str
    look: str = PLAIN
    link: str = ""

    def data(self) -> Data:
        return {"text": clean(self.text), "look": self.look, "link": clean(self.link)}


Words = str | Run | Iterable[Run]


@dataclass(frozen=True)
class Heading:
    """The title of a part: level 1 for the parts of the document, 2 for theirs."""

    text: Words
    level: int = 1

    def data(self) -> Data:
        return {"block": "heading", "level": self.level, **_said(self.text)}


@dataclass(frozen=True)
class Paragraph:
    """Some sentences. `look`: plain, lead (begins something), notes (what was noted about it), quiet (its facts)."""

    text: Words
    look: str = PLAIN

    def data(self) -> Data:
        return {"block": "paragraph", "look": self.look, **_said(self.text)}


@dataclass(frozen=True)
class Facts:
    """Names of facts with what they are: when, where, by whom."""

    facts: Iterable[tuple[str, Words]]

    def data(self) -> Data:
        return {"block": "facts", "facts": [{"name": clean(name), **_said(fact)} for name, fact in self.facts]}


@dataclass(frozen=True)
class BulletList:
    """A list; each entry is some words and, if it is a pair, quiet facts beneath them."""

    entries: Iterable[Words | tuple[Words, Words]]

    def data(self) -> Data:
        return {"block": "list", "entries": [_entry(entry) for entry in self.entries]}


@dataclass(frozen=True)
class Table:
    """A table whose first row tells what stands below it."""

    header: Iterable[str]
    rows: Iterable[Iterable[Words]]

    def data(self) -> Data:
        header, rows = [_said(name) for name in self.header], [[_said(cell) for cell in row] for row in self.rows]
        return {"block": "table", "header": header, "rows": rows}


@dataclass(frozen=True)
class Rule:
    """A line across, between things that do not belong together."""

    def data(self) -> Data:
        return {"block": "rule"}


Block = Heading | Paragraph | Facts | BulletList | Table | Rule


@dataclass(frozen=True)
class Document:
    """What is written down: `language` is a tag such as en-GB, the words are in it already."""

    title: str
    language: str
    blocks: list[Block] = field(default_factory=list)
    subject: str = ""

    def data(self) -> Data:
        """The whole as plain data, cleaned, each piece of text with the direction that it is read in."""
        return {
            "title": clean(self.title),
            "subject": clean(self.subject),
            "language": self.language,
            "rtl": is_rtl_language(self.language),
            "blocks": [block.data() for block in self.blocks],
        }


def runs(words: Words) -> list[Run]:
    """The runs that some words are made of."""
    if isinstance(words, Run):
        return [words]
    return [Run(words)] if isinstance(words, str) else list(words)


def joined(parts: Iterable[Words], between: str = " · ", look: str = PLAIN) -> list[Run]:
    """Several pieces in a line, with something between them."""
    found: list[Run] = []
    for part in parts:
        found += [Run(between, look)] if found else []
        found += [run._replace(look=look) if run.look == PLAIN else run for run in runs(part)]
    return found


def clean(text: str) -> str:
    """The text without what no format can hold."""
    return UNWRITABLE.sub("", LINE_ENDS.sub("\n", text))


def isolated(name: str) -> str:
    """A name that does not turn the words around it, whichever way it is written."""
    return ISOLATED.format(name) if any(_is_rtl(letter) for letter in name) else name


def direction_of(text: str) -> str | None:
    """ltr or rtl, by the first letter that has a direction; None for text without one."""
    for letter in text:
        if unicodedata.bidirectional(letter) in ("L", *RIGHT_TO_LEFT):
            return "rtl" if _is_rtl(letter) else "ltr"
    return None


def in_directions(text: str) -> list[tuple[bool, str]]:
    """The text in pieces of one direction: (is it written right to left, the piece). What has none stays before it."""
    ways, is_rtl = [], False
    for letter in text:
        strong = direction_of(letter)
        is_rtl = strong == "rtl" if strong else is_rtl
        ways.append(is_rtl)
    pieces = groupby(zip(ways, text, strict=True), key=lambda pair: pair[0])
    return [(way, "".join(letter for _, letter in piece)) for way, piece in pieces]


def is_rtl_language(tag: str) -> bool:
    """Whether a language is written from right to left."""
    return tag.split("-", maxsplit=1)[0] in ("ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")


def _is_rtl(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in RIGHT_TO_LEFT


def _said(words: Words) -> Data:
    found = [run for run in runs(words) if run.text]
    return {"runs": [run.data() for run in found], "rtl": _direction("".join(run.text for run in found))}


def _direction(text: str) -> bool | None:
    found = direction_of(text)
    return None if found is None else found == "rtl"


def _entry(entry: Words | tuple[Words, Words]) -> Data:
    text, facts = entry if type(entry) is tuple else (entry, "")
    return {**_said(text), "facts": _said(facts)}
