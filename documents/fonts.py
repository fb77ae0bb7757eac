"""Where the typefaces are that documents are set in, and which letters they have."""

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGES = (
    "justmytype_western_core",
    "justmytype_intl_rtl",
    "justmytype_intl_south_asia",
    "justmytype_intl_sea",
    "justmytype_intl_africa",
    "noto_cjk_sans_otc",
)
# What the build brings from npm (see build_vendor.py).
OWN = Path(__file__).parents[1] / "fonts"
SUFFIXES = (".ttf", ".otf", ".ttc")
# Unicode's own sign for a letter that cannot be shown.
INSTEAD = "\ufffd"


@cache
def folders() -> list[Path]:
    """The folders with typefaces. They are looked for without running anything of the packages'."""
    specs = [importlib.util.find_spec(name) for name in PACKAGES]
    return [OWN, *(Path(spec.origin).parent for spec in specs if spec and spec.origin)]


def shown(text: str) -> str:
    """The text with a sign in the place of each letter that no typeface of ours has."""
    known = letters()
    return "".join(letter if ord(letter) in known or letter.isspace() else INSTEAD for letter in text)


@cache
def letters() -> set[int]:
    """All letters that can be shown. Reading the typefaces takes a moment, so this is for text that failed."""
    from fontTools.ttLib import TTCollection, TTFont

    found: set[int] = set()
    for file in _files():
        faces = TTCollection(file, lazy=True).fonts if file.suffix == ".ttc" else [TTFont(file, lazy=True)]
        for face in faces:
            found |= face.getBestCmap().keys()
    return found


def _files() -> Iterator[Path]:
    return (file for folder in folders() for file in folder.rglob("*") if file.suffix in SUFFIXES)
