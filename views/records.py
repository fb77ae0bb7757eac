"""Records: the frozen minutes of a closed meeting, confirmed or remarked on by either of the two."""

from flask import Blueprint, g, redirect

import records
from records import Record

from .answers import changed, checked, found_or_404, page
from .forms import RemarkForm
from .pages import MeetingPage

pages = Blueprint("records", __name__)


class RecordPage(MeetingPage):
    """The record of a closed meeting."""

    template = "records/record.html"

    @classmethod
    def of(cls, me, id):
        found = super().of(me, id)
        record = found and Record.of(found.meeting)
        if not record:
            return None
        found.record, found.why_not_reopen = record, records.why_not_reopen(found.meeting)
        return found


def _record_or_404(id):
    return found_or_404(RecordPage.of(g.person, id))


@pages.get("/meetings/<id>/record")
def show(id):
    return page(_record_or_404(id))


@pages.post("/meetings/<id>/record/confirmation")
def confirm(id):
    found = _record_or_404(id)
    found.record.confirm(g.person)
    return changed(found, also=("meetings",), to=f"{found.meeting.path}/record#confirmations")


@pages.post("/meetings/<id>/record/remarks")
def remark(id):
    found = _record_or_404(id)
    form = checked(RemarkForm, at="remark")
    found.record.remark(g.person, form.text.data, form.key.data)
    return redirect(f"{found.meeting.path}/record#remarks", 303)
