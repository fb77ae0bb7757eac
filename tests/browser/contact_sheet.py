"""Every page in three widths, light and dark, on one picture: python -m tests.browser.contact_sheet sheet.png"""

import io
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from .desk import Desk
from .running import Server, make_demo
from .test_accessibility import pages_from

PEOPLE = "Ada Marsh", "Sam Okoro", "Robin Vale"
SIZES = (1280, 800), (768, 1024), (360, 740)
# How wide the pictures of one page stand on the sheet, and how high at most.
WIDTHS, HEIGHT = (320, 192, 120), 300


def looks(page: Page) -> list[Image.Image]:
    """The page as it looks in each width, light and dark."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for (width, height), shown in zip(SIZES, WIDTHS, strict=True):
            page.set_viewport_size({"width": width, "height": height})
            picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
            picture.thumbnail((shown, 10_000))
            found.append(picture.crop((0, 0, shown, HEIGHT)))
    page.emulate_media(color_scheme=None)
    return found


def rows(address: str) -> list[list[Image.Image]]:
    """A row of pictures for every page that links lead each of these people to."""
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"])
        for name in PEOPLE:
            page = browser.new_context().new_page()
            page.goto(f"{address}/demo")
            page.get_by_role("button", name=f"Sign in as {name}").click()
            found += [looks(one) for one in pages_from(Desk(page))]
    return found


def sheet(found: list[list[Image.Image]]) -> Image.Image:
    """All rows, one below the other."""
    whole = Image.new("RGB", (2 * sum(WIDTHS), HEIGHT * len(found)), "grey")
    for down, row in enumerate(found):
        for across, picture in enumerate(row):
            whole.paste(picture, (sum((WIDTHS * 2)[:across]), down * HEIGHT))
    return whole


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first", "data"):
            (Path(folder) / name).mkdir()
        server = Server(make_demo(Path(folder) / "first"), Path(folder) / "data")
        sheet(rows(server.address)).save(sys.argv[1])
        server.stop()


if __name__ == "__main__":
    main()
