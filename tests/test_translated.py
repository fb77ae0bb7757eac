"""Walks every page and fragment in a language that nobody speaks: whatever is still English was left out."""

import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from itertools import product

import pytest
from babel import Locale

import languages
import notices
import pairing
import scheduling
from agenda_templates import HORIZON
from rows import new_id
from template_files import FOLDER

from . import pseudo
from .conftest import NOW
from .signed_in import HTMX
from .test_walk import FORM, addresses, filled  # noqa: F401 - a fixture

SAID = re.compile(rf"{pseudo.OPEN}[^{pseudo.OPEN}{pseudo.SHUT}]*{pseudo.SHUT}")
WORD = re.compile(r"[^\W\d_]{2,}")
SHOWN = {"aria-label", "placeholder", "title", "alt", "data-live", "data-lost"} | {
    *("data-offline", "data-failed", "data-gone"),
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
# The cast, the product, and what the fixtures say of people.
CAST = "Ada Marsh, Sam Okoro, Lee Park, Noor Haddad, Robin Vale, Duologue, Deutsch, English (United Kingdom)"
NAMES = set(WORD.findall(CAST))
# Last what WTForms says by itself, which it says in German.
FACTS = {
    "ada@example.org",
    "sam@example.org",
    "robin@example.org",
    "Europe/London",
    "https://",
    "Keine gültige Auswahl",
}
AROUND = " \n,.·:()+"


def template_texts() -> set[str]:
    """What the built-in conversations say, looking as far ahead as any of them does."""
    files = [tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.toml")]
    ahead = [words for found in files for words in _texts(found.get("horizons", {}))]
    texts = {text for found in files for text in _texts(found)}
    return texts | {text.replace(HORIZON, words) for text in texts if HORIZON in text for words in ahead}


def _texts(found) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    for part in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _texts(part)


def day_words(locale: str) -> set[str]:
    """The names of months and weekdays."""
    found = Locale.parse(locale)
    names = [*found.months["format"]["wide"].values(), *found.days["format"]["wide"].values()]
    return {word for name in names for word in WORD.findall(name)}


class Reader(HTMLParser):
    """Collects what a page shows: its texts and the words in its attributes. What people wrote is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.shown += [words for name, words in attrs if name in SHOWN and words]
        theirs = "hx-ignore" in given or tag in ("textarea", "script", "style", "code")
        if tag not in VOID:
            self._open.append((tag, theirs))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(theirs for _, theirs in self._open):
            self.shown.append(data)


class Known:
    """What needs no translation: names, days, and what the built-in conversations say."""

    def __init__(self) -> None:
        self._words, self._texts = NAMES | day_words(pseudo.LEFT), FACTS | template_texts()

    def __contains__(self, text: str) -> bool:
        return all(self._is_known(part) for part in re.split(r" \+ | · ", text.strip()))

    def _is_known(self, part: str) -> bool:
        found = part.strip(AROUND)
        return not found or not {part, found}.isdisjoint(self._texts) or set(WORD.findall(found)) <= self._words


def left_out(html: str, known: Known) -> list[str]:
    """The texts of a page that are neither translated nor anybody's own words."""
    reader = Reader()
    reader.feed(html)
    # Texts within texts are taken away from the innermost on: a message may hold another one among its facts.
    whole = "\x00".join(reader.shown)
    while whole != (rest := SAID.sub("", whole)):
        whole = rest
    return [text.strip() for text in whole.split("\x00") if text not in known]


@pytest.fixture(scope="module")
def known():
    """What needs no translation."""
    return Known()


@pytest.fixture
def spoken(tmp_path):
    """Everybody is spoken to in the language that nobody speaks."""
    pseudo.write(tmp_path / "own", pseudo.LEFT)
    languages.learn(tmp_path / "own", pseudo.LEFT)
    yield
    languages.learn()


@pytest.fixture
def walker(app, client_of, filled, spoken, known, request):  # noqa: F811 - the imported fixture
    """A function: who, and a method → their browser, every address for that method, and what needs no translation."""

    def walk(who: str, method: str):
        client = client_of(request.getfixturevalue(who))
        return client, list(dict.fromkeys(path for _, path, _ in addresses(app, filled, method))), known

    return walk


def look(answer, path: str, known: Known) -> None:
    """Fail for whatever of an answer is not translated."""
    if answer.mimetype == "text/html" and answer.status_code not in (302, 303):
        assert left_out(answer.text, known) == [], path
    answer.close()


@pytest.mark.parametrize("who", ["ada", "sam", "robin"])
def test_every_page_and_fragment_speaks_another_language(walker, who):
    client, pages, known = walker(who, "GET")
    assert len(pages) > 60
    for path in pages:
        look(client.get(path), path, known)
        if who == "sam" and "/regions/" not in path and not path.endswith("/live"):
            look(client.get(path, headers=HTMX), path, known)


@pytest.mark.parametrize("who", ["sam", "robin"])
def test_every_answer_to_a_form_does_whether_it_can_be_taken_or_not(walker, who):
    for method in ("POST", "DELETE"):
        client, pages, known = walker(who, method)
        for path, (data, htmx) in product(pages, (({}, {}), ({}, HTMX), (FORM, {}))):
            headers = {"X-CSRFToken": client.token, **htmx}
            if path != "/signing-out":
                look(client.open(path, method=method, data=data, headers=headers), path, known)


def test_what_goes_wrong_is_said_in_another_language(as_sam, nobody, spoken, known):
    look(as_sam.get(f"/pairs/{new_id()}"), "404", known)
    look(as_sam.put("/actions"), "405", known)
    look(as_sam.post("/me"), "400", known)
    look(as_sam.post("/me", headers={"Sec-Fetch-Site": "cross-site"}), "another site", known)
    look(nobody.get("/actions", headers=HTMX), "401", known)
    for path in ("/demo", "/signed-out", "/signed-out?next=/actions"):
        look(nobody.get(path), path, known)


def test_what_is_seldom_on_the_screen_is_said_in_another_language(
    client_of, ada, sam, noor, robin, meeting, spoken, known
):
    for kind in notices.KINDS:
        notices.tell(kind, meeting.pair)
    scheduling.cancel(meeting, sam, NOW + timedelta(days=9))
    invited = pairing.invite(robin, manager=robin, report=noor, first_starts_at=NOW + timedelta(days=2))
    for person in (robin, noor):
        for path in ("/", invited.path):
            look(client_of(person).get(path), path, known)
    for end in (None, meeting.pair.end):
        if end:
            end(sam, 30)
        for person in (ada, sam):
            for path in ("/", meeting.pair.path, meeting.path, f"{meeting.pair.path}/access"):
                look(client_of(person).get(path), path, known)


def test_the_reader_finds_what_is_left_out(known):
    page = f'<p>{pseudo.pseudo("Ready")} <b title="Not said">Sam Okoro</b></p><p hx-ignore>Wrote this</p>Plain words'
    assert left_out(page, known) == ["Not said", "Plain words"]
