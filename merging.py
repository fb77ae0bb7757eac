"""Two people's changes to one text: merged word by word, with nothing lost."""

import re
from typing import Any, NamedTuple

from merge3 import Merge3
from patiencediff import PatienceSequenceMatcher


class Merged(NamedTuple):
    """A merged text, and whether both had changed the same words differently (both versions then stand in it)."""

    text: str
    clash: bool


class Stretch(NamedTuple):
    """Some words in a row: "same" in both versions of a text, "gone" since the first, or "new" in the second."""

    text: str
    kind: str


class _Word(str):
    """A word with the space before it. It is the same word whatever that space is; a line end is one of its own."""

    __slots__ = ()

    @property
    def _itself(self) -> str:
        return self.strip() or str(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Word) and self._itself == other._itself

    def __hash__(self) -> int:
        return hash(self._itself)


def merge(base: str, theirs: str, mine: str) -> Merged:
    """What `theirs` and `mine` become together, both having started from `base`.

    Two insertions at one place both stay, theirs first. Where both changed the same words to different ones, the
    text holds both versions on lines of their own and `clash` is true.
    """
    if mine in (base, theirs) or theirs == base:
        return Merged(theirs if mine == base else mine, clash=False)
    was, their_words, my_words = _words(base), _words(theirs), _words(mine)
    parts, clash = [], False
    at = their_at = my_at = 0
    for start, end, their_start, their_end, my_start, my_end in _regions(was, their_words, my_words):
        changed = was[at:start], their_words[their_at:their_start], my_words[my_at:my_start]
        text, clashes = _together(*changed)
        parts += [text, *map(_spaced, was[start:end], their_words[their_start:their_end], my_words[my_start:my_end])]
        clash = clash or clashes
        at, their_at, my_at = end, their_end, my_end
    return Merged(_joined(parts), clash)


def merge_since(base: str, now: str, mine: str, sent: str | None = None) -> Merged:
    """What a text that says `now` becomes by `mine`, which started from `base`.

    `sent` is what was sent before and never answered: if it did arrive, it is what `mine` started from.
    """
    return merge(now if now == sent else base, now, mine)


def _regions(was: list[_Word], theirs: list[_Word], mine: list[_Word]) -> list[tuple[int, ...]]:
    """The stretches that all three share. Words that stand once in each lead the way, since looking for the longest
    stretch, as difflib does, takes cubic time for texts that repeat themselves."""
    merge3: Any = Merge3
    return merge3(was, theirs, mine, sequence_matcher=PatienceSequenceMatcher).find_sync_regions()


def _joined(parts: list[str]) -> str:
    """The parts in a row. Words that stood at the beginning of a line get the space that they lack elsewhere."""
    text = ""
    for part in filter(None, parts):
        apart = not text or text[-1].isspace() or part[0].isspace()
        text += part if apart else f" {part}"
    return text


def _words(text: str) -> list[_Word]:
    return [_Word(word) for word in re.findall(r"\n|[^\S\n]*\S+|[^\S\n]+", text)]


def _spaced(was: str, theirs: str, mine: str) -> str:
    """A word that neither changed, with the space before it that one of them did."""
    return str(theirs) if str(mine) == str(was) else str(mine)


def _together(was: list[_Word], theirs: list[_Word], mine: list[_Word]) -> tuple[str, bool]:
    """Both changes to one stretch of words, and whether they clash."""
    their_text, my_text = "".join(theirs), "".join(mine)
    if theirs in (was, mine):
        return my_text, False
    if mine == was:
        return their_text, False
    return _both(their_text, my_text), any(word.strip() for word in was)


def _both(theirs: str, mine: str) -> str:
    if not theirs.strip() or not mine.strip():
        return theirs + mine
    if _holds(mine, theirs) or _holds(theirs, mine):
        # One goes on from the other, or stands in it: an earlier save whose answer was lost.
        return max(theirs, mine, key=len)
    return f"{theirs.rstrip()}\n{mine.lstrip()}"


def _holds(text: str, words: str) -> bool:
    """Whether the words stand in the text, one after the other."""
    return f" {' '.join(words.split())} " in f" {' '.join(text.split())} "


def differences(before: str, after: str) -> list[Stretch]:
    """What became of `before`, word by word; words that differ in the space before them alone are the same."""
    was, now = _words(before), _words(after)
    matcher: Any = PatienceSequenceMatcher(None, was, now)
    found = []
    for tag, start, end, now_start, now_end in matcher.get_opcodes():
        if tag != "equal":
            found.append(Stretch("".join(was[start:end]), "gone"))
        found.append(Stretch("".join(now[now_start:now_end]), "same" if tag == "equal" else "new"))
    return [stretch for stretch in found if stretch.text]
