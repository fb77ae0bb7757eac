"""What axe-core finds on a page: barriers for people who see, hear, point or read differently."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 AA and what axe's authors think good practice. target-size is off unless it is asked for.
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
# What a width or a colour scheme can change; all else is the same in each of them.
LOOKS = {"runOnly": ["color-contrast", "target-size", "link-in-text-block"]}
# Each width, each scheme, and both schemes where most is arranged anew: not every two of them, which takes minutes.
TRIED = (1280, "light", EVERYTHING), (768, "dark", LOOKS), (360, "light", LOOKS), (360, "dark", LOOKS)
RUN = """async (options) => {
  const {violations} = await axe.run(document, {...options, resultTypes: ["violations"]});
  return violations.flatMap(({id, nodes}) =>
    nodes.map(({html, failureSummary}) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}"""


def barriers(page: Page) -> list[str]:
    """All that axe finds, in three widths, light and dark."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found, size = [], page.viewport_size
    for width, scheme, asked in TRIED:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found += [f"{width} {scheme} {what}" for what in page.evaluate(RUN, asked)]
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=None)
    return found
