"""What a screen reader has to go by: what a page announces, in order, and its controls as the browser tells of them."""

from collections import defaultdict

from playwright.sync_api import Page

# Every sentence that comes to stand in a live region, as it comes.
LISTEN = """
addEventListener("DOMContentLoaded", () => {
  const LIVE = "[role=status], [role=alert], [aria-live]";
  const place = ({ target }) => (target.closest ? target : target.parentElement)?.closest(LIVE);
  const said = (elt) => elt.innerText.split("\\n").map((line) => line.trim()).filter(Boolean);
  window.heard = [];
  new MutationObserver((changes) => {
    for (const elt of new Set(changes.map(place))) if (elt) heard.push(...said(elt));
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
});
"""
PRESENCE = "Ada is", "Sam is", "Live"
CONTROLS = {"button", "checkbox", "textbox", "link", "combobox", "spinbutton", "Date", "DateTime", "DisclosureTriangle"}
# Who goes from one of these to the next does not always hear in which row of a list it stands.
BY_THEMSELVES = {"button", "checkbox", "textbox"}


def listen(page: Page) -> None:
    """Load the page anew and hear all that it announces from then on."""
    page.add_init_script(LISTEN)
    page.reload()


def heard(page: Page) -> list[str]:
    """What was announced so far, but for who is here and where they write."""
    return [said for said in page.evaluate("heard") if not said.startswith(PRESENCE)]


def alike(page: Page) -> list[tuple]:
    """Controls that nobody can tell apart by ear: of the same role, name and description in places called the same."""
    session = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    found = defaultdict(set)
    for node in nodes.values():
        if not node["ignored"] and _said(node, "role") in CONTROLS:
            said = _said(node, "role"), _said(node, "name"), _said(node, "description"), *_places(node, nodes)
            found[said].add(_leads_to(node) or node["nodeId"])
    return [said for said, which in found.items() if len(which) > 1]


def _said(node: dict, what: str) -> str:
    return node.get(what, {}).get("value", "")


def _leads_to(node: dict) -> str:
    """Links that lead to the same page may well be called the same."""
    return next((each["value"]["value"] for each in node.get("properties", ()) if each["name"] == "url"), "")


def _places(node: dict, nodes: dict[str, dict]) -> list[str]:
    """The names of all that it stands in, the nearest first."""
    names, passed = [], {"listitem"} if _said(node, "role") in BY_THEMSELVES else set()
    while node := nodes.get(node.get("parentId", "")):
        if not node["ignored"] and _said(node, "role") not in passed and (name := _said(node, "name")):
            names.append(name)
    return names
