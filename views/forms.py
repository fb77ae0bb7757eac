"""What people may send of meetings, actions and pairs: each form with its limits, and messages that say what to do."""

from typing import Any

from flask import g, request
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

import clock
import handovers
import languages
import library
from agenda_templates import Template
from clock import RHYTHMS
from languages import Phrase

from .fields import BASE_LIMIT, Day, Form, Number, WallTime, ahead, maybe_words, not_past, one_line_end, some_words


class ItemForm(Form):
    """Something for the agenda."""

    section = HiddenField()
    text = StringField(**some_words(Phrase("Write a few words first, then add it.")))
    private = BooleanField()
    # Sent from the page of a meeting that is over, to the next one.
    elsewhere = BooleanField()


class ItemEditForm(Form):
    """An item's words, and the words that the change started from."""

    text = StringField(**some_words(Phrase("An item needs a few words. To take it off the agenda, use Delete.")))
    base = StringField(**maybe_words(BASE_LIMIT))


class NotesForm(Form):
    """Notes (of an item, or a notebook), and the text that the change started from."""

    text = StringField(validators=maybe_words()["validators"], filters=[one_line_end])
    base = StringField(validators=maybe_words(BASE_LIMIT)["validators"], filters=[one_line_end])
    sent = StringField(validators=maybe_words()["validators"])


class PromptForm(Form):
    """A prompt to put on the agenda, for both or as a private draft."""

    prompt = StringField()
    private = BooleanField()

    @property
    def place(self) -> tuple[str, str]:
        """The section's key and the prompt's mark."""
        key, _, mark = (self.prompt.data or "").partition(".")
        return key, mark


class HorizonForm(Form):
    """How many years ahead to look."""

    years = SelectField(coerce=int)

    def __init__(self) -> None:
        super().__init__()
        self.years.choices = list(g.page.meeting.outline.horizons)


class PlaceForm(Form):
    """Where an item goes."""

    direction = StringField()
    section = StringField()
    before = StringField()


class ActionForm(Form):
    """Who does what by when, and how likely that is."""

    text = StringField(**some_words(Phrase("Say what will be done."), 1_000))
    owner = StringField(validators=[InputRequired(Phrase("Choose who will do it."))])
    due_on = Day("By when", validators=[Optional(), not_past])
    likelihood = Number(Phrase("Choose a number from 1 to 10."), 1, 10)
    together = BooleanField()
    terms = HiddenField()

    def validate_owner(self, field) -> None:
        if not g.page.pair.person(field.data):
            raise ValidationError(Phrase("Choose one of you two."))


class AgreementForm(Form):
    """A yes, of one or of both, to the terms that were on the screen."""

    terms = StringField()
    together = StringField()

    @property
    def seen(self) -> str | None:
        """The terms that were on the screen. Both buttons carry them; a bare "1" says nothing of them."""
        terms = self.terms.data or self.together.data
        return None if terms == "1" else terms


class RestoringForm(Form):
    """An earlier wording, which side of it, and the mark of the words that it is to replace."""

    wording = StringField()
    side = StringField()
    seen = StringField()


class UpdateForm(Form):
    """How an action goes."""

    text = StringField(**some_words(Phrase("Write a few words first, then add them."), 2_000))


class LikelierForm(Form):
    """What would make an action likelier, and the text that the change started from."""

    text = StringField(**maybe_words(2_000))
    base = StringField(**maybe_words(BASE_LIMIT))


class DueForm(Form):
    """Another day for an action."""

    due_on = Day(validators=[InputRequired(Phrase("Choose a day.")), not_past])


class PutOffForm(Form):
    """A day until which an action rests."""

    until = Day(validators=[InputRequired(Phrase("Choose the day when it should come back.")), not_past])


class DropForm(Form):
    """Why an action is given up."""

    reason = StringField(**some_words(Phrase("Say in a few words why, so that you both remember."), 2_000))


class RemarkForm(Form):
    """A remark on a record."""

    text = StringField(**some_words(Phrase("Write your remark first, then add it.")))


class MeetingForm(Form):
    """When, for how long and where to meet."""

    starts_at = WallTime(validators=[InputRequired(Phrase("Choose a date and time."))])
    minutes = Number(Phrase("Choose between 5 and 480 minutes."), 5, 480)
    place = StringField(**maybe_words(200))

    def validate_starts_at(self, field) -> None:
        """A new time must lie ahead; a meeting that has begun may keep its own."""
        meeting = getattr(g.page, "meeting", None)
        if not (meeting and field.moment == meeting.starts_at.replace(second=0, microsecond=0)):
            ahead(field)


def named(kinds: dict[str, Template]) -> list[tuple[str, str]]:
    """Kinds of conversation as choices: key and name."""
    return [(key, template.name) for key, template in kinds.items()]


class KindForm(Form):
    """Another kind of conversation."""

    template = SelectField()

    def __init__(self) -> None:
        super().__init__()
        self.template.choices = named(library.offered(g.page.meeting.template))


class ClosingForm(Form):
    """When to meet next, or that this is still open."""

    next_starts_at = WallTime()
    no_next = BooleanField()

    def validate_next_starts_at(self, field) -> None:
        """A date that is still to come, unless there is to be none."""
        if self.no_next.data:
            return
        ahead(field)
        if field.raw_data and not field.data:
            raise ValidationError(Phrase("Choose when you meet next, or tick “No next meeting yet”."))


class NextDateForm(Form):
    """When to meet next, for the other one to agree to."""

    next_starts_at = WallTime(validators=[InputRequired(Phrase("Choose when you meet next."))])

    def validate_next_starts_at(self, field) -> None:
        """It is still to come."""
        ahead(field)


class PairForm(Form):
    """The usual arrangements of a pair."""

    template = SelectField(default="regular")
    rhythm = SelectField(choices={key: name for key, (name, *_) in RHYTHMS.items()}, default="monthly")
    minutes = Number(Phrase("Choose between 5 and 480 minutes."), 5, 480)
    place = StringField(**maybe_words(200))
    between_rhythm = SelectField(choices={key: name for key, (name, *_) in RHYTHMS.items()}, default="none")
    between_template = SelectField(default="catch_up")
    between_minutes = Number(Phrase("Choose between 5 and 480 minutes."), 5, 480)
    between_place = StringField(**maybe_words(200))

    def __init__(self) -> None:
        pair = g.page.pair
        # What a form leaves out stays as it is.
        super().__init__(obj=pair)
        self.kinds = library.offered(pair.template, pair.between_template) if pair else library.offered()
        self.template.choices = self.between_template.choices = named(self.kinds)

    def settings(self) -> dict[str, Any]:
        """What was chosen, as Pair has it. A length that was left blank is the conversation's usual one."""
        kinds = self.kinds
        return {
            "template": self.template.data,
            "rhythm": self.rhythm.data,
            "minutes": self.minutes.data or kinds[self.template.data].minutes,
            "place": self.place.data or "",
            "between_rhythm": self.between_rhythm.data,
            "between_template": self.between_template.data,
            "between_minutes": self.between_minutes.data or kinds[self.between_template.data].minutes,
            "between_place": self.between_place.data or "",
        }


class InvitationForm(PairForm):
    """Whom to meet, on which side of the table, and when first."""

    colleague = StringField(**some_words(Phrase("Say whom you would like to meet."), 254))
    side = SelectField(choices=["individual", "manager"], default="individual")
    starts_at = WallTime()

    def validate_starts_at(self, field) -> None:
        """The first meeting lies ahead."""
        ahead(field)


class LastDayForm(Form):
    """Until when somebody stands in."""

    until = Day(validators=[InputRequired(Phrase("Choose the last day.")), not_past])


class CoverForm(LastDayForm):
    """Who is to stand in, from when and until when."""

    colleague = StringField(**some_words(Phrase("Say who is to stand in."), 254))
    starts_at = WallTime()

    def validate_starts_at(self, field) -> None:
        """The first meeting lies ahead."""
        ahead(field)


class HandoverForm(Form):
    """What goes along to another manager, by ids; of an action, who is to do it."""

    objectives = SelectMultipleField(validate_choice=False)
    goals = SelectMultipleField(validate_choice=False)
    actions = SelectMultipleField(validate_choice=False)
    records = SelectMultipleField(validate_choice=False)

    def chosen(self) -> handovers.Chosen:
        """The same as the room has it."""
        owners = {id: request.form.get(f"owner-{id}", "") for id in self.actions.data}
        return handovers.Chosen(self.objectives.data, self.goals.data, owners, self.records.data)


class MailForm(Form):
    """Which kinds of mail one wants, and whether they may say what was written."""

    kinds = SelectMultipleField(validate_choice=False)
    content = BooleanField()


class PersonForm(Form):
    """A person's own settings."""

    time_zone = StringField(validators=[InputRequired(Phrase("Choose your time zone."))])
    # "" is that of the organisation; there is no such field where there is one language alone.
    language = StringField()

    def validate_time_zone(self, field) -> None:
        if not clock.is_zone(field.data):
            raise ValidationError(Phrase("That is not a time zone we know. One looks like Europe/London."))

    def validate_language(self, field) -> None:
        if field.data and field.data not in languages.known():
            raise ValidationError(Phrase("Choose one of the languages in the list."))


class ShortcutsForm(Form):
    """Whether single keys do something."""

    shortcuts = BooleanField()
