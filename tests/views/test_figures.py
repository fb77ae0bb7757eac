"""The people lead's figures on screen and as a file; and that everybody is told when names are in them."""

import csv
import io

import pytest

from audit import AuditEntry
from views.pages import Page

from ..test_figures import crowd  # noqa: F401 - a fixture


@pytest.fixture
def as_robin(client_of, robin):
    """The people lead's browser."""
    return client_of(robin)


@pytest.fixture
def by_name(monkeypatch):
    """The organisation has chosen that names be seen."""
    monkeypatch.setattr(Page, "figures_names", True)


def rows(client) -> list[list[str]]:
    """The lines of the file."""
    answer = client.get("/figures/months.csv")
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_page_shows_every_month_drawn_and_as_figures(as_robin, crowd):  # noqa: F811
    crowd("Sales", 5)
    crowd("Design", 6, until=100)
    page = as_robin.see("/figures")
    assert "March 2025" in page
    assert "February 2026" in page
    assert page.count('<figure class="months">') == 3
    assert "5 of 11 pairs in the last month" in page
    assert "0 of 6 pairs in the last month" in page


def test_it_says_when_there_are_too_few(as_robin, meeting):
    page = as_robin.see("/figures")
    assert "There are no figures yet" in page
    assert "<table>" not in page


def test_no_name_and_no_word_is_on_it(as_robin, crowd, item):  # noqa: F811
    crowd("Sales", 5, until=100)
    found = as_robin.see("/figures") + str(rows(as_robin))
    for said in ("Report Sales", "Lead Sales", "Sam Okoro", item.text):
        assert said not in found


def test_the_file_has_a_line_for_each_month_of_each_group(as_robin, crowd):  # noqa: F811
    crowd("Sales", 5)
    crowd("Design", 6, until=100)
    head, *lines = rows(as_robin)
    assert head == ["month", "group", "pairs", "met_within_rhythm", "percent"]
    assert len(lines) == 36
    assert lines[-13] == ["2026-02", "Design", "6", "0", "0"]
    assert lines[-1] == ["2026-02", "Sales", "5", "5", "100"]


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_department_is_no_formula(as_robin, crowd, hostile):  # noqa: F811
    crowd(hostile, 5)
    crowd("Sales", 5)
    names = {name for _, name, *_ in rows(as_robin)}
    assert f"'{hostile}" in names
    assert not any(name.startswith(("=", "+", "-", "@")) for name in names)


def test_names_are_seen_where_the_organisation_says_so_and_that_is_noted(as_robin, crowd, by_name):  # noqa: F811
    crowd("Sales", 5, until=100)
    page = as_robin.see("/figures")
    assert "Report Sales 0 and Lead Sales 0" in page
    noted = AuditEntry.select().order_by(AuditEntry.number.desc()).first()
    assert (noted.event, noted.about) == ("open", "figures by name")


def test_everybody_is_told_then_and_only_then(as_sam, as_ada, pair, by_name, monkeypatch):
    said = "Your organisation has its people leads see, by name, who should have met again"
    for client in (as_sam, as_ada):
        assert said in client.see(pair.path)
    monkeypatch.setattr(Page, "figures_names", False)
    assert said not in as_sam.see(pair.path)


@pytest.mark.parametrize("address", ["/", "/me"])
def test_the_people_leads_own_pages_lead_there(as_robin, as_sam, address):
    assert 'href="/figures"' in as_robin.see(address)
    assert 'href="/figures"' not in as_sam.see(address)
