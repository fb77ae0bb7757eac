"""Reads the imports and holds the rooms apart: arrows point from views to rooms to models to pure helpers."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What may be imported by everybody, and itself imports nothing of ours but one another.
PURE = {
    "rows",
    "aside",
    "counting",
    "vouching",
    "prepared",
    "request_ids",
    "metrics",
    "readiness",
    "clock",
    "links",
    "markup",
    "saying",
    "merging",
    "matching",
    "ordering",
    "naming",
    "languages",
    "agenda_templates",
    "template_files",
    "template_drafts",
    "library",
    "config",
    "secrecy",
    "keyring_file",
}
# Where the web and the command line come together; nobody below knows them.
DOORS = {
    "app",
    "commands",
    "views",
    "assets",
    "phrases",
    "door",
    "cookies",
    "rates",
    "request_log",
    "speech",
    "templating",
    "wsgi",
    "worker",
}
# What reads the settings and the database's life.
START = {
    "settings",
    "database",
    "demo_data",
    "demo_crowd",
    "build_vendor",
    "build_messages",
    "backups",
    "moving",
    "process",
}
WEB_OF_A_REQUEST = {"request", "session", "g", "current_app", "flash", "url_for"}


# What installing and running leave behind.
NOT_OURS = {"node_modules", "data", "dist", "build"}


def our_files() -> list[Path]:
    """Every Python file of the project."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path.name not in NOT_OURS]
    return sorted([*ROOT.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))])


ROOMS = {path.stem: path for path in ROOT.glob("*.py")}
VIEWS = {path.stem: path for path in (ROOT / "views").glob("*.py")}


def imports(path: Path) -> set[str]:
    """The top names of all modules that a file imports, at its head or within a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def names_from(path: Path, module: str) -> set[str]:
    """The names that a file takes from a module."""
    return {
        name.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == module
        for name in node.names
    }


def ours(path: Path) -> set[str]:
    """Which of our own rooms a file imports."""
    return imports(path) & ({*ROOMS} | {"views", "commands"})


DOMAIN = sorted(set(ROOMS) - PURE - DOORS - START - {"models"})


def test_the_lists_of_this_test_name_rooms_that_are_there():
    assert {*ROOMS, "views", "commands"} >= PURE | DOORS | START
    assert {"meetings", "actions", "records", "notebooks", "growth", "live", "auth", "searching"} <= set(DOMAIN)


@pytest.mark.parametrize("room", sorted(PURE))
def test_pure_helpers_import_nothing_but_one_another(room):
    assert ours(ROOMS[room]) <= PURE
    assert "flask" not in imports(ROOMS[room])


@pytest.mark.parametrize("path", sorted((ROOT / "documents").glob("*.py")), ids=lambda path: path.stem)
def test_documents_know_nothing_of_conversations(path):
    assert ours(path) <= {"markup"}
    assert "flask" not in imports(path)


@pytest.mark.parametrize("path", sorted((ROOT / "engines").glob("*.py")), ids=lambda path: path.stem)
def test_engines_know_nothing_of_what_is_kept_in_them(path):
    assert ours(path) <= {"config", "lockfile"}
    assert "flask" not in imports(path)


def test_models_imports_no_room():
    assert ours(ROOMS["models"]) <= PURE


@pytest.mark.parametrize("room", DOMAIN)
def test_a_room_imports_models_rooms_and_pure_helpers_alone(room):
    assert ours(ROOMS[room]) <= PURE | {"models", "config"} | set(DOMAIN)


@pytest.mark.parametrize("room", sorted(set(ROOMS) - DOORS))
def test_nothing_below_the_views_knows_of_a_request(room):
    assert not names_from(ROOMS[room], "flask") & WEB_OF_A_REQUEST
    assert "views" not in imports(ROOMS[room])
    assert not {"werkzeug", "flask_wtf", "wtforms"} & imports(ROOMS[room])


@pytest.mark.parametrize("room", ["models", *sorted(PURE), *DOMAIN])
def test_only_the_way_in_knows_flask(room):
    assert "flask" not in imports(ROOMS[room])
    assert room == "auth" or "flask_login" not in imports(ROOMS[room])


def test_rooms_do_not_import_in_circles():
    graph = {room: ours(path) & set(ROOMS) for room, path in ROOMS.items() if room != "app"}

    def reached(room: str, seen: frozenset[str]) -> None:
        assert room not in seen, f"{room} imports itself by way of {', '.join(seen)}"
        for other in graph.get(room, ()):
            reached(other, seen | {room})

    for room in graph:
        reached(room, frozenset())


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_views_do_not_speak_sql(view):
    assert not names_from(VIEWS[view], "peewee") - {"DatabaseError", "PeeweeException"}
    text = VIEWS[view].read_text("utf-8")
    assert ".select(" not in text
    assert ".where(" not in text


def test_every_view_is_in_the_table_of_contents():
    import views

    registered = {module.__name__.split(".")[1] for module in (*views.PAGES, views.demo)}
    with_pages = {name for name, path in VIEWS.items() if "pages = Blueprint(" in path.read_text("utf-8")}
    assert registered == with_pages


@pytest.mark.parametrize("path", [str(path.relative_to(ROOT)) for path in our_files()])
def test_every_file_begins_by_telling_its_purpose_in_one_line(path):
    text = (ROOT / path).read_text("utf-8").removeprefix("#!/usr/bin/env python3\n")
    assert text.startswith('"""'), path
    assert len(ast.get_docstring(ast.parse(text)).splitlines()[0].split()) >= 4


def test_nothing_is_called_utils_helpers_or_services():
    for path in our_files():
        assert not {"utils", "helpers", "services", "common", "misc"} & set(
            path.relative_to(ROOT).with_suffix("").parts
        )


def test_every_room_is_named_in_the_wheel():
    packaged = (ROOT / "pyproject.toml").read_text("utf-8")
    for name in (
        "/*.py",
        "commands/**",
        "views/**",
        "documents/**",
        "templates/**",
        "static/**",
        "agendas/**",
        "migrations/**",
        "translations/**",
    ):
        assert f'"{name}"' in packaged
