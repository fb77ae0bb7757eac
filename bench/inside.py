"""Runs the program with an eye inside it: what the processor's time is spent on, and how much of everything there is.

Run it as `python -m bench.inside FILE serve`. SIGUSR1 begins to look anew; at SIGUSR2 what was seen is in FILE (JSON).
"""

import commands  # isort: skip - makes the standard library cooperative first

import gc
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from greenlet import greenlet

ROOT = str(Path(__file__).parents[1])
LIBRARIES = f"{os.sep}site-packages{os.sep}"
EVERY_SECONDS = 0.002
ROOMS_OF_THEIRS = "the server's loop"


class Samples:
    """Where the processor was found at work, looked at every few milliseconds of its time."""

    def __init__(self) -> None:
        self.rooms: Counter[str] = Counter()
        self.libraries: Counter[str] = Counter()

    def take(self, number: int, frame: FrameType | None) -> None:
        """Note where it is: in which file of ours, and in which library that was called from there."""
        self.libraries[library(frame)] += 1
        while frame and room(frame) is None:
            frame = frame.f_back
        self.rooms[(frame and room(frame)) or ROOMS_OF_THEIRS] += 1


def room(frame: FrameType) -> str | None:
    """The file of ours that this is in; folders of small files count as one."""
    path = frame.f_code.co_filename
    if LIBRARIES in path or not path.startswith(ROOT) or "/bench/" in path or "/.venv/" in path:
        return None
    first = path[len(ROOT) + 1 :].partition("/")[0]
    return first if first.endswith(".py") else f"{first}/"


def library(frame: FrameType | None) -> str:
    """The library that this is in, or that it is in our own code."""
    path = frame.f_code.co_filename if frame else ""
    if LIBRARIES in path:
        return path.partition(LIBRARIES)[2].partition("/")[0].removesuffix(".py")
    if path.startswith(ROOT) and "/.venv/" not in path:
        return "templates" if path.endswith((".html", ".svg")) else "our own code"
    return "Python's own library"


samples = Samples()


path = Path()


def begin(number: int, frame: FrameType | None) -> None:
    """Look anew."""
    global samples  # noqa: PLW0603 - one process, one eye
    samples = Samples()
    signal.signal(signal.SIGPROF, samples.take)
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)


def tell(number: int, frame: FrameType | None) -> None:
    """Write what was seen since, and how much there is now."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    seen = {"rooms": dict(samples.rooms), "libraries": dict(samples.libraries), "there_are": there_are()}
    path.with_suffix(".part").write_text(json.dumps(seen), "utf-8")
    path.with_suffix(".part").rename(path)


def there_are() -> dict[str, int]:
    """What must not grow: greenlets, objects of every kind, connections to the database."""
    import live
    from rows import db

    gc.unfreeze()
    gc.collect()
    found = gc.get_objects()
    return {
        "greenlets": sum(isinstance(thing, greenlet) and not thing.dead for thing in found),
        "objects": len(found),
        "pages": live.open_pages(),
        "database connections": db.obj.connections_in_use + db.obj.connections_idle,
        "open files": len(os.listdir("/proc/self/fd")),
    }


def main() -> None:
    global path  # noqa: PLW0603 - the same
    path = Path(sys.argv.pop(1))
    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, tell)
    sys.exit(commands.main())


if __name__ == "__main__":
    main()
