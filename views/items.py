"""Items: what is on the agenda. Add, edit, tick, move, keep, delete, and the notes underneath."""

from flask import Blueprint, abort, g, redirect, render_template

import meetings
from meetings import ItemGone

from .answers import answer, changed, checked, is_partial, item_or_404, meeting_or_404, page, section_or_404, slot, tell
from .forms import ItemEditForm, ItemForm, NotesForm, PlaceForm
from .pages import ItemPage, MeetingPage

pages = Blueprint("items", __name__)


@pages.post("/meetings/<id>/items")
def add(id):
    found = meeting_or_404(id)
    key = section_or_404()
    form = checked(ItemForm, at=f"composer-{key}")
    item = found.meeting.add_item(g.person, key, form.text.data, form.private.data, form.key.data)
    composer = f"composer-{item.section}"
    if form.elsewhere.data:
        said = render_template("items/_added_elsewhere.html", meeting=found.meeting)
        to = slot(f"composer-{form.section.data}-text-error", said)
        return changed(found, also=(item.region, "wrapup"), only_me=item.is_draft, to=found.meeting.path, extra=to)
    return changed(
        found,
        item.region,
        "wrapup",
        only_me=item.is_draft,
        to=f"{found.meeting.path}#{composer}",
        extra=slot(f"composer-{key}-text-error"),
    )


@pages.get("/items/<id>")
def show(id):
    item, found = item_or_404(id, wherever_it_is=True)
    return found.render(item.region) or abort(404) if is_partial() else redirect(_place(item))


def _place(item):
    return f"{item.meeting.path}#{item.region}"


@pages.get("/items/<id>/edit")
def edit_form(id):
    item, found = item_or_404(id, wherever_it_is=True)
    if item.deleted_at:
        raise ItemGone(item)
    found.meeting.must_be_open()
    return _form(item, "items/_edit.html", "items/edit.html")


def _form(item, partial, whole, **more):
    """A form about an item: in its place, or on a page of its own."""
    if is_partial():
        return render_template(partial, page=MeetingPage(g.person, item.meeting), me=g.person, item=item, **more)
    return page(ItemPage(g.person, item, whole), **more)


@pages.post("/items/<id>")
def edit(id):
    item, found = item_or_404(id, wherever_it_is=True)
    g.page = ItemPage(g.person, item, "items/edit.html")
    form = checked(ItemEditForm, at=f"edit-{id}")
    merged = item.edit(g.person, form.text.data, form.base.data or item.text)
    if merged.clash:
        tell(found)
        return _form(item, "items/_edit.html", "items/edit.html", clash=merged.text), 409
    tell(found, item.region, "wrapup", answered=(item.region, "wrapup"), only_me=item.is_draft)
    return answer(found, "wrapup", to=_place(item), extra=found.outright(item.region))


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
    item, found = item_or_404(id)
    getattr(item, verb)(by=g.person, undo=undo)
    return changed(found, item.region, "wrapup", only_me=item.is_draft, to=_place(item))


@pages.post("/items/<id>/sharing")
def share(id):
    item, found = item_or_404(id)
    item.share(by=g.person)
    return changed(found, item.region, "wrapup", *found.prompts_of(item), to=_place(item))


@pages.post("/items/<id>/deletion")
def delete(id):
    item, found = item_or_404(id)
    item.delete_by(g.person)
    undo = render_template("items/_deleted.html", item=item)
    return changed(
        found,
        item.region,
        "wrapup",
        *found.prompts_of(item),
        only_me=item.is_draft,
        to=f"{found.meeting.path}?deleted={item.id}#section-{item.section}",
        extra=slot("notice", undo),
    )


@pages.delete("/items/<id>/deletion")
def restore(id):
    item, found = item_or_404(id)
    item.restore(by=g.person)
    names = (item.region, "wrapup", *found.prompts_of(item))
    return changed(found, *names, only_me=item.is_draft, to=_place(item), extra=slot("notice"))


@pages.post("/items/<id>/position")
def move(id):
    item, found = item_or_404(id)
    form = checked(PlaceForm, at=item.region)
    if form.direction.data:
        moved = item.step(g.person, down=form.direction.data == "down")
    else:
        section = found.meeting.outline.section(form.section.data) or abort(404)
        before = meetings.find_item(g.person, form.before.data) if form.before.data else None
        moved = item.move(g.person, section.key, before)
    names = [each.region for each in moved]
    tell(found, *(each.region for each in moved if each.shared_at), answered=names)
    tell(found, *(each.region for each in moved if each.is_draft), answered=names, only_me=True)
    return answer(found, *names, to=_place(item))


@pages.post("/items/<id>/notes")
def write_notes(id):
    item, found = item_or_404(id, wherever_it_is=True)
    g.page = ItemPage(g.person, item, "items/notes.html")
    form = checked(NotesForm, at=f"notes-{id}")
    merged = item.write_notes(g.person, form.text.data, form.base.data, form.sent.data)
    if merged.clash:
        tell(found)
        return _form(item, "items/_notes.html", "items/notes.html", clash=merged.text), 409
    tell(found, item.region, answered=(item.region,), only_me=item.is_draft)
    if is_partial():
        return _form(item, "items/_notes.html", "items/notes.html") + found.partial("saved")
    return redirect(_place(item), 303)
