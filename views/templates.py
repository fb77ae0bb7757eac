"""Templates: what conversations are made of, copied, written, looked at, published and retired by the people leads."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request

import library
import publishing
from agenda_templates import Prompt, for_side, not_for_side
from languages import Phrase, gettext, translated
from library import TemplateVersion
from models import Person, Refused
from publishing import DraftChanged
from template_drafts import LIST, PART, Draft, fields_of, name_of, place_named
from template_files import Mistake, TemplateMistake, sketch

from .answers import BadForm, checked, found_or_404, page, people_lead_or_403
from .library_forms import CopyForm, ImportForm
from .pages import Page, Rejected

pages = Blueprint("templates", __name__)

pages.before_request(people_lead_or_403)

PARTIES = ("individual", "manager")
# What the lists of prompts are called that stand in no section.
HEADINGS = {
    "preparation": Phrase("Preparation"),
    "closing": Phrase("At the end"),
    "responsibility": Phrase("What each side brings"),
}
# What the editor's smaller buttons say before the part that they are about.
CHANGES = ("add", "up", "down", "remove", "put")


class TemplatesPage(Page):
    """Every template that there is."""

    template = "library/templates.html"
    title = Phrase("Templates")

    def __init__(self, me: Person) -> None:
        super().__init__(me)
        self.shelves = library.shelves()
        self.writers = publishing.writers(shelf.shown for shelf in self.shelves)


class TemplatePage(Page):
    """One template: what it says now, and all its versions."""

    template = "library/template.html"

    def __init__(self, me: Person, key: str) -> None:
        super().__init__(me)
        self.shelf = library.shelf(key) or abort(404)
        self.versions = library.versions_of(key)
        self.writers = publishing.writers([*self.versions, self.shelf.shown])
        self.title = Phrase("Template: %(name)s", name=self.shelf.name)
        self.original = library.built_in(key)

    @property
    def can_take_original(self) -> bool:
        """Whether what Duologue brings along is another than what holds, and no draft is in its way."""
        return bool(self.original and not self.shelf.draft and self.shelf.shown.content != self.original)


class VersionPage(TemplatePage):
    """One version of a template."""

    template = "library/version.html"

    def __init__(self, me: Person, version: TemplateVersion) -> None:
        super().__init__(me, version.key)
        self.shown = version


class DraftPage(Page):
    """The editor: a draft, or what would become one as soon as it is saved."""

    template = "library/draft.html"

    def __init__(self, me: Person, key: str) -> None:
        super().__init__(me)
        self.shelf = library.shelf(key) or abort(404)
        self.kept = self.shelf.draft
        self.base = publishing.stamp(self.kept)
        self.draft = Draft.read((self.kept or self.shelf.shown).content)
        self.title = Phrase("Draft: %(name)s", name=self.shelf.name)
        self.mistakes: dict[str, str] = {}
        self.removed: list[tuple[str, str]] = []
        self.put_aside: list[dict[str, Any]] = []
        self.clash: DraftChanged | None = None

    @property
    def path(self) -> str:
        return f"{self.shelf.path}/draft"

    @property
    def writers(self) -> dict[str, str]:
        return publishing.writers([self.kept] if self.kept else [])

    def take(self, fields: Any) -> None:
        """Show what was typed, instead of what is kept."""
        self.draft, self.put_aside = Draft.typed(fields.items(multi=True))
        self.base = fields.get("base", "")

    def change(self, verb: str, at: str) -> str:
        """Do what one of the smaller buttons says; the name of the place to go to then. Raises LookupError."""
        if not (LIST if verb == "add" else PART).fullmatch(at):
            raise LookupError(at)
        place = place_named(at)
        if verb == "add":
            return name_of(self.draft.add(place))
        if verb == "put":
            self.draft.put(place, self.put_aside[0])
            return at
        if verb == "remove":
            self.removed = [("removed-at", at), *fields_of(self.draft.remove(place), "removed-0")]
            return "removed"
        return name_of(self.draft.step(place, down=verb == "down"))

    def where(self, name: str) -> str:
        """In which part of the template a field is, in words."""
        first, *rest = place_named(name)
        if not rest:
            return gettext("About it")
        heading = self._title(int(rest[0])) if first == "section" else translated(HEADINGS[str(first)])
        if first == "section" and "prompt" not in rest:
            return heading
        return gettext("Prompt %(number)s of %(section)s", number=int(rest[-2]) + 1, section=heading)

    def _title(self, n: int) -> str:
        return self.draft.said["section"][n]["title"] or gettext("Section %(number)s", number=n + 1)

    def save(self) -> None:
        """Keep it. Raises DraftChanged."""
        self.kept = publishing.save_draft(self.shelf.key, self.me, self.draft.toml(), self.base)
        self.base = publishing.stamp(self.kept)

    def name_mistakes(self, mistakes: tuple[Mistake, ...]) -> None:
        """Have each stand beside its place."""
        for mistake in mistakes:
            # A key is made of the title, so there is nothing that anybody could type.
            place = mistake.place
            at = (*place[:-1], "title") if place and place[-1] == "key" else place
            self.mistakes.setdefault(name_of(at), mistake.beside)


class PreviewPage(Page):
    """What one side will be shown of a draft."""

    template = "library/preview.html"

    def __init__(self, me: Person, key: str, side: str) -> None:
        super().__init__(me)
        self.shelf = library.shelf(key) or abort(404)
        shown = self.shelf.draft or self.shelf.shown
        self.outline, self.mistakes = sketch(key, shown.content, key)
        self.side = side if side in PARTIES else PARTIES[0]
        self.base = publishing.stamp(self.shelf.draft)
        self.title = Phrase("Preview: %(name)s", name=self.outline.name)

    def own(self, prompts: Iterable[Prompt]) -> list[Prompt]:
        """Those that this side is shown first."""
        return for_side(prompts, self.side)

    def others(self, prompts: Iterable[Prompt]) -> list[Prompt]:
        """Those that it is shown on request."""
        return not_for_side(prompts, self.side)


class ImportPage(Page):
    """A template file to become a draft."""

    template = "library/import.html"
    title = Phrase("Import a template")

    def __init__(self, me: Person) -> None:
        super().__init__(me)
        self.shelves = [shelf for shelf in library.shelves() if not shelf.draft]


@pages.get("/templates")
def index():
    return page(TemplatesPage(g.person))


@pages.get("/templates/import")
def begin_import():
    return page(ImportPage(g.person))


@pages.post("/templates/import")
def bring_in():
    g.page = ImportPage(g.person)
    form = checked(ImportForm, at="import")
    key = form.into.data
    try:
        if key:
            publishing.save_draft(key, g.person, form.content, base="")
        else:
            key = publishing.begin(g.person, form.found.name, form.content)
    except Refused as problem:
        raise BadForm(Rejected("import", form.typed(), {"into": problem.args[0]})) from None
    return redirect(f"/templates/{key}/draft", 303)


@pages.get("/templates/<key>")
def show(key):
    return page(TemplatePage(g.person, key))


@pages.get("/templates/<key>.toml")
def export(key):
    return _file(key, found_or_404(TemplatePage(g.person, key)).shelf.shown)


@pages.get("/templates/<key>/draft.toml")
def export_draft(key):
    return _file(f"{key}-draft", found_or_404(DraftPage(g.person, key)).kept or abort(404))


def _file(name: str, version: TemplateVersion) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.toml"'}
    return Response(version.content, mimetype="text/plain", headers=headers)


@pages.get("/templates/<key>/versions/<int:number>")
def version(key, number):
    return page(VersionPage(g.person, library.version(key, number) or abort(404)))


@pages.post("/templates/<key>/copies")
def copy(key):
    found_or_404(TemplatePage(g.person, key))
    form = checked(CopyForm, at="copy")
    try:
        made = publishing.copy(key, g.person, form.name.data)
    except Refused as problem:
        raise BadForm(Rejected("copy", form.typed(), {"name": problem.args[0]})) from None
    return redirect(f"/templates/{made}/draft", 303)


@pages.post("/templates/<key>/retirement")
def retire(key):
    return _retire(key)


@pages.delete("/templates/<key>/retirement")
def unretire(key):
    return _retire(key, undo=True)


def _retire(key, undo=False):
    found = found_or_404(TemplatePage(g.person, key))
    publishing.retire(key, g.person, undo)
    return redirect(found.shelf.path, 303)


@pages.post("/templates/<key>/original")
def take_original(key):
    found = found_or_404(TemplatePage(g.person, key))
    publishing.take_original(key, g.person)
    return redirect(f"{found.shelf.path}/draft", 303)


@pages.get("/templates/<key>/draft")
def edit(key):
    return page(DraftPage(g.person, key))


@pages.delete("/templates/<key>/draft")
def discard(key):
    found = found_or_404(DraftPage(g.person, key))
    found.base = request.form.get("base", "")
    publishing.discard(key, g.person, found.base)
    return redirect(found.shelf.path if found.shelf.newest else "/templates", 303)


@pages.get("/templates/<key>/draft/preview")
def preview(key):
    return page(PreviewPage(g.person, key, request.args.get("side", "")))


@pages.post("/templates/<key>/draft")
def write(key):
    found = found_or_404(DraftPage(g.person, key))
    found.take(request.form)
    verb, _, at = request.form.get("do", "save").partition(" ")
    try:
        anchor = found.change(verb, at) if verb in CHANGES else ""
        found.save()
        return _went_on(found, verb, at, anchor)
    except LookupError:
        abort(400)


def _went_on(found, verb, at, anchor):
    """What comes after saving: the published template, a preview, or the editor again."""
    if verb == "publish":
        return _publish(found)
    if verb == "preview":
        return redirect(f"{found.path}/preview?side={at if at in PARTIES else PARTIES[0]}", 303)
    if verb == "remove":
        return page(found)
    return redirect(f"{found.path}#{anchor or 'draft'}", 303)


@pages.errorhandler(DraftChanged)
def clashed(clash):
    """Show what was typed, unsaved, and whose words are kept in its place."""
    found = g.page
    found.clash, found.kept, found.base = clash, clash.draft, publishing.stamp(clash.draft)
    return page(found), 409


@pages.post("/templates/<key>/publishing")
def publish(key):
    found = found_or_404(DraftPage(g.person, key))
    found.base = request.form.get("base", "")
    return _publish(found)


def _publish(found):
    try:
        publishing.publish(found.shelf.key, g.person, found.base)
    except TemplateMistake as problem:
        found.name_mistakes(problem.mistakes)
        return page(found), 422
    return redirect(found.shelf.path, 303)
