"""Makes the README's pictures from the demo: two people on one agenda, Today, and the large screen."""

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).parent
DUOLOGUE = Path(sys.executable).parent / "duologue"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WIDTH, HEIGHT = 900, 1_150
LAPTOP, LARGE = {"width": 1_200, "height": 800}, {"width": 1_280, "height": 720}


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo server with a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "SIGN_IN": "demo", "DATA_DIR": folder, "PORT": "0"}
        subprocess.run([DUOLOGUE, "demo"], env=environ, check=True)
        server = subprocess.Popen([DUOLOGUE, "serve"], env=environ, stdout=subprocess.PIPE, text=True)
        try:
            yield next(line.split()[-1] for line in server.stdout or () if "http" in line)
        finally:
            server.terminate()
            server.wait()


def sign_in(browser: Browser, address: str, name: str) -> Page:
    """The next meeting of Ada and Sam, on the screen of one of them."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="light",
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/demo")
    page.get_by_role("button", name=f"Sign in as {name}").click()
    page.get_by_role("link", name="Open the agenda").first.click()
    page.get_by_text("Live", exact=True).wait_for()
    return page


def talk(ada: Page, sam: Page) -> None:
    """A moment of their conversation: something asked, discussed, noted, proposed, and being written."""
    prompts = sam.get_by_role("group", name="Prompts for Progress towards goals")
    prompts.get_by_role("button", name="Put on the agenda").nth(1).click()
    ada.get_by_text("Question", exact=True).wait_for()
    plan = ada.get_by_role("listitem").filter(has_text="Go-live plan: which department first?")
    plan.get_by_role("textbox", name="Notes").fill("Finance first: smaller, and they asked for it.")
    plan.get_by_role("button", name="Make an action").click()
    plan.get_by_role("textbox", name="What will be done?").fill("Agree a start date with finance")
    plan.get_by_label("Who").select_option(label="Sam Okoro")
    plan.get_by_label("How likely, 1 to 10?").fill("9")
    plan.get_by_role("button", name="Propose").click()
    plan.get_by_text("Waiting for Sam").wait_for()
    sam.get_by_role("textbox", name="Add to Progress towards goals").press_sequentially("Who tells the")
    ada.get_by_text("writing in Progress towards goals").wait_for()
    sam.get_by_role("button", name="Agree", exact=True).wait_for()
    for page in (ada, sam):
        page.get_by_role("region", name="Progress towards goals").evaluate("part => scrollTo(0, part.offsetTop - 70)")


def side_by_side(browser: Browser, pages: list[Page]) -> None:
    """One picture of both screens."""
    shots = [base64.b64encode(page.screenshot()).decode() for page in pages]
    images = "".join(f'<img src="data:image/png;base64,{shot}">' for shot in shots)
    style = "body{margin:0;padding:24px;display:flex;gap:24px;background:#d9cfc2}img{border-radius:10px;width:50%}"
    page = browser.new_page(viewport={"width": 2 * WIDTH + 72, "height": HEIGHT + 48})
    page.set_content(f"<style>{style}</style>{images}")
    page.screenshot(path=DOCS / "meeting.png")


def large_screen(page: Page) -> None:
    """The second thing on the agenda, to be seen across a room."""
    page.set_viewport_size(LARGE)
    page.get_by_role("link", name="Present").click()
    page.get_by_role("button", name="Full screen").wait_for()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.screenshot(path=DOCS / "present.png", animations="disabled")


def today(page: Page) -> None:
    """Where everybody begins."""
    page.set_viewport_size(LAPTOP)
    page.goto("/")
    page.get_by_text("Live", exact=True).wait_for()
    page.screenshot(path=DOCS / "today.png", full_page=True)


def main() -> None:
    """Make the pictures with the Chromium that CHROMIUM names."""
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=ARGUMENTS)
        ada, sam = sign_in(browser, address, "Ada Marsh"), sign_in(browser, address, "Sam Okoro")
        talk(ada, sam)
        side_by_side(browser, [ada, sam])
        large_screen(ada)
        today(ada)


if __name__ == "__main__":
    main()
