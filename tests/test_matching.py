"""What was looked for is found whatever its case and accents, and marked exactly where it stands."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matching import AROUND, Wanted, fold

letters = st.text(alphabet="aAbB éÉßſİıñ\u0301ﬁ文字\n'\"“”.😀й", max_size=300)


def marked(words: str, text: str) -> str:
    """The excerpt with brackets around what is marked."""
    return "".join(f"[{part.text}]" if part.is_hit else part.text for part in Wanted(words).excerpt(text))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("gaps pilot", "The PILOT found two gaps"),
        ("jose", "José"),
        ("JOSÉ", "jose\u0301"),
        ("strasse", "STRASSE, Straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("会议", "明天的会议很长"),
        ("مرحبا", "قال مَرْحَبًا للجميع"),
        ('"two gaps"', "found two\ngaps"),
        ("“two gaps”", "found two   gaps"),
        ('"two gaps', "found two gaps"),
        ("C++", "Learn C++ and C#"),
        ("😀", "Well done 😀"),
    ],
)
def test_a_text_with_all_the_words_is_found(words, text):
    assert Wanted(words).rank(text) > 0
    assert any(part.is_hit for part in Wanted(words).excerpt(text))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("gaps absent", "The pilot found two gaps"),
        ('"gaps two"', "The pilot found two gaps"),
        ('"two gaps"', "two big gaps"),
        ("a.c", "abc"),
        ('""', "anything"),
        ('"', "anything"),
        ("  ", "anything"),
    ],
)
def test_a_text_without_one_of_them_is_not(words, text):
    assert Wanted(words).rank(text) == 0


def test_whole_words_count_more_than_beginnings_and_these_more_than_the_rest():
    ranks = [Wanted("gap").rank(text) for text in ("a gap, there", "two gaps", "a stopgap")]
    assert ranks == sorted(set(ranks), reverse=True)
    assert Wanted("gap").rank("stopgap, gapped, gap") == ranks[0]


@pytest.mark.parametrize(
    ("words", "text", "shown"),
    [
        ("gap", "Two gaps and a stopgap", "Two [gap]s and a stop[gap]"),
        ("jose", "Ask Jose\u0301 today", "Ask [Jose\u0301] today"),
        ("strasse", "Die Straße dort", "Die [Straße] dort"),
        ("fi", "ﬁne", "[ﬁ]ne"),
        ("over verb", "overbear and oververb", "[overb]ear and [oververb]"),
        ('"two gaps"', "two\n gaps, two", "[two\n gaps], two"),
        ("absent", "Nothing of it", "Nothing of it"),
    ],
)
def test_the_words_are_marked_where_they_stand(words, text, shown):
    assert marked(words, text) == shown


def test_of_a_long_text_the_stretch_around_the_first_hit_is_shown():
    text = "word " * 100 + "needle " + "word " * 100
    shown = marked("needle", text)
    assert shown.startswith("…word ")
    assert shown.endswith("word…")
    assert "[needle]" in shown
    assert len(shown) < AROUND + 10
    assert marked("absent", text).startswith("word word")


@given(text=letters, words=letters)
@example(text="İ", words="i")
@example(text="a" * 400, words="a")
def test_an_excerpt_is_part_of_the_text_and_its_marks_are_what_was_looked_for(text, words):
    wanted = Wanted(words)
    parts = wanted.excerpt(text)
    shown = "".join(part.text for part in parts)
    assert shown.removeprefix("…").removesuffix("…") in text
    if wanted.rank(text):
        assert any(part.is_hit for part in parts)


@given(text=letters)
def test_comparing_goes_letter_by_letter_so_that_marks_stand_where_they_should(text):
    assert fold(text) == "".join(map(fold, text))
    assert fold(fold(text)) == fold(text)


@given(text=letters)
def test_what_is_looked_at_first_has_every_plain_word_of_the_text(text):
    for wanted in map(Wanted, fold(text).split()):
        assert wanted.rank(text) > 0 or not wanted.terms


def test_a_mountain_of_words_is_cut_down():
    assert len(Wanted("word " * 1000).terms) == 20
