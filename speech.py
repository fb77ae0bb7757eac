"""What language each request is answered in, and the templates' words for it."""

from functools import lru_cache
from typing import Any

from flask import Flask, g, request
from flask_babel import Babel
from markupsafe import Markup

import languages
from config import Config, Misconfigured
from languages import CatalogueMistake


def register(app: Flask, config: Config) -> None:
    """Learn the languages, and have the templates speak them. Raises Misconfigured for a broken catalogue."""
    try:
        languages.learn(config.translations, config.language)
    except CatalogueMistake as mistake:
        raise Misconfigured(str(mistake)) from None
    # It translates what WTForms says by itself.
    Babel(app, configure_jinja=False, locale_selector=lambda: str(languages.current().locale))
    _teach(app.jinja_env)
    app.before_request(_speak_as_asked)
    app.teardown_request(lambda problem: languages.speak())


def speak_to_person() -> None:
    """Answer in the language of the person who is there. To be called once it is known who that is."""
    if g.person:
        languages.speak(g.person.language)


def _speak_as_asked() -> None:
    """Until it is known who is there, speak the first language that the browser asks for and that there is."""
    known = languages.known()
    languages.speak((request.accept_languages.best_match(known) or "") if len(known) > 1 else "")


def _teach(env) -> None:
    env.add_extension("jinja2.ext.i18n")
    env.newstyle_gettext, env.policies["ext.i18n.trimmed"] = True, True
    env.filters["translated"] = languages.translated
    # `_` gives words, which are escaped like any other; a {% trans %} block may hold elements.
    env.globals.update(_=languages.gettext, gettext=_block, ngettext=_plural_block)
    env.globals.update(
        language=languages.current,
        languages=languages.known,
        usual_language=languages.usual,
        comma=lambda: languages.current().comma,
        listed=languages.listed,
    )


def _block(message: str, **facts: Any) -> Markup:
    language = languages.current()
    if not facts:
        return _plain(language, message)
    return languages.filled(language, _marked_up(language.catalogue.gettext(message)), _marked_up(message), facts)


def _plural_block(one: str, many: str, num: int, **facts: Any) -> Markup:
    language = languages.current()
    text, source = language.catalogue.ngettext(one, many, num), one if num == 1 else many
    return languages.filled(language, _marked_up(text), _marked_up(source), {"num": num, **facts})


@lru_cache(4_096)
def _plain(language: languages.Language, message: str) -> Markup:
    return _marked_up(language.catalogue.gettext(message)) % ()


def _marked_up(message: str) -> Markup:
    return Markup(message)  # noqa: S704 - templates and catalogues are ours; what is put into them is escaped
