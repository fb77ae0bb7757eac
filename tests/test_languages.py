"""The languages of the screen: which there are, who is spoken to in which, and what a message is in each."""

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import build_messages
import clock
import languages
import phrases
import settings
from config import Misconfigured
from languages import CatalogueMistake, Phrase, gettext, ngettext, speaking, translated

from . import pseudo
from .conftest import NOW

MINE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"
msgid "with %(name)s"
msgstr "mit %(name)s"
msgid "by %(day)s"
msgstr "bis %(dya)s"
msgid "%(num)s action"
msgid_plural "%(num)s actions"
msgstr[0] "%(num)s Aktion"
msgstr[1] "%(num)s Aktionen"
"""


@pytest.fixture
def german(tmp_path):
    """German as an operator has begun to translate it, spoken by whoever chooses it."""
    folder = tmp_path / "own" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, read_po(MINE.splitlines(), "de"))
    languages.learn(tmp_path / "own")
    yield tmp_path / "own"
    languages.learn()


def test_the_list_of_messages_is_what_the_screen_says():
    """If it is not: run bin/messages."""
    assert build_messages.TEMPLATE.read_bytes() == build_messages.written(build_messages.gathered())


def test_a_phrase_is_english_until_it_is_translated(german):
    phrase = Phrase("with %(name)s", name="Sam")
    assert phrase == "with Sam"
    with speaking("de"):
        assert phrase == "with Sam"
        assert translated(phrase) == "mit Sam"
    assert translated(phrase) == "with Sam"


def test_what_is_not_translated_is_said_in_english(german):
    with speaking("de"):
        assert gettext("Open the agenda") == translated("Open the agenda") == "Open the agenda"
        assert translated("") == ""


def test_a_translators_slip_is_said_in_english(german):
    with speaking("de"):
        assert gettext("by %(day)s", day="3 March") == "by 3 March"


def test_numbers_of_things_follow_the_language(german):
    with speaking("de"):
        said = [ngettext("%(num)s action", "%(num)s actions", number) for number in (0, 1, 1200)]
    assert said == ["0 Aktionen", "1 Aktion", "1.200 Aktionen"]
    assert ngettext("%(num)s action", "%(num)s actions", 1200) == "1,200 actions"


def test_days_and_times_follow_the_language(german, stopped_clock):
    with speaking("de"):
        assert phrases.day(NOW, "Europe/London") == "3. März"
        assert phrases.day("2025-03-03") == "3. März 2025"
        assert phrases.when(NOW, "Europe/London") == "Dienstag 3. März, 10:00"
    assert phrases.when(NOW, "Europe/London") == "Tuesday 3 March, 10:00"


def test_a_name_within_a_line_from_the_right_does_not_turn_it_around(foreign):
    with speaking(pseudo.RIGHT):
        assert "\u2068Sam\u2069" in gettext("with %(name)s", name="Sam")
    with speaking(pseudo.LEFT):
        assert "\u2068" not in gettext("with %(name)s", name="Sam")


def test_a_language_that_has_gone_is_the_usual_one():
    with speaking("de"):
        assert languages.current() is languages.usual()


def test_a_broken_catalogue_is_named(german):
    file = german / "de" / languages.FILE
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(CatalogueMistake, match=r"messages\.mo"):
        languages.learn(german)


def test_settings_name_languages_that_there_are(german):
    given = {"SIGN_IN": "demo", "TRANSLATIONS": str(german), "LANGUAGE": "de"}
    assert settings.read(given).language == "de"
    with pytest.raises(Misconfigured, match=r"LANGUAGE=fr .* en-GB, de"):
        settings.read({**given, "LANGUAGE": "fr"})
    with pytest.raises(Misconfigured, match=r"TRANSLATIONS=.*/nowhere is no folder"):
        settings.read({**given, "TRANSLATIONS": str(german / "nowhere")})


def test_one_chooses_a_language_where_there_is_more_than_one(as_sam, sam, foreign):
    page = as_sam.see("/me")
    assert "<option" in page.split('name="language"')[1]
    assert "Deutsch" in page
    as_sam.form("/me", time_zone="Europe/London", language="he")
    page = as_sam.see("/")
    assert '<html lang="he" dir="rtl">' in page
    assert pseudo.pseudo("Your conversations") in page
    as_sam.form("/me", time_zone="Europe/London", language="")
    assert '<html lang="en-GB" dir="ltr">' in as_sam.see("/")


def test_where_there_is_one_language_nobody_is_asked(as_sam, sam):
    assert 'name="language"' not in as_sam.see("/me")
    assert as_sam.form("/me", time_zone="Europe/London").status_code == 303


def test_a_language_that_there_is_not_is_refused(as_sam, foreign):
    answer = as_sam.form("/me", time_zone="Europe/London", language="xx")
    assert answer.status_code == 422
    assert "Choose one of the languages in the list." in answer.text


def test_each_is_answered_in_their_own_language(as_sam, as_ada, sam, meeting, foreign):
    sam.speak("he")
    assert pseudo.pseudo("Wrap-up") in as_sam.see(meeting.path)
    assert "Wrap-up" in as_ada.see(meeting.path)


def test_a_stream_speaks_the_language_of_whose_page_it_is(as_sam, as_ada, sam, meeting, foreign):
    sam.speak("de")
    events = iter(as_sam.get(f"{meeting.path}/live").response)
    next(events)
    as_ada.form(f"{meeting.path}/items", section="goals", text="Read by both")
    event = next(events).decode()
    assert "Read by both" in event
    assert pseudo.pseudo("Make an action") in event


def test_who_is_not_known_yet_is_answered_as_their_browser_asks(nobody, foreign):
    def seen(asked: str) -> str:
        return nobody.get("/demo", headers={"Accept-Language": asked}).text

    assert '<html lang="de" dir="ltr">' in seen("fr, de-AT;q=0.8, en;q=0.5")
    assert '<html lang="en-GB" dir="ltr">' in seen("fr")
    assert '<html lang="en-GB" dir="ltr">' in nobody.see("/demo")


def test_what_a_person_has_chosen_counts_more_than_what_their_browser_asks(as_sam, sam, foreign):
    assert '<html lang="en-GB"' in as_sam.get("/", headers={"Accept-Language": "de"}).text


def test_a_refusal_is_said_in_the_language_of_who_is_refused(as_sam, as_ada, sam, ada, meeting, item, foreign):
    sam.speak("de")
    item.delete_by(ada)
    answer = as_sam.htmx(f"{item.path}/discussion")
    assert pseudo.pseudo("This was deleted a moment ago.") in answer.text


def test_a_message_beside_a_field_is_too(as_sam, sam, meeting, foreign):
    sam.speak("de")
    answer = as_sam.htmx(f"{meeting.path}/items", section="goals", text=" ")
    assert pseudo.pseudo("Write a few words first, then add it.") in answer.text


def test_it_is_at_most_a_moment_that_another_language_is_spoken(as_sam, sam, foreign):
    sam.speak("de")
    as_sam.see("/")
    with clock.at(NOW):
        assert phrases.day(NOW, "Europe/London") == "3 March"


def test_a_page_that_is_sent_piece_by_piece_is_in_one_language(as_sam, sam, foreign):
    sam.speak("de")
    page = as_sam.see("/me/data")
    assert '<html lang="de"' in page
    assert pseudo.pseudo("Everything of yours") in page
