"""The built-in conversations hold the whole guidance: each topic on its side, in its place, in words of ours."""

from collections import Counter

import pytest

from agenda_templates import HORIZON, TOPICS, Prompt, Template, for_side
from template_files import read_folder

CONVERSATIONS = read_folder()
PEOPLE = ("individual", "manager")
AT_MOST = 140

# The topics of the guidance: P must reach the screen as a prompt, R is a rule or a feature, N is background.
PROMPTS = """
A18-A29 A31-A40 A42-A49 A51-A58 A60-A63
B18 B20-B34
C6 C8-C9 C11-C50 C52 C55-C105 C107
"""
RULES = """
A2 A4-A5 A7-A17 A30 A41 A50 A59 A64
B2 B7-B12 B14-B17 B19 B35-B49
C7 C10 C51 C53-C54 C106
"""
BACKGROUND = "A1 A3 A6 B1 B3-B6 B13 B50 C1-C5 C108"
LAST_OF_ALL = {"A": 64, "B": 50, "C": 108}

# Where each topic belongs: the file, its part or section, the side of the table, the topics.
HOMES = """
regular  wellbeing         individual  A18-A21
regular  wellbeing         manager     A22-A29 A31 B18
regular  wellbeing         both        B20
regular  goals             individual  A32-A34
regular  goals             manager     A35-A40 A42-A44
regular  development       individual  A45-A48
regular  development       manager     A49 A51-A54
regular  other             manager     A61-A63
regular  closing           individual  A55-A58
regular  closing           manager     A60-A63
regular  responsibilities  manager     B21 B23 B26 B28 B30 B32
regular  responsibilities  individual  B22 B24 B27 B29 B31 B33
regular  responsibilities  both        B25 B34
career   preparation       individual  C11-C13
career   preparation       manager     C6 C8-C9 C11-C31
career   role              individual  C32-C44
career   future            individual  C52 C55-C59 C61-C68
career   future            manager     C52 C60
career   now               individual  C69 C74-C83
career   now               manager     C70-C73
career   how               individual  C84 C86-C105 C107
career   how               manager     C85-C86
career   next              individual  C45-C50
career   next              manager     C47 C49-C50
"""
# The guidance itself names the side of each topic that has its home here.
SIDE_IS_NAMED = "regular"


def ids(ranges: str) -> list[str]:
    """The ids of ranges such as "A18-A20 B3", one by one."""
    return [topic for word in ranges.split() for topic in between(*word.partition("-")[::2])]


def between(first: str, last: str) -> list[str]:
    """The ids from the first to the last; without a last, the first alone."""
    return [f"{first[0]}{number}" for number in range(int(first[1:]), int((last or first)[1:]) + 1)]


def homes() -> list[tuple[str, str, str, str]]:
    """Each topic with its file, part and side."""
    rows = [line.split(maxsplit=3) for line in HOMES.strip().splitlines()]
    return [(topic, file, part, side) for file, part, side, topics in rows for topic in ids(topics)]


def part_of(template: Template, part: str) -> tuple[Prompt, ...]:
    """The prompts of a section, or of the preparation, the responsibilities or the closing."""
    section = template.section(part)
    return section.prompts if section else getattr(template, part)


def everything_in(template: Template) -> list[Prompt]:
    """Every prompt of a template, wherever it stands."""
    parts = ("preparation", "responsibilities", *(section.key for section in template.sections), "closing")
    return [prompt for part in parts for prompt in part_of(template, part)]


def covered(prompts: list[Prompt]) -> set[str]:
    """The topics that the prompts stand for."""
    return {topic for prompt in prompts for topic in prompt.covers}


def prompts_about(topic: str) -> list[tuple[str, Prompt]]:
    """Every prompt that stands for a topic, with the key of its template."""
    return [
        (key, prompt) for key, one in CONVERSATIONS.items() for prompt in everything_in(one) if topic in prompt.covers
    ]


@pytest.fixture(params=CONVERSATIONS)
def template(request):
    """Each built-in conversation in turn."""
    return CONVERSATIONS[request.param]


# The guidance, whole


def test_the_list_of_topics_is_complete_and_names_each_once():
    listed = ids(PROMPTS + RULES + BACKGROUND)
    assert sorted(listed) == sorted(f"{letter}{n}" for letter, last in LAST_OF_ALL.items() for n in range(1, last + 1))


def test_the_five_conversations_are_there():
    assert set(CONVERSATIONS) == {"regular", "catch_up", "supervision", "career", "annual"}


def test_every_topic_for_a_prompt_has_a_home():
    assert {topic for topic, *_ in homes()} == set(ids(PROMPTS))


@pytest.mark.parametrize(("topic", "file", "part", "side"), homes())
def test_a_topic_has_a_prompt_in_its_place_and_on_its_side(topic, file, part, side):
    assert topic in covered(for_side(part_of(CONVERSATIONS[file], part), side))


def test_every_topic_named_by_a_prompt_exists(template):
    assert covered(everything_in(template)) <= set(ids(PROMPTS + RULES + BACKGROUND))


def test_every_prompt_says_what_it_stands_for(template):
    assert [prompt.text for prompt in everything_in(template) if not prompt.covers] == []


def test_a_topic_of_one_side_is_never_put_to_the_other():
    named = [(topic, side) for topic, file, _, side in homes() if file == SIDE_IS_NAMED]
    strays = [
        (topic, key, prompt.text)
        for topic, side in named
        for key, prompt in prompts_about(topic)
        if prompt.side != side
    ]
    assert strays == []


def test_responsibilities_stand_in_the_regular_one_alone_and_answer_each_other():
    assert [key for key, one in CONVERSATIONS.items() if one.responsibilities] == ["regular"]
    sides = [prompt.side for prompt in CONVERSATIONS["regular"].responsibilities]
    assert sides == ["manager", "individual"] * 6 + ["both"] * 2


# Prompts for both sides, everywhere


def test_both_sides_have_prompts_in_every_section(template):
    for section in template.sections:
        for side in PEOPLE:
            assert [prompt for prompt in section.prompts if prompt.side == side], (section.key, side)


def test_both_sides_have_something_to_prepare_and_something_to_close_with(template):
    for side in PEOPLE:
        assert for_side(template.preparation, side)
        assert for_side(template.closing, side)


def test_every_side_of_every_section_has_a_question_to_put_on_the_agenda(template):
    for section in template.sections:
        for side in PEOPLE:
            assert "question" in {prompt.kind for prompt in section.prompts_for(side)}, (section.key, side)


def test_a_catch_up_asks_four_things_at_most():
    for section in CONVERSATIONS["catch_up"].sections:
        for side in PEOPLE:
            assert len(section.prompts_for(side)) <= 4


def test_supervision_is_the_regular_one_with_three_parts_before_any_other_business():
    regular, supervision = (
        [section.key for section in CONVERSATIONS[key].sections] for key in ("regular", "supervision")
    )
    assert supervision == [*regular[:-1], "practice", "competence", "reflection", regular[-1]]


def test_supervision_has_words_of_its_own():
    in_both = [{prompt.text for prompt in everything_in(CONVERSATIONS[key])} for key in ("regular", "supervision")]
    assert not set.intersection(*in_both)


def test_supervision_asks_both_to_leave_out_names_before_a_case_is_told():
    for side in PEOPLE:
        first = CONVERSATIONS["supervision"].section("practice").prompts_for(side)[0]
        assert first.kind == "cue"
        assert "Leave out names" in first.text


def test_every_topic_of_the_signposts_comes_up_somewhere():
    assert {topic for one in CONVERSATIONS.values() for section in one.sections for topic in section.signposts} == set(
        TOPICS
    )


# The career conversation


def test_what_a_manager_prepares_for_a_career_conversation_never_stands_on_the_other_side():
    career = CONVERSATIONS["career"]
    private = {prompt.text for prompt in career.preparation if prompt.side != "individual"}
    assert len(private) > 20
    elsewhere = [prompt.text for prompt in everything_in(career) if prompt not in career.preparation]
    assert not private & {prompt.text for prompt in for_side(career.preparation, "individual")}
    assert not private & set(elsewhere)


def test_what_a_manager_prepares_for_a_career_conversation_has_no_button_to_the_shared_agenda():
    prepared = for_side(CONVERSATIONS["career"].preparation, "manager")
    assert {prompt.kind for prompt in prepared} == {"cue"}


def test_the_horizon_is_named_only_where_there_are_horizons_to_choose(template):
    says = [prompt.text for prompt in everything_in(template) if HORIZON in prompt.text]
    assert bool(says) == bool(template.horizons)


def test_a_career_is_pictured_five_years_three_or_one_ahead():
    career = CONVERSATIONS["career"]
    assert [words for _, words in career.horizons] == ["five years", "three years", "one year"]
    assert {"C52", "C53"} <= covered([prompt for prompt in everything_in(career) if HORIZON in prompt.text])


def test_what_else_can_be_asked_again_by_either_and_it_alone():
    again = [prompt for one in CONVERSATIONS.values() for prompt in everything_in(one) if prompt.again]
    assert [(prompt.text, prompt.side, prompt.covers) for prompt in again] == [("What else?", "both", ("C54",))]
    for side in PEOPLE:
        assert again[0] in CONVERSATIONS["career"].section("future").prompts_for(side)[:4]


# The words


def test_no_two_conversations_that_may_join_share_a_prompt():
    times = Counter(
        prompt.text for one in CONVERSATIONS.values() for section in one.sections for prompt in section.prompts
    )
    assert [text for text, count in times.items() if count > 1] == []


@pytest.mark.parametrize("topic", ["A23", "C60"])
def test_what_may_hurt_is_asked_with_a_caution(topic):
    file, part = next((file, part) for found, file, part, _ in homes() if found == topic)
    asked = [prompt for prompt in part_of(CONVERSATIONS[file], part) if topic in prompt.covers]
    assert all(prompt.caution for prompt in asked)


def test_no_text_is_too_long_to_take_in_at_a_glance(template):
    said = [words for prompt in everything_in(template) for words in (prompt.text, prompt.caution or "")]
    assert [words for words in said if len(words) > AT_MOST] == []


def test_no_template_says_the_same_twice(template):
    times = Counter(prompt.text.casefold() for prompt in everything_in(template))
    assert [text for text, count in times.items() if count > 1] == []


def test_every_text_is_a_sentence_with_the_marks_of_print(template):
    for prompt in everything_in(template):
        for words in filter(None, (prompt.text, prompt.caution)):
            assert words[0].isupper()
            assert words.rstrip("”")[-1] in ".?"
            assert not set("'\"!") & set(words), words
