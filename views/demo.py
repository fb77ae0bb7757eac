"""The demo's sign-in: pick a name. It exists in demo mode alone."""

from flask import Blueprint, abort, redirect, render_template, request, session
from flask_login import login_user, logout_user

import auth

pages = Blueprint("demo", __name__)


@pages.get("/demo")
def show():
    return render_template("demo/demo.html", people=auth.demo_people())


@pages.post("/demo")
def sign_in():
    person = auth.demo_person(request.form.get("person", "")) or abort(404)
    session.clear()
    login_user(auth.SignedIn(person))
    return redirect("/", 303)


@pages.post("/demo/sign-out")
def sign_out():
    logout_user()
    return redirect("/demo", 303)
