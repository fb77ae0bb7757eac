"""Gathers every message of the screen into translations/messages.pot, and brings it into the catalogues.

`bin/messages` runs it. A catalogue is translations/<locale>/LC_MESSAGES/messages.po; beside it comes what is read at
the start, messages.mo.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent
FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
# What the screen is made of. The command line speaks English.
PLACES = {".": "*.py", "views": "*.py", "templates": "**.html"}
METHODS = {"*.py": "python", "**.html": "jinja2.ext:babel_extract"}
OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "Phrase": None}
HEADER = "# What Duologue says on the screen. Written by bin/messages; docs/translate.md says how to translate it."
# A date would make two branches differ that say the same.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)


def gathered() -> Catalog:
    """Every message, with the files that it is in and what their authors tell translators."""
    catalog = Catalog(
        project="Duologue", version="", msgid_bugs_address="", header_comment=HEADER, creation_date=NEVER, fuzzy=False
    )
    for file, message, comments in _messages():
        catalog.add(message, locations=[(file, 0)], auto_comments=comments)
    return catalog


def _messages() -> Iterator[tuple[str, str | tuple[str, str], list[str]]]:
    for place, pattern in PLACES.items():
        found = extract_from_dir(
            str(ROOT / place),
            [(pattern, METHODS[pattern])],
            OPTIONS,
            KEYWORDS,
            ("translators:",),
            directory_filter=lambda folder, place=place: place == "templates",
            strip_comment_tags=True,
        )
        for file, _, message, comments, _ in sorted(found, key=lambda one: (one[0], one[1])):
            yield str(Path(place) / file), message, comments


def written(catalog: Catalog) -> bytes:
    """The catalogue as its file holds it. Lines have no numbers: those would change with every other change."""
    file = BytesIO()
    write_po(file, catalog, width=120, include_lineno=False)
    return file.getvalue()


def bring_up_to_date(path: Path, template: Catalog) -> None:
    """Bring what is new into a catalogue, and write what is read at the start."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=Locale.parse(path.parts[-3]))
    catalog.update(template)
    path.write_bytes(written(catalog))
    with path.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, catalog)


def main() -> None:
    """Do it, and say what was done."""
    template = gathered()
    TEMPLATE.write_bytes(written(template))
    print(f"{TEMPLATE.relative_to(ROOT)}: {len(template)} messages")
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        bring_up_to_date(path, template)
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
