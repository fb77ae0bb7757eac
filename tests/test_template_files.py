"""Template files: the built-in ones are whole, a mistake is named by file and line, what is written is read again."""

import pytest

from agenda_templates import SIDES
from template_files import SIZE_LIMIT, TemplateMistake, read, read_file, read_folder, written

GOOD = """name = "Short"
minutes = 20

[[section]]
key = "open"
title = "Open"

  [[section.prompt]]
  side = "manager"
  text = "Listen."

[[section]]
key = "end"
title = "End"

  [[section.prompt]]
  side = "both"
  text = "What will be true {horizon} from now?"
"""
WITH_HORIZON = GOOD.replace("minutes = 20", 'minutes = 20\nhorizons = { 5 = "five years", 1 = "one year" }')
WHOLE = (
    WITH_HORIZON.replace("minutes = 20", 'about = "For a quick word."\nlanguage = "cy"\nminutes = 20')
    .replace('title = "Open"', 'title = "Open"\nsignposts = ["grow", "plan"]')
    .replace(
        'text = "Listen."', 'text = "Listen."\n  kind = "cue"\n  caution = "Slowly."\n  again = true\n  covers = ["A1"]'
    )
    + """
[[closing]]
side = "both"
text = "Done?"

[[preparation]]
side = "manager"
text = "Read."

[[responsibility]]
side = "individual"
text = "Come."
"""
)


def saved(folder, text: str):
    """A template file with this text."""
    path = folder / "short.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_built_in_ones_are_there_with_prompts_for_both_sides():
    found = read_folder()
    assert {"regular", "catch_up", "supervision", "career", "annual"} == set(found)
    for template in found.values():
        for side in ("individual", "manager"):
            assert any(section.prompts_for(side) for section in template.sections)
        assert {prompt.side for section in template.sections for prompt in section.prompts} <= set(SIDES)


def test_a_file_is_read_with_its_sections_in_order(tmp_path):
    template = read_file(saved(tmp_path, WITH_HORIZON))
    assert (template.key, template.name, template.minutes) == ("short", "Short", 20)
    assert [section.title for section in template.sections] == ["Open", "End"]
    assert template.section("open").prompts_for("manager")[0].text == "Listen."
    assert template.section("open").prompts_for("individual") == []
    assert template.section("nowhere") is None


def test_everything_that_can_be_said_is_read(tmp_path):
    template = read_file(saved(tmp_path, WHOLE))
    prompt = template.sections[0].prompts[0]
    assert (template.about, template.language) == ("For a quick word.", "cy")
    assert template.sections[0].signposts == ("grow", "plan")
    assert (prompt.kind, prompt.caution, prompt.again, prompt.covers) == ("cue", "Slowly.", True, ("A1",))
    assert [each[0].text for each in (template.closing, template.preparation, template.responsibilities)] == [
        "Done?",
        "Read.",
        "Come.",
    ]
    assert template.horizons == ((5, "five years"), (1, "one year"))


@pytest.mark.parametrize("text", [WITH_HORIZON, WHOLE])
def test_what_is_written_is_read_again_as_it_was(text):
    template = read("short", text, "short.toml")
    assert read("short", written(template), "short.toml") == template


def test_the_built_in_ones_are_written_and_read_again():
    for key, template in read_folder().items():
        assert read(key, written(template), key) == template


def test_a_folder_is_read_by_file_name(tmp_path):
    saved(tmp_path, WITH_HORIZON)
    assert list(read_folder(tmp_path)) == ["short"]


@pytest.mark.parametrize(
    ("wrong", "line", "words"),
    [
        ("this is no toml", 1, "Expected"),
        (WITH_HORIZON.replace('name = "Short"', "about = 'x'"), 1, "“name” is missing"),
        (WITH_HORIZON.replace("minutes = 20", ""), 1, "“minutes” is missing"),
        ('name = "Short"\nminutes = 20', 1, "at least one section"),
        (WITH_HORIZON.replace('key = "end"', ""), 13, "“key” is missing"),
        (WITH_HORIZON.replace('title = "End"', ""), 13, "“title” is missing"),
        (WITH_HORIZON.replace('text = "Listen."', ""), 9, "“text” is missing"),
        (WITH_HORIZON.replace('side = "manager"', 'side = "boss"'), 10, "one of individual, manager, both"),
        (WITH_HORIZON.replace('side = "manager"', "side = 3"), 10, "one of individual, manager, both"),
        (WITH_HORIZON.replace('key = "end"', 'key = "open"'), 14, "two sections with the key “open”"),
        (WITH_HORIZON.replace('key = "end"', 'key = "The End"'), 14, "must look like next_steps"),
        (WITH_HORIZON.replace('title = "End"', 'titel = "End"'), 15, "“titel” is not something"),
        (WITH_HORIZON.replace('title = "End"', 'title = " "'), 15, "must say something"),
        (WITH_HORIZON.replace('title = "End"', f'title = "{"e" * 81}"'), 15, "longer than 80"),
        (WITH_HORIZON.replace('title = "End"', 'title = "a\\u0007"'), 15, "one line"),
        (WITH_HORIZON.replace('title = "End"', 'title = "End"\nsignposts = ["moon"]'), 16, "one of wellbeing"),
        (WITH_HORIZON.replace('title = "End"', 'title = "End"\nsignposts = "grow"'), 16, "must be a list"),
        (WITH_HORIZON.replace('text = "Listen."', 'text = "Listen."\n  again = "yes"'), 12, "true or false"),
        (WITH_HORIZON.replace('text = "Listen."', 'text = "Listen."\n  covers = ["18"]'), 12, "must look like A18"),
        (WITH_HORIZON.replace('text = "Listen."', 'text = "Listen.'), 11, "Illegal character"),
        ('name = "Short"\nminutes = 20\nsection = "open"', 3, "written as [[section]]"),
        ('name = "Short"\nminutes = 20\nsection = ["open"]', 3, "written as [[section]]"),
        (WITH_HORIZON.replace("minutes = 20", 'minutes = "20"'), 2, "whole number"),
        (WITH_HORIZON.replace("minutes = 20", "minutes = true"), 2, "whole number"),
        (WITH_HORIZON.replace("minutes = 20", "minutes = 481"), 2, "whole number"),
        (GOOD, 18, "{horizon} needs horizons"),
        (GOOD.replace("minutes = 20", 'minutes = 20\nhorizons = "five"'), 3, "must look like"),
        (WITH_HORIZON.replace('name = "Short"', 'name = "Short"\nlanguage = "English"'), 2, "must look like en-GB"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path, wrong, line, words):
    with pytest.raises(TemplateMistake) as mistake:
        read_file(saved(tmp_path, wrong))
    assert str(mistake.value).startswith(f"short.toml, line {line}: ")
    assert words in str(mistake.value)


def test_a_line_within_a_long_text_opens_no_table():
    text = WITH_HORIZON.replace('title = "Open"', 'title = """Open\\\n[[section]]\\\n"""').replace(
        'title = "End"', "title = 3"
    )
    with pytest.raises(TemplateMistake, match="line 17: title must be a text"):
        read("short", text, "short.toml")


def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "short.toml"
    path.write_bytes(b'name = "\xff\xfe"')
    with pytest.raises(TemplateMistake, match=r"short\.toml"):
        read_file(path)


def test_spaces_and_joiners_of_all_scripts_may_be_in_a_text():
    said = "Qu’est-ce\u00a0que\u202f?", "می\u200cخواهم"
    for text in said:
        assert read("short", WITH_HORIZON.replace("Listen.", text), "x").sections[0].prompts[0].text == text


def test_a_key_of_thousands_of_parts_is_refused_before_it_is_read():
    with pytest.raises(TemplateMistake, match="line 1: this line is longer than 2,000 characters"):
        read("short", f"[[{'a.' * 24_000}a]]", "short.toml")


def test_a_file_that_is_too_long_is_refused():
    with pytest.raises(TemplateMistake, match="longer than"):
        read("short", "#" * (SIZE_LIMIT + 1), "short.toml")
