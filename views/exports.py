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


def exported(document: Document, extension: str, name: str, data: Any = None) -> Response:
    """The document (or its `data`, as JSON) as a file to keep, called `name`. Raises NotWritten, which has its answer.

    The name goes into logs and onto disks: nobody's name belongs in it.
    """
    file = _json(data) if extension == JSON else written(document, extension)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{extension}"'}
    return Response(file, mimetype=TYPES[extension], headers=headers)


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
