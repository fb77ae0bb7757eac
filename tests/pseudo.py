"""A language that nobody speaks: every message in brackets, accented and longer, so that what is left out shows.

It stands in for German (written from the left) and for Hebrew (from the right), whose days and numbers are real.
"""

import re
from math import ceil
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from build_messages import TEMPLATE

LEFT, RIGHT = "de", "he"
OPEN, SHUT = "⟦", "⟧"
ACCENTED = str.maketrans("aceinouyACEINOUY", "áçéîñöüýÁÇÉÎÑÖÜÝ")
# What a translator leaves as it is: places for facts, and elements.
KEPT = re.compile(r"(%\(\w+\)s|%%|<[^>]*>)")
WORD = re.compile(r"\w+")
LONGER = 0.4


def pseudo(message: str) -> str:
    """The message as this language says it: ⟦Öpéñ~~ thé~~ ágéñdá~~~⟧."""
    said = "".join(part if KEPT.fullmatch(part) else WORD.sub(_longer, part) for part in KEPT.split(message))
    return f"{OPEN}{said}{SHUT}"


def _longer(word: re.Match) -> str:
    return word[0].translate(ACCENTED) + "~" * ceil(LONGER * len(word[0]))


def write(folder: Path, *locales: str) -> None:
    """Write a catalogue of all messages for each of these locales."""
    with TEMPLATE.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    for locale in locales:
        _write(folder / locale / "LC_MESSAGES" / "messages.mo", Catalog(locale), messages)


def _write(path: Path, catalog: Catalog, messages: list) -> None:
    for message in messages:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = tuple(map(pseudo, ids))
        plural = (forms[0],) + forms[1:] * (catalog.num_plurals - 1)
        catalog.add(message.id, plural if len(ids) > 1 else forms[0])
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalog)
