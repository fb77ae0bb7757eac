"""Search: across everything that one person may see, and nothing else."""

import re
from datetime import timedelta

import actions
import clock

from ..conftest import NOW


def found(client, words: str) -> str:
    """What the search page lists."""
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


def test_of_very_many_the_newest_fifty_are_shown_the_latest_first(as_sam, sam, meeting):
    for number in range(60):
        with clock.at(NOW + timedelta(minutes=number % 7, seconds=number)):
            meeting.add_item(sam, "goals", f"Apple {number}")
    numbers = [int(number) for number in re.findall(r"Apple (\d+)", found(as_sam, "apple"))]
    assert numbers == sorted(range(60), key=lambda number: number % 7 * 60 + number, reverse=True)[:50]
