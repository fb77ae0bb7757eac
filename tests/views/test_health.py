"""Whether the server is well: 200 and nothing private, 503 with a reason when the database is out of reach."""

from flask.testing import FlaskClient

from rows import db


def test_all_is_well(nobody):
    answer = nobody.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_database_out_of_reach_is_said(app, here):
    db.close_all()
    away = here.database.with_suffix(".away")
    here.database.rename(away)
    here.database.mkdir()
    answer = FlaskClient(app, app.response_class).get("/healthz")
    here.database.rmdir()
    away.rename(here.database)
    assert answer.status_code == 503
    assert "database" in answer.text
    assert str(here.data_dir) not in answer.text
