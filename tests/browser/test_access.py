"""Printing a meeting's page tells the access history, and the history shows it to both."""

from playwright.sync_api import expect


def printed(desk, path: str) -> None:
    """Have the browser say that it is about to print, and wait until the server has noted it."""
    with desk.page.expect_response(lambda answer: answer.url.endswith(f"{path}/prints")) as noted:
        desk.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert noted.value.status == 204


def test_what_one_prints_the_other_one_sees(ada, sam):
    meeting = sam.page.url.removeprefix(sam.page.url.split("/meetings/")[0])
    printed(sam, meeting)
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    ada.page.locator(".history a").first.click()
    record = ada.page.url.removesuffix("/record")
    printed(ada, record[record.index("/meetings/") :])
    ada.page.get_by_role("link", name="You and Sam Okoro").click()
    ada.page.get_by_role("link", name="Who opened it, and when").click()
    history = ada.page.get_by_role("region", name="Access history")
    expect(history).to_contain_text("Sam Okoro printed the meeting of")
    expect(history).to_contain_text("You printed the record of")
    expect(history).to_contain_text("Sam Okoro opened the meeting of")


def test_a_page_of_no_meeting_is_printed_without_a_word(ada):
    asked = []
    ada.page.goto("/me")
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    ada.page.get_by_role("link", name="Everything of yours", exact=True).click()
    expect(ada.page.get_by_role("heading", name="Everything of yours")).to_be_visible()
    assert not [url for url in asked if url.endswith("/prints")]
