"""Items: what is on the agenda. Add, edit, tick, move, keep, delete, and the notes underneath."""

from flask import Blueprint, abort, g, redirect, render_template

from models import ItemGone, Merged

from .answers import answer, changed, checked, is_partial, item_or_404, meeting_or_404, slot, tell
from .forms import ItemEditForm, ItemForm, NotesForm, PlaceForm

pages = Blueprint("items", __name__)


@pages.post("/meetings/<id>/items")
def add(id):
    page = meeting_or_404(id)
    form = checked(ItemForm, at=f"composer-{_section(page).key}")
    item = page.meeting.add_item(g.person, _section(page).key, form.text.data, form.private.data, form.key.data)
    composer = f"composer-{item.section}"
    return changed(
        page,
        item.region,
        also=("wrapup",),
        only_me=item.is_draft,
        to=f"{page.meeting.path}#{composer}",
        extra=slot(f"{composer}-text-error"),
    )


def _section(page):
    return page.meeting.outline.section(ItemForm().section.data or "") or abort(404)


@pages.get("/items/<id>")
def show(id):
    item, page = item_or_404(id)
    return page.render(item.region) or abort(404) if is_partial() else redirect(_place(item))


def _place(item):
    return f"{item.meeting.path}#{item.region}"


@pages.get("/items/<id>/edit")
def edit_form(id):
    item, page = item_or_404(id)
    if item.deleted_at:
        raise ItemGone(item)
    page.meeting.must_be_open()
    return render_template("items/_edit.html" if is_partial() else "items/edit.html", page=page, me=g.person, item=item)


@pages.post("/items/<id>")
def edit(id):
    item, page = item_or_404(id)
    form = checked(ItemEditForm, at=f"edit-{id}")
    merged = item.edit(g.person, form.text.data, form.base.data or item.text)
    if merged.clash:
        return _clash(page, item, merged, "items/_edit.html", "items/edit.html")
    tell(page, item.region, "wrapup", answered=(item.region,), only_me=item.is_draft)
    return answer(page, to=_place(item), extra=_closed_form(page, item))


def _closed_form(page, item):
    # The item's own form is never morphed, so its place is taken outright.
    return (
        f'<hx-partial hx-target="#{item.region}" hx-swap="outerHTML">{page.render(item.region)}</hx-partial>'
        if is_partial()
        else ""
    )


def _clash(page, item, merged: Merged, partial, whole):
    return render_template(
        partial if is_partial() else whole, page=page, me=g.person, item=item, clash=merged.text
    ), 409


@pages.post("/items/<id>/discussion")
def discuss(id):
    return _note(id, "discuss")


@pages.delete("/items/<id>/discussion")
def undiscuss(id):
    return _note(id, "discuss", undo=True)


@pages.post("/items/<id>/keeping")
def keep(id):
    return _note(id, "keep")


@pages.delete("/items/<id>/keeping")
def unkeep(id):
    return _note(id, "keep", undo=True)


@pages.post("/items/<id>/standing")
def stand(id):
    return _note(id, "stand")


@pages.delete("/items/<id>/standing")
def unstand(id):
    return _note(id, "stand", undo=True)


def _note(id, verb, undo=False):
    item, page = item_or_404(id)
    getattr(item, verb)(by=g.person, undo=undo)
    return changed(page, item.region, also=("wrapup",), only_me=item.is_draft, to=_place(item))


@pages.post("/items/<id>/sharing")
def share(id):
    item, page = item_or_404(id)
    item.share(by=g.person)
    return changed(page, item.region, also=("wrapup",), to=_place(item))


@pages.post("/items/<id>/deletion")
def delete(id):
    item, page = item_or_404(id)
    item.delete_by(g.person)
    undo = render_template("items/_deleted.html", item=item)
    return changed(
        page,
        item.region,
        also=("wrapup",),
        only_me=item.is_draft,
        to=f"{page.meeting.path}?deleted={item.id}#section-{item.section}",
        extra=slot("notice", undo),
    )


@pages.delete("/items/<id>/deletion")
def restore(id):
    item, page = item_or_404(id)
    item.restore(by=g.person)
    return changed(page, item.region, also=("wrapup",), only_me=item.is_draft, to=_place(item), extra=slot("notice"))


@pages.post("/items/<id>/position")
def move(id):
    item, page = item_or_404(id)
    form = checked(PlaceForm, at=item.region)
    if form.direction.data:
        item.step(g.person, down=form.direction.data == "down")
    else:
        section = page.meeting.outline.section(form.section.data) or abort(404)
        item.move(g.person, section.key, before=form.before.data and g.person.item(form.before.data))
    return changed(page, item.region, only_me=item.is_draft, to=_place(item))


@pages.post("/items/<id>/notes")
def write_notes(id):
    item, page = item_or_404(id)
    form = checked(NotesForm, at=f"notes-{id}")
    merged = item.write_notes(g.person, form.text.data, form.base.data)
    if merged.clash:
        return _clash(page, item, merged, "items/_notes.html", "items/notes.html")
    tell(page, item.region, answered=(item.region,), only_me=item.is_draft)
    if is_partial():
        return render_template("items/_notes.html", page=page, me=g.person, item=item) + page.partial("saved")
    return redirect(_place(item), 303)
