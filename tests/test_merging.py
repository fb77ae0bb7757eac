"""Two people's changes to one text: all words of both survive, and a true clash is told."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merging import Merged, merge, merge_since

words = st.lists(st.sampled_from(["one", "two", "three", "four", "five", "six\n", "seven"]), max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "merged"),
    [
        ("a b c", "a b c", "a b d", "a b d"),
        ("a b c", "a x c", "a b c", "a x c"),
        ("a b c d e", "x b c d e", "a b c d y", "x b c d y"),
        ("one\ntwo\n", "one\ntwo\nthree\n", "zero\none\ntwo\n", "zero\none\ntwo\nthree\n"),
        ("", "theirs", "mine", "theirs\nmine"),
        ("same", "both changed", "both changed", "both changed"),
        ("a\n", "a\ntheirs\n", "a\nmine\n", "a\ntheirs\nmine\n"),
        ("a b c", "a b c and more", "a b c", "a b c and more"),
        ("keep this", "keep this", "", ""),
    ],
)
def test_changes_in_different_places_go_together(base, theirs, mine, merged):
    assert merge(base, theirs, mine) == (merged, False)


@pytest.mark.parametrize(
    ("base", "theirs", "mine"),
    [("a b c", "a x c", "a y c"), ("due in May", "due in June", "due in July"), ("a b", "a", "a c")],
)
def test_the_same_words_changed_differently_clash_and_both_versions_stand(base, theirs, mine):
    merged = merge(base, theirs, mine)
    assert merged.clash
    assert set(theirs.split()) | set(mine.split()) <= set(merged.text.split())


def test_a_save_whose_answer_was_lost_is_not_doubled():
    assert merge("", "Forms arrive", "Forms arrive late.") == ("Forms arrive late.", False)
    assert merge("Note: ", "Note: all", "Note: all forms") == ("Note: all forms", False)


@given(base=words, theirs=words)
def test_whoever_changed_nothing_takes_nothing_away(base, theirs):
    assert merge(base, theirs, base) == (theirs, False)
    assert merge(base, base, theirs) == (theirs, False)
    assert merge(base, theirs, theirs) == (theirs, False)


@given(base=words, theirs=words, mine=words)
def test_every_new_word_of_both_survives(base, theirs, mine):
    merged = set(merge(base, theirs, mine).text.split())
    for new in (set(theirs.split()), set(mine.split())):
        assert new - set(base.split()) <= merged


@given(base=words, theirs=words, mine=words)
def test_nothing_is_invented(base, theirs, mine):
    assert set(merge(base, theirs, mine).text.split()) <= set(f"{base} {theirs} {mine}".split())


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_at_all_can_be_merged(base, theirs, mine):
    merged = merge(base, theirs, mine)
    assert isinstance(merged.text, str)
    assert merge(base, theirs, mine) == merged


@given(base=st.lists(st.sampled_from("abcdef"), unique=True), place=st.tuples(st.integers(0, 6), st.integers(0, 6)))
def test_a_second_sending_of_added_words_doubles_none_of_them(base, place):
    def with_added(words: list[str], at: int) -> str:
        at = min(at, len(base))
        return " ".join([*base[:at], *words, *base[at:]])

    theirs, mine = with_added(["their", "words"], place[0]), with_added(["mine", "too"], place[1])
    first = merge(" ".join(base), theirs, mine)
    again = merge(" ".join(base), first.text, mine)
    for merged in (first, again):
        assert sorted(merged.text.split()) == sorted([*base, "their", "words", "mine", "too"])
        assert not merged.clash


def test_words_that_were_merged_behind_the_others_are_not_doubled_by_a_second_sending():
    assert merge("", merge("", "theirs", "mine").text, "mine") == ("theirs\nmine", False)


@pytest.mark.parametrize("kinds", [2, 10, 100, 1000])
def test_texts_that_repeat_themselves_are_merged_in_no_time(kinds):
    def repeated(step: int, length: int) -> str:
        return "".join(f"{number * step % kinds} " for number in range(length))[:length]

    began = time.process_time()
    merge(repeated(2, 20_000), repeated(1, 10_000), repeated(1, 9_990) + " z")
    assert time.process_time() - began < 2


def test_what_was_sent_and_did_arrive_is_what_the_change_started_from():
    assert merge_since("", "First try", "First attempt", sent="First try") == Merged("First attempt", clash=False)
    assert merge_since("", "Theirs", "First attempt", sent="First try").text == "Theirs\nFirst attempt"
