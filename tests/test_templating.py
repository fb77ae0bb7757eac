"""Templates are compiled for each language: what they always say costs nothing to say."""

import pytest

import languages

from . import pseudo

PLAIN = '{{ _("Save") }} & {{ _("Say <b>") }}{% trans %}Say <b>{% endtrans %}{{ _("Hello %(name)s", name="<i>") }}'
PLAIN += '{{ _("Bye %(name)s", **{"name": "Jo"}) }}'


@pytest.fixture
def templates(app, monkeypatch):
    """The app's templates, and one more that is called plain.html."""
    usual = app.jinja_loader.get_source

    def get_source(env, name):
        return (PLAIN, None, None) if name == "plain.html" else usual(env, name)

    monkeypatch.setattr(app.jinja_env.loader, "get_source", get_source)
    return app.jinja_env


def test_what_a_template_always_says_is_looked_up_when_it_is_compiled(templates, here, monkeypatch):
    found = templates.get_template("plain.html")
    asked = []
    monkeypatch.setattr(languages.ENGLISH.catalogue, "gettext", lambda words: asked.append(words) or words)
    assert found.render() == "Save & Say &lt;b&gt;Say <b>Hello &lt;i&gt;Bye Jo"
    assert asked == ["Hello %(name)s", "Bye %(name)s"]


def test_each_language_has_templates_of_its_own(templates, here, tmp_path):
    pseudo.write(tmp_path / "own", pseudo.LEFT)
    languages.learn(tmp_path / "own", "en-GB")
    try:
        english = templates.get_template("errors/error.html")
        with languages.speaking(pseudo.LEFT):
            other = templates.get_template("errors/error.html")
            assert templates.get_template("errors/error.html") is other
        assert templates.get_template("errors/error.html") is english is not other
    finally:
        languages.learn()
