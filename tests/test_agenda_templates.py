"""Templates: what each side is shown, how far one looks ahead, and two conversations in one meeting."""

from dataclasses import replace

from agenda_templates import Prompt, Section, Template, for_side, not_for_side

MINE, THEIRS, OURS = (Prompt(side, f"For {side}?") for side in ("individual", "manager", "both"))
AHEAD = Prompt("both", "Where are you {horizon} from now?")
REGULAR = Template(
    "regular",
    "Regular",
    60,
    (Section("wellbeing", "Wellbeing", (MINE,)), Section("goals", "Goals"), Section("other", "Other")),
    closing=(OURS,),
)
ADDED = Template(
    "supervision",
    "Supervision",
    90,
    (Section("wellbeing", "Wellbeing", (THEIRS,)), Section("practice", "Practice", (AHEAD,))),
    closing=(OURS, MINE),
    preparation=(THEIRS,),
    horizons=((5, "five years"), (1, "one year")),
)


def test_each_side_is_shown_its_own_prompts_first():
    assert for_side((MINE, THEIRS, OURS), "individual") == [MINE, OURS]
    assert not_for_side((MINE, THEIRS, OURS), "individual") == [THEIRS]


def test_prompts_are_told_apart_by_their_marks():
    assert len({prompt.mark for prompt in (MINE, THEIRS, OURS, AHEAD)}) == 4
    assert ADDED.question("practice", AHEAD.mark) == (ADDED.sections[1], AHEAD)
    assert ADDED.question("wellbeing", AHEAD.mark) is None
    assert ADDED.question("nowhere", AHEAD.mark) is None
    assert Section("goals", "Goals", (replace(MINE, kind="cue"),)).question(MINE.mark) is None


def test_an_item_of_an_unknown_section_stands_in_the_last_one():
    assert REGULAR.home_for("goals") == "goals"
    assert REGULAR.home_for("practice") == "other"


def test_the_horizon_words_the_prompts():
    assert AHEAD.worded(ADDED.horizon(1)) == "Where are you one year from now?"
    assert AHEAD.worded(ADDED.horizon(None)) == "Where are you five years from now?"
    assert ADDED.horizon(99) == "five years"
    assert REGULAR.horizon(None) == ""
    assert ADDED.sections[1].looks_ahead
    assert not REGULAR.sections[0].looks_ahead


def test_an_added_conversation_stands_before_the_last_section_and_brings_its_prompts():
    both = REGULAR.joined_by(ADDED)
    assert [section.key for section in both.sections] == ["wellbeing", "goals", "practice", "other"]
    assert both.sections[0].prompts == (THEIRS,)
    assert (both.key, both.name, both.minutes) == ("regular", "Regular + Supervision", 60)
    assert both.closing == (OURS, MINE)
    assert both.preparation == (THEIRS,)
    assert both.horizons == ADDED.horizons


def test_what_is_added_to_a_single_section_comes_after_it():
    short = Template("short", "Short", 20, (Section("open", "Open"),))
    assert [section.key for section in short.joined_by(ADDED).sections] == ["open", "wellbeing", "practice"]
