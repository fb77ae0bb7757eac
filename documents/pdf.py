"""Writes a document as PDF/UA-1: tagged, with its language, its title and bookmarks. page.typ says how it looks."""

import json
import unicodedata
from pathlib import Path

import typst

from documents import Data, fonts

PAGE = Path(__file__).with_name("page.typ")


def write(document: Data) -> bytes:
    """The PDF. What people wrote is data to the typesetter, never its source."""
    # A letter with an accent of its own is drawn in two pieces, and would be copied twice.
    text = unicodedata.normalize("NFC", json.dumps(document, ensure_ascii=False))
    try:
        return _set(text)
    except typst.TypstError as problem:
        if "could not be displayed" not in problem.message:
            raise
        return _set(fonts.shown(text))


def _set(text: str) -> bytes:
    faces = typst.Fonts(False, False, [str(folder) for folder in fonts.folders()])
    page = typst.Compiler(PAGE, root=PAGE.parent, font_paths=faces)
    return page.compile(format="pdf", pdf_standards="ua-1", sys_inputs={"document": text})  # type: ignore[return-value]
