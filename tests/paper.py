"""Looks into PDFs: their text as it is read out, and how its parts are marked."""

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pypdfium2

# The middle of A4, in points from its left edge.
MIDDLE = 595 / 2


def text_of(pdf: bytes) -> str:
    """All text, in the order in which it stands in the file."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return "\n".join(page.get_textpage().get_text_range() for page in opened).replace("\r\n", "\n")


def lines_of(pdf: bytes) -> dict[str, float]:
    """What stands in one line of the first page, by itself: its words → how far from the left edge they begin."""
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[0].get_textpage()
        places = [text.get_rect(number) for number in range(text.count_rects())]
        return {text.get_text_bounded(*place).strip(): place[0] for place in places}


def opened(pdf: bytes) -> pikepdf.Pdf:
    """The file, to look into."""
    return pikepdf.open(BytesIO(pdf))


def tags(pdf: bytes) -> list[str]:
    """The names of all structure elements, in reading order."""
    with opened(pdf) as file:
        return [str(element.S)[1:] for element in _elements(file.Root.StructTreeRoot)]


def _elements(element) -> Iterator:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)
