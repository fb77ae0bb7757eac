"""Templates over HTTP: the editor's one form, previews, versions, files; and what is wrong said beside its place."""

from dataclasses import replace
from io import BytesIO

import pytest

import library
import publishing
from agenda_templates import Template
from template_drafts import Draft

from ..screen import boxes, fields_of, problem_at

EDITOR = "/templates/ours/draft"
OURS = """name = "Ours"
about = "Short, so that it is quickly sent."
minutes = 30
""" + "".join(
    f"""
[[{each}]]
side = "{side}"
text = "{each} of {side}?"
covers = ["A1"]
"""
    for each in ("preparation", "closing", "responsibility")
    for side in ("individual", "manager")
)
OURS += "".join(
    f"""
[[section]]
key = "{key}"
title = "{key}"
signposts = ["grow", "plan"]

  [[section.prompt]]
  side = "both"
  text = "How is {key}?"
  again = true
  covers = ["A2", "B3"]

  [[section.prompt]]
  side = "manager"
  kind = "cue"
  text = "Listen to {key}."
  caution = "Slowly."
"""
    for key in ("first", "second", "third")
)


@pytest.fixture
def as_robin(client_of, robin):
    """The people lead's browser."""
    return client_of(robin)


@pytest.fixture(autouse=True)
def ours(robin):
    """A small template of the organisation's own, published."""
    publishing.publish(publishing.begin(robin, "Ours", OURS), robin, publishing.stamp(library.draft_of("ours")))


def form_of(client, path: str = EDITOR) -> dict[str, str]:
    """What the editor's form would send, without what its buttons say."""
    fields = fields_of(client.see(path), path)
    fields.pop("csrf_token")
    return fields


def send(client, do: str, path: str = EDITOR, **typed: str):
    """Press a button of the editor, having typed something."""
    return client.form(path, **{**form_of(client, path), **typed, "do": do})


def draft() -> dict:
    """What the draft of ours says."""
    return Draft.read(library.draft_of("ours").content).said


def in_order(template: Template) -> Template:
    """The template with each section's signposts in one order: boxes to be ticked have no other."""
    sections = (replace(section, signposts=tuple(sorted(section.signposts))) for section in template.sections)
    return replace(template, sections=tuple(sections))


def beside(html: str, name: str) -> str:
    """The message beside a field of the editor."""
    at, _, field = name.rpartition("-")
    return problem_at(html, at, field) if at else html.partition(f'id="{name}-error">')[2].partition("<")[0]


# The editor


def test_a_form_that_nothing_was_typed_into_saves_what_there_was(as_robin):
    assert send(as_robin, "save").location == f"{EDITOR}#draft"
    publishing_form = form_of(as_robin)
    assert library.draft_of("ours").outline == library.current("ours").outline
    assert send(as_robin, "save").status_code == 303
    assert form_of(as_robin) == publishing_form


@pytest.mark.parametrize("key", ["annual", "career", "catch_up", "regular", "supervision"])
def test_every_built_in_one_comes_out_of_the_editor_as_it_went_in(as_robin, key):
    send(as_robin, "save", f"/templates/{key}/draft")
    assert in_order(library.draft_of(key).outline) == in_order(library.current(key).outline)


def test_what_is_typed_is_kept_by_whichever_button_is_pressed(as_robin):
    for do in ("save", "add closing", "add section", "down section-0", "up section-1", "preview manager", "publish"):
        answer = send(as_robin, do, about=f"Pressed {do}.")
        assert answer.status_code in (303, 422), do
        if do != "publish":
            assert draft()["about"] == f"Pressed {do}."
    assert answer.status_code == 422


def test_a_section_and_a_prompt_are_added_and_the_page_goes_there(as_robin):
    number = len(library.current("ours").outline.sections)
    assert send(as_robin, "add section").location == f"{EDITOR}#section-{number}"
    typed = {f"section-{number}-title": "Ideas for later"}
    assert send(as_robin, f"add section-{number}-prompt", **typed).location == f"{EDITOR}#section-{number}-prompt-0"
    send(as_robin, "save", **{f"section-{number}-prompt-0-text": "What would you try?"})
    made = draft()["section"][number]
    assert (made["key"], made["prompt"][0]["text"]) == ("ideas_for_later", "What would you try?")
    send(as_robin, "save", **{f"section-{number}-title": "Other ideas"})
    assert draft()["section"][number]["key"] == "ideas_for_later"


def test_parts_are_moved(as_robin):
    first = [section.key for section in library.current("ours").outline.sections]
    assert send(as_robin, "down section-0").location == f"{EDITOR}#section-1"
    assert [section["key"] for section in draft()["section"]] == [first[1], first[0], *first[2:]]
    assert send(as_robin, "up section-1").location == f"{EDITOR}#section-0"
    assert [section["key"] for section in draft()["section"]] == first


def test_what_is_removed_can_be_put_back_with_all_that_was_in_it(as_robin):
    before = library.current("ours").outline
    for part in ("section-0", "section-0-prompt-1", "closing-1", "responsibility-0"):
        answer = send(as_robin, f"remove {part}")
        assert answer.status_code == 200
        assert "That was removed" in answer.text
        assert library.draft_of("ours").outline != before
        fields = {**fields_of(answer.text, EDITOR), "do": f"put {part}", "about": "Typed meanwhile."}
        assert as_robin.form(EDITOR, **fields).location == f"{EDITOR}#{part}"
        after = library.draft_of("ours").outline
        assert (after.sections, after.closing) == (before.sections, before.closing)
        assert (after.responsibilities, after.about) == (before.responsibilities, "Typed meanwhile.")


def test_to_send_a_removal_twice_removes_once(as_robin):
    sent = {**form_of(as_robin), "do": "remove section-0"}
    for _ in range(2):
        assert as_robin.form(EDITOR, **sent).status_code == 200
    assert len(draft()["section"]) == len(library.current("ours").outline.sections) - 1


@pytest.mark.parametrize(
    "do", ["add name", "add section-9-prompt", "up section-99", "remove section", "remove __class__-0", "put closing-0"]
)
def test_a_button_that_is_not_there_does_nothing(as_robin, do):
    assert send(as_robin, do).status_code == 400
    assert library.draft_of("ours") is None


def test_what_is_wrong_is_said_beside_its_place_when_it_is_to_be_published(as_robin):
    wrong = {
        "name": "",
        "minutes": "soon",
        "language": "English",
        "section-0-title": "x" * 81,
        "section-1-prompt-0-text": "",
        "section-1-prompt-1-caution": "x" * 301,
        "section-2-prompt-0-text": "Where are you {horizon} from now?",
        "closing-0-text": "\x07",
        "horizon-0-years": "soon",
        "horizon-0-words": "",
    }
    answer = send(as_robin, "publish", **wrong)
    assert answer.status_code == 422
    for name, words in (
        ("name", "This must say something."),
        ("minutes", "This must be a whole number from 5 to 480."),
        ("language", "This must look like en-GB."),
        ("section-0-title", "This is longer than 80 characters."),
        ("section-1-prompt-0-text", "This must say something."),
        ("section-1-prompt-1-caution", "This is longer than 300 characters."),
        ("section-2-prompt-0-text", "{horizon} needs horizons at the top."),
        ("closing-0-text", "This must be one line that can be printed."),
        ("horizons", "This must look like"),
    ):
        assert words in beside(answer.text, name), name
        assert f'href="#{name}-error"' in answer.text
    summary = answer.text.partition('id="mistakes"')[2].partition("</div>")[0]
    assert "About it: This must be a whole number from 5 to 480." in summary
    assert "Section 1: This is longer than 80 characters." in summary.replace("x" * 81, "Section 1")
    assert "Prompt 1 of second: This must say something." in summary
    assert "Prompt 1 of At the end: This must be one line that can be printed." in summary
    assert draft()["minutes"] == "soon"
    assert library.current("ours").number == 1


def test_a_template_without_sections_is_not_published(as_robin):
    fields = {name: said for name, said in form_of(as_robin).items() if not name.startswith("section-")}
    answer = as_robin.form(EDITOR, **fields, do="publish")
    assert answer.status_code == 422
    assert "There must be at least one section." in answer.text


def test_publishing_makes_it_what_everybody_is_offered(as_robin, as_ada, pair):
    assert send(as_robin, "publish", name="Monthly talk").location == "/templates/ours"
    assert library.draft_of("ours") is None
    assert "Monthly talk" in as_ada.see(pair.path)
    page = as_robin.see("/templates/ours")
    assert "by Robin Vale" in page
    assert "Version 2" in page
    assert "never changes" in as_robin.see("/templates/ours/versions/1")


def test_what_somebody_else_saved_meanwhile_is_told_and_both_are_there(as_robin, client_of, ada):
    ada.change(people_lead=True)
    early = form_of(as_robin)
    send(client_of(ada), "save", about="Ada's words.")
    answer = as_robin.form(EDITOR, **{**early, "about": "Robin's words.", "do": "publish"})
    assert answer.status_code == 409
    assert "Ada Marsh saved this draft while you were writing." in answer.text
    assert draft()["about"] == "Ada's words."
    again = fields_of(answer.text, EDITOR)
    assert again["about"] == "Robin's words."
    assert as_robin.form(EDITOR, **again, do="save").status_code == 303
    assert draft()["about"] == "Robin's words."


def test_what_somebody_else_published_meanwhile_is_told(as_robin, robin):
    send(as_robin, "save", about="First.")
    early = form_of(as_robin)
    publishing.publish("ours", robin, publishing.stamp(library.draft_of("ours")))
    answer = as_robin.form(EDITOR, **{**early, "about": "Second.", "do": "save"})
    assert answer.status_code == 409
    assert "published or discarded while you were writing" in answer.text
    assert as_robin.form(EDITOR, **fields_of(answer.text, EDITOR), do="save").status_code == 303
    assert (draft()["about"], library.current("ours").number) == ("Second.", 2)


def test_a_draft_is_discarded(as_robin):
    send(as_robin, "save", about="Ours.")
    stale = publishing.stamp(library.draft_of("ours"))
    send(as_robin, "save", about="Ours, and newer.")
    assert as_robin.form(EDITOR, undo=True, base=stale).status_code == 409
    base = publishing.stamp(library.draft_of("ours"))
    assert as_robin.form(EDITOR, undo=True, base=base).location == "/templates/ours"
    assert library.draft_of("ours") is None
    as_robin.form("/templates/ours/copies", name="Theirs")
    base = publishing.stamp(library.draft_of("theirs"))
    assert as_robin.form("/templates/theirs/draft", undo=True, base=base).location == "/templates"
    assert as_robin.get("/templates/theirs").status_code == 404


# What each side will see


def test_a_preview_shows_each_side_its_own_first_and_never_the_others_preparation(as_robin):
    own = {side: [] for side in ("individual", "manager")}
    for prompt in library.current("career").outline.preparation:
        own[prompt.side].append(prompt.text)
    for side, other in (("individual", "manager"), ("manager", "individual")):
        page = as_robin.see(f"/templates/career/draft/preview?side={side}").replace("&#39;", "'")
        assert all(text in page for text in own[side])
        assert not [text for text in own[other] if text in page]
        assert "{horizon}" not in page
        assert "Career paths and where to read about them" in page


def test_a_preview_shows_the_draft_however_incomplete(as_robin):
    send(as_robin, "preview individual", minutes="soon", about="Being written.", **{"section-0-title": ""})
    page = as_robin.see(f"{EDITOR}/preview?side=nobody")
    assert "Being written." in page
    assert "not complete yet" in page
    assert "what the individual will see" in page


def test_one_publishes_from_the_preview_what_one_has_seen(as_robin):
    send(as_robin, "preview manager", about="Ours.")
    fields = fields_of(as_robin.see(f"{EDITOR}/preview?side=manager"), "/templates/ours/publishing")
    send(as_robin, "save", about="Changed since.")
    assert as_robin.form("/templates/ours/publishing", **fields).status_code == 409
    fields = fields_of(as_robin.see(f"{EDITOR}/preview?side=manager"), "/templates/ours/publishing")
    assert as_robin.form("/templates/ours/publishing", **fields).location == "/templates/ours"
    assert library.current("ours").outline.about == "Changed since."


def test_from_the_preview_too_what_is_wrong_is_said_beside_its_place(as_robin):
    send(as_robin, "preview manager", minutes="soon")
    fields = fields_of(as_robin.see(f"{EDITOR}/preview"), "/templates/ours/publishing")
    answer = as_robin.form("/templates/ours/publishing", **fields)
    assert answer.status_code == 422
    assert "whole number" in beside(answer.text, "minutes")


# Copying, retiring, taking again


def test_a_copy_is_opened_in_the_editor(as_robin):
    assert as_robin.form("/templates/ours/copies", name="Our talk").location == "/templates/our_talk/draft"
    assert "Not published yet" in as_robin.see("/templates")
    assert "Draft of “Our talk”" in as_robin.see("/templates/our_talk/draft")


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "Say what the copy is called"), ("x" * 81, "longer than 80"), ("Short catch-up", "of this name already")],
)
def test_a_copy_without_a_good_name_is_refused_beside_the_field(as_robin, name, message):
    answer = as_robin.form("/templates/ours/copies", name=name)
    assert answer.status_code == 422
    assert message in problem_at(answer.text, "copy", "name")
    assert boxes(answer.text, "name") == [name]


def test_one_is_retired_and_offered_again(as_robin, as_ada, pair):
    offered = '<option value="annual"'
    assert offered in as_ada.see(pair.path)
    as_robin.form("/templates/annual/retirement")
    assert offered not in as_ada.see(pair.path)
    assert "Retired" in as_robin.see("/templates")
    as_robin.form("/templates/annual/retirement", undo=True)
    assert offered in as_ada.see(pair.path)
    assert as_robin.form("/templates/regular/retirement").status_code == 409


def test_duologues_own_wording_is_offered_where_another_one_holds(as_robin):
    editor = "/templates/catch_up/draft"
    assert "Duologue’s own" not in as_robin.see("/templates/ours") + as_robin.see("/templates/catch_up")
    send(as_robin, "publish", editor, about="Ours.")
    assert "Duologue’s own" in as_robin.see("/templates/catch_up")
    assert as_robin.form("/templates/catch_up/original").location == editor
    assert library.draft_of("catch_up").outline == library.version("catch_up", 1).outline
    assert as_robin.form("/templates/ours/original").status_code == 409


@pytest.mark.parametrize("path", ["", "/draft", "/versions/1", "/draft/preview", ".toml", "/draft.toml"])
def test_what_is_not_there_is_not_found(as_robin, path):
    assert as_robin.get(f"/templates/nothing{path}").status_code == 404
    assert as_robin.get("/templates/regular/versions/99").status_code == 404
    assert as_robin.get("/templates/regular/draft.toml").status_code == 404


# Files


def upload(client, text: str | bytes, into: str = ""):
    """Choose a file on the page of imports, and send it."""
    content = text.encode() if isinstance(text, str) else text
    return client.form("/templates/import", into=into, text="", file=(BytesIO(content), "ours.toml"))


def test_what_is_exported_can_be_imported(as_robin):
    answer = as_robin.get("/templates/career.toml")
    assert (answer.mimetype, answer.status_code) == ("text/plain", 200)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="career.toml"'
    text = answer.text.replace("Career conversation", "Where to next")
    assert upload(as_robin, text).location == "/templates/where_to_next/draft"
    made, source = library.draft_of("where_to_next").outline, library.current("career").outline
    assert (made.name, made.sections, made.preparation) == ("Where to next", source.sections, source.preparation)


def test_a_draft_is_exported_as_it_is(as_robin):
    send(as_robin, "save", minutes="soon")
    answer = as_robin.get("/templates/ours/draft.toml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ours-draft.toml"'
    assert 'minutes = "soon"' in answer.text


def test_a_file_is_pasted_into_a_draft_of_a_template_that_is_there(as_robin):
    text = 'name = "Chat"\nminutes = 15\n\n[[section]]\nkey = "open"\ntitle = "Open"\n'
    assert as_robin.form("/templates/import", into="catch_up", text=text).location == "/templates/catch_up/draft"
    assert library.draft_of("catch_up").outline.name == "Chat"
    answer = as_robin.form("/templates/import", into="catch_up", text=text)
    assert "waiting already" in problem_at(answer.text, "import", "into")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Paste a template file"),
        ("name = ", "Line 1: Invalid value"),
        ('name = "A"\nminutes = 3\n[[section]]\nkey = "a"\ntitel = "A"\n', "Line 2: minutes must be a whole number"),
        ('name = "A"\nminutes = 3\n[[section]]\nkey = "a"\ntitel = "A"\n', "Line 5: “titel” is not something"),
        ("a = " + "[\n" * 5000, "no template"),
        ("a = " + "9" * 5000, "longer than 2,000 characters"),
    ],
)
def test_every_mistake_of_a_file_is_named_with_its_line_and_the_text_kept(as_robin, text, message):
    answer = as_robin.form("/templates/import", text=text)
    assert answer.status_code == 422
    assert message in problem_at(answer.text, "import", "text")
    assert boxes(answer.text, "text")[0].strip() == text.strip()


def test_an_uploaded_file_with_a_mistake_is_shown_to_be_mended(as_robin):
    answer = upload(as_robin, 'name = "A"\n<script>')
    assert answer.status_code == 422
    assert boxes(answer.text, "text")[0].strip() == 'name = "A"\n<script>'
    assert "<script>\n" not in answer.text
    assert "longer than 200,000" in problem_at(upload(as_robin, "#" * 200_001).text, "import", "text")
    assert "no text in UTF-8" in problem_at(upload(as_robin, b"\xff\xfe").text, "import", "text")


def test_a_file_of_a_name_that_is_taken_is_refused_and_kept(as_robin):
    text = as_robin.get("/templates/ours.toml").text
    answer = as_robin.form("/templates/import", text=text)
    assert answer.status_code == 422
    assert "of this name already" in problem_at(answer.text, "import", "into")
    assert "Listen to first." in boxes(answer.text, "text")[0]


def test_a_file_from_windows_is_read_too(as_robin):
    text = library.built_in("catch_up").replace("Short catch-up", "Chat").replace("\n", "\r\n")
    assert upload(as_robin, b"\xef\xbb\xbf" + text.encode()).location == "/templates/chat/draft"
