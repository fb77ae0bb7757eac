"""What all forms are made of: fields that read kindly, checks that say what to do."""

import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from babel.support import Translations
from flask import g, request
from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, StringField
from wtforms.i18n import messages_path
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

import clock
from languages import Phrase
from models import TEXT_LIMIT

KEY_LIMIT = 64
# Two versions of a text may stand in one box until they are made one.
BASE_LIMIT = 2 * TEXT_LIMIT + 1
WALL_FORMAT = "%Y-%m-%dT%H:%M"
FARTHEST = timedelta(days=5 * 366)
LONG_AGO = timedelta(days=50 * 366)
LONGEST_NUMBER = 6
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


def still_to_come(form: FlaskForm, field) -> None:
    """The day must not lie behind us, unless that is how it stood before."""
    if str(field.data or "") != form.due_was.data:
        not_past(form, field)


def not_to_come(form: FlaskForm, field) -> None:
    """The day must have come, and not lie absurdly far behind us."""
    if field.data is None:
        return
    if field.data > g.person.today:
        raise ValidationError(Phrase("That day has not come yet. Please choose today or an earlier day."))
    if field.data < g.person.today - LONG_AGO:
        raise ValidationError(Phrase("That is very long ago. Please check the year."))


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
