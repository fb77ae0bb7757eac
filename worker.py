"""Gunicorn's worker that answers with our own server: deploy/gunicorn.conf.py names it.

Gunicorn's first process imports this file and forks the workers, at each reload anew. What it imports stays as it was
then, so all else of ours is imported in the workers alone: that is how a reload brings new code.
"""

import mmap
import os
import signal
import sys
import time
from typing import Any

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker as AnyWorker
from gunicorn.workers.ggevent import GeventWorker

LOOK_SECONDS = 1.0
# Any number that does not make gunicorn give up.
TRY_AGAIN = 75
PAUSE_SECONDS = 2.0
# Whether any of gunicorn's processes has served: all of them see it.
has_served = mmap.mmap(-1, 1)


class Worker(GeventWorker):
    """A process that serves. What keeps the first one from serving is one sentence, and gunicorn ends.

    Later ones say it too, and gunicorn tries again: there is a service that somebody counts on.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._told = Event()

    def init_process(self) -> None:
        """Begin. Whatever it makes is its owner's alone."""
        os.umask(0o077)
        # Gunicorn's own comes later, and what its first process does with this signal stays without effect here.
        signal.signal(signal.SIGTERM, self.handle_exit)
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application, and hold it to how gunicorn runs it."""
        import process
        from config import OutOfReach

        addresses = [listener.getsockname() for listener in self.sockets]
        process.gunicorn = process.Gunicorn(self.cfg.workers, addresses, self.cfg.is_ssl)
        try:
            super().load_wsgi()
        except SystemExit as refusal:
            if not self.alive:
                raise
            print(refusal, file=sys.stderr, flush=True)
            if isinstance(refusal.__cause__, OutOfReach):
                sys.exit(TRY_AGAIN)
            self._give_up()
        except Exception:
            self.log.exception("The application cannot be loaded")
            self._give_up()
        has_served[0] = 1
        process.settle()

    def _give_up(self) -> None:
        if not has_served[0]:
            sys.exit(Arbiter.APP_LOAD_ERROR)
        time.sleep(PAUSE_SECONDS)
        sys.exit(TRY_AGAIN)

    def run(self) -> None:
        """Serve until told to stop, then finish what is under way."""
        import process

        servers = [self._server(listener) for listener in self.sockets]
        for server in servers:
            server.start()
        while self.alive:
            self.notify()
            self._told.wait(LOOK_SECONDS)
        gevent.joinall([gevent.spawn(server.drain) for server in servers])
        process.end()

    def _server(self, listener: Any) -> Any:
        from server import Server

        # Among several processes each takes one connection at a time, so that all get their share.
        environ = {"wsgi.multiprocess": self.cfg.workers > 1}
        return Server(listener, self.wsgi, spawn=Pool(self.worker_connections), environ=environ)

    def notify(self) -> None:
        """Tell the first process that this one lives; without that one it stops, in good order too."""
        AnyWorker.notify(self)
        if self.ppid != os.getppid():
            self.alive = False

    def handle_exit(self, number: int, frame: Any) -> None:
        """Told to stop: nothing is under way yet while the application is being loaded."""
        self.alive = False
        if not self.booted:
            sys.exit(0)
        self._told.set()
