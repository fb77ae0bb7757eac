"""What measures is right itself: the past that it makes is whole, and pictures and documents say what was found."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import audit
import database
import resealing
import scheduling
from actions import Action
from bench import pictures, scale, soak
from bench.driver import loaded
from bench.server import Server
from meetings import Meeting
from models import Person
from records import Record
from rows import db

from . import behind
from .conftest import config_in, copy_folder

ROOT = Path(__file__).parents[1]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def past(tmp_path) -> tuple[Server, list[dict]]:
    """A database with a past of ten pairs, two years long; those pairs."""
    server = Server(tmp_path)
    server.make_demo()
    made = json.loads(server.run(sys.executable, "-m", "bench.past", "10", "2", "who"))
    database.open_checked(config_in(tmp_path))
    with db.connection_context():
        yield server, made
    db.close_all()


def test_a_past_made_in_haste_is_as_whole_as_one_that_people_made(past):
    _, pairs = past
    assert resealing.verify(database.MODELS) == []
    assert behind.dangling() == []
    assert len(list(audit.verify())) > 200
    person = Person.get_by_id(pairs[0]["people"][1])
    assert [scheduling.next_meeting(pair).id for pair in person.pairs()] == [pairs[0]["meeting"]]
    held = Meeting.select().where(Meeting.pair == person.pairs()[0], Meeting.closed_at.is_null(False))
    assert held.count() == Record.select().where(Record.pair == person.pairs()[0]).count() == 24
    assert {action.text for action in Action.select()} > {"How the new rota feels after its first month"}


def test_the_load_sees_every_kind_of_edit_arrive(demo_folder, tmp_path):
    server = Server(copy_folder(demo_folder, tmp_path))
    pairs = json.loads(server.run(sys.executable, "-m", "bench.people", "1"))
    with server, loaded(server, pairs) as load:
        edits = load.do("edit", pace=0.0, seconds=1.0)
    assert {edit["kind"] for edit in edits} == {"add", "delete", "note", "tick"}
    assert [edit for edit in edits if edit["failed"]] == []


@pytest.mark.parametrize(
    "picture",
    [
        pictures.bars("A <title>", "A note", [pictures.Bar("one", 3, "3.00 ms", 4), pictures.Bar("two", 9, "9.00 ms")]),
        pictures.lines(
            "A <title>", "A note", pictures.Axis("pairs"), pictures.Axis("cost", "ms"), {"one": [(1, 3.0), (5, 9.0)]}, 4
        ),
    ],
    ids=["bars", "lines"],
)
def test_a_picture_says_its_figures_as_text_too(picture):
    root = ElementTree.fromstring(picture)
    assert root.find(f"{SVG}title").text == "A <title>"
    told = root.find(f"{SVG}desc").text
    shown = " ".join(text.text for text in root.iter(f"{SVG}text"))
    for words in ("one", "3", "9", "ms"):
        assert words in told
        assert words in shown
    assert "prefers-color-scheme: dark" in picture


def test_the_tables_of_the_document_are_what_the_figures_say():
    text = (ROOT / "docs" / "scale.md").read_text("utf-8")
    assert scale.rewritten(text) == text, "Run python -m bench.scale."


def test_every_picture_that_the_documents_show_is_there():
    for document in (ROOT / "docs").glob("*.md"):
        for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", document.read_text("utf-8")):
            assert (document.parent / path).exists(), (document.name, path)


def test_several_processes_are_not_measured_on_one_file():
    command = [sys.executable, "-m", "bench.live", "--processes", "1,2"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "a SQLite file is one process's" in done.stderr


def test_what_grew_is_called_so():
    at_first = dict.fromkeys([*soak.MORE, "objects"], 5)
    samples = [soak.Sample(number, 100 + 10 * (number > 5), 1) for number in range(9)]
    found = list(soak.told(soak.Soak(samples, at_first, {**at_first, "sessions": 6}, [{"failed": False}])))
    missed = [figure.what for figure in found if figure.verdict == "MISSED"]
    assert missed == ["memory, last third beside the second", "more sessions than the 5 at first"]
