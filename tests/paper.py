"""Looks into PDFs: their text as it is read out, and what PDF/UA-1 (ISO 14289-1) asks of them."""

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pypdfium2
from pikepdf import Name


def text_of(pdf: bytes) -> str:
    """All text, in the order in which it stands in the file."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return "\n".join(page.get_textpage().get_text_range() for page in opened).replace("\r\n", "\n")


def opened(pdf: bytes) -> pikepdf.Pdf:
    """The file, to look into."""
    return pikepdf.open(BytesIO(pdf))


def tags(pdf: bytes) -> list[str]:
    """The names of all structure elements, in reading order."""
    with opened(pdf) as file:
        return [str(element.S)[1:] for element in _elements(file.Root.StructTreeRoot)]


def read_in_order(pdf: bytes) -> list[tuple[str, str]]:
    """What a screen reader is told: (tag, expanded or alternative text if there is one), in reading order."""
    with opened(pdf) as file:
        return [(str(one.S)[1:], str(one.get("/Alt", ""))) for one in _elements(file.Root.StructTreeRoot)]


def _elements(element) -> Iterator:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def failings(pdf: bytes) -> list[str]:
    """Which of the rules of PDF/UA-1 that a program can check by itself this file breaks."""
    with opened(pdf) as file:
        return [*_of_the_file(file), *_of_the_structure(file), *_of_fonts(file), *_of_pages(file)]


def _of_the_file(file: pikepdf.Pdf) -> Iterator[str]:
    root = file.Root
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "it is not tagged"
    if root.get("/MarkInfo", {}).get("/Suspects"):
        yield "its tags are doubtful"
    if not str(root.get("/Lang", "")):
        yield "it has no language"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "the window would show the file's name, not its title"
    with file.open_metadata() as told:
        if told.get("{http://www.aiim.org/pdfua/ns/id/}part") != "1":
            yield "it does not say that it is PDF/UA-1"
        if not told.get("dc:title"):
            yield "it has no title"
    if "/Outlines" not in root:
        yield "it has no bookmarks"


# The tags that every reader knows (ISO 32000-1, 14.8.4).
STANDARD = {
    *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct"),
    *("Private", "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD"),
    *("THead", "TBody", "TFoot", "Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Figure"),
    *("Formula", "Form"),
}


def _of_the_structure(file: pikepdf.Pdf) -> Iterator[str]:
    tree = file.Root.StructTreeRoot
    roles = {str(key)[1:]: str(value)[1:] for key, value in tree.get("/RoleMap", {}).items()}
    last = 0
    for element in _elements(tree):
        tag = str(element.S)[1:]
        tag = roles.get(tag, tag)
        if tag not in STANDARD:
            yield f"nobody knows the tag {tag}"
        if tag[0] == "H" and tag[1:].isdigit():
            if int(tag[1:]) > last + 1:
                yield f"a heading H{last} is followed by {tag}"
            last = int(tag[1:])
        if tag in ("Figure", "Formula") and not (element.get("/Alt") or element.get("/ActualText")):
            yield f"a {tag} has no alternative text"
        if tag == "TH" and "/Scope" not in str(element.get("/A", "")) and not _scope(element):
            yield "a heading of a table does not say what it is the heading of"


def _scope(element) -> bool:
    attributes = element.get("/A", [])
    attributes = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return any("/Scope" in one for one in attributes)


def _of_fonts(file: pikepdf.Pdf) -> Iterator[str]:
    for font in (one for one in file.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == Name.Font):
        if font.Subtype in (Name.Type0, Name.Type3, Name.TrueType, Name.Type1) and "/ToUnicode" not in font:
            yield f"the letters of {font.get('/BaseFont', 'a font')} cannot be read"
        descriptor = font.get("/FontDescriptor", {})
        if font.Subtype in (Name.CIDFontType0, Name.CIDFontType2) and not (
            {"/FontFile", "/FontFile2", "/FontFile3"} & {str(key) for key in descriptor}
        ):
            yield f"{font.BaseFont} is not embedded"


def _of_pages(file: pikepdf.Pdf) -> Iterator[str]:
    for page in file.pages:
        if page.get("/Tabs") != Name.S and "/Annots" in page:
            yield "the tab key does not follow the reading order"
        for link in page.get("/Annots", []):
            if not link.get("/Contents") or "/StructParent" not in link:
                yield "a link does not say where it leads"
        if _unmarked(page):
            yield "something on a page is neither content nor decoration"


def _unmarked(page: pikepdf.Page) -> bool:
    depth = 0
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            depth += 1
        elif name == "EMC":
            depth -= 1
        elif name in ("Tj", "TJ", "f", "S", "B", "Do", "f*") and not depth:
            return bool(operands) or True
    return False
