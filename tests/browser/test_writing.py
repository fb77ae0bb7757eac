"""Writing as people do it: light Markdown, pasting from documents, and the keyboard alone."""

import re

from playwright.sync_api import Locator, expect

from .barriers import barriers
from .desk import GOALS, OTHER, WELLBEING, Desk

TOPIC = "Team day in the new year"
PASTE = """(box, html) => {
  const held = new DataTransfer();
  held.setData("text/html", html);
  held.setData("text/plain", "what it would be without");
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""
COPY = """async (html) => navigator.clipboard.write([new ClipboardItem({
  "text/html": new Blob([html], { type: "text/html" }), "text/plain": new Blob(["plain"], { type: "text/plain" }),
})])"""

BY_A_BROWSER = """<h2>Plan</h2><p>Do <b>this</b> &amp; <i>that</i>, see <a href='https://x.org/a'>here</a>.</p>
<ul><li>one</li><li>two<ul><li>below</li></ul></li></ul>"""
BY_A_WORD_PROCESSOR = """<html><head><style>p {color: red}</style></head><body><!--StartFragment-->
<p class=MsoNormal><b><span style='color:red'>Agreed<o:p></o:p></span></b></p>
<p class=MsoListParagraph style='text-indent:-18pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span><![endif]>Call Jo</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o</span>by Friday</p>
<!--EndFragment--></body></html>"""
BY_AN_ONLINE_DOCUMENT = """<meta charset="utf-8">
<b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span
style="font-weight:700">Strong</span><span style="font-style:italic"> and leaning</span></p>
<ol><li dir="ltr"><p><span style="font-weight:400">first</span></p></li><li><p>second</p></li></ol></b>"""
BY_AN_EDITOR = """<div style="font-family: monospace; white-space: pre;"><div><span>if x:</span></div><div><span>  y
</span></div><br><div>z</div></div>"""
BY_A_CHAT = """<span style="white-space-collapse: preserve-breaks">one
two <b style="white-space: normal">th
ree</b></span>"""
HOSTILE = """<p onclick="alert(1)">Nice<img src=x onerror=alert(1)><script>alert(1)</script>
<a href="javascript:alert(1)">words</a></p>"""


PASTED = (
    (BY_A_BROWSER, "Plan\n\nDo **this** & *that*, see [here](https://x.org/a).\n\n- one\n- two\n    - below"),
    (BY_A_WORD_PROCESSOR, "**Agreed**\n\n- Call Jo\n    - by Friday"),
    (BY_AN_ONLINE_DOCUMENT, "**Strong** *and leaning*\n\n1. first\n2. second"),
    (HOSTILE, "Nice words"),
    ("<span>2*3, snake_case and *stars*</span>", r"2*3, snake_case and \*stars\*"),
    ("<i>2*3</i>", "2*3"),
    ("<p>See</p><pre><code>a\n  *b*\n\nc</code></pre><p>and\nso on</p>", "See\n\na\n  \\*b\\*\n\nc\n\nand so on"),
    ("<ul><li><pre>one\ntwo</pre></li></ul><div class='words'>three\nfour</div>", "- one two\n\nthree\nfour"),
    (BY_AN_EDITOR, "if x:\n  y\n\nz"),
    (BY_A_CHAT, "one\ntwo **th ree**"),
    ("<p>one<br>two</p><table><tr><td>a</td><td>b</td></tr></table>", "one\ntwo\n\na b"),
)


def test_what_is_pasted_from_a_document_comes_out_clean_and_can_be_undone(ada):
    box = ada.composer(GOALS)
    box.focus()
    for html, words in PASTED:
        box.evaluate(PASTE, html)
        expect(box).to_have_value(words)
        ada.page.keyboard.press("ControlOrMeta+z")
        expect(box).to_have_value("")
    # What is long is left to the browser, which pastes it as plain text.
    box.evaluate(PASTE, f"<pre>{'a line' + chr(10)}</pre>" * 300)
    expect(box).to_have_value("")


def test_the_clipboard_itself_brings_words_to_where_the_caret_is(sign_in):
    ada = sign_in("Ada Marsh", permissions=["clipboard-read", "clipboard-write"]).open_agenda("Sam Okoro")
    box = ada.composer(GOALS)
    box.fill("Before ")
    ada.page.evaluate(COPY, "<b>strong</b> words")
    box.press("ControlOrMeta+v")
    expect(box).to_have_value("Before **strong** words")
    box.press("Enter")
    expect(ada.section(GOALS).locator("strong", has_text="strong")).to_be_visible()
    box.fill("First line\n  second")
    box.press("Enter")
    added = ada.section(GOALS).locator(".item-body > .words", has_text="First line")
    added.evaluate("words => { document.activeElement.blur(); getSelection().selectAllChildren(words); }")
    ada.page.keyboard.press("ControlOrMeta+c")
    box.press("ControlOrMeta+v")
    expect(box).to_have_value("First line\n  second")


def test_what_one_writes_with_marks_both_see_with_looks(ada, sam):
    ada.composer(GOALS).fill("For the *offsite*:\n- [x] book a room\n- ask **Mei**")
    ada.composer(GOALS).press("Enter")
    for desk in (ada, sam):
        item = desk.section(GOALS).locator(".item", has_text="For the offsite:")
        expect(item.locator("em")).to_have_text("offsite")
        expect(item.get_by_role("checkbox", name="book a room")).to_be_checked()
        expect(item.get_by_role("checkbox", name="book a room")).to_be_disabled()
        expect(item.locator("li")).to_have_count(2)
    assert barriers(ada.page) == []


def focused(desk: Desk) -> Locator:
    return desk.page.locator(":focus")


def item_in_focus(desk: Desk, words: str) -> None:
    expect(desk.item(words).row).to_be_focused()


def go_to(desk: Desk, words: str) -> None:
    """By the keys alone, to this item."""
    for _ in range(20):
        desk.page.keyboard.press("j")
        if words in focused(desk).inner_text():
            break
    item_in_focus(desk, words)


def test_a_meeting_goes_by_single_keys(ada, sam):
    for words in ("First", "Second"):
        ada.add(OTHER, words)
    ada.page.locator("h1").click()
    keys = ada.page.keyboard
    go_to(ada, "First")
    keys.press("j")
    item_in_focus(ada, "Second")
    keys.press("k")
    item_in_focus(ada, "First")
    keys.press("d")
    expect(sam.item("First").tick).to_be_checked()
    expect(ada.says("Discussed")).to_be_attached()
    item_in_focus(ada, "First")
    keys.press("n")
    expect(ada.composer(OTHER)).to_be_focused()
    keys.type("Third")
    keys.press("Enter")
    expect(sam.item("Third").row).to_be_visible()
    expect(ada.composer(OTHER)).to_be_focused()
    expect(ada.composer(OTHER)).to_have_value("")
    keys.type("two")
    keys.press("Shift+Enter")
    keys.type("lines")
    expect(ada.composer(OTHER)).to_have_value("two\nlines")
    keys.press("Escape")
    item_in_focus(ada, "Third")
    keys.press("a")
    expect(ada.item("Third").box("What will be done?")).to_be_focused()
    keys.press("Escape")
    item_in_focus(ada, "Third")


def test_an_edit_by_keys_gives_the_focus_back_to_its_item(ada):
    ada.add(OTHER, "First")
    ada.page.locator("h1").click()
    go_to(ada, "First")
    ada.page.keyboard.press("e")
    expect(focused(ada)).to_have_attribute("name", "text")
    ada.page.keyboard.press("End")
    ada.page.keyboard.type(" of all")
    ada.page.keyboard.press("Enter")
    item_in_focus(ada, "First of all")


def test_escape_closes_a_form_and_typed_words_are_there_when_it_opens_again(ada):
    ada.add(OTHER, "First")
    box = ada.item("First").edit()
    box.press("Escape")
    expect(ada.item("First").row).to_be_focused()
    expect(ada.notice()).to_be_empty()
    box = ada.item("First").edit()
    box.press("End")
    box.press_sequentially(" of all")
    box.press("Escape")
    expect(ada.notice()).to_contain_text("Not saved, and not lost")
    expect(ada.item("First").edit()).to_have_value("First of all")
    ada.button("Cancel").click()
    expect(ada.item("First").edit()).to_have_value("First")


def test_an_item_moves_by_keys_and_keeps_the_focus(ada, sam):
    for words in ("First", "Second", "Third"):
        ada.add(OTHER, words)
    before = ada.order(OTHER)
    ada.page.locator("h1").click()
    go_to(ada, "Third")
    ada.page.keyboard.press("Alt+ArrowUp")
    expect(ada.says(f"Moved: {len(before) - 1} of {len(before)}")).to_be_attached()
    item_in_focus(ada, "Third")
    ada.page.keyboard.press("Alt+ArrowDown")
    expect(ada.says(f"Moved: {len(before)} of {len(before)}")).to_be_attached()
    ada.page.keyboard.press("Alt+ArrowDown")
    expect(ada.says("It cannot move further in this section.")).to_be_attached()
    item_in_focus(ada, "Third")
    ada.page.keyboard.press("Alt+ArrowUp")
    expect(sam.section(OTHER).locator(".item > .item-body > .words").nth(-2)).to_have_text("Third")


def test_keys_go_to_other_pages(ada):
    page = ada.page
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/actions")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("heading", name="Search").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_have_value("")
    page.get_by_role("heading", name="Search").click()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Hello, Ada")).to_be_visible()


def test_letters_are_letters_where_one_types(ada):
    ada.composer(WELLBEING).press_sequentially("junked? /gt")
    expect(ada.composer(WELLBEING)).to_have_value("junked? /gt")
    expect(ada.page.get_by_role("dialog")).to_be_hidden()


def test_single_keys_can_be_turned_off_and_stay_so_on_every_machine(ada, sign_in):
    page = ada.page
    page.locator("h1").click()
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="Keyboard")
    expect(panel).to_be_visible()
    assert barriers(page) == []
    with page.expect_response("**/me/shortcuts"):
        panel.get_by_role("checkbox", name="Use single keys as shortcuts").uncheck()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    elsewhere = sign_in("Ada Marsh").open_agenda("Sam Okoro")
    for desk in (ada, elsewhere):
        desk.page.locator("h1").click()
        for key in ("?", "j", "n"):
            desk.page.keyboard.press(key)
        expect(desk.page.get_by_role("dialog")).to_be_hidden()
        expect(desk.page.locator("body")).to_be_focused()
    elsewhere.page.get_by_role("contentinfo").get_by_role("button", name="Keyboard").click()
    with elsewhere.page.expect_response("**/me/shortcuts"):
        elsewhere.page.get_by_role("checkbox", name="Use single keys as shortcuts").check()
    elsewhere.page.keyboard.press("Escape")
    elsewhere.page.locator("h1").click()
    elsewhere.page.keyboard.press("j")
    expect(focused(elsewhere)).to_have_class(re.compile(r"\bitem\b"))
