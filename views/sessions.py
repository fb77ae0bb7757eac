"""Signing out, and the page on which one then is."""

from flask import Blueprint, current_app, g, redirect, render_template, request, session

from door import doorkeeper
from vouching import VOUCHED, Vouched

from .answers import own_path

pages = Blueprint("sessions", __name__)

# Words that were typed and not saved are kept by the browser; they are nobody else's to find.
FORGET = '"cache", "storage"'


@pages.post("/signing-out")
def sign_out():
    doorkeeper().leave(g.session)
    session.take()
    response = redirect("/signed-out", 303)
    response.headers["Clear-Site-Data"] = FORGET
    return response


@pages.get("/signed-out")
def signed_out():
    vouched = request.environ[VOUCHED]
    return render_template(
        "sessions/signed_out.html",
        vouched=vouched if isinstance(vouched, Vouched) else None,
        config=current_app.config["DUOLOGUE"],
        next=own_path(request.args.get("next")),
    )


@pages.post("/activity")
def stay():
    """The person is at this page, reading perhaps: passing the door was all that it takes."""
    return "", 204
