"""Search: across everything that one person may see, and nothing else."""

import re
from datetime import timedelta

import actions
import clock

from ..conftest import NOW


def found(client, words: str) -> str:
    """What the search page lists, without what marks the words."""
    return re.sub("</?mark>", "", listed(client, words))


def listed(client, words: str) -> str:
    """What the search page lists, as it is."""
    return client.see(f"/search?q={words}").split('class="hits"')[1].split("</ul>")[0]


def test_items_notes_and_actions_are_found_by_all_their_words(as_sam, sam, item):
    item.write_notes(sam, "Nobody owns the reply", "")
    actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=None)
    assert "The pilot found two gaps" in found(as_sam, "PILOT+gaps")
    assert "The pilot found two gaps" in found(as_sam, "nobody+reply")
    assert "Map both gaps" in found(as_sam, "map")
    assert "<li>" not in found(as_sam, "pilot+absent")


def test_nobody_finds_what_is_not_theirs(as_ada, as_lee, client_of, robin, sam, item, draft):
    actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=None)
    assert "<li>" in found(as_ada, "gaps")
    assert "<li>" not in found(as_ada, "Fridays")
    for outsider in (as_lee, client_of(robin)):
        for words in ("gaps", "Fridays", "pilot"):
            assert "<li>" not in found(outsider, words)


def test_what_was_deleted_or_withdrawn_is_not_found(as_sam, sam, item):
    made = actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=None)
    made.withdraw(sam)
    item.delete_by(sam)
    assert "<li>" not in found(as_sam, "gaps")


def test_an_empty_search_explains_itself(as_sam):
    assert "Search your agendas" in as_sam.see("/search")
    assert "Search your agendas" in as_sam.see("/search?q=%20%20")


def test_the_words_stand_in_the_box_and_are_no_html(as_sam):
    page = as_sam.see("/search?q=%22%3E%3Cscript%3E")
    assert "<script>" not in page.split("<main")[1]


def test_the_words_are_marked_where_they_stand_and_what_was_written_is_no_html(as_sam, sam, meeting):
    item = meeting.add_item(sam, "goals", "Ask <b>José</b> & Jo about the café")
    item.write_notes(sam, "Nothing here.\nThe <i>menu</i> is new", "")
    assert "Ask &lt;b&gt;<mark>José</mark>&lt;/b&gt; &amp; Jo about the <mark>café</mark>" in listed(
        as_sam, "jose+CAFE"
    )
    assert "The &lt;i&gt;<mark>menu</mark>&lt;/i&gt; is new" in listed(as_sam, "menu")
    assert "<mark>" not in listed(as_sam, "menu").split("</a>")[0]


def test_what_was_chosen_stands_there_again_with_the_words(as_sam, ada):
    page = as_sam.see(f"/search?q=gaps&with={ada.id}&kind=action&from=2026-03-01&to=2026-03-31&open=1")
    assert 'name="q" value="gaps"' in page
    assert f'<option value="{ada.id}" selected>Ada Marsh</option>' in page
    assert '<option value="action" selected>Action</option>' in page
    assert 'name="from" value="2026-03-01"' in page
    assert 'name="to" value="2026-03-31"' in page
    assert 'name="open" value="1" checked' in page


def test_choices_that_make_no_sense_are_passed_over(as_sam, item):
    assert "pilot" in found(as_sam, "gaps&from=soon&to=2026-02-30")
    for nonsense in ("with=nobody", "kind=nothing", "from=9999-12-31", "to=0001-01-01"):
        assert "<li>" not in found(as_sam, f"gaps&{nonsense}"), nonsense


def test_where_nothing_is_found_it_says_what_to_try(as_sam, item):
    page = as_sam.see("/search?q=absent")
    assert "0 places found." in page
    assert "Try fewer of them" in page


def test_how_many_there_are_is_told_when_not_all_are_shown(as_sam, sam, meeting):
    for number in range(52):
        meeting.add_item(sam, "goals", f"Pear {number}")
    page = as_sam.see("/search?q=pear")
    assert "52 places found." in page
    assert "best 50" in page
    assert page.count("<mark>") == 50


def test_of_very_many_the_newest_fifty_are_shown_the_latest_first(as_sam, sam, meeting):
    for number in range(60):
        with clock.at(NOW + timedelta(minutes=number % 7, seconds=number)):
            meeting.add_item(sam, "goals", f"Apple {number}")
    numbers = [int(number) for number in re.findall(r"Apple (\d+)", found(as_sam, "apple"))]
    assert numbers == sorted(range(60), key=lambda number: number % 7 * 60 + number, reverse=True)[:50]
