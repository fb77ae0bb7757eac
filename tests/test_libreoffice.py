"""Word files opened by LibreOffice, which says as text and with a PDF what it read."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from documents import BulletList, Document, Facts, Heading, Paragraph, Table
from documents.writing import WORD, written

from . import paper

TEXT = "txt:Text (encoded):UTF8"
# It has tags where the file has real headings, lists and tables.
TAGGED = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'


def opened_by_libreoffice(file: bytes, folder: Path, form: str) -> bytes:
    """What LibreOffice makes of a Word file, in this form."""
    program = os.environ.get("SOFFICE") or shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        pytest.fail("This needs LibreOffice: set SOFFICE to its path, or run bin/test.", pytrace=False)
    (folder / "record.docx").write_bytes(file)
    own = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, own, "--headless", "--convert-to", form, "--outdir", str(folder), str(folder / "record.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / f"record.{form[:3]}").read_bytes()


def test_libreoffice_opens_a_word_file_and_finds_everything_in_it(tmp_path):
    document = Document(
        "Regular one-to-one: Zoë and سارة",
        "en-GB",
        [
            Facts([("When", "Tuesday 3 March 2026")]),
            Heading("Goals and progress"),
            Heading("The first half", level=2),
            Paragraph("The pilot found two gaps", "lead"),
            Paragraph("شكرا جزيلا", "notes"),
            BulletList([("Map both gaps", "Sam Okoro, agreed")]),
            Table(("Action", "Who"), [("Write to Noor", "Ελένη")]),
        ],
    )
    file = written(document, WORD)
    text = opened_by_libreoffice(file, tmp_path, TEXT).decode("utf-8-sig")
    for words in ("Zoë", "سارة", "When: Tuesday", "The pilot found", "شكرا", "Map both gaps", "Write to Noor", "Ελένη"):
        assert words in text
    pdf = opened_by_libreoffice(file, tmp_path, TAGGED)
    found = paper.tags(pdf)
    for tag in ("H1", "H2", "L", "LI", "Table", "TH"):
        assert tag in found
    with paper.opened(pdf) as read:
        assert str(read.Root.Lang) == "en-GB"
        assert str(read.docinfo.Title) == "Regular one-to-one: Zoë and سارة"
