"""Records: the frozen minutes of a closed meeting, confirmed or remarked on by either of the two."""

from flask import Blueprint, abort, g, redirect, request

import access
import record_documents
import records
from records import Record

from .answers import changed, checked, found_or_404, meeting_or_404, page
from .exports import FORMATS, JSON, exported, exported_data
from .forms import RemarkForm
from .pages import MeetingPage, Page
from .streams import keep_live
from .year_forms import UploadForm

pages = Blueprint("records", __name__)


class RecordPage(MeetingPage):
    """The record of a closed meeting."""

    template = "records/record.html"
    is_meeting = False
    # A changed head may mean that the meeting was opened again: then there is no such page any more.
    shows = {"confirmations": "confirmations", "remarks": "remarks", "uploads": "uploads", "head": "confirmations"}
    partials = {
        **Page.partials,
        "confirmations": "records/_confirmations.html",
        "remarks": "records/_remarks.html",
        "uploads": "records/_uploads.html",
    }
    whole = ("confirmations", "uploads", "remarks")
    formats = FORMATS

    @property
    def parts(self):
        """What one may choose to take along in a copy."""
        return record_documents.offered(self.record)

    @property
    def live_path(self):
        return f"{self.meeting.path}/record/live"

    def _confirmations(self):
        return {"confirmations": self.record.confirmations()}

    def _uploads(self):
        return {"uploads": self.record.uploads() if self.record.year else []}

    def _remarks(self):
        return {"remarks": self.record.remarks()}

    @classmethod
    def of(cls, me, id):
        found = super().of(me, id)
        record = found and Record.of(found.meeting)
        if not record:
            return None
        found.record, found.why_not_reopen = record, records.why_not_reopen(found.meeting, record)
        return found


def _record_or_404(id):
    return found_or_404(RecordPage.of(g.person, id))


@pages.get("/meetings/<id>/record")
def show(id):
    meeting = meeting_or_404(id).meeting
    return redirect(meeting.path) if meeting.is_open else page(_record_or_404(id))


@pages.get("/meetings/<id>/record.<extension>")
def copy(id, extension):
    record = _record_or_404(id).record if extension in FORMATS else abort(404)
    # A bare address means all of it; from the form comes what was ticked.
    chosen = request.args.getlist("include") if "chosen" in request.args else record_documents.PARTS
    response = _copied(record, extension, set(chosen))
    access.note_export(g.person, record.meeting)
    return response


def _copied(record, extension, chosen):
    zone = g.person.time_zone
    name = record_documents.file_name(record, zone)
    if extension == JSON:
        return exported_data(record_documents.data_of(record, chosen), name)
    return exported(record_documents.document_of(record, zone, chosen), extension, name)


keep_live(pages, RecordPage, "/meetings/<id>/record")


@pages.post("/meetings/<id>/record/confirmation")
def confirm(id):
    found = _record_or_404(id)
    found.record.confirm(g.person)
    return changed(found, "confirmations", also=("today",), to=f"{found.meeting.path}/record#confirmations")


@pages.post("/meetings/<id>/record/remarks")
def remark(id):
    found = _record_or_404(id)
    form = checked(RemarkForm, at="remark")
    found.record.remark(g.person, form.text.data, form.key.data)
    return changed(found, "remarks", to=f"{found.meeting.path}/record#remarks")


@pages.post("/meetings/<id>/record/uploads")
def note_upload(id):
    found = _record_or_404(id)
    form = checked(UploadForm, at="upload")
    found.record.note_upload(g.person, form.address.data, form.uploaded_on.data)
    return changed(found, "uploads", also=("today",), to=f"{found.meeting.path}/record#uploads")
