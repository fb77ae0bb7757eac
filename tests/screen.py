"""Reads answers as a person would: what stands beside a field, in a box, or on the page."""

import re
from html import unescape
from html.parser import HTMLParser


def problem_at(html: str, at: str, field: str = "text") -> str:
    """The message beside a field, of a whole page or of a partial that fills its place."""
    place = re.escape(f"{at}-{field}-error")
    found = re.search(rf'hx-target="#{place}"[^>]*>(.*?)</hx-partial>', html, re.S) or re.search(
        rf'id="{place}"[^>]*>(.*?)</span>', html, re.S
    )
    return unescape(re.sub(r"<[^>]+>", "", found.group(1))).strip() if found else ""


class _Boxes(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.found, self._in_box = name, [], False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if given.get("name") != self.name:
            return
        if tag == "input":
            self.found.append(given.get("value") or "")
        if tag == "textarea":
            self._in_box = True
            self.found.append("")

    def handle_data(self, data):
        if self._in_box:
            self.found[-1] += data

    def handle_endtag(self, tag):
        self._in_box = False


def boxes(html: str, name: str) -> list[str]:
    """What stands in the boxes called `name`, in order, as a browser would show it."""
    parser = _Boxes(name)
    parser.feed(html)
    return parser.found


def regions(html: str) -> dict[str, str]:
    """The partials of an answer: where each goes → its HTML."""
    return dict(re.findall(r'<hx-partial hx-target="#([^"]+)"[^>]*>(.*?)</hx-partial>', html, re.S))


class _Form(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.fields, self._open, self._box, self._choice = action, [], False, None, None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._open = given.get("action") == self.action
        name = given.get("name")
        if tag == "option" and self._choice and ("selected" in given or self.fields[-1][0] != self._choice):
            self.fields = [field for field in self.fields if field[0] != self._choice]
            self.fields.append((self._choice, given.get("value") or ""))
        if not self._open or not name:
            return
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.append((name, given.get("value") or ""))
        if tag == "select":
            self._choice = name
        if tag == "textarea":
            self._box = name
            self.fields.append((name, ""))

    def handle_data(self, data):
        if self._box:
            self.fields[-1] = (self._box, self.fields[-1][1] + data)

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._box = None
        if tag == "select":
            self._choice = None
        if tag == "form":
            self._open = False


def fields_of(html: str, action: str) -> dict[str, str | list[str]]:
    """What the form that goes to `action` would send if somebody pressed its main button."""
    form = _Form(action)
    form.feed(html)
    found: dict[str, list[str]] = {}
    for name, value in form.fields:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}
