"""The light Markdown: what is meant by marks, what stays as it was typed, and what nothing can be made of."""

from time import process_time

import pytest

import markup
from markup import Piece, inline, pieces, written

LINKED = '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{1}</a>'


def the_link(address: str, words: str) -> str:
    return LINKED.format(address, words)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a *little* more", "a <em>little</em> more"),
        ("a **lot** more", "a <strong>lot</strong> more"),
        ("_this_ and __that__", "<em>this</em> and <strong>that</strong>"),
        ("***both***", "<em><strong>both</strong></em>"),
        ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
        ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
        ("3. three", '<ol start="3"><li>three</li></ol>'),
        ("- one\n  - below", "<ul><li>one<ul><li>below</li></ul></li></ul>"),
        ("See:\n- one\nThen more", "See:<ul><li>one</li></ul>Then more"),
        ("see [the plan](https://x.org/a_b)", "see " + the_link("https://x.org/a_b", "the plan")),
        (
            "see https://x.org/a_b_c *now*",
            "see " + the_link("https://x.org/a_b_c", "https://x.org/a_b_c") + " <em>now</em>",
        ),
        ("*ask* jo@x.org", "<em>ask</em> " + the_link("mailto:jo@x.org", "jo@x.org")),
        (r"\*not\* \[this\]", "*not* [this]"),
    ],
)
def test_what_marks_mean(text, html):
    assert written(text) == html


def test_boxes_are_shown_with_their_words_and_cannot_be_ticked():
    to_do = '<li><label><input type="checkbox" disabled="">call <em>Jo</em></label></li>'
    done = '<li><label><input type="checkbox" disabled="" checked="">write</label></li>'
    assert written("- [ ] call *Jo*\n- [x] write") == f"<ul>{to_do}{done}</ul>"


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        "2 * 3 * 4",
        "snake_case_name",
        "# no heading",
        "> no quotation",
        "`no code`",
        "    set in",
        "1986. That was a year",
        "+ 5 % more",
        "-5 degrees",
        "[no link] (at all)",
        "![no picture]",
        "a | b\n--|--",
        r"\\server\share\new",
        "---",
        "a\nb\n\n\nc",
        "a\nb\n\n\nc [1]",
        "&amp; &lt;",
    ],
)
def test_all_else_stays_as_it_was_typed(text):
    for made in (written(text), inline(text)):
        assert made.unescape().strip() == text.strip()
        assert "<" not in made


def test_line_breaks_stay_where_they_were_typed():
    assert written("*a*\nb\n\n\nc\n") == "<em>a</em>\nb\n\n\nc"


def test_where_no_list_can_stand_its_marks_stay():
    assert inline("- one\n- *two*") == "- one\n- <em>two</em>"


def test_an_excerpt_has_the_words_alone():
    assert markup.plain("For the **offsite**:\n- [ ] [book](https://x.org)") == "For the offsite:\n☐ book"
    assert markup.plain("2 * 3") == "2 * 3"


def test_on_paper_lists_are_lines_and_looks_are_kept():
    assert pieces("Do **this**:\n- [x] one\n  1. [two](https://x.org)") == [
        Piece("Do "),
        Piece("this", "strong"),
        Piece(":"),
        Piece("\n"),
        Piece("☒ "),
        Piece("one"),
        Piece("\n    1. "),
        Piece("two", "", "https://x.org"),
    ]
    assert "".join(piece.text for piece in pieces("- a\n- b\n\nc\n\nd *e*")) == "• a\n• b\nc\n\nd e"
    assert "".join(piece.text for piece in pieces("3) a\n4) b")) == "3) a\n4) b"
    assert pieces("plain at https://x.org") == [Piece("plain at "), Piece("https://x.org", "", "https://x.org")]


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"),
        *(
            "//evil.org",
            "/signing-out",
            "#x",
            "java\tscript:x",
            "&#106;avascript:x",
            "ftp://x.org",
        ),
    ],
)
def test_no_link_leads_elsewhere_than_to_the_web_or_to_mail(address):
    for text in (f"[x]({address})", f"[x](<{address}>)", f"*see* {address}", f"[x]: {address}\n\n[x]"):
        assert "<a" not in written(text), text
        assert not any(piece.address for piece in pieces(text)), text


@pytest.mark.parametrize(
    "text",
    [
        *("*" * 10_000, "*a " * 3_300, "_a*" * 3_300, "[" * 10_000, "[a](" * 2_500, "- " * 5_000, "**a" * 3_300),
        *("- a\n" * 2_500, "1. " * 3_300, "]" * 5_000 + "[" * 5_000, "[x](https://x.org) " * 520, r"\*" * 5_000),
        *(
            "  " * 20 + "- a\n" * 400,
            "*a*\n" * 240,
            "".join("  " * n + "- a\n" for n in range(90)),
            "://" * 3_000 + "*x*",
        ),
    ],
    ids=range(16),
)
def test_nothing_takes_long(text):
    began = process_time()
    written(text), inline(text), pieces(text)
    assert process_time() - began < 0.4


def test_words_without_marks_need_no_parser(monkeypatch):
    monkeypatch.setattr(markup, "_light", None)
    assert written("Nothing (special); 50 % of it: jo@x.org, a-b!")
