"""The wrap-up is right whenever somebody looks at it, and soon after if nobody does."""

from playwright.sync_api import expect

from .desk import OTHER


def test_what_is_out_of_view_is_asked_for_once_somebody_looks(ada, sam):
    asked = []
    sam.page.on("request", lambda request: asked.append(request.url) if "regions/wrapup" in request.url else None)
    ada.add(OTHER, "Said while nobody looks")
    expect(sam.item("Said while nobody looks").row).to_be_visible()
    assert asked == []
    expect(sam.wrapup()).to_contain_text("Said while nobody looks")


def test_what_nobody_looks_at_is_right_after_a_while_and_asked_for_once(ada, sam):
    asked = []
    sam.page.on("request", lambda request: asked.append(request.url) if "regions/wrapup" in request.url else None)
    for words in ("Said first", "Said next", "Said last"):
        ada.add(OTHER, words)
        expect(sam.item(words).row).to_be_visible()
    expect(sam.page.get_by_role("region", name="Wrap-up")).to_contain_text("Said last")
    assert len(asked) == 1


def test_what_is_in_view_changes_by_itself(ada, sam):
    found = sam.wrapup()
    for words in ("Said first", "Said next"):
        ada.add(OTHER, words)
        expect(found).to_contain_text(words)
