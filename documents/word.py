"""Writes a document as DOCX: real headings, lists and tables, for a word processor and for screen readers."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from documents import Data, in_directions

INK, MUTED, ACCENT = RGBColor(0x2B, 0x25, 0x21), RGBColor(0x66, 0x5C, 0x54), RGBColor(0x1F, 0x64, 0x67)
LINE = "E4DACD"
# What most computers have; where one is missing, the word processor takes another. Complex: Arabic, Hebrew, Thai …
BODY, TITLES, COMPLEX = "Calibri", "Georgia", "Arial"
PAPER = "F7F3EC"
HEADINGS = (("Title", 22), ("Heading 1", 15), ("Heading 2", 12), ("Heading 3", 11))
# Our looks of a paragraph → the names of their styles.
LOOKS = {"lead": "Lead", "notes": "Notes", "quiet": "Quiet facts", "plain": "Normal"}
RUN_STYLES = {"quiet": "Quiet", "strong": "Strong", "emphasis": "Emphasis"}


def write(document: Data) -> bytes:
    """The file."""
    return _Writer(document).written()


class _Writer:
    def __init__(self, document: Data) -> None:
        self.data = document
        self.file: Docx = docx.Document()
        self.body = self.file.element.body
        _set_up(self.file, document)
        self.styles = {style.name: style.style_id for style in self.file.styles}

    def written(self) -> bytes:
        self._paragraph("Title", {"runs": [{"text": self.data["title"], "look": "plain", "link": ""}], "rtl": None})
        for block in self.data["blocks"]:
            WRITERS[block["block"]](self, block)
        file = BytesIO()
        self.file.save(file)
        return file.getvalue()

    def heading(self, block: Data) -> None:
        self._paragraph(f"Heading {block['level']}", block)

    def paragraph(self, block: Data) -> None:
        self._paragraph(LOOKS[block["look"]], block)

    def facts(self, block: Data) -> None:
        for fact in block["facts"]:
            name = {"text": f"{fact['name']}: ", "look": "strong", "link": ""}
            self._paragraph("Fact", {**fact, "runs": [name, *fact["runs"]], "rtl": None})

    def bullets(self, block: Data) -> None:
        for entry in block["entries"]:
            paragraph = self._paragraph("List Bullet", entry)
            if entry["facts"]["runs"]:
                first = {"text": "\n", "look": "plain", "link": ""}
                quiet = [{**run, "look": "quiet"} for run in entry["facts"]["runs"]]
                self._add_runs(paragraph, [first, *quiet])

    def table(self, block: Data) -> None:
        rows = [block["header"], *block["rows"]]
        table = self.file.add_table(len(rows), len(block["header"]), style="Lines")
        if self.data["rtl"]:
            table._tbl.tblPr.append(OxmlElement("w:bidiVisual"))
        for number, (row, cells) in enumerate(zip(table._tbl.tr_lst, rows, strict=True)):
            if number == 0:
                row.get_or_add_trPr().append(_element("w:tblHeader"))
            row.get_or_add_trPr().append(_element("w:cantSplit"))
            for place, cell in zip(row.tc_lst, cells, strict=True):
                self._fill(place.p_lst[0], "Cell heading" if number == 0 else "Cell", cell)
        self._paragraph("After a table", {"runs": [], "rtl": None})

    def rule(self, block: Data) -> None:
        self._paragraph("Rule", {"runs": [], "rtl": None})

    def _paragraph(self, style: str, found: Data) -> Any:
        paragraph = OxmlElement("w:p")
        self.body.insert_element_before(paragraph, "w:sectPr")
        self._fill(paragraph, style, found)
        return paragraph

    def _fill(self, paragraph: Any, style: str, found: Data) -> None:
        properties = paragraph.get_or_add_pPr()
        properties.append(_element("w:pStyle", val=self.styles[style]))
        if self.data["rtl"] if found["rtl"] is None else found["rtl"]:
            properties.append(_element("w:bidi"))
        self._add_runs(paragraph, found["runs"])

    def _add_runs(self, paragraph: Any, found: list[Data]) -> None:
        for run in found:
            place = self._link(paragraph, run["link"]) if run["link"] else paragraph
            for is_rtl, text in in_directions(run["text"]):
                place.append(self._run(text, run, is_rtl))

    def _link(self, paragraph: Any, address: str) -> Any:
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), self.file.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        paragraph.append(link)
        return link

    def _run(self, text: str, run: Data, is_rtl: bool) -> Any:
        made = OxmlElement("w:r")
        properties = OxmlElement("w:rPr")
        style = "Link" if run["link"] else RUN_STYLES.get(run["look"])
        if style:
            properties.append(_element("w:rStyle", val=self.styles[style]))
        if is_rtl:
            properties.append(_element("w:rtl"))
        if len(properties):
            made.append(properties)
        made.text = text
        return made


WRITERS: dict[str, Callable[[_Writer, Data], None]] = {
    "heading": _Writer.heading,
    "paragraph": _Writer.paragraph,
    "facts": _Writer.facts,
    "list": _Writer.bullets,
    "table": _Writer.table,
    "rule": _Writer.rule,
}


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _set_up(file: Docx, document: Data) -> None:
    """What the file tells of itself, its page, and its styles."""
    _say_what_it_is(file, document)
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.4)
    _style_text(file, document["language"])
    _style_headings(file)
    _add_styles(file)


def _say_what_it_is(file: Docx, document: Data) -> None:
    # The blank that it starts from has a picture of itself and the name of another program.
    package = file.part.package
    for id, found in list(package.rels.items()):
        if found.reltype.rpartition("/")[2] in ("thumbnail", "extended-properties"):
            del package.rels[id]
    told, now = file.core_properties, datetime.now(UTC).replace(tzinfo=None)
    told.title, told.subject, told.language = document["title"][:255], document["subject"][:255], document["language"]
    told.author = told.last_modified_by = told.comments = told.keywords = ""
    told.created = told.modified = now


def _style_text(file: Docx, language: str) -> None:
    normal = file.styles["Normal"]
    normal.font.color.rgb = INK
    _set_letters(normal, BODY, 10.5)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.2
    for found in file.styles.element.iter(qn("w:lang")):
        for name in ("val", "eastAsia", "bidi"):
            found.set(qn(f"w:{name}"), language)


def _style_headings(file: Docx) -> None:
    for name, size in HEADINGS:
        style = file.styles[name]
        style.font.color.rgb = INK
        _set_letters(style, TITLES, size, bold=True)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(size), Pt(size / 3)
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
    file.styles["Title"].paragraph_format.space_before = Pt(0)


def _add_styles(file: Docx) -> None:
    lead = _add_style(file, "Lead", bold=True)
    lead.paragraph_format.space_before, lead.paragraph_format.keep_with_next = Pt(10), True
    lead.paragraph_format.space_after = Pt(0)
    _add_style(file, "Quiet facts", size=9, color=MUTED)
    notes = _add_style(file, "Notes")
    notes.paragraph_format.left_indent = Cm(0.5)
    _add_style(file, "Fact").paragraph_format.space_after = Pt(2)
    for name, is_bold in (("Cell", False), ("Cell heading", True)):
        cell = _add_style(file, name, size=9.5, bold=is_bold)
        cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(3)
    _add_style(file, "After a table", size=4).paragraph_format.space_after = Pt(0)
    _add_line(_add_style(file, "Rule").element.get_or_add_pPr(), "w:pBdr", "bottom")
    _add_style(file, "Quiet", WD_STYLE_TYPE.CHARACTER, size=9, color=MUTED)
    _add_style(file, "Link", WD_STYLE_TYPE.CHARACTER, color=ACCENT).font.underline = True
    _add_table_style(file)


def _add_style(
    file: Docx, name: str, kind: Any = WD_STYLE_TYPE.PARAGRAPH, size: float = 0, bold: bool = False, color: Any = None
) -> Any:
    style = file.styles.add_style(name, kind)
    if kind == WD_STYLE_TYPE.PARAGRAPH:
        style.base_style = file.styles["Normal"]
    _set_letters(style, "", size, bold)
    if color is not None:
        style.font.color.rgb = color
    return style


def _set_letters(style: Any, face: str, size: float, bold: bool = False) -> None:
    """Typeface, size and weight: said once for most scripts, and again for those with complex letters."""
    found = style.element.get_or_add_rPr()
    if face:
        for old in found.findall(qn("w:rFonts")):
            found.remove(old)
        found.insert(0, _element("w:rFonts", ascii=face, hAnsi=face, cs=COMPLEX))
    if size:
        style.font.size = Pt(size)
        found.append(_element("w:szCs", val=str(round(size * 2))))
    if bold:
        style.font.bold = True
        style.font.cs_bold = True


def _add_table_style(file: Docx) -> None:
    style = file.styles.add_style("Lines", WD_STYLE_TYPE.TABLE)
    style.base_style = file.styles["Normal Table"]
    properties = _element("w:tblPr")
    _add_line(properties, "w:tblBorders", "top", "bottom", "insideH")
    style.element.append(properties)
    head = _element("w:tblStylePr", type="firstRow")
    cell = _element("w:tcPr")
    cell.append(_element("w:shd", val="clear", color="auto", fill=PAPER))
    head.append(cell)
    style.element.append(head)


def _add_line(place: Any, kind: str, *sides: str) -> None:
    borders = OxmlElement(kind)
    for side in sides:
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=LINE))
    place.append(borders)
