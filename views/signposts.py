"""Signposts: where people are sent for help, kept by the people leads."""

from flask import Blueprint, g, redirect, request

import signposts
from languages import Phrase
from models import Person
from signposts import Signpost

from .answers import checked, found_or_404, page, people_lead_or_403
from .library_forms import SignpostForm
from .pages import Page

pages = Blueprint("signposts", __name__)

pages.before_request(people_lead_or_403)


class SignpostsPage(Page):
    """All that there are, by topic."""

    template = "signposts/signposts.html"
    title = Phrase("Signposts")

    @property
    def kept(self) -> dict[str, list[Signpost]]:
        return signposts.kept()


class SignpostPage(Page):
    """One of them to be changed, or a new one."""

    template = "signposts/signpost.html"

    def __init__(self, me: Person, signpost: Signpost) -> None:
        super().__init__(me)
        self.signpost, self.is_new = signpost, not signpost.by

    @property
    def title(self) -> Phrase:
        return Phrase("A new signpost") if self.is_new else Phrase("Change a signpost")


def _signpost_or_404(id: str) -> Signpost:
    signpost = signposts.find(id)
    return found_or_404(signpost and SignpostPage(g.person, signpost)).signpost


@pages.get("/signposts")
def show():
    return page(SignpostsPage(g.person))


@pages.get("/signposts/new")
def new():
    return page(SignpostPage(g.person, Signpost(topic=request.args.get("topic"))))


@pages.post("/signposts")
def add():
    g.page = SignpostPage(g.person, Signpost())
    signposts.add(g.person, **_facts())
    return redirect("/signposts", 303)


@pages.get("/signposts/<id>")
def edit(id):
    _signpost_or_404(id)
    return page(g.page)


@pages.post("/signposts/<id>")
def change(id):
    _signpost_or_404(id).edit(g.person, **_facts())
    return redirect("/signposts", 303)


@pages.delete("/signposts/<id>")
def delete(id):
    _signpost_or_404(id).delete_by(g.person)
    return redirect("/signposts", 303)


def _facts() -> dict[str, str]:
    """What the form says; its address was asked for before anything is changed."""
    form = checked(SignpostForm, at="signpost")
    return {name: form[name].data or "" for name in ("topic", "title", "address", "text")}
