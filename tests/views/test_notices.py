"""What a person is told on Today: in plain words, until they have read it."""

from datetime import timedelta

import pytest

import clock
import live
import notices
import pairing
import people
import scheduling
from notices import Notice
from views.today import TodayPage

from ..conftest import NOW
from ..screen import regions
from ..test_queries import queries_of

SAYS = {
    "paired": ("Ada Marsh is your line manager now", "you are Sam Okoro’s line manager now"),
    "unpaired": (
        "stays yours to read; Ada Marsh can read it no longer.",
        "stays with Sam Okoro; you can read it no longer.",
    ),
    "erased": ("your one-to-ones with Ada Marsh was deleted on request", "with Sam Okoro was deleted on request"),
    "held": ("Nothing in your one-to-ones with Ada Marsh is deleted", "one-to-ones with Sam Okoro is deleted for now"),
    "released": ("one-to-ones with Ada Marsh for the law", "one-to-ones with Sam Okoro for the law"),
    "merged": ("Ada Marsh signs in under another name now", "Sam Okoro signs in under another name now"),
    "left": ("What you two shared stays yours to read", "has left Duologue and was deleted"),
    "cover": ("Ada Marsh has been asked to stand in", "Sam Okoro has asked somebody to stand in for you"),
    "cover-ended": (
        "Ada Marsh no longer stands in for your line manager",
        "You no longer stand in for Sam Okoro’s line manager",
    ),
    "handed-over": ("What you passed on to Ada Marsh", "Sam Okoro has passed on to you"),
    "welcome": ("Only you and Ada Marsh can open your agenda", "Only you and Sam Okoro can open your agenda"),
    "moved": ("You sign in under another name now", "one-to-ones with Sam Okoro</a> came along"),
}


@pytest.mark.parametrize("kind", notices.KINDS)
def test_each_kind_is_told_to_each_side_in_its_own_words(as_sam, as_ada, pair, kind):
    notices.tell(kind, pair)
    for client, words in zip((as_sam, as_ada), SAYS[kind], strict=True):
        page = client.see("/")
        assert "What is new" in page
        assert words in page
        assert (f'href="/pairs/{pair.id}"' in page.partition("Your conversations")[0]) == (
            kind in ("paired", "merged", "moved", "left", "cover")
        )


def test_without_news_there_is_no_place_for_them(as_sam, pair):
    assert "What is new" not in as_sam.see("/")


def test_the_latest_stands_first(as_sam, pair):
    for days, kind in enumerate(("paired", "held", "unpaired")):
        with clock.at(NOW + timedelta(days=days)):
            notices.tell(kind, pair)
    page = as_sam.see("/")
    assert page.index("no longer your line manager") < page.index("the law may ask") < page.index("line manager now")


def test_reading_takes_it_away_for_good_and_again_changes_nothing(as_sam, as_ada, sam, ada, pair):
    notices.tell("held", pair)
    (notice,) = notices.unread_of(sam)
    assert f'formaction="{notice.path}/reading"' in as_sam.see("/")
    answer = as_sam.htmx(f"{notice.path}/reading")
    assert answer.status_code == 200
    assert "What is new" not in regions(answer.text)["today"]
    with clock.at(NOW + timedelta(minutes=5)):
        assert as_sam.form(f"{notice.path}/reading").location == "/"
    assert Notice.get_by_id(notice.id).read_at == NOW
    assert "What is new" not in as_sam.see("/")
    assert "What is new" in as_ada.see("/")


def test_another_persons_notice_is_not_there(as_sam, as_lee, ada, pair):
    notices.tell("held", pair)
    (notice,) = notices.unread_of(ada)
    for client in (as_sam, as_lee):
        assert client.form(f"{notice.path}/reading").status_code == 404
        assert client.htmx(f"{notice.path}/reading").status_code == 404
    assert notices.unread_of(ada)


def test_a_notice_is_read_though_its_pair_is_over(as_ada, sam, ada, pair):
    people.retire(sam)
    (notice,) = notices.unread_of(ada)
    assert as_ada.form(f"{notice.path}/reading").status_code == 303
    assert not notices.unread_of(ada)


def test_a_name_with_markup_in_it_shows_as_text(as_sam, ada, pair):
    ada.change(name="<b hx-get='/x'>Ada</b>")
    pair.manager = ada
    notices.tell("merged", pair)
    page = as_sam.see("/")
    assert "&lt;b hx-get=" in page
    assert "<b hx-get" not in page


def test_reading_it_on_one_page_takes_it_from_the_persons_other_pages(sam, as_sam, pair):
    notices.tell("held", pair)
    (notice,) = notices.unread_of(sam)
    with as_sam.get("/live") as answer:
        events = iter(answer.response)
        next(events)
        as_sam.htmx(f"{notice.path}/reading")
        sent = next(events)
    sent = sent.decode() if isinstance(sent, bytes) else sent
    assert 'hx-target="#today"' in sent
    assert "What is new" not in sent


def test_that_one_has_read_it_is_not_told_to_the_other(as_sam, as_ada, sam, ada, pair):
    notices.tell("held", pair)
    (notice,) = notices.unread_of(sam)
    with as_ada.get("/live") as answer:
        next(iter(answer.response))
        as_sam.form(f"{notice.path}/reading")
        (listener,) = live._listeners[ada.id]
        assert not listener.names


def test_an_announcement_to_today_has_it_rendered_anew(sam):
    assert TodayPage(sam).wanted({"today"}) == {"today"}


def test_many_take_no_more_queries_than_one(as_sam, sam, pair):
    found = []
    for _ in range(2):
        notices.tell("held", pair)
        as_sam.get("/")
        found.append(len(queries_of(lambda: as_sam.get("/"))))
    assert found[0] == found[1]


def test_a_first_visit_says_who_can_read_what_begins_the_agenda_and_never_comes_back(
    client_of, as_sam, robin, ada, sam
):
    as_robin = client_of(robin)
    pair = pairing.invite(ada, manager=ada, report=robin)
    pairing.accept(pair, robin)
    page = as_robin.see("/")
    assert "Only you and Ada Marsh can open your agenda here" in page
    [notice] = notices.unread_of(robin)
    answer = as_robin.form(f"{notice.path}/reading")
    assert as_robin.get(answer.location).location == scheduling.next_meeting(pair).path
    assert "who can read what" not in as_robin.see("/")
    # Neither for another pair, nor for whoever had one before.
    pairing.accept(pairing.invite(sam, manager=sam, report=robin), robin)
    assert "who can read what" not in as_robin.see("/") + as_sam.see("/")
