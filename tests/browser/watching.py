"""Listens to what browsers complain about: every error that a test did not foresee makes it fail."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

# Said by the browser where a script cannot be heard: when a page breaks its own content policy.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} refuses ${event.blockedURI} ${event.sample}`));
"""


class Complaints:
    """The errors on the console and in the scripts of all pages of a test."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._foreseen: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        """Hear all pages of this browser profile."""
        context.add_init_script(TELL_VIOLATIONS)
        context.on("page", self._listen_to)

    def _listen_to(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._heard.append(f"script error: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._heard.append(f"{message.text} ({message.location.get('url', '')})")

    def foresee(self, *patterns: str) -> None:
        """These are no failure: the test brings them about."""
        self._foreseen += patterns

    @property
    def unforeseen(self) -> list[str]:
        """What nobody expected to hear."""
        return [text for text in self._heard if not any(re.search(pattern, text) for pattern in self._foreseen)]
