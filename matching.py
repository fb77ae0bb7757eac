"""What somebody looks for, and where it stands in a text: words and phrases, whatever their case and accents."""

import re
import unicodedata
from typing import NamedTuple

# Words as they stand there, or several in a row within quotation marks; the last ones may be missing yet.
TERM = re.compile(r'["“„«]([^"“”„«»]+)["”“»]?|([^\s"“”„«»]\S*)')
TERMS_AT_MOST = 20
AROUND = 160
BEFORE = 50
# All marks that stand on letters are beyond Latin; so is little of most texts, which makes the looking quick.
BEYOND_LATIN = re.compile(r"[^\x00-\u02ff]+")
INSIDE, PREFIX, WHOLE = 1, 2, 3
# Of how many places of a word in one text the best one counts.
LOOKED_AT = 10


class Part(NamedTuple):
    """A stretch of a text, and whether it is what was looked for."""

    text: str
    is_hit: bool


class Wanted:
    """The words and phrases that somebody typed, each of which must be there."""

    def __init__(self, typed: str) -> None:
        found = [fold(phrase or word).split() for phrase, word in TERM.findall(typed)]
        self.terms = [" ".join(words) for words in found if words][:TERMS_AT_MOST]
        self._anywhere = [re.compile(re.escape(term).replace(r"\ ", r"\s+")) for term in self.terms]
        self._words = [word for term in self.terms for word in term.split()]
        self._plain = [word.encode() for word in self._words if word.isascii()]
        self._has_phrases = len(self._words) > len(self.terms)

    def rank(self, text: str) -> int:
        """How well a text has them all: whole words count most, then beginnings; 0 if one is not there."""
        folded = text.lower() if text.isascii() else self._folded(text)
        for word in self._words:
            if word not in folded:
                return 0
        folded = " ".join(folded.split()) if self._has_phrases else folded
        ranks = [_rank(folded, term) for term in self.terms]
        return sum(ranks) if all(ranks) else 0

    def _folded(self, text: str) -> str:
        """The folded text; "" if it lacks one of the words. Most texts do, and taking marks off letters is slow."""
        folded = _with_marks(text)
        rest = folded.encode("ascii", "ignore")
        for word in self._plain:
            if word not in rest:
                return ""
        return BEYOND_LATIN.sub(_bare, folded)

    def excerpt(self, text: str) -> list[Part]:
        """The text around the first of them, marked; its beginning if none is there."""
        spans = self._spans(text)
        start, end = _window(text, spans[0][0] if spans else 0)
        parts, at = [Part("…", False)] if start else [], start
        for low, high in spans:
            if at <= low < end:
                parts += [Part(text[at:low], False), Part(text[low : min(high, end)], True)]
                at = min(high, end)
        parts += [Part(text[at:end], False), *([Part("…", False)] if end < len(text) else [])]
        return [part for part in parts if part.text]

    def is_in(self, text: str) -> bool:
        """Whether any of them is there."""
        return bool(self._spans(text))

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where they stand, from … to, in order and without overlaps."""
        folded, places = fold(text), _places(text)
        found = sorted(match.span() for term in self._anywhere for match in term.finditer(folded))
        joined: list[tuple[int, int]] = []
        for low, high in ((places[low], _end_of(text, places[high - 1])) for low, high in found):
            if joined and low <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(high, joined[-1][1])
            else:
                joined.append((low, high))
        return joined


def _rank(folded: str, term: str) -> int:
    best, at = 0, folded.find(term)
    for _ in range(LOOKED_AT):
        if at < 0:
            break
        end = at + len(term)
        begins = not folded[at - 1 : at].isalnum()
        if begins and not folded[end : end + 1].isalnum():
            return WHOLE
        best, at = max(best, PREFIX if begins else INSIDE), folded.find(term, at + 1)
    return best


def fold(text: str) -> str:
    """The text as it is compared: without case and without what stands on letters."""
    if text.isascii():
        return text.lower()
    return BEYOND_LATIN.sub(_bare, _with_marks(text))


def _with_marks(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold()


def _bare(found: re.Match) -> str:
    if len(found[0]) == 1:
        return "" if unicodedata.combining(found[0]) else found[0]
    return "".join(letter for letter in found[0] if not unicodedata.combining(letter))


def _places(text: str) -> range | list[int]:
    """For every letter of the folded text, which letter of `text` it comes from."""
    if text.isascii():
        return range(len(text))
    return [number for number, letter in enumerate(text) for _ in (letter if letter.isascii() else fold(letter))]


def _end_of(text: str, place: int) -> int:
    """Where the letter at `place` ends, with what stands on it."""
    end = place + 1
    while end < len(text) and not fold(text[end]):
        end += 1
    return end


def _window(text: str, first: int) -> tuple[int, int]:
    """From where to where an excerpt goes, in whole words where there are spaces; near an end, all up to there."""
    start = max(first - BEFORE, 0) if first > AROUND // 2 else 0
    end = start + AROUND
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    if end >= len(text):
        return start, len(text)
    space = text.rfind(" ", first + 1, end)
    return start, space if space > start else end
