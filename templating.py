"""The templates, compiled anew for each language: what a page always says in it is a part of what is compiled.

Looking such words up while a page is rendered takes a third of the time.
"""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

import languages
from languages import Language


class Templates(Environment):
    """Flask's environment; each template that it gives is the one for the language that is spoken."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        # Name → the template whose macros all others know by it.
        self.modules: dict[str, str] = {}
        self._language: Language | None = None
        self._by_language: dict[Language, Templates] = {}
        self._ready: dict[Any, Template] = {}

    def overlay(self, *args: Any, **settings: Any) -> Any:
        """An environment that differs in something, with templates of its own."""
        found: Any = super().overlay(*args, **settings)
        found._by_language, found._ready = {}, {}
        return found

    def get_template(self, name: Any, parent: str | None = None, globals: MutableMapping | None = None) -> Template:
        """The template of this name in the language that is spoken."""
        if not self._language:
            return self._speaking(languages.current()).get_template(name, parent, globals)
        if globals:
            return super().get_template(name, parent, globals)
        # They never change while a process runs, and Jinja's own memory locks and counts at each look.
        if name not in self._ready:
            self._ready[name] = super().get_template(name, parent)
        return self._ready[name]

    def make_globals(self, d: MutableMapping | None) -> MutableMapping:
        """What a template knows by itself. All is known when the first one is loaded, so it need not be looked for."""
        return {**self.globals, **(d or {})}

    def _speaking(self, language: Language) -> "Templates":
        if language not in self._by_language:
            found = self._by_language[language] = self.overlay()
            found._language, found.globals = language, {**self.globals}
            found.globals.update({name: found.get_template(path).module for name, path in self.modules.items()})
        return self._by_language[language]

    def _generate(self, source: nodes.Template, *about: Any, **settings: Any) -> str:
        # Jinja's own hook between reading a template and compiling it.
        return super()._generate(Saying(self._language or languages.current()).visit(source), *about, **settings)


class Saying(NodeTransformer):
    """Puts what a message without facts is in a language in the place of the call that would look it up."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def visit_Call(self, call: nodes.Call) -> nodes.Expr:  # noqa: N802 - the name that Jinja looks for
        self.generic_visit(call)
        kind = getattr(call.node, "name", None)
        has_facts = call.kwargs or call.dyn_args or call.dyn_kwargs
        is_plain = len(call.args) == 1 and isinstance(call.args[0], nodes.Const) and not has_facts
        if not is_plain or kind not in ("_", "gettext"):
            return call
        text = self._language.catalogue.gettext(call.args[0].value)
        # What {% trans %} makes may hold elements; the others are escaped like any other words.
        return nodes.Const(text if kind == "_" else Markup(text) % ())  # noqa: S704 - catalogues are ours
