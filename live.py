"""Who has which page open, where they are writing, and the names (never the words) of what changed."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
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


class Change(NamedTuple):
    """Names of regions that changed, the pair's version then, and whose pages alone may know (None: both's)."""

    version: int
    names: frozenset[str]
    only: str | None


class Remembered:
    """The latest changes of a pair. Of what was announced up to version `unknown_up_to`, some may be forgotten."""

    def __init__(self, first: Change) -> None:
        self.changes: deque[Change] = deque()
        self.unknown_up_to = first.version - 2

    def add(self, change: Change) -> None:
        """One more; the oldest is forgotten when there are too many."""
        self.changes.append(change)
        if len(self.changes) > REMEMBERED_CHANGES:
            self.unknown_up_to = self.changes.popleft().version


class Listener:
    """One open page: what it has yet to be told. The set holds each name once, so a slow reader costs no more.

    All that identify it are ids; `pair` is None for a page that shows several pairs, `meeting` unless it is one's.
    """

    __slots__ = ("_woken", "is_dismissed", "is_over", "meeting", "names", "page", "pair", "person", "session")

    def __init__(
        self,
        person: str,
        page: str | None = None,
        meeting: str | None = None,
        pair: str | None = None,
        session: str | None = None,
    ) -> None:
        self.person, self.page, self.meeting, self.pair, self.session = person, page, meeting, pair, session
        self.is_over = self.is_dismissed = False
        self.names: set[str] = set()
        self._woken = Event()

    def tell(self, names: Iterable[str]) -> None:
        """Have these regions sent to the page."""
        self.names.update(names)
        if self.names:
            self._woken.set()

    def end(self) -> None:
        """The page has no right to be told anything any more."""
        self.is_over = True
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


# The pages of each person, the one opened first before the others.
_listeners: dict[str, dict[Listener, None]] = {}
_changes: OrderedDict[str, Remembered] = OrderedDict()
_here: Counter[tuple[str, str]] = Counter()
_writing: dict[tuple[str, str], tuple[str, object]] = {}


def announce(pair, *names: str, only: str | None = None, page: str | None = None, answered: Iterable[str] = ()) -> None:
    """Tell every open page of the pair's two people that these regions changed. Call it after the commit.

    `only` is the id of the one person who may know. The page `page` has been answered with the regions `answered`.
    """
    metrics.announced()
    _remember(pair, Change(pair.version, frozenset(names), only))
    for listener in _listeners_of(pair):
        if only in (None, listener.person):
            listener.tell(set(names).difference(answered) if page and listener.page == page else names)


def _listeners_of(pair) -> list[Listener]:
    open_pages = [*_listeners.get(pair.manager_id, ()), *_listeners.get(pair.report_id, ())]
    return [listener for listener in open_pages if listener.pair in (None, pair.id)]


def changes_since(pair, version: int, person: str) -> set[str] | None:
    """The names announced from `version` on that `person` may know; None when they are not all remembered."""
    known = _changes.get(pair.id)
    if not known:
        return set() if version == pair.version else None
    if version > pair.version or version <= known.unknown_up_to:
        return None
    told = [change for change in known.changes if change.version >= version and change.only in (None, person)]
    return {name for change in told for name in change.names}


def _remember(pair, change: Change) -> None:
    _changes.setdefault(pair.id, Remembered(change)).add(change)
    _changes.move_to_end(pair.id)
    if len(_changes) > REMEMBERED_PAIRS:
        _changes.popitem(last=False)


def join(listener: Listener, pair=None) -> None:
    """The page of `listener` is open from now on; if it is a meeting's, the other one sees its person there."""
    mine = _listeners.setdefault(listener.person, {})
    mine[listener] = None
    if len(mine) > MOST_PAGES:
        next(iter(mine)).end()
    if listener.meeting:
        _here[listener.meeting, listener.person] += 1
        if _here[listener.meeting, listener.person] == 1:
            announce_presence(pair)


def leave(listener: Listener, pair=None) -> None:
    """The page is gone. A person counts as gone after a moment only: a reload is no departure."""
    mine = _listeners.get(listener.person, {})
    mine.pop(listener, None)
    if not mine:
        _listeners.pop(listener.person, None)
    if listener.meeting:
        gevent.spawn_later(LEAVING_SECONDS, _left, listener, pair)


def _left(listener: Listener, pair) -> None:
    place = str(listener.meeting), listener.person
    _here[place] -= 1
    if _here[place] <= 0:
        del _here[place]
        _writing.pop(place, None)
        announce_presence(pair)


def announce_presence(pair) -> None:
    """Have the pair's pages show anew who is here and who writes where. Nothing to remember: it passes."""
    for listener in _listeners_of(pair):
        listener.tell({"presence"})


def is_here(meeting: str, person: str) -> bool:
    """Whether this person has the meeting's page open."""
    return (meeting, person) in _here


def writes_in(meeting: str, person: str) -> str | None:
    """The section that this person is writing in just now."""
    found = _writing.get((meeting, person))
    return found[0] if found else None


def note_writing(pair, meeting: str, person: str, section: str | None) -> None:
    """This person is writing in a section (None: has stopped). It holds for some seconds unless said again."""
    place = meeting, person
    before = _writing.pop(place, None)
    if section:
        _writing[place] = mark = section, object()
        gevent.spawn_later(WRITING_SECONDS, _stopped, pair, place, mark)
    if (before and before[0]) != section:
        announce_presence(pair)


def _stopped(pair, place: tuple[str, str], mark: tuple[str, object]) -> None:
    # A later note of the same section is another one.
    if _writing.get(place) is mark:
        del _writing[place]
        announce_presence(pair)


def end_session(id: str) -> None:
    """Every page of this session is told, at once, that it is signed out."""
    for listener in [listener for listeners in _listeners.values() for listener in listeners]:
        if listener.session == id:
            listener.end()


def dismiss_all() -> None:
    """Every page is sent to the process that comes next."""
    for listener in [listener for listeners in _listeners.values() for listener in listeners]:
        listener.dismiss()


def open_pages() -> int:
    """How many pages are open."""
    return sum(len(listeners) for listeners in _listeners.values())


def waiting() -> int:
    """How many changed regions open pages have not been sent yet."""
    return sum(len(listener.names) for listeners in _listeners.values() for listener in listeners)
