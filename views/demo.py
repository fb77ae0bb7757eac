"""The demo's sign-in: pick a name. It exists in demo mode alone."""

from flask import Blueprint, abort, redirect, render_template, request, session

import auth
from door import come_in, doorkeeper

from .answers import own_path

pages = Blueprint("demo", __name__)


@pages.get("/demo")
def show():
    return render_template("demo/demo.html", people=auth.demo_people(), next=own_path(request.args.get("next")))


@pages.post("/demo")
def sign_in():
    person = auth.demo_person(request.form.get("person", "")) or abort(404)
    come_in(*doorkeeper().admit(person, instead_of=session.token))
    return redirect(own_path(request.form.get("next")), 303)
