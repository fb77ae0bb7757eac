"""No request reads a whole table that grows with the people and the years: whatever it asks is found by an index."""

import re

import pytest

import database
import engines.sqlite
from rows import db

from .test_walk import addresses, ask, filled, is_for_leads, methods  # noqa: F401 - the fixture among them

# These stay small: a row or some for the whole organisation.
SMALL = {"stamp", "template_version", "signpost"}
SCAN = re.compile(r"^SCAN (\w+)")
SEARCH = re.compile(r"^SEARCH (\w+) USING (?:COVERING )?INDEX \w+ \((\w+)=")
# What has no moment when it was closed is all that is open, everybody's.
MOMENTS = ("_at", "_on", "_until")
NAMED = re.compile(r'"(\w+)" AS "(\w+)"')
NOBODY = "(0 = 1)"


def scanned(sql: str, plan: list[str]) -> set[str]:
    """The tables that are read whole, of those that grow; taking the first of all along an index is no such thing."""
    if "LIMIT" in sql and "WHERE" not in sql and plan == [line for line in plan if " USING INDEX " in line]:
        return set()
    names = dict(found[::-1] for found in NAMED.findall(sql))
    whole = {match[1] for line in plan if (match := SCAN.match(line))}
    whole |= {match[1] for line in plan if (match := SEARCH.match(line)) and match[2].endswith(MOMENTS)}
    found = {names.get(name, name) for name in whole}
    return found & ({model._meta.table_name for model in database.MODELS} - SMALL)


@pytest.fixture
def wholes(here, monkeypatch):
    """A dictionary that fills with each statement that reads a whole table: those tables, by its SQL."""
    if not isinstance(db.obj, engines.sqlite.SqliteFile):
        pytest.skip("SQLite tells in advance what it will do, however few rows there are.")
    found: dict[str, set[str]] = {}
    execute = db.obj.execute_sql

    def execute_explained(sql, params=None):
        if sql.startswith(("SELECT", "UPDATE", "DELETE")) and NOBODY not in sql:
            rows = db.connection().execute(f"EXPLAIN QUERY PLAN {sql}", params or ()).fetchall()
            if whole := scanned(sql, [row[-1] for row in rows]):
                found[sql] = whole
        return execute(sql, params)

    monkeypatch.setattr(db.obj, "execute_sql", execute_explained)
    return found


def test_it_would_be_noticed(wholes):
    for sql in ('SELECT "t1"."id" FROM "record" AS "t1" WHERE "closed_by_id" = \'x\'', 'DELETE FROM "session"'):
        db.execute_sql(sql)
    assert list(wholes.values()) == [{"record"}, {"session"}]


@pytest.mark.parametrize("who", ["as_sam", "as_ada"])
def test_no_page_reads_a_whole_table(app, request, filled, wholes, who):  # noqa: F811
    client = request.getfixturevalue(who)
    for _, path, _ in addresses(app, filled, "GET"):
        if not is_for_leads(path):
            client.get(path).close()
    for query in ("q=goals", "q=a&open=yes", "q=a&from=2026-01-01&until=2026-12-31"):
        client.get(f"/search?{query}").close()
    assert wholes == {}


def test_no_change_reads_a_whole_table(app, as_sam, filled, wholes):  # noqa: F811
    for method in sorted(methods(app) - {"GET", "HEAD", "OPTIONS"}, reverse=True):
        for _, path, _ in addresses(app, filled, method):
            if not is_for_leads(path):
                ask(as_sam, method, path, htmx=True).close()
    assert wholes == {}
