"""The head of a request: one plain line, then plain header lines, one after the other. All else is refused.

What one program would tidy and the next would not, nobody has to guess about (RFC 9110, 5.5 and RFC 9112, 5 and 6).
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

# Single spaces alone stand between method, target and version (RFC 9112, 3), and a target is ASCII (RFC 3986, 2).
FIRST_LINE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e]+ HTTP/1\.[01]\r?\n")
LONGEST_LINE, MOST_LINES = 65_536, 100
# No spaces before the colon, no folds, no controls: a NUL, a lone carriage return or a line without an end.
LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)\r?\n")
ENDS = (b"\r\n", b"\n")
# The application finds these under names of their own.
APART = ("content-type", "content-length")


class Unreadable(ValueError):
    """It is no plain head; the server answers with 400."""


class Head:
    """The headers of one request, in order, with what gevent's server asks of them."""

    # What could not be read: nothing, or this would not be here.
    status = ""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self.fields = fields
        self._first = {name.lower(): value for name, value in reversed(fields)}

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of the first header of this name."""
        return self._first.get(name.lower(), default)

    getheader = get

    @property
    def typeheader(self) -> str | None:
        return self.get("content-type")

    def __delitem__(self, name: str) -> None:
        del self._first[name]

    def all(self, name: str) -> list[str]:
        """The values of all headers of this name, which is in lower case."""
        return [value for found, value in self.fields if found.lower() == name]

    def variables(self) -> Iterator[tuple[str, str]]:
        """The headers as WSGI names them. One with an underscore could pass for another with a dash: it is left out."""
        for name, value in self.fields:
            if "_" not in name and name.lower() not in APART:
                yield "HTTP_" + name.replace("-", "_").upper(), value


def must_begin_plainly(line: str) -> None:
    """Raise Unreadable unless a request may begin with this line."""
    if not FIRST_LINE.fullmatch(line):
        raise Unreadable


def must_fit(head: Head, version: str) -> None:
    """Raise Unreadable for a coded body from before there was any: two programs see two ends of it (RFC 9112, 6.1)."""
    if version == "HTTP/1.0" and head.all("transfer-encoding"):
        raise Unreadable


def read(file: BinaryIO) -> Head:
    """The head that comes next. Raises Unreadable."""
    fields: list[tuple[str, str]] = []
    while (line := file.readline(LONGEST_LINE)) not in ENDS:
        found = LINE.fullmatch(line)
        if not found or len(fields) == MOST_LINES:
            raise Unreadable
        name, value = found[1].decode(), found[2].decode("latin-1").strip(" \t")
        # Some take these for spaces, too.
        if value != value.strip():
            raise Unreadable
        fields.append((name, value))
    return _measured(Head(fields))


def _measured(head: Head) -> Head:
    """The head, if it says in one way alone how long its body is: a second request hides in a first between two."""
    lengths, codings = head.all("content-length"), head.all("transfer-encoding")
    if len(lengths) + len(codings) > 1 or not all(length.isdecimal() for length in lengths):
        raise Unreadable
    if any(coding.lower() != "chunked" for coding in codings):
        raise Unreadable
    return head
