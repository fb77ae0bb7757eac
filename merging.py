"""Two people's changes to one text: merged word by word, with nothing lost."""

import re
from typing import NamedTuple

from merge3 import Merge3


class Merged(NamedTuple):
    """A merged text, and whether both had changed the same words differently (both versions then stand in it)."""

    text: str
    clash: bool


def merge(base: str, theirs: str, mine: str) -> Merged:
    """What `theirs` and `mine` become together, both having started from `base`.

    Two insertions at one place both stay, theirs first. Where both changed the same words to different ones, the
    text holds both versions on lines of their own and `clash` is true.
    """
    if mine in (base, theirs) or theirs == base:
        return Merged(theirs if mine == base else mine, clash=False)
    parts, clash = [], False
    for kind, *words in Merge3(_words(base), _words(theirs), _words(mine)).merge_groups():
        if kind != "conflict":
            parts.append("".join(words[0]))
            continue
        was, their_words, my_words = ("".join(group) for group in words)
        clash = clash or bool(was.strip())
        parts.append(_both(their_words, my_words))
    return Merged("".join(parts), clash)


def _words(text: str) -> list[str]:
    return re.findall(r"\n|[^\S\n]+|\S+", text)


def _holds(text: str, words: str) -> bool:
    """Whether the words stand in the text, one after the other."""
    return f" {' '.join(words.split())} " in f" {' '.join(text.split())} "


def _both(theirs: str, mine: str) -> str:
    if not theirs.strip() or not mine.strip():
        return theirs + mine
    if mine.startswith(theirs) or _holds(theirs, mine):
        # One goes on from the other, or stands in it: an earlier save whose answer was lost.
        return max(theirs, mine, key=len)
    return f"{theirs.rstrip()}\n{mine.lstrip()}"
