"""Who has which page open, where they are writing, and the names (never the words) of what changed."""

import re
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import gevent
from gevent.event import Event

import metrics

LEAVING_SECONDS = 2.0
WRITING_SECONDS = 5.0
# Nobody has more pages open than this, but a program might.
MOST_PAGES = 40
REMEMBERED_PAIRS = 1_000
REMEMBERED_CHANGES = 30
# In the place of names: whatever the page has.
ALL = "*"
# Why a page ends: nobody is signed in there any more, or it is not (or not like this) theirs to see.
SIGNED_OUT, GONE = "signed-out", "gone"
# What a region may be called: it goes into pages as it is.
REGION = re.compile(r"[a-z]+(-[a-z0-9_]+)?")


class Told(NamedTuple):
    """Names of regions of a pair, found by its ids, that changed; never a word of what they say.

    `version` is the pair's then, `counted` are the versions that the change made. `only` is the id of the one person
    who may know (None: both). The page `page` has been answered with the regions `answered`.
    """

    id: str
    manager_id: str
    report_id: str
    version: int
    counted: tuple[int, ...]
    names: tuple[str, ...]
    only: str | None = None
    page: str | None = None
    answered: tuple[str, ...] = ()


class Remembered:
    """The latest changes of a pair. Of what was announced up to version `unknown_up_to`, some may be forgotten."""

    def __init__(self, first: Told) -> None:
        self.changes: deque[Told] = deque()
        self.unknown_up_to = min(first.counted, default=first.version) - 2

    def add(self, change: Told) -> None:
        """One more; the oldest is forgotten when there are too many."""
        self.changes.append(change)
        if len(self.changes) > REMEMBERED_CHANGES:
            # What other processes say does not come in order.
            self.unknown_up_to = max(self.unknown_up_to, self.changes.popleft().version)

    def has_all(self, since: int, until: int) -> bool:
        """Whether every change that was counted after `since`, up to `until`, is among them."""
        return {*range(since + 1, until + 1)}.issubset(n for change in self.changes for n in change.counted)


class Listener:
    """One open page: what it has yet to be told. The set holds each name once, so a slow reader costs no more.

    All that identify it are ids; `pair` is None for a page that shows several pairs, `meeting` unless it is one's.
    `version` is the pair's when it was opened. A page of several pairs ends at `ends_at`, when one of them does so by
    itself. `looked_at` is when its right was last found good, in monotonic seconds; once it has none, it is `over` for
    one of the two reasons.
    """

    __slots__ = (
        *("_woken", "ends_at", "is_dismissed", "looked_at", "meeting", "names", "over", "page", "pair", "person"),
        *("session", "version"),
    )

    def __init__(
        self,
        person: str,
        page: str | None = None,
        meeting: str | None = None,
        pair: str | None = None,
        session: str | None = None,
        version: int = 0,
        ends_at: datetime | None = None,
    ) -> None:
        self.person, self.page, self.meeting, self.pair, self.session = person, page, meeting, pair, session
        self.version, self.ends_at = version, ends_at
        self.over: str | None = None
        self.is_dismissed = False
        self.looked_at = time.monotonic()
        self.names: set[str] = set()
        self._woken = Event()

    def tell(self, names: Iterable[str]) -> None:
        """Have these regions sent to the page."""
        self.names.update(names)
        if self.names:
            self._woken.set()

    def end(self, why: str) -> None:
        """End the page, which has no right to be told anything any more: SIGNED_OUT or GONE, whichever was first."""
        self.over = self.over or why
        self._woken.set()

    def dismiss(self) -> None:
        """Have the page connect anew when it has been told what there is: this process stops."""
        self.is_dismissed = True
        self._woken.set()

    def wait(self, seconds: float) -> set[str]:
        """The names told since the last call; waits up to `seconds` for some. Empty when there were none."""
        self._woken.wait(seconds)
        self._woken.clear()
        names, self.names = self.names, set()
        return names


# Who is told of what happens here, to tell the other processes: of which kind it is, and its facts. None on SQLite.
carriers: list[Callable[[str, tuple], None]] = []
# Who is told which versions of which pair were announced, here or elsewhere.
hearers: list[Callable[[str, tuple[int, ...]], None]] = []

# The pages of each person, the one opened first before the others.
_listeners: dict[str, dict[Listener, None]] = {}
# The pages of each meeting.
_at: dict[str, set[Listener]] = {}
_changes: OrderedDict[str, Remembered] = OrderedDict()
_here: Counter[tuple[str, str]] = Counter()
# Process → who is at which meeting there.
_elsewhere: dict[str, set[tuple[str, str]]] = {}
_writing: dict[tuple[str, str], tuple[str, object]] = {}


def announce(pair, *names: str, only: str | None = None, page: str | None = None, answered: Iterable[str] = ()) -> None:
    """Tell every open page of the pair's two people that these regions changed. Call it after the commit.

    `only` is the id of the one person who may know. The page `page` has been answered with the regions `answered`.
    """
    metrics.announced()
    ids = pair.id, pair.manager_id, pair.report_id
    told = Told(*ids, pair.version, pair.counted, names, only, page, tuple(answered))
    take_in(told)
    _carry("told", told)


def take_in(told: Told) -> None:
    """Wake the pages here that are concerned, wherever the change was made. Raises ValueError for what is no name."""
    if not all(name == ALL or REGION.fullmatch(name) for name in (*told.names, *told.answered)):
        raise ValueError("No region is called that.")
    _remember(told)
    for listener in _listeners_of(told):
        if told.only in (None, listener.person):
            answered = told.answered if told.page and listener.page == told.page else ()
            listener.tell(set(told.names).difference(answered))
    for hear in hearers:
        hear(told.id, told.counted)


def _carry(kind: str, facts: tuple) -> None:
    for carry in carriers:
        carry(kind, facts)


def show_all(pair) -> None:
    """Have every open page of the pair's two people sent whole: nobody knows what changed."""
    for listener in _listeners_of(pair):
        listener.tell({ALL})


def show_everybody_all() -> None:
    """Have every open page sent whole."""
    for listener in everybody():
        listener.tell({ALL})


def everybody() -> list[Listener]:
    """Every page that is open here."""
    return [listener for listeners in _listeners.values() for listener in listeners]


def _listeners_of(pair) -> list[Listener]:
    open_pages = [*_listeners.get(pair.manager_id, ()), *_listeners.get(pair.report_id, ())]
    return [listener for listener in open_pages if listener.pair in (None, pair.id)]


def changes_since(pair, version: int, person: str) -> set[str] | None:
    """The names announced from `version` on that `person` may know; None when they are not all remembered."""
    known = _changes.get(pair.id)
    if not known:
        return set() if version == pair.version else None
    if version > pair.version or version <= known.unknown_up_to or not known.has_all(version, pair.version):
        return None
    told = [change for change in known.changes if change.version >= version and change.only in (None, person)]
    return {name for change in told for name in change.names}


def _remember(told: Told) -> None:
    _changes.setdefault(told.id, Remembered(told)).add(told)
    _changes.move_to_end(told.id)
    if len(_changes) > REMEMBERED_PAIRS:
        _changes.popitem(last=False)


def join(listener: Listener) -> None:
    """The page of `listener` is open from now on; if it is a meeting's, the other one sees its person there."""
    mine = _listeners.setdefault(listener.person, {})
    mine[listener] = None
    if len(mine) > MOST_PAGES:
        next(iter(mine)).end(SIGNED_OUT)
    if listener.meeting:
        _at.setdefault(listener.meeting, set()).add(listener)
        _arrive(listener.meeting, listener.person)


def leave(listener: Listener) -> None:
    """The page is gone. A person counts as gone after a moment only: a reload is no departure."""
    mine = _listeners.get(listener.person, {})
    mine.pop(listener, None)
    if not mine:
        _listeners.pop(listener.person, None)
    if listener.meeting:
        others = _at.get(listener.meeting, set())
        others.discard(listener)
        if not others:
            _at.pop(listener.meeting, None)
        gevent.spawn_later(LEAVING_SECONDS, _left, listener.meeting, listener.person)


def _arrive(meeting: str, person: str) -> None:
    was_here = is_here(meeting, person)
    _here[meeting, person] += 1
    if _here[meeting, person] == 1:
        _carry("here", (meeting, person))
    if not was_here:
        _show_presence(meeting)


def _left(meeting: str, person: str) -> None:
    _here[meeting, person] -= 1
    if _here[meeting, person] <= 0:
        del _here[meeting, person]
        _carry("gone", (meeting, person))
        _depart(meeting, person)


def _depart(meeting: str, person: str) -> None:
    """Somebody has no page of the meeting open any more in one process."""
    if not is_here(meeting, person):
        _writing.pop((meeting, person), None)
        _show_presence(meeting)


def _show_presence(meeting: str) -> None:
    """Have the meeting's pages show anew who is here and who writes where. Nothing to remember: it passes."""
    for listener in _at.get(meeting, ()):
        listener.tell({"presence"})


def places() -> list[tuple[str, str]]:
    """Who is at which meeting, as far as their pages are open in this process: (meeting, person)."""
    return list(_here)


def arrive_elsewhere(process: str, meeting: str, person: str) -> None:
    """In another process, this person has the meeting's page open."""
    was_here = is_here(meeting, person)
    _elsewhere.setdefault(process, set()).add((meeting, person))
    if not was_here:
        _show_presence(meeting)


def depart_elsewhere(process: str, meeting: str, person: str) -> None:
    """In another process, this person has no page of the meeting open any more."""
    found = _elsewhere.get(process, set())
    if (meeting, person) in found:
        found.remove((meeting, person))
        _depart(meeting, person)


def place_elsewhere(process: str, places: Iterable[tuple[str, str]]) -> None:
    """In another process, these and nobody else have meetings' pages open: (meeting, person)."""
    before, now = _elsewhere.get(process, set()), set(places)
    for meeting, person in before - now:
        depart_elsewhere(process, meeting, person)
    for meeting, person in now - before:
        arrive_elsewhere(process, meeting, person)
    if not now:
        _elsewhere.pop(process, None)


def is_here(meeting: str, person: str) -> bool:
    """Whether this person has the meeting's page open, in whichever process."""
    return (meeting, person) in _here or any((meeting, person) in there for there in _elsewhere.values())


def writes_in(meeting: str, person: str) -> str | None:
    """The section that this person is writing in just now."""
    found = _writing.get((meeting, person))
    return found[0] if found else None


def note_writing(meeting: str, person: str, section: str | None) -> None:
    """This person is writing in a section (None: has stopped). It holds for some seconds unless said again."""
    take_in_writing(meeting, person, section)
    _carry("writing", (meeting, person, section))


def take_in_writing(meeting: str, person: str, section: str | None) -> None:
    """The same, wherever it was said."""
    place = meeting, person
    before = _writing.pop(place, None)
    if section:
        _writing[place] = mark = section, object()
        gevent.spawn_later(WRITING_SECONDS, _stopped, place, mark)
    if (before and before[0]) != section:
        _show_presence(meeting)


def _stopped(place: tuple[str, str], mark: tuple[str, object]) -> None:
    # A later note of the same section is another one.
    if _writing.get(place) is mark:
        del _writing[place]
        _show_presence(place[0])


def end_session(id: str) -> None:
    """Every page of this session is told, at once, that it is signed out."""
    end_session_here(id)
    _carry("signed-out", (id,))


def end_session_here(id: str) -> None:
    """The same for the pages that are open in this process."""
    for listener in everybody():
        if listener.session == id:
            listener.end(SIGNED_OUT)


def watched() -> tuple[dict[str, int], set[str]]:
    """The pairs whose pages are open here, with the lowest version that one was opened at; and the people who have
    pages of several pairs open.
    """
    pairs: dict[str, int] = {}
    people = set()
    for listener in everybody():
        if listener.pair:
            pairs[listener.pair] = min(listener.version, pairs.get(listener.pair, listener.version))
        else:
            people.add(listener.person)
    return pairs, people


def dismiss_all() -> None:
    """Every page is sent to the process that comes next."""
    for listener in everybody():
        listener.dismiss()


def open_pages() -> int:
    """How many pages are open."""
    return sum(len(listeners) for listeners in _listeners.values())


def waiting() -> int:
    """How many changed regions open pages have not been sent yet."""
    return sum(len(listener.names) for listeners in _listeners.values() for listener in listeners)
