"""Whether the server is well: for load balancers and monitors, with nothing private in it."""

from flask import Blueprint
from peewee import PeeweeException

import database

pages = Blueprint("health", __name__)

WELL = "ok\n", 200, {"Content-Type": "text/plain"}
ILL = "The database is out of reach.\n", 503, {"Content-Type": "text/plain"}


@pages.get("/healthz")
def show():
    try:
        return WELL if database.is_within_reach() else ILL
    except PeeweeException:
        return ILL
