"""What people may send of their year: objectives, the plan, feedback, evidence, the review."""

from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

import addresses
import growth
from development import MODES
from feedback import TONES
from growth import OUTLOOKS
from languages import Phrase
from years import LONGEST, is_year

from .fields import BASE_LIMIT, Day, Form, maybe_words, not_past, not_to_come, some_words, still_to_come


class ObjectiveForm(Form):
    """What to achieve, how the two will know, what to work on for it, and by when."""

    text = StringField(**some_words(Phrase("Say what you want to achieve."), 1_000))
    measures = StringField(**maybe_words(2_000))
    competencies = StringField(**maybe_words(1_000))
    due_on = Day("By when", validators=[Optional(), not_past])
    together = BooleanField()
    terms = HiddenField()

    def said(self) -> dict[str, Any]:
        """The objective's words, as Objective has them."""
        return {
            "text": self.text.data,
            "measures": self.measures.data or "",
            "competencies": self.competencies.data or "",
            "due_on": self.due_on.data,
        }


class ProgressForm(Form):
    """How an objective goes."""

    objective = HiddenField()
    outlook = SelectField(choices=["", *OUTLOOKS], default="")
    text = StringField(**maybe_words(2_000))

    def validate_text(self, field) -> None:
        """An outlook says enough by itself."""
        if not field.data and not self.outlook.data:
            raise ValidationError(Phrase("Write a few words, or choose an outlook."))


class GoalForm(Form):
    """What the individual wants to be able to do by when; and, for a change, what it started from."""

    text = StringField(**some_words(Phrase("Say what you want to be able to do."), 1_000))
    base = StringField(**maybe_words(BASE_LIMIT))
    due_on = Day(validators=[Optional(), still_to_come])
    due_was = StringField(default="")


class ActivityForm(Form):
    """Something to learn by, of which kind and by when; and, for a change, what it started from."""

    text = StringField(**some_words(Phrase("Say what you will do to learn it."), 1_000))
    base = StringField(**maybe_words(BASE_LIMIT))
    mode = SelectField(choices=list(MODES), default="experience")
    mode_was = StringField(default="")
    due_on = Day(validators=[Optional(), still_to_come])
    due_was = StringField(default="")


class LearningForm(Form):
    """Which goal an action is to learn for, one of the plan or a new one, and of which kind it is."""

    goal = SelectField()
    text = StringField(**maybe_words(1_000))
    mode = SelectField(choices=list(MODES), default="experience")

    def __init__(self) -> None:
        super().__init__()
        self.goal.choices = ["", *(goal.id for goal in g.page.goals)]

    def validate_text(self, field) -> None:
        """A new goal needs words."""
        if not self.goal.data and not field.data:
            raise ValidationError(Phrase("Say what you want to be able to do."))


class FeedbackForm(Form):
    """What one tells the other: good or to be better, of one's own or reported from somebody."""

    text = StringField(**some_words(Phrase("Say in a few words what you saw.")))
    tone = SelectField(choices=list(TONES), default="positive")
    whose = SelectField(choices=["own", "reported"], default="own")
    reported_from = StringField(**maybe_words(200))

    def said(self) -> dict[str, Any]:
        """What was said, as feedback has it. A name makes it somebody's whom one reports."""
        name = self.reported_from.data or ""
        is_reported = bool(name) or self.whose.data == "reported"
        return {"tone": self.tone.data, "text": self.text.data, "is_reported": is_reported, "reported_from": name}


class AskForm(Form):
    """What one would like feedback on."""

    text = StringField(**some_words(Phrase("Say what you would like to hear about."), 2_000))


class ReplyForm(Form):
    """A few words back, or none."""

    text = StringField(**maybe_words(2_000))


class EvidenceForm(Form):
    """What shows how the year went; with a reference, an entry for accreditation."""

    text = StringField(**some_words(Phrase("Say what happened, or what shows it."), 2_000))
    link = StringField(**maybe_words(1_000))
    happened_on = Day(validators=[InputRequired(Phrase("Choose the day.")), not_to_come])
    objective = SelectField(default="", validate_choice=False)
    reference = StringField(**maybe_words(300))
    reflection = StringField(**maybe_words(4_000))
    terms = HiddenField()

    def validate_link(self, field) -> None:
        """A link that is safe to follow; it is not tried, since it may need a sign-in of theirs."""
        if not field.data:
            return
        try:
            addresses.must_be_safe(field.data)
        except addresses.BadAddress as problem:
            raise ValidationError(problem.args[0]) from None

    def validate_objective(self, field) -> None:
        """An objective of these two."""
        if not field.data:
            return
        found = growth.find(g.person, field.data)
        if not found or found.pair_id != g.page.pair.id:
            raise ValidationError(Phrase("Choose one of your objectives."))

    def said(self) -> dict[str, Any]:
        """What was said, as Evidence has it."""
        return {
            "text": self.text.data,
            "link": self.link.data or "",
            "happened_on": self.happened_on.data,
            "objective": self.objective.data or None,
            "reference": self.reference.data or "",
            "reflection": self.reflection.data or "",
        }


class YearForm(Form):
    """A year, from day to day, both included."""

    starts_on = Day(validators=[InputRequired(Phrase("Choose the first day."))])
    ends_on = Day(validators=[InputRequired(Phrase("Choose the last day."))])

    class Meta(Form.Meta):
        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """It is looked up as well as sent."""
            return request.form or request.args

    def validate_ends_on(self, field) -> None:
        """After the first day, and a span that one can look back on."""
        if not field.data or not self.starts_on.data:
            return
        if field.data < self.starts_on.data:
            raise ValidationError(Phrase("The last day comes before the first. Please swap them."))
        if field.data - self.starts_on.data > LONGEST:
            raise ValidationError(Phrase("That is more than three years. Please choose a shorter time."))
        if not is_year(self.starts_on.data, field.data):
            raise ValidationError(Phrase("That is very far away. Please check the years."))


class UploadForm(Form):
    """Where a record was put, and when."""

    address = StringField(**some_words(Phrase("Say where you put it: an address, or the name of the place."), 1_000))
    uploaded_on = Day(validators=[InputRequired(Phrase("Choose the day.")), not_to_come])
