"""Writes a document as Markdown (CommonMark, with GitHub's tables) that shows every word as it was typed."""

import re
from collections.abc import Callable

from documents import Data

# What means something anywhere in a line, and what does at its beginning alone.
INLINE = re.compile(r"([\\`*_\[\]<>&~|$])")
AT_START = re.compile(r"^(\d*)(?=[#+=:.)-])")
MARKS = {"strong": "**", "emphasis": "*"}
NEW_LINE, NEW_LINE_IN_CELL = "\\\n", "<br>"


def write(document: Data) -> bytes:
    """The text, in UTF-8."""
    parts = [f"# {_line(document['title'])}"]
    parts += [WRITERS[block["block"]](block) for block in document["blocks"]]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _heading(block: Data) -> str:
    return f"{'#' * (block['level'] + 1)} {_line(''.join(run['text'] for run in block['runs']))}"


def _paragraph(block: Data) -> str:
    text = _said(block)
    if block["look"] == "notes":
        return "\n".join(f"> {line}" for line in text.split("\n"))
    # What is strong within is strong no more when all of it is.
    return f"**{text}**" if block["look"] == "lead" and text and "\n" not in text and "**" not in text else text


def _facts(block: Data) -> str:
    return "\n".join(f"- {_line(fact['name'])}: {_indented(_said(fact))}" for fact in block["facts"])


def _list(block: Data) -> str:
    return "\n".join(_entry(entry) for entry in block["entries"])


def _entry(entry: Data) -> str:
    facts = _said(entry["facts"])
    return f"- {_indented(_said(entry))}" + (f"{NEW_LINE}  {_indented(facts)}" if facts else "")


def _table(block: Data) -> str:
    lines = [block["header"], *block["rows"]]
    rows = [f"| {' | '.join(_said(cell, NEW_LINE_IN_CELL) for cell in line)} |" for line in lines]
    return "\n".join([rows[0], "|" + " --- |" * len(block["header"]), *rows[1:]])


def _rule(block: Data) -> str:
    return "---"


WRITERS: dict[str, Callable[[Data], str]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "facts": _facts,
    "list": _list,
    "table": _table,
    "rule": _rule,
}


def _said(found: Data, new_line: str = NEW_LINE) -> str:
    return _lines("".join(_run(run) for run in found["runs"]).strip("\n"), new_line)


def _run(run: Data) -> str:
    text, mark = INLINE.sub(r"\\\1", run["text"]), MARKS.get(run["look"], "")
    # A web address that is shown as itself needs no brackets; it is typed in them all the same.
    said = f"[{text}](<{run['link'].replace('<', '%3C').replace('>', '%3E')}>)" if run["link"] else text
    return f"{mark}{said}{mark}" if mark and said.strip() == said else said


def _lines(text: str, new_line: str) -> str:
    return new_line.join(AT_START.sub(r"\1\\", line.strip()) for line in text.split("\n"))


def _line(text: str) -> str:
    return INLINE.sub(r"\\\1", " ".join(text.split()))


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
