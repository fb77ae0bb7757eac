"""Markup, htmx's attributes and template syntax in whatever people write: it shows as text and does nothing."""

import io
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ..everything import write_everything
from ..signed_in import HTMX
from ..test_walk import addresses

HOSTILE = {
    "an element with a handler": "<img src=x onerror=canary()>",
    "a script": '"></textarea></p><script>canary()</script>',
    "htmx in an element": '<b hx-get="/canary" hx-trigger="load" data-hx-post="/canary" hx-on:load="canary()">x</b>',
    "htmx's own element": '</li><hx-partial hx-target="body"><i id=canary></i></hx-partial>',
    "an attribute": "\" autofocus onfocus=canary() x='canary' hx-get='/canary",
    "a template": "{{ canary }}{% include 'canary' %}{{ 7*7 }}${7*7}<%= 7*7 %>",
    "an address that is a script": "javascript:canary() data:text/html,canary vbscript:canary https://x.org/'onclick=canary()",
    "an event of the stream": "canary\n\nevent: gone\ndata: canary\n\n",
    "what ends a comment or a style": "--><!--]]></style></title><svg onload=canary()>",
    "control characters": "\x1b[31m<canary\u202e\u2028\u2029>",
    "a link that is a script": "[x](javascript:canary()) [y](<data:text/html,canary>) ![z](/canary) <vbscript:canary>",
    "HTML within marks": "**<img src=x onerror=canary()>** [<b hx-get='/canary'>x</b>](//canary)\n- [ ] <script>",
}
# What is written into one and the same place: each begins with what does something at the beginning alone.
TOGETHER = (
    ("an attribute", "a script", "a template", "an event of the stream"),
    ("an address that is a script", "htmx in an element", "what ends a comment or a style"),
    ("htmx's own element", "an element with a handler", "control characters"),
    ("a link that is a script", "HTML within marks"),
)


class Doings(HTMLParser):
    """Everything on a page that could do something: elements, and attributes that htmx or a browser acts on."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        if tag in ("img", "iframe", "object", "style", "base", "i", "embed"):
            self.found.append(tag)
        if tag == "script" and not (said.get("src") or "").startswith("/static/"):
            self.found.append(tag)
        for name, value in attributes:
            acts = name.startswith(("on", "hx-on", "data-hx-", "js:", "style")) or name == "srcdoc"
            if acts or (name.startswith("hx-") and "canary" in (value or "")):
                self.found.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction") and "canary" in (value or "").removeprefix(
                "https://x.org/'onclick=canary"
            ):
                self.found.append(f"{tag} {name}={value}")
            if name in ("href", "src") and (value or "").split(":")[0].lower() in ("javascript", "data", "vbscript"):
                self.found.append(f"{tag} {name}={value}")


def doings(html: str) -> list[str]:
    parser = Doings()
    parser.feed(html)
    return parser.found


def test_all_of_it_is_written_down():
    assert sorted(name for names in TOGETHER for name in names) == sorted(HOSTILE)


@pytest.mark.parametrize("names", TOGETHER, ids=", ".join)
def test_what_people_write_is_text_on_every_page_and_in_every_fragment(app, as_ada, as_sam, ada, sam, meeting, names):
    words = "\n".join(HOSTILE[name] for name in names)
    upcoming = write_everything(meeting, ada, sam, words)
    item = upcoming.add_item(ada, "goals", words)
    filled = {
        "pairs": [meeting.pair_id],
        "meetings": [meeting.id, upcoming.id],
        "items": [item.id],
        "actions": [],
        "objectives": [],
    }
    seen = 0
    for client in (as_ada, as_sam):
        for endpoint, path, _ in addresses(app, {**known(app), **filled}, "GET"):
            if endpoint.startswith("assets") or "/live" in path:
                continue
            for headers in ({}, HTMX):
                answer = client.get(path, headers=headers)
                if answer.mimetype == "application/zip":
                    assert [doing for page in pages_in(answer) for doing in doings(page)] == []
                    continue
                if answer.mimetype == "text/html":
                    assert doings(answer.text) == [], path
                seen += words[:5] in answer.get_data(as_text=True) or "canary" in answer.text
    assert seen > 10


def pages_in(answer) -> list[str]:
    """The pages in a ZIP file."""
    archive = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    return [archive.read(name).decode() for name in archive.namelist() if name.endswith(".html")]


def known(app) -> dict[str, list]:
    """Every noun of an address, with nothing of it."""
    return {rule.rule.split("/")[1]: [] for rule in app.url_map.iter_rules() if "<id>" in rule.rule}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_refused_form_gives_hostile_words_back_as_text(as_sam, meeting, words):
    for headers in ({}, HTMX):
        sent = {"csrf_token": as_sam.token, "section": "no such section", "text": words + "x" * 10_001}
        answer = as_sam.post(f"{meeting.path}/items", data=sent, headers={**headers, "X-CSRFToken": as_sam.token})
        assert answer.status_code in (404, 422)
        assert doings(answer.text) == []
    assert doings(as_sam.get("/search", query_string={"q": words}).text) == []
    assert doings(as_sam.get("/nowhere", query_string={"q": words}).text) == []


def test_an_event_cannot_be_forged_by_words_in_it(app, as_ada, as_sam, meeting, ada):
    meeting.add_item(ada, "goals", "x\n\nevent: gone\ndata: forged\n\nid: 999999\n\r\n\revent: signed-out\n")
    with as_sam.get(f"{meeting.path}/live?since=", buffered=False) as answer:
        events = iter(answer.response)
        next(events)
        event = next(events).decode()
    assert "forged" in event
    for line in event.rstrip("\n").split("\n"):
        assert line.startswith(("data: ", "id: ")), line
    assert "\r" not in event


def test_links_are_made_of_web_and_mail_addresses_alone_and_tell_the_other_site_nothing(as_sam, meeting, ada):
    meeting.add_item(
        ada, "goals", "See https://example.org/a?b=1&c=2 or ask jo@example.org, not javascript:x or ftp://x"
    )
    page = as_sam.see(meeting.path)
    more = 'target="_blank" rel="noopener noreferrer nofollow"'
    assert f'<a href="https://example.org/a?b=1&amp;c=2" {more}>https://example.org/a?b=1&amp;c=2</a>' in page
    assert f'<a href="mailto:jo@example.org" {more}>jo@example.org</a>' in page
    assert "javascript:x or ftp://x</div>" in page


def test_where_people_write_htmx_is_told_to_look_away():
    """A template that shows somebody's words outside hx-ignore would have htmx read them."""
    shown = ("|written", "|inline")
    templates = Path(__file__).parents[2] / "templates"
    for path in templates.rglob("*.html"):
        for line in path.read_text().splitlines():
            for words in shown:
                before, found, _ = line.partition(words)
                assert not found or "hx-ignore" in before, f"{path.name}: {line.strip()}"
