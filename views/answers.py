"""How a request is answered: by the regions it changed, by a page, or by a sentence that says what to do."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, make_response, redirect, render_template, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from peewee import DatabaseError
from werkzeug.exceptions import HTTPException, SecurityError

import access
import live
import meetings
import request_ids
import scheduling
from auth import Stranger, TurnedAway
from documents.writing import BUSY, NotWritten
from door import AnotherSite, doorkeeper
from languages import Phrase, gettext, translated
from meetings import MeetingOver
from models import Refused
from secrecy import CannotOpen
from template_files import KEY as SECTION_KEY
from vouching import KeysAway

from .pages import MeetingPage, Page, PairPage, Rejected

PARTIAL = "HX-Request-Type"
# Fields that a page fills in by itself.
NOT_TYPED = {"csrf_token", "key", "base", "sent", "section", "meeting", "direction", "terms", "together", "where"} | {
    *("wording", "side", "seen"),
}
OWN_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~?=&+-]*", re.ASCII)

OVERTAKEN = Phrase("This was changed a moment ago; what it says now is below. Change your words, or propose them.")


class BadForm(Exception):
    """A form with something wrong in it; answered with the messages beside its fields."""

    def __init__(self, rejected: Rejected) -> None:
        self.rejected = rejected


def is_partial() -> bool:
    """Whether htmx asks for regions, not for a page."""
    return request.headers.get(PARTIAL) == "partial"


def meeting_or_404(id: str) -> MeetingPage:
    """The page of a meeting that is theirs."""
    return found_or_404(MeetingPage.of(g.person, id))


def pair_or_404(id: str) -> PairPage:
    """The page of a pair that is theirs."""
    return found_or_404(PairPage.of(g.person, id))


def item_or_404(id: str, wherever_it_is: bool = False):
    """An item that they may see, and the page of its meeting.

    Raises Refused when it has moved on from the agenda that it was seen on, unless that does not matter.
    """
    item = meetings.find_item(g.person, id) or abort(404)
    seen_on = request.headers.get("X-Meeting") or request.form.get("meeting")
    if seen_on and seen_on != item.meeting_id and not wherever_it_is:
        raise Refused(Phrase("This moved to another agenda a moment ago. Please reload the page."))
    found = found_or_404(MeetingPage(g.person, item.meeting))
    if request.method == "GET":
        note_open(found)
    return item, found


def people_lead_or_403() -> None:
    """Go no further unless a people lead is here. Goes before every view of a blueprint that is for them alone."""
    if not g.person.people_lead:
        abort(403)


def section_or_404() -> str:
    """The key of the section that was written in. It may have left the meeting: what it gets stands in the last."""
    key = request.form.get("section", "")
    return key if SECTION_KEY.fullmatch(key) else abort(404)


def found_or_404(page: Page | None) -> Any:
    """The page that was found for this person, kept for whatever goes wrong next."""
    g.page = page or abort(404)
    return page


def checked(kind: type[FlaskForm], at: str) -> Any:
    """The form that was sent, found good. `at` is the id of the form on the page. Raises BadForm."""
    form = kind()
    g.rejected = Rejected(at, form.typed(), {})
    if not form.validate():
        raise BadForm(Rejected(at, form.typed(), form.messages()))
    return form


def overtaken(found: Page, at: str, form: Any, proposal: Any, template: str, **about: Any):
    """The form once more, with what was typed and what it says by now; it starts from that the next time."""
    found.rejected = Rejected(at, {**form.typed(), "terms": proposal.terms}, {"text": OVERTAKEN})
    if is_partial():
        return render_template(template, page=found, me=g.person, overtaken=True, **about), 409
    return page(found, overtaken=True), 409


def note_open(found: Page) -> None:
    """Have the two see that this page, or a part of it, was opened."""
    access.note_open(found.me, found.pair, found.meeting, found.record)


def part(found: Page, name: str) -> Markup:
    """One region of a page; who opens a part of it has opened it."""
    html = found.render(name) or abort(404)
    note_open(found)
    return html


def page(found: Page, **more: Any) -> str:
    """A whole page."""
    g.page = found
    note_open(found)
    return render_template(found.template, page=found, me=g.person, **more)


def changed(
    found: Page, *names: str, to: str, also: tuple[str, ...] = (), only_me: bool = False, extra: str = ""
) -> Response:
    """Tell everybody whom it concerns, and answer the one who did it.

    `names` are the regions that changed and that the answer brings; `also` changed too and comes by the stream.
    `to` is where a browser without JavaScript goes. `only_me`: nobody else may know. `extra`: further partials.
    """
    tell(found, *names, *also, answered=names, only_me=only_me)
    return answer(found, *names, to=to, extra=extra)


def gone_on(found: Page, *also: str, to: str) -> Response:
    """Tell everybody that these regions changed, and take the one who did it on to the page `to`."""
    # A page on its way is told nothing: that it is no longer its reader's would make it reload, and not arrive.
    tell(found, *also, answered=also if _leads_away(to) else ())
    response = answer(found, to=to)
    if is_partial():
        response.headers["HX-Redirect"] = to
    return response


def _leads_away(to: str) -> bool:
    """Whether the page that asked is left for another, and not for a place on itself."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path != to.partition("#")[0]


def tell(found: Page, *names: str, answered: tuple[str, ...] = (), only_me: bool = False) -> None:
    """Announce changed regions to all open pages of the pair; this very page is `answered` with some of them.

    Without names it says that a change was counted of which nothing came, so that nobody looks for it.
    """
    live.announce(
        found.pair, *names, only=g.person.id if only_me else None, page=request.headers.get("X-Page"), answered=answered
    )


def answer(found: Page, *names: str, to: str, extra: str = "") -> Response:
    """The regions named, or the way to the page that holds them."""
    if not is_partial():
        return redirect(to, 303)
    return make_response("".join(found.partial(name) for name in (*names, "saved")) + extra)


def own_path(path: str | None) -> str:
    """The path of a page of ours to go on to; Today for whatever could lead elsewhere."""
    return path if path and OWN_PATH.fullmatch(path) else "/"


def slot(id: str, html: str | Markup = "") -> str:
    """A partial that fills the element with this id."""
    return f'<hx-partial hx-target="#{id}" hx-swap="innerHTML">{html}</hx-partial>'


def register(app: Flask) -> None:
    """Give every kind of failure its answer."""
    app.register_error_handler(BadForm, _bad_form)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(TurnedAway, _turned_away)
    app.register_error_handler(KeysAway, _keys_away)
    app.register_error_handler(DatabaseError, _database_away)
    app.register_error_handler(CannotOpen, _cannot_open)
    app.register_error_handler(NotWritten, _not_written)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _broken)


def _bad_form(problem: BadForm):
    rejected = problem.rejected
    if is_partial():
        fields = [name for name in rejected.typed if name not in ("key", "base", "section")]
        return "".join(
            slot(f"{rejected.at}-{name}-error", escape(translated(rejected.errors.get(name, "")))) for name in fields
        ), 422
    g.page.rejected = rejected
    return page(g.page), 422


def _refused(problem: Refused):
    offer, typed = _offer(problem), g.rejected.typed if "rejected" in g else {}
    section = offer and offer.outline.home_for(typed.get("section") or (g.page.section if "page" in g else None) or "")
    said = {
        "problem": translated(problem.args[0]),
        "offer": offer,
        "section": section,
        "typed": typed,
        "page": g.get("page"),
    }
    if is_partial():
        at = f"{g.rejected.at}-text-error" if "text" in typed else "notice"
        return slot(at, render_template("errors/_refused.html", **said)), 409
    return render_template("errors/refused.html", quote=_quote(), **said), 409


def _offer(problem: Refused):
    """Where the words could go instead: the next meeting of the same two."""
    return scheduling.next_meeting(problem.meeting.pair) if isinstance(problem, MeetingOver) else None


def _expired(problem: CSRFError):
    if isinstance(problem, AnotherSite):
        doorkeeper().note_refusal(TurnedAway("another-site"), request.remote_addr or "unix")
        return _say(
            400,
            Phrase("That came from another site"),
            Phrase("Please open Duologue by its usual address, and do it there. Nothing was changed."),
        )
    return _say(
        400,
        Phrase("This page has been open for too long"),
        Phrase("Please reload the page and try again."),
    )


def _turned_away(problem: TurnedAway):
    doorkeeper().note_refusal(problem, request.remote_addr or "unix")
    config = current_app.config["DUOLOGUE"]
    contact = config.help_contact or translated(Phrase("whoever looks after it"))
    if isinstance(problem, Stranger):
        text = Phrase(
            "Your organisation’s sign-on calls you “%(name)s”, and nobody of that name may come in here. "
            "If you should be able to, please ask %(contact)s.",
            name=problem.subject,
            contact=contact,
        )
        return _say(403, Phrase("Duologue does not have you yet"), text)
    text = Phrase(
        "Duologue could not tell who you are. Open it at %(address)s; if that is what you did, please ask %(contact)s.",
        address=config.public_url,
        contact=contact,
    )
    return _say(401, Phrase("Please come in through your organisation’s sign-on"), text)


def _keys_away(problem: KeysAway):
    return _say(
        503,
        Phrase("Your sign-on cannot be checked just now"),
        Phrase(
            "What your organisation’s sign-on says of you cannot be verified at the moment. "
            "Please try again in a minute."
        ),
    )


def _database_away(problem: DatabaseError):
    current_app.logger.error("database: %s", type(problem).__name__)
    return _say(
        503,
        Phrase("That could not be saved"),
        Phrase("The database does not answer. Your words are still in their box; please try again in a moment."),
    )


def _cannot_open(problem: CannotOpen):
    current_app.logger.error("secrecy: %s", problem)
    return _say(
        500,
        Phrase("Something here cannot be read"),
        Phrase("What is stored here was damaged, so nothing of it is shown. Please tell whoever looks after Duologue."),
    )


def _not_written(problem: NotWritten):
    busy = Phrase(
        "Several copies are being made just now, so yours has not begun. Please go back and try again in a minute."
    )
    failed = Phrase(
        "Making it took too long or broke off. No part of it was left anywhere, and nothing here was changed. "
        "Please go back and try again in a minute, or take it in another format."
    )
    return _say(503, Phrase("The copy could not be made"), busy if problem.args[0] == BUSY else failed)


def _broken(problem: Exception):
    return _say(
        500,
        Phrase("Something went wrong here"),
        Phrase("It is our fault, not yours. Your words are still in their box; please try again in a moment."),
    )


def _http(problem: HTTPException):
    if problem.code in (301, 302, 307, 308):
        return problem
    if isinstance(problem, SecurityError):
        # There is no page of ours under a name that is not ours.
        return "Duologue does not answer to this name.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    title, text = {
        401: (
            Phrase("You are signed out"),
            Phrase(
                "Please reload the page to sign in again. What you have typed is still in its box and is not saved yet."
            ),
        ),
        403: (
            Phrase("This is for people leads"),
            Phrase("If you should be one, please ask whoever looks after Duologue."),
        ),
        404: (Phrase("There is nothing here for you"), Phrase("The address may be wrong, or what was here has gone.")),
        405: (Phrase("That cannot be done here"), Phrase("Please go back to the page and use its buttons.")),
        400: (Phrase("That could not be understood"), Phrase("Please go back to the page and try again.")),
        429: (
            Phrase("That is a lot at once"),
            Phrase("Please wait a minute, then try again. Your words are still in their box."),
        ),
        413: (
            Phrase("That is too much at once"),
            Phrase("Please go back and send less. Your words are still in their box."),
        ),
    }.get(problem.code or 500, (Phrase("That could not be done"), Phrase("Please go back and try again.")))
    return _say(problem.code or 500, title, text)


def _say(code: int, title: Phrase, text: Phrase):
    title, text = translated(title), translated(text)
    if is_partial():
        said = gettext("%(title)s. %(text)s", title=title, text=text)
        return slot("notice", escape(f"{said} {_quote()}")), code
    return render_template("errors/error.html", title=title, text=text, typed=_typed(), quote=_quote()), code


def _quote() -> str:
    """What to say to whoever is to look into it, who finds it in the log."""
    g.is_quoted = True
    return translated(Phrase("If you tell somebody about this, quote %(id)s.", id=request_ids.current()))


def _typed() -> str:
    """What was typed into the form that was sent, so that it can be shown again. Nothing if it could not be read."""
    try:
        return "\n\n".join(value for name, value in request.form.items() if name not in NOT_TYPED and value.strip())
    except HTTPException:
        return ""
