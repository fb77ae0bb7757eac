"""What people leads may send: signposts and templates."""

from flask import current_app, g, request
from wtforms import SelectField, StringField
from wtforms.validators import ValidationError

import addresses
import template_files
from agenda_templates import Template
from languages import Phrase, gettext, translated
from signposts import USUAL_TITLES
from template_files import TITLE_LIMIT, TemplateMistake

from .fields import Form, maybe_words, one_line_end, some_words, tidy

# So many mistakes of a template file are named at once.
MOST_MISTAKES = 20


class SignpostForm(Form):
    """Where to send somebody."""

    topic = SelectField(choices=USUAL_TITLES)
    title = StringField(**some_words(Phrase("Say what it is called."), 200))
    address = StringField(filters=[tidy])
    text = StringField(**maybe_words(300))

    def validate_address(self, field) -> None:
        """Refuse what is not safe to follow, and what is not there."""
        if not field.data:
            return
        try:
            addresses.must_be_safe(field.data)
            if current_app.config["DUOLOGUE"].check_addresses:
                addresses.must_answer(field.data)
        except addresses.BadAddress as problem:
            raise ValidationError(problem.args[0]) from None


class CopyForm(Form):
    """What a copy of a template is called."""

    name = StringField(**some_words(Phrase("Say what the copy is called."), TITLE_LIMIT))


class ImportForm(Form):
    """A template file, pasted or uploaded, and the template that it becomes a draft of; blank for a new one."""

    into = SelectField(default="", validate_choice=False)
    text = StringField(filters=[one_line_end])
    content, found = "", Template("", "", 0, ())

    def validate_into(self, field) -> None:
        """It must be a template that no draft of waits, as the page offered it."""
        if field.data and field.data not in {shelf.key for shelf in g.page.shelves}:
            raise ValidationError(Phrase("A draft of this is waiting already. Please publish or discard it first."))

    def validate_text(self, field) -> None:
        """What is uploaded goes before what is pasted. Every mistake is named with its line."""
        text = self._uploaded() or field.data
        field.raw_data = [text]
        if not text.strip():
            raise ValidationError(Phrase("Paste a template file here, or choose one."))
        try:
            self.found = template_files.read("imported", text, "This file")
        except TemplateMistake as problem:
            raise ValidationError(_by_line(problem)) from None
        self.content = template_files.written(self.found)

    def _uploaded(self) -> str:
        file = request.files.get("file")
        if file:
            # It may be read a second time: see app.Duologue.
            file.seek(0)
        try:
            return one_line_end(file.read().decode("utf-8-sig")) if file else ""
        except UnicodeDecodeError:
            raise ValidationError(Phrase("That file is no text in UTF-8. Please choose a template file.")) from None


def _by_line(problem: TemplateMistake) -> Phrase | str:
    """What is wrong with a template file, in the order of its lines."""
    found = sorted(problem.mistakes, key=lambda mistake: mistake.line)[:MOST_MISTAKES]
    said = [gettext("Line %(line)s: %(what)s", line=each.line, what=translated(each.what)) for each in found]
    return Phrase("This cannot be used yet. %(mistakes)s", mistakes=" ".join(said)) if said else str(problem)
