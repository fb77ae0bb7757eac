"""Templates of one's own: drafts, versions that never change again, retiring; what two people leads do at once."""

import pytest

import audit
import library
import publishing
from agenda_templates import Prompt
from library import TemplateVersion
from models import Refused
from publishing import DraftChanged, stamp
from template_drafts import Draft
from template_files import TemplateMistake


@pytest.fixture
def other(ada):
    """Another people lead."""
    ada.change(people_lead=True)
    return ada


@pytest.fixture
def copied(robin) -> str:
    """The key of a copy of the regular one, not published yet."""
    return publishing.copy("regular", robin, "Our monthly talk")


def rewritten(key: str, **said: str) -> str:
    """What the draft of a template, or else its newest version, says with these entries changed."""
    draft = Draft.read(library.shelf(key).shown.content if not library.draft_of(key) else library.draft_of(key).content)
    draft.said.update(said)
    return draft.toml()


def save(key, by, **said):
    """Change entries of the draft, as somebody does who has seen its present state."""
    return publishing.save_draft(key, by, rewritten(key, **said), stamp(library.draft_of(key)))


def publish(key, by) -> TemplateVersion:
    return publishing.publish(key, by, stamp(library.draft_of(key)))


def noted() -> list[str]:
    return [entry.about for entry in audit.entries(event="template")]


# Drafts and versions


def test_a_copy_is_a_draft_of_a_key_of_its_own_that_is_offered_to_nobody(copied, robin):
    assert copied == "our_monthly_talk"
    draft = library.draft_of(copied)
    assert (draft.number, draft.by, draft.published_at) == (0, robin.id, None)
    assert draft.outline.sections == library.current("regular").outline.sections
    assert copied not in library.offered()
    assert library.current(copied).key == "regular"


def test_copies_are_told_apart_by_their_keys_and_by_their_names(copied, robin):
    assert publishing.copy("catch_up", robin, "Our monthly talk!") == "our_monthly_talk_2"
    assert publishing.copy("catch_up", robin, "Import") == "import_2"
    assert publishing.copy("catch_up", robin, "我们") == "template"
    with pytest.raises(Refused, match="of this name already"):
        publishing.copy("catch_up", robin, "our MONTHLY talk")


def test_to_copy_twice_makes_one_copy(copied, robin):
    assert publishing.copy("regular", robin, "Our monthly talk") == copied
    assert len([shelf for shelf in library.shelves() if shelf.key.startswith("our")]) == 1


def test_a_published_draft_is_the_next_version_and_no_draft_any_more(robin):
    save("regular", robin, about="Ours.")
    version = publish("regular", robin)
    assert (version.number, version.by, library.draft_of("regular")) == (2, robin.id, None)
    assert [found.number for found in library.versions_of("regular")] == [2, 1]
    assert library.current("regular").outline.about == "Ours."
    assert library.offered()["regular"].about == "Ours."


def test_a_new_version_leaves_the_one_before_as_it_was(robin, meeting):
    began_with = meeting.outline
    before = library.version("regular", 1).content
    save("regular", robin, name="Another name", section=[{"key": "one", "title": "One"}])
    publish("regular", robin)
    assert library.version("regular", 1).content == before
    assert robin.id
    assert meeting.outline == began_with
    assert [section.key for section in library.current("regular").outline.sections] == ["one"]


def test_a_draft_is_read_afresh_each_time(robin):
    save("regular", robin, about="First.")
    assert library.draft_of("regular").outline.about == "First."
    save("regular", robin, about="Second.")
    assert library.draft_of("regular").outline.about == "Second."
    assert publish("regular", robin).outline.about == "Second."


def test_an_incomplete_draft_is_kept_and_not_published(robin):
    save("regular", robin, name="", minutes="soon")
    with pytest.raises(TemplateMistake) as problem:
        publish("regular", robin)
    assert [mistake.place for mistake in problem.value.mistakes] == [("name",), ("minutes",)]
    assert library.draft_of("regular").number == 0
    assert library.current("regular").number == 1


def test_two_templates_are_never_offered_under_one_name(copied, robin):
    save(copied, robin, name="Short CATCH-UP")
    with pytest.raises(TemplateMistake, match="that of another template"):
        publish(copied, robin)
    save("catch_up", robin, about="Its own name is no other's.")
    assert publish("catch_up", robin).number == 2


def test_discarding_leaves_what_is_published_and_nothing_of_what_is_not(copied, robin):
    save("regular", robin, about="Ours.")
    for key in ("regular", copied, copied):
        publishing.discard(key, robin, stamp(library.draft_of(key)))
    assert library.shelf("regular").draft is None
    assert library.current("regular").number == 1
    assert library.shelf(copied) is None


def test_covers_and_all_else_that_nobody_sees_survive_being_written(robin):
    before = library.current("career").outline
    save("career", robin, about="Ours.")
    after = publish("career", robin).outline
    assert after.sections == before.sections
    assert (after.preparation, after.closing, after.horizons) == (before.preparation, before.closing, before.horizons)


def test_a_template_too_long_is_refused(robin):
    with pytest.raises(Refused, match="longer than"):
        publishing.save_draft("regular", robin, "#" * 200_001, "")


# Two people leads at once


def test_what_another_one_saved_meanwhile_is_never_overwritten_unseen(robin, other):
    base = stamp(save("regular", robin, about="Robin's."))
    save("regular", other, about="Ada's.")
    with pytest.raises(DraftChanged) as clash:
        publishing.save_draft("regular", robin, rewritten("regular", about="Robin's again."), base)
    assert clash.value.draft.by == other.id
    assert library.draft_of("regular").outline.about == "Ada's."


def test_two_who_begin_at_once_are_told(robin, other):
    save("regular", robin, about="Robin's.")
    with pytest.raises(DraftChanged):
        publishing.save_draft("regular", other, rewritten("regular", about="Ada's."), "")


def test_what_was_published_or_discarded_meanwhile_is_told(robin, other):
    base = stamp(save("regular", robin, about="Robin's."))
    publish("regular", other)
    with pytest.raises(DraftChanged, match="published or discarded") as clash:
        publishing.save_draft("regular", robin, rewritten("regular", about="Robin's again."), base)
    assert clash.value.draft is None
    with pytest.raises(DraftChanged):
        publishing.publish("regular", robin, base)


def test_one_publishes_what_one_has_seen(robin, other):
    base = stamp(save("regular", robin, about="Robin's."))
    save("regular", other, about="Ada's.")
    with pytest.raises(DraftChanged):
        publishing.publish("regular", robin, base)


def test_to_save_the_same_twice_changes_nothing(robin):
    content = rewritten("regular", about="Ours.")
    first = publishing.save_draft("regular", robin, content, "")
    assert publishing.save_draft("regular", robin, content, "").id == first.id
    assert noted() == ["began the draft of regular"]


# Retiring, and what came along


def test_a_retired_template_is_offered_to_nobody_and_kept_by_whoever_has_it(robin):
    began_with = library.current("catch_up").id
    publishing.retire("catch_up", robin)
    publishing.retire("catch_up", robin)
    assert "catch_up" not in library.offered()
    assert library.outline(began_with).key == "catch_up"
    publishing.retire("catch_up", robin, undo=True)
    assert "catch_up" in library.offered()
    assert noted() == ["retired catch_up", "offers catch_up again"]


def test_the_usual_template_cannot_be_retired(robin):
    with pytest.raises(Refused, match="cannot be retired"):
        publishing.retire("regular", robin)


def test_a_retired_one_stays_so_when_duologue_brings_a_new_wording(robin, tmp_path):
    publishing.retire("catch_up", robin)
    (tmp_path / "catch_up.toml").write_text(library.built_in("catch_up").replace("minutes = 20", "minutes = 25"))
    library.publish_built_ins(tmp_path)
    assert library.current("catch_up").outline.minutes == 25
    assert "catch_up" not in library.offered()


def test_what_duologue_brings_along_can_be_taken_again_as_a_draft(robin):
    original = library.current("regular").outline
    save("regular", robin, about="Ours.", section=[{"key": "one", "title": "One"}])
    publish("regular", robin)
    publishing.take_original("regular", robin)
    assert library.current("regular").outline.about == "Ours."
    assert library.draft_of("regular").outline == original
    with pytest.raises(Refused, match="waiting already"):
        publishing.take_original("regular", robin)


def test_of_ones_own_template_nothing_came_along(copied, robin):
    publishing.discard(copied, robin, stamp(library.draft_of(copied)))
    with pytest.raises(Refused, match="no template of its own"):
        publishing.take_original(copied, robin)
    assert library.built_in("../pyproject") is None


def test_every_step_is_noted_and_no_word_of_it(copied, robin, other):
    save(copied, other, about="Ours.")
    publish(copied, other)
    save(copied, robin, about="Ours too.")
    publishing.discard(copied, robin, stamp(library.draft_of(copied)))
    assert noted() == [
        f"began the draft of {copied}",
        f"continued the draft of {copied}",
        f"published {copied} 1",
        f"began the draft of {copied}",
        f"discarded the draft of {copied}",
    ]
    assert {entry.by for entry in audit.entries(event="template")} == {robin, other}


# The draft itself


def test_a_section_gets_a_key_of_its_title_that_never_changes_afterwards():
    draft = Draft({"section": [{"key": "", "title": title} for title in ("Über uns!", "Über uns", "", "4", "x" * 80)]})
    keys = [section["key"] for section in Draft.read(draft.toml()).said["section"]]
    assert keys == ["uber_uns", "uber_uns_b", "", "section", "x" * 28]
    draft.said["section"][0]["title"] = "Another"
    assert Draft.read(draft.toml()).said["section"][0]["key"] == "uber_uns"


def test_parts_are_added_moved_removed_and_put_back():
    draft = Draft({"section": [{"key": key, "title": key} for key in ("one", "two", "three")]})
    assert draft.step(("section", 2), down=False) == ("section", 1)
    assert draft.step(("section", 2), down=True) == ("section", 2)
    assert draft.add(("section", 0, "prompt")) == ("section", 0, "prompt", 0)
    gone = draft.remove(("section", 0))
    assert [section["key"] for section in draft.said["section"]] == ["three", "two"]
    draft.put(("section", 1), gone)
    assert [section["key"] for section in draft.said["section"]] == ["three", "one", "two"]
    assert draft.said["section"][1]["prompt"] == [{"side": "individual", "text": ""}]


@pytest.mark.parametrize("place", [("section", 1), ("section", 0, "prompt", 0), ("closing", 0), ("nowhere", 0)])
def test_what_is_not_there_is_not_moved(place):
    draft = Draft({"section": [{"key": "one", "title": "One"}]})
    for change in (draft.remove, lambda place: draft.step(place, down=True)):
        with pytest.raises(LookupError):
            change(place)


def test_what_a_form_says_is_what_a_template_says():
    fields = [
        ("name", "  Ours\r\nnow "),
        ("minutes", "45"),
        ("horizon-0-years", "5"),
        ("horizon-0-words", "five years"),
        ("horizon-1-years", ""),
        ("section-10-title", "Second"),
        ("section-2-title", "First"),
        ("section-2-key", "first"),
        ("section-2-signposts", "plan"),
        ("section-2-signposts", "grow"),
        ("section-2-signposts", "moon"),
        ("section-2-prompt-1-text", "Listen."),
        ("section-2-prompt-1-side", "manager"),
        ("section-2-prompt-1-kind", "cue"),
        ("section-2-prompt-1-covers", "A1 B2"),
        ("section-2-prompt-1-again", "1"),
        ("section-2-prompt-1-caution", "Slowly."),
        ("section", "nonsense"),
        ("section-2-prompt-1-2-3-text", "nonsense"),
        ("csrf_token", "nonsense"),
    ]
    draft, removed = Draft.typed(fields)
    template = publishing.read("ours", draft.toml(), "ours")
    assert removed == []
    assert (template.name, template.minutes, template.horizons) == ("Ours now", 45, ((5, "five years"),))
    assert [(section.key, section.title) for section in template.sections] == [("first", "First"), ("second", "Second")]
    assert template.sections[0].signposts == ("grow", "plan")
    assert template.sections[0].prompts == (Prompt("manager", "Listen.", ("A1", "B2"), "cue", "Slowly.", True),)
