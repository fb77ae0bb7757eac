"""How a document is handed over as a file: whole, kept by nobody on the way, or with a word of what to do instead."""

import json
from typing import Any

from flask import Response

from documents import Document
from documents.writing import MARKDOWN, PDF, WORD, written
from languages import Phrase

JSON = "json"
TYPES = {
    PDF: "application/pdf",
    WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    MARKDOWN: "text/markdown; charset=utf-8",
    JSON: "application/json",
}
# What the buttons say: the format that a copy is taken in.
FORMATS = {
    PDF: Phrase("Copy as PDF"),
    WORD: Phrase("Copy as Word"),
    MARKDOWN: Phrase("Copy as Markdown"),
    JSON: Phrase("Copy as JSON"),
}


def exported(document: Document, extension: str, name: str) -> Response:
    """The document as a file to keep: pdf, docx or md. Raises NotWritten, which has its answer.

    The `name` goes into logs and onto disks: nobody's name belongs in it.
    """
    return _file(written(document, extension), extension, name)


def exported_data(data: Any, name: str) -> Response:
    """The same of plain data, as JSON."""
    return _file((json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode(), JSON, name)


def _file(content: bytes, extension: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{extension}"'}
    return Response(content, mimetype=TYPES[extension], headers=headers)
