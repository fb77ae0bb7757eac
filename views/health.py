"""Whether the server is well: for load balancers and monitors, with nothing private in it."""

from flask import Blueprint
from peewee import PeeweeException

from rows import db

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def show():
    try:
        db.execute_sql("SELECT 1")
    except PeeweeException:
        return "The database is out of reach.\n", 503, {"Content-Type": "text/plain"}
    return "ok\n", 200, {"Content-Type": "text/plain"}
