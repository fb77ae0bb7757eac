"""One's archive is fetched with a bar that shows how far it is, and saved when it is whole, never otherwise."""

import io
import zipfile

from playwright.sync_api import expect

PATH = "**/me/archive.zip"
LINK = "Download my archive"
WATCH = """() => {
  const bar = document.querySelector("#archive progress");
  window.shown = [];
  new MutationObserver(() => shown.push(`${bar.hidden} ${bar.value}/${bar.max}`)).observe(bar, { attributes: true });
}"""


def said(desk):
    """What the page says of the archive."""
    return desk.page.locator("#archive [role=status]")


def files_of(download) -> list[str]:
    """The names in a ZIP file that was saved."""
    with zipfile.ZipFile(download.path()) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_it_is_saved_when_it_is_whole_and_the_bar_counts_its_files(sam):
    sam.page.goto("/me/archive")
    sam.page.evaluate(WATCH)
    with sam.page.expect_download() as found:
        sam.page.get_by_role("link", name=LINK).click()
    names = files_of(found.value)
    assert found.value.suggested_filename == "duologue.zip"
    assert {"archive.json", "index.html"} < set(names)
    expect(said(sam)).to_have_text("Your archive is saved.")
    bar = sam.page.locator("#archive progress")
    assert bar.evaluate("bar => [bar.value, bar.max]") == [len(names)] * 2
    expect(bar).to_be_hidden()
    assert any(one.startswith("false") for one in sam.page.evaluate("shown"))


def test_without_javascript_the_link_downloads_it(sign_in):
    sam = sign_in("Sam Okoro", java_script_enabled=False)
    sam.page.goto("/me/archive")
    with sam.page.expect_download() as found:
        sam.page.get_by_role("link", name=LINK).click()
    assert "archive.json" in files_of(found.value)


def test_one_that_breaks_off_is_not_saved_and_can_be_had_again(sam, complaints):
    complaints.foresee("ERR_", "Failed to load resource", "429")
    saved = []
    sam.page.on("download", lambda download: saved.append(download.suggested_filename))
    sam.page.goto("/me/archive")
    half = io.BytesIO()
    with zipfile.ZipFile(half, "w") as archive:
        archive.writestr("archive.json", "{}")
    zipped = {"Content-Type": "application/zip", "X-Files": "1"}
    for answer, words in (
        (lambda route: route.abort(), "That broke off, and nothing was saved. Please try again."),
        (lambda route: route.fulfill(status=200, headers=zipped, body=half.getvalue()[:-5]), "That broke off"),
        (lambda route: route.fulfill(status=200, content_type="text/html", body="Sign in"), "That broke off"),
        (lambda route: route.fulfill(status=429, body="slow down"), "That is a lot at once"),
    ):
        sam.page.route(PATH, answer)
        sam.page.evaluate("document.querySelector('#archive [role=status]').textContent = ''")
        sam.page.get_by_role("link", name=LINK).click()
        expect(said(sam)).to_contain_text(words)
        sam.page.unroute(PATH)
    assert saved == []
    with sam.page.expect_download() as found:
        sam.page.get_by_role("link", name=LINK).click()
    assert "archive.json" in files_of(found.value)
