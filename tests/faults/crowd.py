"""Many open pages at once: each reads its stream, and takes it up again as a page of ours does."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator

from bench.wire import Visitor

CONNECT_SECONDS = 2.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 0.8
HEAD = b"\r\n\r\n"
NUMBER = re.compile(rb"id: (\d+)\n")

Address = tuple[str, int]


class Page:
    """An open page of a visitor. `heard` is what it was told since the crowd last forgot."""

    def __init__(self, visitor: Visitor, number: int) -> None:
        self.headers = {**visitor.headers, "X-Page": f"p{number:011}", "Accept": "text/event-stream"}
        self.path = visitor.stream
        self.heard = b""

    async def read(self, address: Address) -> int:
        """Read the stream until it breaks; what it was answered with. Raises OSError (a timeout is one)."""
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(*address)
            try:
                writer.write(self._request())
                status = int((await reader.readuntil(HEAD)).split(b" ", 2)[1])
            except BaseException:
                writer.close()
                raise
        try:
            while status == 200 and (some := await reader.read(65_536)):
                self._take_in(some)
        finally:
            writer.close()
        return status

    def _request(self) -> bytes:
        lines = (f"{name}: {value}" for name, value in self.headers.items())
        return "\r\n".join([f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()

    def _take_in(self, some: bytes) -> None:
        self.heard += some
        if numbers := NUMBER.findall(some):
            self.headers["Last-Event-ID"] = numbers[-1].decode()


class Crowd:
    """Open pages of visitors, all at the address that `where` gives now; `refused` counts what was not a stream."""

    def __init__(self, visitors: list[Visitor], each: int, where: Callable[[], Address]) -> None:
        self.pages = [Page(visitor, number) for number in range(each) for visitor in visitors]
        self.refused: Counter[str] = Counter()
        self._where = where

    async def __aenter__(self) -> "Crowd":
        self._tasks = [asyncio.create_task(self._stay(page)) for page in self.pages]
        return self

    async def __aexit__(self, *problem: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stay(self, page: Page) -> None:
        pauses = self._pauses()
        while True:
            try:
                status = await page.read(self._where())
                pauses = self._pauses()
            except (OSError, asyncio.IncompleteReadError) as problem:
                self.refused[type(problem).__name__] += 1
            else:
                self.refused[str(status)] += status != 200
            await asyncio.sleep(next(pauses))

    def _pauses(self) -> Iterator[float]:
        pause = FIRST_PAUSE
        while True:
            yield pause * random.uniform(0.7, 1.3)
            pause = min(pause * 2, LONGEST_PAUSE)

    def forget(self) -> None:
        """Nothing that was heard or refused until now counts."""
        self.refused.clear()
        for page in self.pages:
            page.heard = b""

    async def until(self, is_right: Callable[[Page], bool], seconds: float) -> float:
        """Wait until it is so for each of the pages; how many seconds it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        waiting = self.pages
        while waiting := [page for page in waiting if not is_right(page)]:
            assert loop.time() - began < seconds, f"{len(waiting)} pages are not right; {dict(self.refused)}"
            await asyncio.sleep(0.02)
        return loop.time() - began
