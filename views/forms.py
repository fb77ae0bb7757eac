"""What people may send: each form with its limits, and messages that say what to do."""

import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from babel.support import Translations
from flask import current_app, g, request
from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.i18n import messages_path
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

import addresses
import clock
import growth
import handovers
import languages
import library
import template_files
from agenda_templates import Template
from clock import RHYTHMS
from development import MODES
from feedback import TONES
from growth import OUTLOOKS
from languages import Phrase, gettext, translated
from models import TEXT_LIMIT
from signposts import USUAL_TITLES
from template_files import TITLE_LIMIT, TemplateMistake

KEY_LIMIT = 64
# Two versions of a text may stand in one box until they are made one.
BASE_LIMIT = 2 * TEXT_LIMIT + 1
WALL_FORMAT = "%Y-%m-%dT%H:%M"
FARTHEST = timedelta(days=5 * 366)
LONG_AGO = timedelta(days=50 * 366)
LONGEST_YEAR = timedelta(days=3 * 366)
LONGEST_NUMBER = 6
# So many mistakes of a template file are named at once.
MOST_MISTAKES = 20
BLANK_BRAILLE = "\u2800"
EARLIEST, LATEST = datetime.min + timedelta(days=1), datetime.max - timedelta(days=1)


def one_line_end(text: str | None) -> str:
    """The text with line ends as one character, as every system but a browser's form writes them."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n")


def tidy(text: str | None) -> str | None:
    """Line ends as one character and nothing invisible at either end; the words themselves stay as typed."""
    return text and one_line_end(text).strip()


def some_words(missing: str, limit: int = TEXT_LIMIT) -> dict[str, Any]:
    """Arguments of a field that must hold words."""
    return {"filters": [tidy], "validators": [DataRequired(missing), *maybe_words(limit)["validators"], visible]}


def maybe_words(limit: int = TEXT_LIMIT) -> dict[str, Any]:
    """Arguments of a field that may hold words."""
    return {"filters": [tidy], "validators": [no_longer_than(limit), no_nulls]}


def no_longer_than(limit: int):
    """What refuses more characters than that."""

    def check(form: FlaskForm, field) -> None:
        if field.data and len(field.data) > limit:
            raise ValidationError(
                Phrase("That is longer than %(limit)s characters. Please shorten it, or split it in two.", limit=limit)
            )

    return check


def visible(form: FlaskForm, field) -> None:
    """Refuse words that nobody could see."""
    if field.data and all(unicodedata.category(letter)[0] in "CZ" or letter == BLANK_BRAILLE for letter in field.data):
        raise ValidationError(Phrase("There is nothing to be seen in this. Please write a few words."))


def no_nulls(form: FlaskForm, field) -> None:
    """Refuse the one character that databases cannot keep."""
    if field.data and "\x00" in field.data:
        raise ValidationError(Phrase("There is a character in this that cannot be stored. Please type it again."))


def not_past(form: FlaskForm, field) -> None:
    """The day must not lie behind us, nor absurdly far ahead."""
    if field.data is None:
        return
    today = g.person.today
    if field.data < today:
        raise ValidationError(Phrase("That day has passed. Please choose today or a later day."))
    if field.data > today + FARTHEST:
        raise ValidationError(Phrase("That is more than five years away. Please check the year."))


class Day(DateField):
    """A day; says kindly when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0]:
            self.data = None
            return
        try:
            self.data = date.fromisoformat(valuelist[0])
        except ValueError:
            self.data = None
            raise ValueError(Phrase("That is not a day we can read. Please write it like 2026-03-31.")) from None


class WallTime(StringField):
    """A date and time on the person's own wall clock; `moment` is it in UTC."""

    moment: datetime | None = None

    def pre_validate(self, form: FlaskForm) -> None:
        if not self.data:
            return
        try:
            wall = datetime.strptime(self.data[:16], WALL_FORMAT)
        except ValueError:
            raise ValidationError(
                Phrase("That is not a date and time we can read. Please write it like 2026-03-31T10:00.")
            ) from None
        # Within a day of what a calendar can hold, no zone carries it over the edge.
        self.moment = clock.from_local(min(max(wall, EARLIEST), LATEST), g.person.time_zone)
        if self.moment > clock.now() + FARTHEST:
            raise ValidationError(Phrase("That is more than five years away. Please check the year."))


def ahead(field: WallTime) -> None:
    """Refuse a time that has passed; some minutes of grace are left for the typing."""
    if field.moment and field.moment < clock.now() - timedelta(minutes=5):
        raise ValidationError(Phrase("That time has passed. Please choose one that is still to come."))


class Number(IntegerField):
    """A whole number; says kindly when it is none."""

    def __init__(self, missing: str, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(validators=[Optional(), NumberRange(low, high, missing)], **kwargs)
        self._missing = missing

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and len(valuelist[0]) > LONGEST_NUMBER:
            raise ValueError(self._missing)
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self._missing) from None


@cache
def _said_by_wtforms(locale: str) -> Translations:
    return Translations.load(messages_path(), [locale], domain="wtforms")


class Form(FlaskForm):
    """What all have: the page-wide CSRF check (done before any view) and a key that makes sending twice harmless."""

    class Meta:
        csrf = False

        def get_translations(self, form: FlaskForm) -> Translations:
            """What WTForms says by itself. Flask-WTF would read the catalogue anew at every request."""
            return _said_by_wtforms(str(get_locale()))

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """What an HTML form sends, and nothing else: no JSON, no files."""
            return request.form

    key = HiddenField(validators=[Length(max=KEY_LIMIT, message=Phrase("Please reload the page and try again."))])

    def typed(self) -> dict[str, Any]:
        """What was sent, as it was sent, to be shown again."""
        return {field.name: field.raw_data[0] if field.raw_data else field.data for field in self}

    def messages(self) -> dict[str, str]:
        """What is wrong, a sentence per field."""
        return {name: found[0] for name, found in self.errors.items() if name}


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


def still_to_come(form: FlaskForm, field) -> None:
    """The day must not lie behind us, unless that is how it stood before."""
    if str(field.data or "") != form.due_was.data:
        not_past(form, field)


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


def not_to_come(form: FlaskForm, field) -> None:
    """The day must have come, and not lie absurdly far behind us."""
    if field.data is None:
        return
    if field.data > g.person.today:
        raise ValidationError(Phrase("That day has not come yet. Please choose today or an earlier day."))
    if field.data < g.person.today - LONG_AGO:
        raise ValidationError(Phrase("That is very long ago. Please check the year."))


class EvidenceForm(Form):
    """What shows how the year went; with a reference, an entry for accreditation."""

    text = StringField(**some_words(Phrase("Say what happened, or what shows it."), 2_000))
    link = StringField(**maybe_words(1_000))
    happened_on = Day(validators=[InputRequired(Phrase("Choose the day.")), not_to_come])
    objective = SelectField(default="", validate_choice=False)
    reference = StringField(**maybe_words(300))
    reflection = StringField(**maybe_words(4_000))

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
        if field.data - self.starts_on.data > LONGEST_YEAR:
            raise ValidationError(Phrase("That is more than three years. Please choose a shorter time."))


class UploadForm(Form):
    """Where a record was put, and when."""

    address = StringField(**some_words(Phrase("Say where you put it: an address, or the name of the place."), 1_000))
    uploaded_on = Day(validators=[InputRequired(Phrase("Choose the day.")), not_to_come])


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
        try:
            return one_line_end(file.read().decode("utf-8-sig")) if file else ""
        except UnicodeDecodeError:
            raise ValidationError(Phrase("That file is no text in UTF-8. Please choose a template file.")) from None


def _by_line(problem: TemplateMistake) -> Phrase | str:
    """What is wrong with a template file, in the order of its lines."""
    found = sorted(problem.mistakes, key=lambda mistake: mistake.line)[:MOST_MISTAKES]
    said = [gettext("Line %(line)s: %(what)s", line=each.line, what=translated(each.what)) for each in found]
    return Phrase("This cannot be used yet. %(mistakes)s", mistakes=" ".join(said)) if said else str(problem)
