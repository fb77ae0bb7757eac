"""Documents as files: PDF/UA, DOCX and Markdown that say what was meant, in every script."""

import re
import zipfile
from collections import Counter
from html import unescape
from io import BytesIO

import docx
import pytest
import typst
from docx.oxml.ns import qn
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from documents import BulletList, Document, Facts, Heading, Paragraph, Rule, Run, Table, isolated
from documents.typed import typed
from documents.writing import MARKDOWN, PDF, WORD, written

from . import paper, verapdf

# The same name as people of each script write theirs; every one must come back out of every format.
NAMES = {
    "Latin": "Zoë Łukasiewicz-Ångström",
    "Greek": "Ελένη Παπαδοπούλου",
    "Cyrillic": "Юлия Щербакова",
    "Arabic": "سارة أحمد",
    "Persian": "پژمان گلچین",
    "Hebrew": "שרה כהן",
    "Chinese": "王小明",
    "Japanese": "田中 さくら",
    "Korean": "김민준",
    "Devanagari": "अनुराधा शर्मा",
    "Bengali": "অনন্যা সেন",
    "Tamil": "கவிதா",
    "Thai": "สมชาย ใจดี",
    "Georgian": "ნინო",
    "Armenian": "Անահիտ",
    "Ethiopic": "ሰላም",
    "Gujarati": "અનન્યા",
    "Sinhala": "නිමල්",
    "Emoji": "🎉 👍🏿 👩🏽‍💻 🇬🇧 ✅",
}


def a_document(*blocks, title="A conversation", language="en-GB") -> Document:
    return Document(title, language, list(blocks), subject="Of a test")


@pytest.fixture(scope="module")
def everything() -> Document:
    """A document with one of each block."""
    return a_document(
        Facts([("When", "Tuesday 3 March 2026"), ("Where", typed("https://example.org/room"))]),
        Heading("From last time"),
        Table(("Action", "Who"), [("Map both gaps", "Sam Okoro"), ("Write to البنك", "سارة أحمد")]),
        Heading("Goals"),
        Heading("The first half", level=2),
        Paragraph("The pilot found two gaps", "lead"),
        Paragraph("Sam Okoro · discussed", "quiet"),
        Paragraph([Run("Nobody "), Run("owns", "strong"), Run(" the "), Run("reply", "emphasis"), Run(".")], "notes"),
        BulletList(["First of all", ("Second of all", "with its facts")]),
        Rule(),
        Paragraph("The end.\nReally."),
    )


@pytest.fixture(scope="module")
def pdf(everything) -> bytes:
    return written(everything, PDF)


@pytest.fixture(scope="module")
def in_word(everything) -> bytes:
    return written(everything, WORD)


def test_pdfs_keep_all_rules_of_pdf_ua(pdf, tmp_path):
    in_all_scripts = written(a_document(*(Paragraph(name) for name in NAMES.values()), title=NAMES["Arabic"]), PDF)
    in_arabic = written(a_document(Heading("من المرة الماضية"), BulletList(["أولا"]), language="ar"), PDF)
    careless = typst.compile(b"= One\n=== Three", format="pdf")
    found = verapdf.broken_rules(tmp_path, pdf=pdf, scripts=in_all_scripts, arabic=in_arabic, careless=careless)
    assert any("PDF/UA Identification" in rule for rule in found.pop("careless"))
    assert found == {"pdf": [], "scripts": [], "arabic": []}


def test_a_pdf_has_headings_lists_and_tables_that_are_marked_as_such(pdf):
    found = paper.tags(pdf)
    for tag in ("H1", "H2", "P", "L", "LI", "Table", "TR", "TH", "TD", "Link"):
        assert tag in found
    assert found.count("TH") == 2
    assert found.count("H1") == 2


def test_a_pdf_says_what_it_is_and_nothing_of_who_made_it(pdf):
    with paper.opened(pdf) as file:
        assert str(file.Root.Lang).lower().startswith("en")
        assert str(file.docinfo.Title) == "A conversation"
        assert "/Author" not in file.docinfo
        with file.open_metadata() as told:
            assert told["dc:title"] == "A conversation"
            assert "dc:creator" not in told


def test_a_pdf_is_read_in_the_order_in_which_it_is_written(pdf):
    text = paper.text_of(pdf)
    places = [
        text.index(words)
        for words in (
            "A conversation",
            "Tuesday 3",
            "Map both",
            "The pilot",
            "Nobody",
            "First of",
            "with its",
            "Really",
        )
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("script", NAMES)
def test_names_in_every_script_come_out_of_a_pdf(script):
    name = NAMES[script]
    text = paper.text_of(written(a_document(Heading(name), Paragraph(name), title="1"), PDF))
    assert "\ufffd" not in text
    # No letter is read out twice, as those are that a typeface puts together from pieces.
    assert Counter(filter(str.isalpha, text)) == Counter(filter(str.isalpha, name * 2))
    for word_of_it in name.split():
        assert text.count(word_of_it) == 2, text


def test_letters_that_no_typeface_has_do_not_keep_the_rest_from_being_written():
    text = paper.text_of(written(a_document(Paragraph("Before \U00012000 after")), PDF))
    assert "Before" in text
    assert "after" in text


@pytest.mark.parametrize("script", NAMES)
def test_names_in_every_script_come_out_of_word_and_markdown(script):
    document = a_document(Paragraph(NAMES[script]))
    assert NAMES[script] in text_in(written(document, WORD))
    assert NAMES[script] in written(document, MARKDOWN).decode()


def test_in_a_pdf_what_each_side_says_has_as_much_room_and_how_an_action_stands_one_line():
    sides = Table(("Sam Okoro", "Ada Marsh"), [("Going well", "Going well")])
    action = ("Map both gaps", "Sam Okoro", "12 September 2026", "done · likely 9 of 10")
    pdf = written(a_document(sides, Table(("What", "Who", "By when", "How it stands"), [action])), PDF)
    lines = paper.lines_of(pdf)
    assert lines["Ada Marsh"] == pytest.approx(paper.MIDDLE, abs=8)
    assert {"12 September 2026", "done · likely 9 of 10"} <= lines.keys()


def text_in(file: bytes) -> str:
    """The text of a DOCX as whoever opens it has it."""
    return "\n".join(paragraph.text for paragraph in docx.Document(BytesIO(file)).paragraphs)


def test_word_has_real_headings_lists_and_tables(in_word):
    file = docx.Document(BytesIO(in_word))
    styles = [(paragraph.style.name, paragraph.text) for paragraph in file.paragraphs]
    assert ("Title", "A conversation") in styles
    assert ("Heading 1", "Goals") in styles
    assert ("Heading 2", "The first half") in styles
    assert ("List Bullet", "First of all") in styles
    (table,) = file.tables
    assert [cell.text for cell in table.rows[0].cells] == ["Action", "Who"]
    assert [cell.text for cell in table.rows[1].cells] == ["Map both gaps", "Sam Okoro"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None


def test_word_says_what_it_is_and_nothing_of_who_made_it(in_word):
    told = docx.Document(BytesIO(in_word)).core_properties
    assert (told.title, told.subject, told.language) == ("A conversation", "Of a test", "en-GB")
    assert {told.author, told.last_modified_by, told.comments, told.keywords} == {""}
    assert not [name for name in zipfile.ZipFile(BytesIO(in_word)).namelist() if "thumbnail" in name]


def test_word_links_lead_somewhere_and_everything_it_refers_to_is_there(in_word):
    file = docx.Document(BytesIO(in_word))
    (link,) = [link for paragraph in file.paragraphs for link in paragraph.hyperlinks]
    assert (link.address, link.text) == ("https://example.org/room", "https://example.org/room")
    known = {style.style_id for style in file.styles}
    used = set(re.findall(r'<w:[pr]Style w:val="([^"]+)"', file.element.xml))
    assert used <= known


def test_word_reads_what_is_written_right_to_left_from_the_right():
    document = a_document(Paragraph("شكرا Sam"), Paragraph("Thanks سارة"))
    _, arabic, english = docx.Document(BytesIO(written(document, WORD))).paragraphs
    assert arabic._p.pPr.find(qn("w:bidi")) is not None
    assert english._p.pPr.find(qn("w:bidi")) is None
    assert [
        run.text for run in english.runs if run._r.rPr is not None and run._r.rPr.find(qn("w:rtl")) is not None
    ] == ["سارة"]


def test_a_name_in_another_direction_does_not_turn_the_words_around_it():
    assert isolated("Sam") == "Sam"
    assert isolated("سارة") == "\u2068سارة\u2069"


@pytest.mark.parametrize("extension", [PDF, WORD, MARKDOWN])
def test_what_people_type_is_never_taken_for_markup(extension):
    typed_words = '#set page(fill: red) $x^2$ <b>bold</b> *stars* [a](b) {{ x }} \\frac `code` "quoted" &amp; @here'
    document = a_document(
        Heading(typed_words), Paragraph(typed_words), Table(["a | b"], [[typed_words]]), title=typed_words
    )
    file = written(document, extension)
    if extension == PDF:
        assert re.sub(r"\s+", " ", paper.text_of(file)).count(typed_words) >= 3
    elif extension == WORD:
        assert text_in(file).count(typed_words) == 3
    else:
        assert "\\<b\\>bold" in file.decode()


def test_control_characters_and_halves_of_letters_are_left_out():
    document = a_document(Paragraph("be\x00fo\x1bre\ud83d\x0cafter\r\nnext\u2028line"))
    assert "beforeafter\nnext\nline" in text_in(written(document, WORD))
    assert "beforeafter" in paper.text_of(written(document, PDF))


def test_a_document_without_anything_is_still_one():
    for extension in (PDF, WORD, MARKDOWN):
        assert written(a_document(), extension)


def shown_by_markdown(document: Document) -> str:
    """What a reader of the Markdown sees, line by line."""
    html = MarkdownIt("gfm-like", {"linkify": False}).render(written(document, MARKDOWN).decode())
    return unescape(re.sub(r"<[^>]*>", "", html.replace("<br />", "")))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\n#*é王"), max_size=40))
@example("#set page(fill: red) $x^2$ <b>bold</b> *stars* [a](b) `code` &amp; | @here ~~gone~~ _so_")
@example("1. one\n2) two\n- three\n+ four\n=== five\n--- six\n> seven\n# eight\n    nine\n***")
@example("https://example.org/a_b*c (and more) <https://example.org>")
def test_markdown_shows_every_word_as_it_was_meant(text):
    said = "".join(run.text for run in typed(text))
    lines = [" ".join(line.split()) for line in said.strip("\n").split("\n")]
    for document in (a_document(Paragraph(typed(text), "notes")), a_document(BulletList([typed(text)]))):
        shown = [" ".join(line.split()) for line in shown_by_markdown(document).split("\n")]
        assert [line for line in shown if line][1:] == [line for line in lines if line]


def test_what_people_wrote_with_marks_keeps_its_looks():
    text = "Ask **Mei**, *soon*:\n- [x] [book](https://example.org/room)"
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(
        written(
            a_document(Paragraph(typed(text), "notes"), Paragraph(typed("All **strong**"), "lead")), MARKDOWN
        ).decode()
    )
    assert "Ask <strong>Mei</strong>, <em>soon</em>:" in shown
    assert '☒ <a href="https://example.org/room">book</a>' in shown
    assert "<p>All <strong>strong</strong></p>" in shown


def test_markdown_has_headings_lists_and_tables(everything):
    html = MarkdownIt("gfm-like", {"linkify": False}).render(written(everything, MARKDOWN).decode())
    for part in ("<h1>A conversation</h1>", "<h2>Goals</h2>", "<h3>The first half</h3>", "<th>Action</th>", "<hr />"):
        assert part in html
    assert html.count("<td>") == 4
    assert "<strong>owns</strong>" in html
    assert '<a href="https://example.org/room">' in html
