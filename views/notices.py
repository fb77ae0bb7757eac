"""What a person is told outside their conversations: they note that they have read it."""

from flask import Blueprint, abort, g, request

import live
import notices

from .answers import answer, found_or_404
from .today import TodayPage

pages = Blueprint("notices", __name__)


@pages.post("/notices/<id>/reading")
def read(id):
    found = found_or_404(TodayPage(g.person))
    notice = notices.find(g.person, id) or abort(404)
    notice.read()
    if notice.pair:
        page = request.headers.get("X-Page")
        live.announce(notice.pair, "today", only=g.person.id, page=page, answered=("today",))
    return answer(found, "today", to=f"/pairs/{notice.pair_id}/agenda" if notice.kind == "welcome" else "/")
