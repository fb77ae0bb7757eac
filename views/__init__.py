"""The table of contents: one file per noun, each a blueprint."""

from flask import Flask

from . import (
    access,
    actions,
    answers,
    calendars,
    covers,
    demo,
    evidence,
    feedback,
    figures,
    handovers,
    health,
    history,
    items,
    meetings,
    notices,
    objectives,
    owndata,
    pairs,
    people,
    plan,
    preparation,
    present,
    prompts,
    records,
    search,
    sessions,
    signposts,
    templates,
    today,
    wrapup,
    year,
)

PAGES = (
    *(today, pairs, access, meetings, preparation, present, prompts, wrapup, items, actions, records, objectives),
    *(year, evidence, plan, feedback, covers, handovers),
    *(search, history, people, calendars, templates, signposts, figures, notices, owndata, sessions, health),
)


def register(app: Flask) -> None:
    """Give the app every page; the demo's sign-in in demo mode alone."""
    for module in (*PAGES, demo) if app.config["DUOLOGUE"].is_demo else PAGES:
        app.register_blueprint(module.pages)
    answers.register(app)
