"""Whether people meet, for the people leads: shares by month and department, drawn, as a table and to take along."""

import csv
import io
from functools import cached_property

from flask import Blueprint, Response, current_app, g

import audit
import clock
import figures
from figures import Figures, Group, Month, Overdue
from languages import Phrase, gettext

from .answers import page, people_lead_or_403
from .pages import Page

pages = Blueprint("figures", __name__)

pages.before_request(people_lead_or_403)

COLUMNS = ("month", "group", "pairs", "met_within_rhythm", "percent")
# A cell that begins like this is reckoned with by spreadsheets, not shown.
RECKONED = ("=", "+", "-", "@", "\t", "\r")


class FiguresPage(Page):
    """How many of those who meet one to one met within their rhythm."""

    template = "figures/figures.html"
    title = Phrase("Do people meet?")

    @cached_property
    def figures(self) -> Figures:
        config = current_app.config["DUOLOGUE"]
        return figures.figures(config.time_zone, config.meet_at_least, config.retention_months, self.me.id)

    @property
    def groups(self) -> list[Group]:
        return [self.figures.everybody, *self.figures.groups]

    @cached_property
    def overdue(self) -> list[Overdue]:
        """Who should have met again by now, where the organisation has chosen that this be seen."""
        return figures.overdue(current_app.config["DUOLOGUE"].meet_at_least) if self.figures_names else []

    def named(self, group: Group) -> str:
        """What a group is called on screen."""
        if group is self.figures.everybody:
            return gettext("Everybody")
        return gettext("Small departments together") if group.name is None else group.name or gettext("No department")

    def begins(self, month: Month):
        """The first day of a month, on the organisation's calendar."""
        return clock.local(month.begins, current_app.config["DUOLOGUE"].time_zone).date()


@pages.get("/figures")
def show():
    if FiguresPage.figures_names:
        audit.note("open", by=g.person, about="figures by name")
    return page(FiguresPage(g.person))


@pages.get("/figures/months.csv")
def download():
    written = io.StringIO()
    csv.writer(written).writerows([COLUMNS, *_rows(FiguresPage(g.person))])
    headers = {"Content-Disposition": 'attachment; filename="figures.csv"'}
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    return Response(written.getvalue().encode("utf-8-sig"), mimetype="text/csv; charset=utf-8", headers=headers)


def _rows(found: FiguresPage):
    """A line for each month of each group; blank where the numbers would tell of single people."""
    for group in found.groups:
        for month, share in zip(found.figures.months, group.shares, strict=True):
            name = _plain(found.named(group))
            yield f"{found.begins(month):%Y-%m}", name, *(_blank(number) for number in (*share, share.percent))


def _blank(number: int | None) -> int | str:
    return "" if number is None else number


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(RECKONED) else text
