"""Looks at something again and again, beside the requests of a process that serves."""

import logging
import threading
from typing import ClassVar

from peewee import PeeweeException


class Rounds:
    """Calls `look` every `seconds` from begin() until end(). What goes wrong is logged, and it goes on.

    `name` is that of its `log` and its thread. The end waits for a look that is under way: for `last_seconds`, or for
    as long as it takes.
    """

    name: ClassVar[str]
    seconds: ClassVar[float]
    last_seconds: ClassVar[float | None] = None

    def __init__(self) -> None:
        self.log = logging.getLogger(self.name)
        self._over = threading.Event()
        # With gevent's patches, a greenlet.
        self._thread = threading.Thread(target=self._go_on, name=self.name, daemon=True)

    def begin(self) -> None:
        """Look now and then until the end."""
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join(self.last_seconds)

    def look(self) -> None:
        """Do what there is to be done now."""
        raise NotImplementedError

    def _go_on(self) -> None:
        while not self._over.is_set():
            try:
                self.look()
            except PeeweeException as problem:
                self.log.warning("event=no-look kind=%s", type(problem).__name__)
            except Exception:
                self.log.exception("event=failed")
            self._over.wait(self.seconds)
