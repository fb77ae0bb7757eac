"""What Chromium sees: how soon a line typed in one page stands in another, and what a page weighs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from bench.server import Server
from bench.wire import Connection, Reception, Visitor

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
PATIENCE_MS = 10_000
HAND_MS = 150
# The lines of the measurement that an agenda holds at most; the oldest then makes room.
ROOM = 8
SECTIONS = ("Wellbeing", "Progress towards goals", "Personal development plan", "Any other business")

# Moments are those of the machine's clock, in milliseconds, so that two pages can be compared.
LINES = """
(() => {
  const bench = window.bench = { sent: 0, shown: {}, waiting: {} };
  // Waits without looking again at every frame: that would cost what is measured.
  bench.when = (words) => new Promise((tell) => {
    if (bench.shown[words]) tell(bench.shown[words]);
    else bench.waiting[words] = tell;
  });
  const lookAt = (node) => {
    const words = node.nodeType === 1
      && (node.matches(".item-body > .words") ? node : node.querySelector(".item-body > .words"));
    if (!words) return;
    const moment = bench.shown[words.textContent] ??= performance.timeOrigin + performance.now();
    bench.waiting[words.textContent]?.(moment);
  };
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(lookAt);
  }).observe(document, { childList: true, subtree: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter") bench.sent = performance.timeOrigin + event.timeStamp;
  }, true);
})();
"""
# The same for a visit. It looks at nothing that comes but the word that says so.
VISIT = """
(() => {
  const visit = window.visit = { live: 0, shift: 0 };
  new MutationObserver(() => {
    if (!visit.live && document.getElementById("link")?.textContent === "Live") visit.live = performance.now();
  }).observe(document, { childList: true, subtree: true, characterData: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) visit.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
})();
"""
READY = "() => visit.live && performance.getEntriesByType('navigation')[0].loadEventEnd"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def insertions(server: Server, demo: dict, count: int) -> list[float]:
    """Milliseconds from the Enter key in one page to the line's standing in the other's, for `count` lines."""
    connection = Connection(server.address)
    reception = Reception(connection)
    visitors = [reception.sign_in(connection, person) for person in demo["people"]]
    visitors[0].open(connection, f"/meetings/{demo['meeting']}")
    with chromium() as browser:
        contexts = [_context(browser, visitor, LINES) for visitor in visitors]
        pages = [_open(context, server, f"/meetings/{demo['meeting']}") for context in contexts]
        found = []
        for number in range(count):
            found.append(_insert(pages[number % 2], pages[1 - number % 2], number))
            if number >= ROOM:
                _delete(connection, visitors[0], pages, f"Line {number - ROOM:04} of the measurement")
        return found


def _context(browser: Browser, visitor: Visitor, *watches: str) -> BrowserContext:
    context = browser.new_context()
    name, _, value = visitor.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    for watch in (VISIT, *watches):
        context.add_init_script(watch)
    return context


def _open(context: BrowserContext, server: Server, path: str) -> Page:
    page = context.new_page()
    page.goto(server.origin + path)
    page.wait_for_function(READY, timeout=PATIENCE_MS)
    return page


def _insert(here: Page, there: Page, number: int) -> float:
    words = f"Line {number:04} of the measurement"
    box = here.get_by_role("textbox", name=f"Add to {SECTIONS[number % len(SECTIONS)]}", exact=True)
    box.fill(words)
    # Where somebody writes is told at the first letter, not at the last: that has passed when Enter is pressed.
    here.wait_for_timeout(HAND_MS)
    box.press("Enter")
    return there.evaluate("(words) => bench.when(words)", words) - here.evaluate("bench.sent")


def _delete(connection: Connection, visitor: Visitor, pages: list[Page], words: str) -> None:
    row = pages[0].locator("li.item", has=pages[0].get_by_text(words, exact=True)).first
    item = row.get_attribute("id").removeprefix("item-")
    connection.post(f"/items/{item}/deletion", visitor.headers, {})
    for page in pages:
        page.locator(f"#item-{item}").wait_for(state="detached", timeout=PATIENCE_MS)


class Meter:
    """Counts what goes over the wire to one page."""

    def __init__(self, page: Page) -> None:
        self.requests: list[str] = []
        self.sizes: dict[str, int] = {}
        self._urls: dict[str, str] = {}
        session: CDPSession = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._began)
        session.on("Network.dataReceived", self._got)
        session.on("Network.loadingFinished", self._done)
        session.send("Network.enable")

    def _asked(self, event: dict) -> None:
        self.requests.append(event["request"]["url"])

    def _began(self, event: dict) -> None:
        if not event["response"].get("fromDiskCache"):
            self.sizes[event["requestId"]] = event["response"]["encodedDataLength"]

    def _got(self, event: dict) -> None:
        if event["requestId"] in self.sizes:
            self.sizes[event["requestId"]] += event["encodedDataLength"]

    def _done(self, event: dict) -> None:
        if event["requestId"] in self.sizes:
            self.sizes[event["requestId"]] = max(self.sizes[event["requestId"]], event["encodedDataLength"])

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())


def visits(server: Server, demo: dict, count: int) -> list[dict]:
    """A first visit to a meeting's page, and one to another meeting's after it, `count` times anew."""
    connection = Connection(server.address)
    visitor = Reception(connection).sign_in(connection, demo["people"][0])
    with chromium() as browser:
        return [_visit(browser, server, visitor, demo) for _ in range(count)]


def _visit(browser: Browser, server: Server, visitor: Visitor, demo: dict) -> dict:
    context = _context(browser, visitor)
    page, cold = _weighed(context, server, f"/meetings/{demo['meeting']}")
    times = page.evaluate("({ live: visit.live, load: performance.getEntriesByType('navigation')[0].loadEventEnd })")
    # What moves late moves by then: the stream has brought who is here.
    page.wait_for_timeout(500)
    shift = page.evaluate("visit.shift")
    _, later = _weighed(context, server, f"/meetings/{demo['second']}")
    context.close()
    return {
        "cold_bytes": cold.bytes,
        "cold_requests": len(cold.requests),
        "ready_ms": max(times.values()),
        "shift": shift,
        "later_bytes": later.bytes,
        **{f"{name}_ms": value for name, value in times.items()},
    }


def _weighed(context: BrowserContext, server: Server, path: str) -> tuple[Page, Meter]:
    page = context.new_page()
    meter = Meter(page)
    page.goto(server.origin + path)
    page.wait_for_function(READY, timeout=PATIENCE_MS)
    return page, meter
