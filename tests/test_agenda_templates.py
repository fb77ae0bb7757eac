"""Agenda files: the built-in ones are whole, and a mistake in one is named with its file."""

import pytest

from agenda_templates import SIDES, TEMPLATES, TemplateMistake, read_file, read_folder

GOOD = """
name = "Short"
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
"""


def written(folder, text: str):
    """A template file with this text."""
    path = folder / "short.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_built_in_ones_are_there_with_prompts_for_both_sides():
    assert {"regular", "catch_up"} <= set(TEMPLATES)
    for template in TEMPLATES.values():
        assert template.name
        assert 5 <= template.minutes <= 480
        for side in ("individual", "manager"):
            assert any(section.prompts_for(side) for section in template.sections)
        for section in template.sections:
            assert section.key.isidentifier()
            assert section.title
            assert {prompt.side for prompt in section.prompts} <= set(SIDES)


def test_a_file_is_read_with_its_sections_in_order(tmp_path):
    template = read_file(written(tmp_path, GOOD))
    assert (template.key, template.name, template.minutes) == ("short", "Short", 20)
    assert [section.title for section in template.sections] == ["Open", "End"]
    assert template.section("open").prompts_for("manager")[0].text == "Listen."
    assert template.section("open").prompts_for("individual") == []
    assert template.section("nowhere") is None


def test_an_item_of_an_unknown_section_goes_to_the_last_one(tmp_path):
    template = read_file(written(tmp_path, GOOD))
    assert template.home_for("open") == "open"
    assert template.home_for("nowhere") == "end"


def test_a_folder_is_read_by_file_name(tmp_path):
    written(tmp_path, GOOD)
    assert list(read_folder(tmp_path)) == ["short"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("this is no toml", "short.toml"),
        (GOOD.replace('name = "Short"', ""), "'name' is missing"),
        (GOOD.replace("minutes = 20", ""), "'minutes' is missing"),
        ('name = "Short"\nminutes = 20', "'section' is missing"),
        (GOOD.replace('key = "end"', ""), "'key' is missing"),
        (GOOD.replace('title = "End"', ""), "'title' is missing"),
        (GOOD.replace('text = "Listen."', ""), "'text' is missing"),
        (GOOD.replace('side = "manager"', ""), "'side' is missing"),
        (GOOD.replace('side = "manager"', 'side = "boss"'), "side 'boss' is none of"),
        (GOOD.replace('key = "end"', 'key = "open"'), "two sections have one key"),
        ('name = "Short"\nminutes = 20\nsection = []', "section"),
        ('name = "Short"\nminutes = 20\nsection = "open"', "section"),
        (GOOD.replace("minutes = 20", 'minutes = "20"'), "minutes"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, wrong, words):
    with pytest.raises(TemplateMistake) as mistake:
        read_file(written(tmp_path, wrong))
    assert "short.toml" in str(mistake.value)
    assert words in str(mistake.value)


def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "short.toml"
    path.write_bytes(b'name = "\xff\xfe"')
    with pytest.raises(TemplateMistake, match=r"short\.toml"):
        read_file(path)
