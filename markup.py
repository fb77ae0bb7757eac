"""The light Markdown in what people write: emphasis, lists with boxes, links. All else is text, as it was typed."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

import links

# Without any of these nothing can be meant, and nothing needs to be parsed.
A_MARK = re.compile(r"[*_\[]|^[ \t]*(?:\\?-|\d{1,3}[.)])", re.MULTILINE)
# Nobody writes as many by hand; what has more is shown as it stands, since it would take long.
MARKS_AT_MOST, ADDRESSES_AT_MOST = 500, 50
# A plus begins no list: "+ 5 %" is a sum. Nor does a year.
LIST_ITEM = re.compile(r"(?:[-*]|\d{1,3}[.)])[ \t]+\S")
BOX = re.compile(r"\[([ xX])\] +(?=\S)")
ESCAPED = re.compile(r"\\([*_\[\]])|(?m:^)\\(-)")
ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s/]", re.IGNORECASE)

LINK = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>')
TAGS = {"strong": "strong", "em": "em", "bullet_list": "ul", "ordered_list": "ol", "list_item": "li"}
LOOKS = {"strong": "strong", "em": "emphasis"}
CLEANER = nh3.Cleaner(
    tags={*TAGS.values(), "a", "label", "input"},
    attributes={"a": {"href", "target"}, "ol": {"start"}, "input": {"type", "disabled", "checked"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
)


class Piece(NamedTuple):
    """Some words in one look: "", "strong" or "emphasis"; `address` is where they lead to."""

    text: str
    look: str = ""
    address: str = ""


def written(text: str) -> Markup:
    """What somebody wrote at length, as HTML. Lists are blocks; line breaks stay characters."""
    return _cleaned(_blocks(_light.parse(text))) if _is_marked(text) else _linked(text)


def inline(text: str) -> Markup:
    """The same where no list can stand: in a sentence, a label, a heading."""
    return _cleaned(_words(_light.parseInline(text))) if _is_marked(text) else _linked(text)


def pieces(text: str) -> list[Piece]:
    """The same for paper: the marks of lists are characters at the beginning of a line."""
    if not _is_marked(text):
        return [Piece(words, "", address) for words, address in links.parts(text)]
    return [piece for piece in _lines(_light.parse(text)) if piece.text]


def plain(text: str) -> str:
    """The words alone, for an excerpt."""
    return "".join(piece.text for piece in pieces(text)) if _is_marked(text) else text


def _is_marked(text: str) -> bool:
    if not A_MARK.search(text):
        return False
    return len(A_MARK.findall(text)) <= MARKS_AT_MOST and text.count("://") <= ADDRESSES_AT_MOST


def _linked(text: str) -> Markup:
    """Text without marks, with its web and e-mail addresses as links."""
    found = links.parts(text)
    return Markup().join(LINK.format(address, words) if address else escape(words) for words, address in found)


def _cleaned(html: Iterator[str]) -> Markup:
    return Markup(CLEANER.clean("".join(html)))  # noqa: S704 - made of escaped text, and cleaned


def _blocks(tokens: list[Token]) -> Iterator[str]:
    for number, token in enumerate(tokens):
        kind, _, way = token.type.rpartition("_")
        if token.type == "paragraph_open":
            yield "\n" * _gap(tokens, number)
        elif token.type == "inline":
            box = _box(tokens, number)
            yield (
                f"<label>{_input(box)}{''.join(_words([token], box.end()))}</label>"
                if box
                else "".join(_words([token]))
            )
        elif kind in TAGS:
            yield _tag(kind, way, token)


def _gap(tokens: list[Token], number: int) -> int:
    """How many lines end between this paragraph and one right before it."""
    if not number or tokens[number - 1].type != "paragraph_close":
        return 0
    before, here = tokens[number - 3].map, tokens[number].map
    return 1 + here[0] - before[1] if before and here else 1


def _box(tokens: list[Token], number: int) -> re.Match | None:
    """The box that begins an item of a list."""
    begins = number > 1 and tokens[number - 2].type == "list_item_open"
    return BOX.match(tokens[number].content) if begins else None


def _input(box: re.Match) -> str:
    return f'<input type="checkbox" disabled{" checked" if box[1] != " " else ""}>'


def _tag(kind: str, way: str, token: Token) -> str:
    start = f' start="{token.attrs["start"]}"' if "start" in token.attrs else ""
    return f"<{TAGS[kind]}{start}>" if way == "open" else f"</{TAGS[kind]}>"


def _words(tokens: list[Token], after: int = 0) -> Iterator[str]:
    """A paragraph's words, all but the first so many characters."""
    for token in tokens[0].children or []:
        kind, _, way = token.type.rpartition("_")
        if token.type == "text":
            yield str(escape(token.content[after:]))
            after = 0
        elif kind == "link":
            yield f'<a href="{escape(token.attrs["href"])}" target="_blank">' if way == "open" else "</a>"
        elif kind in TAGS:
            yield _tag(kind, way, token)


def _lines(tokens: list[Token]) -> Iterator[Piece]:
    # Each open list's next number (none for bullets) and what follows it.
    lists: list[tuple[int | None, str]] = []
    for number, token in enumerate(tokens):
        if token.type == "bullet_list_open":
            lists.append((None, token.markup))
        elif token.type == "ordered_list_open":
            lists.append((int(token.attrs.get("start", 1)), token.markup))
        elif token.type.endswith("_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            bullet = _bullet(lists, bool(_box(tokens, number + 2)))
            yield Piece("\n" * (number > 1) + "    " * (len(lists) - 1) + bullet)
        elif token.type == "paragraph_open" and number and tokens[number - 1].type != "list_item_open":
            yield Piece("\n" * (_gap(tokens, number) or 1))
        elif token.type == "inline":
            yield from _boxed(token, _box(tokens, number))


def _bullet(lists: list[tuple[int | None, str]], has_box: bool) -> str:
    number, end = lists[-1]
    if number is None:
        return "" if has_box else "• "
    lists[-1] = number + 1, end
    return f"{number}{end} "


def _boxed(token: Token, box: re.Match | None) -> Iterator[Piece]:
    if box:
        yield Piece("☐ " if box[1] == " " else "☒ ")
    yield from _looks(token.children or [], box.end() if box else 0)


def _looks(tokens: list[Token], after: int) -> Iterator[Piece]:
    """The words of a paragraph in their looks; strong is stronger than emphasis."""
    on, address = {"strong": 0, "em": 0}, ""
    for token in tokens:
        kind = token.type.rpartition("_")[0]
        if token.type == "text":
            yield Piece(token.content[after:], next((LOOKS[name] for name in on if on[name]), ""), address)
            after = 0
        elif kind == "link":
            address = str(token.attrs.get("href", ""))
        elif kind in on:
            on[kind] += token.nesting


class _Light(MarkdownIt):
    """Markdown's parser, which knows no more than is written here."""

    def __init__(self) -> None:
        super().__init__("zero", {"linkify": True})
        self.linkify = links.LINKS
        self.enable(["list", "emphasis", "link", "escape", "linkify"])
        self.block.ruler.at("list", _list, {"alt": ["paragraph"]})
        self.block.ruler.before("list", "list_end", _ends_list, {"alt": ["paragraph"]})
        self.inline.ruler.at("escape", _escape)

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name that the parser asks for
        return bool(ADDRESS.match(url))

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the same
        return link


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begins = LIST_ITEM.match(state.src, state.bMarks[start] + state.tShift[start])
    return bool(begins) and list_block(state, start, end, silent)


def _ends_list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line that is not set in belongs to no list, though Markdown would have it there."""
    return silent and state.sCount[start] < state.blkIndent


def _escape(state: StateInline, silent: bool) -> bool:
    """A backslash takes the meaning from a mark alone; in an address of a folder it stays."""
    found = ESCAPED.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content = found[1] or found[2]
    state.pos = found.end()
    return True


_light = _Light()
